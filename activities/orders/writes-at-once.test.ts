/** Steps that run twice or concurrently on a real Postgres. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sum } from '../../domain/decimal.ts';
import type { FulfillmentState } from '../../domain/order/state.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { recordInvoice } from './record-invoice.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

async function reserved(sku: string, quantity: number, stock = 1_000) {
  await given.stock('RNO', sku, stock);
  const orderId = await given.checked('tri-valley', [each(sku, quantity)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  return { orderId, fulfillment: fulfillments[0] as FulfillmentState };
}

const lineOf = async (orderId: string) => {
  const line = await given.prisma.orderLine.findFirstOrThrow({ where: { orderId } });
  return { open: line.open.toFixed(), backordered: line.backordered.toFixed(), shipped: line.shipped.toFixed() };
};

describe('a step that runs five times concurrently writes once', () => {
  it('reserves a round and backorders the rest', async () => {
    await given.stock('RNO', 'MW-1001', 6);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
    const plans = await times(5, () => given.records.reserveStock({ orderId, round: 1 }));
    expect(plans.map(({ backordered }) => backordered)).toEqual([true, true, true, true, true]);
    expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(1);
    expect(await lineOf(orderId)).toEqual({ open: '6', backordered: '4', shipped: '0' });
    expect(await balance('MW-1001')).toEqual({ onHand: '6', reserved: '6' });
  });

  it('backorders a whole order when no stock is available', async () => {
    await given.stock('RNO', 'MW-1002', 0);
    const orderId = await given.checked('tri-valley', [each('MW-1002', 10)]);
    const plans = await times(5, () => given.records.reserveStock({ orderId, round: 1 }));
    expect(plans).toEqual(Array.from({ length: 5 }, () => ({ fulfillments: [], backordered: true })));
    expect(await lineOf(orderId)).toEqual({ open: '0', backordered: '10', shipped: '0' });
  });

  it('releases what was reserved', async () => {
    const { orderId } = await reserved('MW-1003', 10);
    await times(5, () => given.records.releaseReservations({ orderId }));
    expect(await balance('MW-1003')).toEqual({ onHand: '1000', reserved: '0' });
  });

  it('acknowledges with one 855 and one timeline entry', async () => {
    const { orderId } = await reserved('MW-1004', 1);
    await times(5, () => given.acknowledged(orderId));
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '855' } })).toBe(1);
    expect(await given.prisma.timelineEvent.count({ where: { orderId, type: 'order.accepted' } })).toBe(1);
  });

  it('records one invoice and one 810, and returns the early payment to each call', async () => {
    const { orderId, fulfillment } = await reserved('MW-1004', 2);
    const shipmentId = await shipped(orderId, fulfillment, 'S1', '2');
    await given.prisma.payment.create({
      data: {
        id: `p-${orderId}`,
        partnerId: 'tri-valley',
        reference: 'T-1',
        method: 'ach',
        currency: 'USD',
        amount: 2130n,
        paidOn: new Date('2026-11-21'),
        source: 'test',
        contentHash: '',
        correlationId: 'c',
        allocations: { create: { id: `a-${orderId}`, invoiceNumber: 'INV-77', amount: 2130n } },
      },
    });
    const answers = await times(5, () =>
      given.activity(() => recordInvoice(given, { shipmentId, invoice: invoiceOf('INV-77'), progress: underWay })),
    );
    const payment = { allocationId: `a-${orderId}`, invoiceNumber: 'INV-77', amount: 2130, adjustment: 0 };
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ payments: [payment] })));
    expect(await given.prisma.invoice.count({ where: { orderId } })).toBe(1);
    const documents = await given.prisma.document.findMany({ where: { orderId, transactionSet: '810' } });
    const { id } = await given.prisma.invoice.findUniqueOrThrow({ where: { shipmentId } });
    expect(documents.map(({ businessKey, invoiceId }) => [businessKey, invoiceId])).toEqual([[`810/${id}`, id]]);
    expect(await given.prisma.timelineEvent.count({ where: { orderId, type: 'order.invoiced' } })).toBe(1);
  });

  it('does not take the invoice number of another shipment', async () => {
    const { orderId, fulfillment } = await reserved('MW-1004', 2);
    const first = await shipped(orderId, fulfillment, 'S1', '1');
    const second = await shipped(orderId, fulfillment, 'S2', '1');
    const record = (shipmentId: string) =>
      given.activity(() => recordInvoice(given, { shipmentId, invoice: invoiceOf('INV-78'), progress: underWay }));
    await record(first);
    await expect(record(second)).rejects.toMatchObject({ type: 'invoice-number-taken', nonRetryable: true });
  });

  it('ends the order once', async () => {
    const { orderId } = await reserved('MW-1004', 1);
    const progress = { status: 'closed', waitingFor: '' } as const;
    const answers = await times(5, () => given.activity(() => given.records.finishOrder({ orderId, progress })));
    expect(answers).toEqual(Array.from({ length: 5 }, () => undefined));
    expect(await given.prisma.timelineEvent.count({ where: { orderId, key: 'ended' } })).toBe(1);
  });
});

describe('concurrent orders for the same SKUs', () => {
  it('never deadlock and keep balances exact while they reserve, ship, fall short and release', async () => {
    const skus = ['MW-1005', 'MW-1006', 'MW-1007'];
    for (const sku of skus) await given.stock('RNO', sku, 10_000);
    const stories = await times(24, async (index) => {
      // The lines are in opposite orders, so that locks taken in line order would deadlock.
      const lines = (index % 2 === 0 ? skus : [...skus].reverse()).map((sku) => each(sku, 4));
      return given.checked('tri-valley', lines);
    });
    const failed = await Promise.allSettled(
      stories.map(async (orderId, index) => {
        const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
        const fulfillment = fulfillments[0] as FulfillmentState;
        if (index % 3 === 0) return given.records.releaseReservations({ orderId });
        const quantities = [1, 2, 3].map((lineNumber) => ({ lineNumber, quantity: '3' }));
        const shipment = await given.shipped(fulfillment.releaseNumber, 'S1', quantities);
        const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', progress: underWay };
        const close = await given.closedShort(
          fulfillment.releaseNumber,
          quantities.map((line) => ({ ...line, quantity: '1' })),
        );
        // Run concurrently, the two contend for the release, its lines and the balances.
        await Promise.all([
          given.activity(() => given.records.recordShipment({ ...common, eventId: shipment })),
          given.activity(() => given.records.recordShort({ ...common, eventId: close })),
        ]);
      }),
    );
    expect(failed.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (const sku of skus) expect(await balance(sku)).toEqual({ onHand: String(10_000 - 16 * 3), reserved: '0' });
    const held = await given.prisma.reservation.findMany({ where: { orderId: { in: stories } } });
    expect(sum(held.map(({ quantity }) => quantity.toFixed()))).toBe('0');
  });

  it('get each unit of scarce stock once', async () => {
    await given.stock('RNO', 'MW-1008', 25);
    const orders = await times(20, () => given.checked('tri-valley', [each('MW-1008', 2)]));
    const plans = await Promise.all(orders.map((orderId) => given.records.reserveStock({ orderId, round: 1 })));
    expect(sum(plans.flatMap(({ fulfillments }) => fulfillments.map(({ planned }) => planned)))).toBe('25');
    expect(await balance('MW-1008')).toEqual({ onHand: '25', reserved: '25' });
  });
});

describe('the ship-by time', () => {
  const shipByOf = async (orderId: string, round: number) => {
    const { fulfillments } = await given.records.reserveStock({ orderId, round });
    return fulfillments[0]?.shipBy;
  };
  const backordered = async (sku: string, shipBy: string) => {
    await given.stock('RNO', sku, 3);
    const orderId = await given.checked('tri-valley', [each(sku, 5)]);
    await given.prisma.order.update({ where: { id: orderId }, data: { shipBy: new Date(shipBy) } });
    expect(await shipByOf(orderId, 1)).toBe(shipBy);
    await given.stock('RNO', sku, 100);
    return orderId;
  };

  it("of a backorder is the order's own while that is in the future", async () => {
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    expect(await shipByOf(await backordered('MW-1009', ahead), 2)).toBe(ahead);
  });

  it("of a backorder after the order's own has passed is the time agreed for a new order, and is stored", async () => {
    const orderId = await backordered('MW-1010', '2026-01-05T17:00:00.000Z');
    const shipBy = await shipByOf(orderId, 2);
    expect(Date.parse(shipBy ?? '')).toBeGreaterThan(Date.now());
    expect(await shipByOf(orderId, 2)).toBe(shipBy);
    // The list columns are not workflow state, so their value must not matter.
    await given.prisma.order.update({ where: { id: orderId }, data: { nextDeadline: new Date() } });
    expect(await shipByOf(orderId, 2)).toBe(shipBy);
  });
});

describe('a release', () => {
  it('is renumbered once per refusal, and its old numbers are stored', async () => {
    const { fulfillment } = await reserved('MW-1004', 2);
    const renumbered = () => given.records.renumberRelease({ fulfillmentId: fulfillment.id });
    const first = fulfillment.releaseNumber;
    expect(await renumbered(), 'nobody has refused it').toEqual({ releaseNumber: first });
    await given.refused(first);
    expect(await times(3, renumbered)).toEqual(Array.from({ length: 3 }, () => ({ releaseNumber: `${first}-R2` })));
    // An event that was sent under the old number still finds its order.
    await given.refused(first, 'late');
    expect(given.told.at(-1)).toMatchObject({ what: 'warehouseEvent', payload: { releaseNumber: first } });
    await given.refused(`${first}-R2`);
    expect(await renumbered()).toEqual({ releaseNumber: `${first}-R3` });
    expect(await given.prisma.fulfillment.findUniqueOrThrow({ where: { id: fulfillment.id } })).toMatchObject({
      refusedNumbers: [first, `${first}-R2`],
    });
  });

  it('whose rest will not ship is short of everything that it still holds', async () => {
    const { orderId, fulfillment } = await reserved('MW-1004', 10);
    await shipped(orderId, fulfillment, 'S1', '3');
    const eventId = await given.closedShort(fulfillment.releaseNumber, [{ lineNumber: 1, quantity: '2' }]);
    const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
    const short = (rest?: true) => given.records.recordShort({ ...common, ...(rest && { rest }) });
    expect(await short()).toEqual({ backordered: true });
    expect(await lineOf(orderId)).toEqual({ open: '5', backordered: '2', shipped: '3' });
    for (let time = 0; time < 2; time += 1) expect(await short(true)).toEqual({ backordered: true });
    expect(await lineOf(orderId)).toEqual({ open: '0', backordered: '7', shipped: '3' });
  });

  it('that is closed with nothing short changes nothing', async () => {
    const { orderId, fulfillment } = await reserved('MW-1004', 2);
    const eventId = await given.closedShort(fulfillment.releaseNumber, []);
    const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', progress: underWay };
    expect(await given.records.recordShort({ ...common, eventId })).toEqual({ backordered: false });
    expect(await lineOf(orderId)).toEqual({ open: '2', backordered: '0', shipped: '0' });
  });
});

async function balance(sku: string) {
  const rows = await given.prisma.inventoryBalance.findMany({ where: { sku } });
  return {
    onHand: sum(rows.map((row) => row.onHand.toFixed())),
    reserved: sum(rows.map((row) => row.reserved.toFixed())),
  };
}

async function shipped(orderId: string, fulfillment: FulfillmentState, number: string, quantity: string) {
  const eventId = await given.shipped(fulfillment.releaseNumber, number, [{ lineNumber: 1, quantity }]);
  const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', progress: underWay };
  return shipmentOf(await given.activity(() => given.records.recordShipment({ ...common, eventId }))).shipmentId;
}

function invoiceOf(invoiceNumber: string): Invoice {
  return {
    invoiceNumber,
    invoicedOn: '2026-11-21',
    dueOn: '2027-01-05',
    currency: 'USD',
    lines: [{ lineNumber: 1, quantity: '2', unit: 'EA', unitPrice: '10.65', amount: 2130 }],
    charges: [],
    tax: 0,
    total: 2130,
  };
}
