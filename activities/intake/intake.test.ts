import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/order/state.ts';
import type { Payment } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from '../orders/testing/records-under-test.ts';
import { acceptPayment } from './intake.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

describe('an order that is handed in', () => {
  it('five times at once is one order, whose workflow is started once', async () => {
    const receipts = await Promise.all(Array.from({ length: 5 }, () => given.accept('cobalt-ridge', 'CR-5')));
    expect(receipts.map(({ outcome }) => outcome).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
      'duplicate',
      'duplicate',
    ]);
    expect(new Set(receipts.map(({ orderId }) => orderId)).size).toBe(1);
    expect(await given.prisma.order.count({ where: { poNumber: 'CR-5' } })).toBe(1);
    expect(given.told.filter(({ workflowId }) => workflowId === 'order/cobalt-ridge/CR-5')).toHaveLength(1);
  });

  it('under a known number with other content is refused, where that is agreed', async () => {
    const first = await given.accept('cobalt-ridge', 'CR-6');
    const other = await given.accept('cobalt-ridge', 'CR-6', [each('MW-1002', 1)]);
    expect(other).toMatchObject({ outcome: 'refused', orderId: first.orderId });
    expect(other.reason).toContain('CR-6');
    expect(await given.prisma.order.count({ where: { poNumber: 'CR-6' } })).toBe(1);
  });

  it('under a known number with other content is kept for a person, and that only once', async () => {
    const first = await given.accept('harbor-pine', 'HP-6');
    const other = [each('MW-1002', 1)];
    const queried = await Promise.all(Array.from({ length: 4 }, () => given.accept('harbor-pine', 'HP-6', other)));
    expect(queried.map(({ outcome }) => outcome).sort()).toEqual(['duplicate', 'duplicate', 'duplicate', 'queried']);
    const orders = await given.prisma.order.findMany({ where: { poNumber: 'HP-6' } });
    expect(orders).toHaveLength(2);
    expect(orders.find(({ id }) => id !== first.orderId)?.repeatsOrderId).toBe(first.orderId);
    const { orderId } = queried[0] ?? { orderId: '' };
    expect(await given.records.prepareOrder({ orderId, waived: [] })).toMatchObject({
      ready: false,
      problem: { type: 'repeated-po-number' },
    });
    expect(await given.records.prepareOrder({ orderId, waived: ['repeated-po-number'] })).toMatchObject({
      ready: true,
    });
  });
});

describe('an order under a known number that a person refuses', () => {
  const rejected: Progress = { status: 'rejected', waitingFor: '' };
  const stop = { reason: 'a repetition', by: 'desk' };
  const finish = (orderId: string) =>
    given.activity(() => given.records.finishOrder({ orderId, progress: rejected, stop }));
  const acknowledgments = (orderId: string) =>
    given.prisma.document.count({ where: { businessKey: `855/${orderId}` } });
  const timeline = async (orderId: string) =>
    (await given.prisma.timelineEvent.findMany({ where: { orderId } })).map(({ type }) => type);

  it('sends no 855, which the partner would read of the earlier order; the timeline says so', async () => {
    await given.accept('harbor-pine', 'HP-7');
    const { orderId } = await given.accept('harbor-pine', 'HP-7', [each('MW-1002', 1)]);
    await finish(orderId);
    await finish(orderId);
    expect(await acknowledgments(orderId)).toBe(0);
    expect((await timeline(orderId)).filter((type) => type === 'document.not-sent')).toHaveLength(1);
    expect(await given.prisma.order.findUnique({ where: { id: orderId } })).toMatchObject({ status: 'rejected' });
  });

  it('sends one where the earlier order was refused as well: then it is true of both', async () => {
    const first = await given.accept('harbor-pine', 'HP-8');
    const { orderId } = await given.accept('harbor-pine', 'HP-8', [each('MW-1002', 1)]);
    await finish(first.orderId);
    await finish(orderId);
    expect(await acknowledgments(first.orderId)).toBe(1);
    expect(await acknowledgments(orderId)).toBe(1);
    expect(await timeline(orderId)).not.toContain('document.not-sent');
  });
});

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
