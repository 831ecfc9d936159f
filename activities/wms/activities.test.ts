import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { createWmsActivities } from './activities.ts';
import type { StockSnapshot, WarehouseRelease } from './port.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

/** A warehouse system that notes releases, and counts the stock that it is given. */
function aWarehouse(stock: StockSnapshot['balances'] = [], asOf = new Date(), capabilities = { canCancel: true }) {
  const released: WarehouseRelease[] = [];
  const cancelled: string[] = [];
  const wms = createWmsActivities({
    system: 'main',
    nodes: ['RNO', 'MEM'],
    port: {
      release: (release) => {
        released.push(release);
        return Promise.resolve({ reference: 'W-1' });
      },
      cancelRelease: (releaseNumber) => {
        cancelled.push(releaseNumber);
        return Promise.resolve({ cancelled: true });
      },
      expectReturn: () => Promise.resolve({ reference: 'X-1' }),
      cancelExpectedReturn: () => Promise.resolve({ cancelled: true }),
      readStock: () => Promise.resolve({ asOf: asOf.toISOString(), balances: stock }),
    },
    capabilities,
    prisma: given.prisma,
    profiles: given.profiles,
    handOff: given.handOff,
  });
  return { released, cancelled, wms };
}

describe('a release', () => {
  async function planned() {
    await given.stock('RNO', 'MW-1001', 1000);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
    const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
    return { orderId, fulfillmentId: fulfillments[0]?.id ?? '' };
  }

  it('carries its own ship-by day, never the deadline that the order shows', async () => {
    const { orderId, fulfillmentId } = await planned();
    const { prisma } = given;
    const update = { where: { id: fulfillmentId }, data: { shipBy: new Date('2026-12-01T20:00:00Z') } };
    await prisma.fulfillment.update(update);
    // The order waits for the payment of an earlier shipment.
    await prisma.order.update({ where: { id: orderId }, data: { nextDeadline: new Date('2027-01-15T12:00:00Z') } });
    const { wms, released } = aWarehouse();
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released).toMatchObject([{ shipBy: '2026-12-01' }]);

    await prisma.fulfillment.update({ ...update, data: { shipBy: null, state: 'planned' } });
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released[1]).not.toHaveProperty('shipBy');
  });

  it('carries what the buyer asks of the warehouse, for the order and its lines', async () => {
    const { orderId, fulfillmentId } = await planned();
    const { prisma } = given;
    const { canonical } = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const order = canonical as { lines: object[] };
    const asked = {
      ...order,
      cancelAfter: '2026-12-05',
      notes: [{ text: 'Call before delivery' }, { text: 'Invoice by mail', kind: 'INV', for: ['erp'] }],
      markFor: { identifiers: [{ scheme: 'partner', value: '0077' }], address: { name: 'Aisle 4', country: 'US' } },
      shipNotBefore: '2026-12-01',
      attributes: { serviceLevel: 'ND' },
      lines: order.lines.map((line) => ({ ...line, notes: [{ text: 'Hickory handle' }] })),
    };
    await prisma.order.update({ where: { id: orderId }, data: { canonical: asked } });
    const { wms, released } = aWarehouse();
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released).toMatchObject([
      {
        shipNotBefore: '2026-12-01',
        cancelAfter: '2026-12-05',
        serviceLevel: 'ND',
        markFor: { code: '0077', name: 'Aisle 4' },
        notes: ['Call before delivery'],
        lines: [{ sku: 'MW-1001', notes: ['Hickory handle'] }],
      },
    ]);
  });

  it('is not sent when it would leave after the last day of the buyer, looking at it anew, until that was agreed', async () => {
    const { orderId, fulfillmentId } = await planned();
    const { prisma } = given;
    const { canonical } = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const receivedAt = new Date(Date.now() - 9 * 86_400_000);
    const takenUntil = (cancelAfter: string) =>
      prisma.order.update({
        where: { id: orderId },
        data: { receivedAt, canonical: { ...(canonical as object), cancelAfter } },
      });
    const { wms, released } = aWarehouse();
    const release = (input = {}) => given.activity(() => wms.releaseToWarehouse({ fulfillmentId, ...input }));

    await takenUntil(day(-3));
    const tooLate = `the buyer takes nothing that ships after ${day(-3)}, which has passed`;
    expect(await release()).toEqual({ tooLate });
    expect(released).toEqual([]);
    await takenUntil(day(5));
    expect(await release()).toEqual({ reference: 'W-1' });
    expect(released).toMatchObject([{ cancelAfter: day(5) }]);
    // The warehouse has it: a repeated call says so, whatever the day.
    await takenUntil(day(-3));
    expect(await release()).toEqual({ reference: 'W-1' });

    await prisma.fulfillment.update({ where: { id: fulfillmentId }, data: { state: 'planned' } });
    expect(await release({ lateAgreed: true })).toEqual({ reference: 'W-1' });
    // A day that is no longer kept would have the warehouse refuse what was agreed.
    expect(released.at(-1)).not.toHaveProperty('cancelAfter');
    await prisma.fulfillment.update({ where: { id: fulfillmentId }, data: { state: 'planned' } });
    // It had passed when the order came: that was asked about in the check.
    await takenUntil(day(-20));
    expect(await release()).toEqual({ reference: 'W-1' });
  });

  it('says what is for which store, in base units, with the names of the order', async () => {
    const { orderId, fulfillmentId } = await planned();
    const { prisma } = given;
    const { canonical } = await prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const order = canonical as { lines: object[] };
    const named = { identifiers: [{ scheme: 'store', value: '0101' }], address: { name: 'Monterey', country: 'US' } };
    const allocations = [
      { store: named, quantity: '2' },
      { store: { identifiers: [{ scheme: 'store', value: '0102' }] }, quantity: '1' },
    ];
    const asked = { ...order, lines: order.lines.map((line) => ({ ...line, allocations })) };
    await prisma.order.update({ where: { id: orderId }, data: { canonical: asked } });
    const stores = [
      { store: '0101', quantity: '2' },
      { store: '0102', quantity: '1' },
    ];
    const lines = [{ lineNumber: 1, quantity: '3', stores }];
    await prisma.fulfillment.update({ where: { id: fulfillmentId }, data: { lines } });
    const { wms, released } = aWarehouse();
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released[0]?.lines).toMatchObject([
      {
        quantity: '3',
        allocations: [
          { store: { code: '0101', name: 'Monterey' }, quantity: '2' },
          { store: { code: '0102' }, quantity: '1' },
        ],
      },
    ]);
    expect(released[0]?.lines[0]).not.toHaveProperty('stores');
  });

  it('sends the goods of a drop ship order to its consumer, and what a pack is put together from', async () => {
    const { orderId, fulfillmentId } = await planned();
    const { canonical } = await given.prisma.order.findUniqueOrThrow({ where: { id: orderId } });
    const order = canonical as { lines: object[] };
    const address = { name: 'Jo Field', lines: ['12 Elm Street'], city: 'Astoria', region: 'OR', postalCode: '97103' };
    const components = [{ item: { sku: 'MW-1002' }, quantity: { value: '2', unit: 'EA' } }];
    const contact = { phone: '503-555-0100' };
    const asked = {
      ...order,
      oneTimeShipTo: true,
      shipTo: { identifiers: [], address: { ...address, country: 'US' }, contact },
      lines: order.lines.map((line) => ({ ...line, components })),
    };
    await given.prisma.order.update({ where: { id: orderId }, data: { canonical: asked } });
    const { wms, released } = aWarehouse();
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released).toMatchObject([{ shipTo: { ...address, country: 'US' }, contact, lines: [{ components }] }]);
  });

  it('that was called back goes out again under a number that the warehouse has not stopped', async () => {
    const { fulfillmentId } = await planned();
    const { wms, released, cancelled } = aWarehouse([], new Date());
    const renumbered = () => given.records.renumberRelease({ fulfillmentId });
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    const { releaseNumber: first } = await renumbered();
    expect(first).not.toMatch(/-R2$/);
    await given.activity(() => wms.cancelRelease({ fulfillmentId, reason: 'asked' }));
    expect(cancelled).toEqual([first]);
    for (let time = 0; time < 2; time += 1) expect(await renumbered()).toEqual({ releaseNumber: `${first}-R2` });
    await given.activity(() => wms.releaseToWarehouse({ fulfillmentId }));
    expect(released.map(({ releaseNumber }) => releaseNumber)).toEqual([first, `${first}-R2`]);
    const stored = await given.prisma.fulfillment.findUniqueOrThrow({ where: { id: fulfillmentId } });
    expect(stored).toMatchObject({ state: 'released', refusedNumbers: [first] });
  });

  it('cannot be undone at a warehouse that stops nothing: its events say what shipped', async () => {
    const { fulfillmentId } = await planned();
    const { wms, cancelled } = aWarehouse([], new Date(), { canCancel: false });
    await expect(given.activity(() => wms.cancelRelease({ fulfillmentId, reason: 'asked' }))).rejects.toMatchObject({
      type: 'release-not-cancelled',
      nonRetryable: true,
    });
    expect(cancelled).toEqual([]);
  });
});

describe('stock that comes in', () => {
  const DAY_MS = 86_400_000;
  let day = 0;
  /** A reading, each a day after the one before; the orders that were signalled by it. */
  async function counted(...balances: StockSnapshot['balances']) {
    day += 1;
    const { wms } = aWarehouse(balances, new Date(Date.now() + day * DAY_MS));
    const before = given.told.length;
    await given.activity(() => wms.syncStock());
    return given.told.slice(before);
  }
  const reno = (sku: string, onHand: string) => ({ node: 'RNO', sku, onHand });
  const arrived = (...orders: string[]) => orders.map((workflowId) => ({ workflowId, what: 'stockArrived' }));
  async function backordered(sku: string, quantity: number): Promise<string> {
    const orderId = await given.checked('tri-valley', [each(sku, quantity)]);
    expect(await given.records.reserveStock({ orderId, round: 1 })).toMatchObject({ backordered: true });
    return orderId;
  }
  const handedOff = () => given.prisma.handOff.findMany({ select: { target: true, kind: true, payload: true } });

  it('is signalled to the orders that wait for it, the oldest first, in the transaction of the reading', async () => {
    await counted(reno('MW-1005', '0'), reno('MW-1006', '0'));
    const younger = await backordered('MW-1005', 10);
    const older = await backordered('MW-1005', 20);
    const other = await backordered('MW-1006', 10);
    await given.prisma.order.update({ where: { id: older }, data: { receivedAt: new Date('2026-01-01') } });
    expect(await counted(reno('MW-1005', '0'), reno('MW-1006', '0'))).toEqual([]);

    expect(await counted(reno('MW-1005', '15'), reno('MW-1006', '0'))).toEqual(arrived(older, younger));
    expect(await handedOff()).toEqual(
      expect.arrayContaining(
        [older, younger].map((target) => ({
          target,
          kind: 'signal-order',
          payload: { signal: 'stockArrived' },
        })),
      ),
    );
    // The same stock is no news; more of it is, and so is what a cancelled order has given back.
    expect(await counted(reno('MW-1005', '15'), reno('MW-1006', '0'))).toEqual([]);
    expect(await counted(reno('MW-1005', '16'), reno('MW-1006', '1'))).toEqual(arrived(older, younger, other));
  });

  it('that a cancelled order has given back is signalled with the next reading', async () => {
    await counted(reno('MW-1007', '30'));
    const holder = await given.checked('tri-valley', [each('MW-1007', 30)]);
    await given.records.reserveStock({ orderId: holder, round: 1 });
    const waiting = await backordered('MW-1007', 5);
    expect(await counted(reno('MW-1007', '30'))).toEqual([]);
    await given.records.releaseReservations({ orderId: holder });
    expect(await counted(reno('MW-1007', '30'))).toEqual(arrived(waiting));
  });

  it('is not signalled by a reading that is older than the last, nor to an order that has ended', async () => {
    await counted(reno('MW-1008', '0'));
    const ended = await backordered('MW-1008', 5);
    const { wms } = aWarehouse([reno('MW-1008', '50')], new Date('2026-01-01'));
    await given.activity(() => wms.syncStock());
    expect(given.told.filter(({ workflowId }) => workflowId === ended)).toEqual([]);
    await given.prisma.order.update({ where: { id: ended }, data: { closedAt: new Date() } });
    expect(await counted(reno('MW-1008', '50'))).toEqual([]);
  });
});
