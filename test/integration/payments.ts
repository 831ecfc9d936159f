import { expect, it } from 'vitest';
import { type Answer, eventually } from './calls.ts';
import { closed, type Given } from './given.ts';
import { interchangeOf, type Partner, purchaseOrder, shapes } from './purchase-orders.ts';

export function payments(given: () => Given): void {
  it('accepts a payment by API once, and rejects other content under its reference', async () => {
    const { calls, prisma } = given();
    await neverPaysByItself(given(), 'tri-valley');
    const order = purchaseOrder('tri-valley', 'TV-PAID-BY-API', shapes.oneLine);
    await calls.file('tri-valley', interchangeOf([order], 800_031));
    const { invoiceNumber, total } = await invoiceOf(given(), order.poNumber);
    const pay = (reference: string, amount: number) => payByApi(given(), reference, invoiceNumber, amount);
    expect((await pay('WIRE-1', 1000)).status).toBe(202);
    expect(await pay('WIRE-1', 1000)).toMatchObject({ status: 200, body: { duplicate: true } });
    expect(await pay('WIRE-1', 2000)).toMatchObject({
      status: 409,
      body: { code: 'payment-conflict', errors: [{ path: 'reference' }] },
    });
    expect((await pay('WIRE-2', total - 1000)).status).toBe(202);
    await closed(given(), [order.poNumber]);
    const invoice = await prisma.invoice.findFirstOrThrow({ where: { invoiceNumber } });
    expect(invoice.paid).toBe(invoice.total);
    const { body } = await calls.system('erp', `/receipts?invoiceNumber=${invoiceNumber}`);
    expect(body.items.map((receipt: { amount: number }) => receipt.amount).sort()).toEqual([1000, total - 1000].sort());
  });
}

/** For good: what such a partner owes it would pay once more as soon as it pays by itself again. */
export async function neverPaysByItself({ calls }: Given, partner: Partner): Promise<void> {
  await calls.system('partners', `/_control/partners/${partner}`, { method: 'PUT', body: { autopay: false } });
}

export function invoiceOf({ prisma }: Given, poNumber: string): Promise<{ invoiceNumber: string; total: number }> {
  return eventually(`an invoice of ${poNumber}`, 30, async () => {
    const invoice = await prisma.invoice.findFirst({ where: { order: { poNumber, status: 'invoiced' } } });
    return invoice !== null && { invoiceNumber: invoice.invoiceNumber, total: Number(invoice.total) };
  });
}

/** A wire of tri-valley for one invoice, or a part of it; minor units. */
export function payByApi({ calls }: Given, reference: string, invoiceNumber: string, amount: number): Promise<Answer> {
  const body = {
    partnerId: 'tri-valley',
    reference,
    method: 'wire',
    paidOn: new Date().toISOString().slice(0, 10),
    amount,
    invoices: [{ invoiceNumber, amount }],
  };
  return calls.api('/v1/payments', { partner: 'tri-valley', method: 'POST', body });
}
