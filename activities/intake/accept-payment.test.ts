import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Payment } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { acceptPayment } from './accept-payment.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** A shipped and invoiced order of 100.00; its invoice’s number and the step that sends the invoice. */
async function invoiced() {
  await given.stock('RNO', 'MW-1001', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
  const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
  const { shipmentId } = await given.activity(() => given.records.recordShipment(common));
  const invoiceNumber = `INV-${orderId.slice(0, 8)}`;
  const invoice = async () => {
    const day = '2026-11-21';
    const line = { lineNumber: 1, quantity: '10', unit: 'EA', unitPrice: '10', amount: 10_000 };
    await given.prisma.invoice.create({
      data: {
        id: randomUUID(),
        orderId,
        shipmentId,
        partnerId: 'tri-valley',
        invoiceNumber,
        invoicedOn: new Date(day),
        dueOn: new Date(day),
        currency: 'USD',
        total: 10_000n,
        content: {
          invoiceNumber,
          invoicedOn: day,
          dueOn: day,
          currency: 'USD',
          lines: [line],
          charges: [],
          tax: 0,
          total: 10_000,
        },
      },
    });
  };
  const send = () => given.activity(() => given.records.issueInvoice({ orderId, shipmentId, progress: underWay }));
  return { orderId, invoiceNumber, invoice, send };
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
    const { invoiceNumber, invoice, send } = await invoiced();
    await invoice();
    await send();
    const twice = paying(
      'T-1',
      { invoiceNumber, amount: 6_000 },
      { invoiceNumber, amount: 3_900, adjustment: 100, adjustmentReason: 'damaged' },
    );
    expect(await accept(twice)).toMatchObject({ outcome: 'accepted' });
    expect(heardBy(invoiceNumber)).toMatchObject([{ payload: { amount: 9_900, adjustment: 100 } }]);
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
    const { orderId, invoiceNumber, invoice, send } = await invoiced();
    await accept(paying('T-3', { invoiceNumber, amount: 10_000 }));
    expect(heardBy(invoiceNumber)).toEqual([]);
    await invoice();
    const { payments } = await send();
    expect(payments).toMatchObject([{ invoiceNumber, amount: 10_000, adjustment: 0 }]);
    expect((await send()).payments).toEqual(payments);
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '810' } })).toBe(1);
  });
});
