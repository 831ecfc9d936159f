import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invoice, Payment } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { recordInvoice } from '../orders/record-invoice.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from '../orders/testing/records-under-test.ts';
import { acceptPayment } from './accept-payment.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** A shipped order of 100.00, the number of its invoice, and the step that records and sends it. */
async function invoiced() {
  await given.stock('RNO', 'MW-1001', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
  const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(common)));
  const invoiceNumber = `INV-${orderId.slice(0, 8)}`;
  const invoice = () => {
    const day = '2026-11-21';
    const line = { lineNumber: 1, quantity: '10', unit: 'EA', unitPrice: '10', amount: 10_000 };
    const content: Invoice = {
      ...{ invoiceNumber, invoicedOn: day, dueOn: day, currency: 'USD', lines: [line], charges: [] },
      ...{ tax: 0, total: 10_000 },
    };
    return recordInvoice(given, { shipmentId, invoice: content, progress: underWay });
  };
  return { orderId, invoiceNumber, invoice };
}

const paying = (reference: string, ...invoices: Payment['invoices']): Payment => ({
  schema: 'payment/v1',
  partnerId: 'tri-valley',
  reference,
  method: 'ach',
  currency: 'USD',
  paidOn: '2026-11-21',
  amount: invoices.reduce((total, { amount }) => total + amount, 0),
  invoices,
});
const accept = (payment: Payment) => acceptPayment(given, { payment, source: 'api', correlationId: 'c' });
const heardBy = (invoiceNumber: string) =>
  given.told.filter(
    ({ what, payload }) =>
      what === 'paymentReceived' && (payload as { invoiceNumber: string }).invoiceNumber === invoiceNumber,
  );

describe('a payment', () => {
  it('that names an invoice twice is one amount, told once to the order', async () => {
    const { invoiceNumber, invoice } = await invoiced();
    await invoice();
    const twice = paying(
      'T-1',
      { invoiceNumber, amount: 6_000 },
      { invoiceNumber, amount: 3_900, adjustment: 100, adjustmentReason: 'damaged' },
    );
    expect(await accept(twice)).toMatchObject({ outcome: 'accepted' });
    expect(heardBy(invoiceNumber)).toMatchObject([{ payload: { amount: 9_900, adjustment: 100 } }]);
  });

  it('of many invoices gives each order its own amount, stored with the payment itself', async () => {
    const paid = [await invoiced(), await invoiced(), await invoiced()];
    for (const { invoice } of paid) await invoice();
    const before = await given.prisma.handOff.count();
    const lines = paid.map(({ invoiceNumber }, index) => ({ invoiceNumber, amount: 1_000 * (index + 1) }));
    await accept(paying('T-MANY', ...lines, { invoiceNumber: 'UNKNOWN', amount: 1 }));
    expect((await given.prisma.handOff.count()) - before).toBe(3);
    for (const [index, { orderId, invoiceNumber }] of paid.entries()) {
      expect(heardBy(invoiceNumber)).toMatchObject([
        { workflowId: orderId, payload: { amount: 1_000 * (index + 1), adjustment: 0 } },
      ]);
    }
  });

  it('that is repeated is a duplicate; under a known reference with other content it is a conflict', async () => {
    const { invoiceNumber, invoice } = await invoiced();
    await invoice();
    const payment = paying('T-2', { invoiceNumber, amount: 10_000 });
    const outcomes = await Promise.all([accept(payment), accept(payment), accept(payment)]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(await accept(paying('T-2', { invoiceNumber, amount: 9_000 }))).toMatchObject({ outcome: 'conflict' });
    expect(heardBy(invoiceNumber)).toHaveLength(1);
  });

  it('that comes before its invoice is given to the order with the invoice, also when that step runs twice', async () => {
    const { orderId, invoiceNumber, invoice } = await invoiced();
    await accept(paying('T-3', { invoiceNumber, amount: 10_000 }));
    expect(heardBy(invoiceNumber)).toEqual([]);
    const { payments } = await invoice();
    expect(payments).toMatchObject([{ invoiceNumber, amount: 10_000, adjustment: 0 }]);
    expect((await invoice()).payments).toEqual(payments);
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '810' } })).toBe(1);
  });

  it('and its invoice that are committed at once find each other', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { invoiceNumber, invoice } = await invoiced();
      const [{ payments }] = await Promise.all([
        invoice(),
        accept(paying(`T-RACE-${round}`, { invoiceNumber, amount: 10_000 })),
      ]);
      const known = await given.prisma.paymentAllocation.findFirstOrThrow({ where: { invoiceNumber } });
      expect(known.invoiceId).not.toBeNull();
      expect(payments.length + heardBy(invoiceNumber).length).toBeGreaterThan(0);
    }
  });
});
