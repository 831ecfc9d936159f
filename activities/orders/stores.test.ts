import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sum } from '../../domain/decimal.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import {
  canonicalOrder,
  cases,
  each,
  type OrderedLine,
  purchaseOrder,
} from '../../test/integration/purchase-orders.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { acceptOrder } from '../intake/accept-order.ts';
import { createOrderRecords } from './activities.ts';
import { spreadOverStores } from './stores.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

type Spread = readonly (readonly [store: string, quantity: string])[];

/** Records of a partner that backorders. */
function records() {
  const deps = agreeing(given, 'harbor-pine', () => ({ backorders: 'backorder' }));
  return { deps, records: createOrderRecords(deps) };
}

async function checked(lines: readonly (readonly [OrderedLine, Spread])[]) {
  const order = canonicalOrder(
    purchaseOrder(
      'harbor-pine',
      `ST-${randomBytes(4).toString('hex')}`,
      lines.map(([line]) => line),
    ),
  );
  const parsed = salesOrder.parse({
    ...order,
    lines: order.lines.map((line, index) => ({
      ...line,
      allocations: lines[index]?.[1].map(([value, quantity]) => ({
        store: { identifiers: [{ scheme: 'store', value }] },
        quantity,
      })),
    })),
  });
  const { orderId } = await acceptOrder(given, { order: parsed, correlationId: 'c', source: { kind: 'api' } });
  const prepared = await given.records.prepareOrder({ orderId, waived: [] });
  return { orderId, prepared };
}

const linesOf = async (orderId: string) => {
  const fulfillments = await given.prisma.fulfillment.findMany({
    where: { orderId },
    orderBy: [{ round: 'asc' }, { sequence: 'asc' }],
  });
  return fulfillments.map(({ lines }) => lines);
};

/** An order of 20 for stores A, B and C (8, 8, 4) at one node. */
async function released() {
  await given.stock('MEM', 'MW-1004', 0);
  await given.stock('RNO', 'MW-1004', 10_000);
  const by = records();
  const spread: Spread = [
    ['0101', '8'],
    ['0102', '8'],
    ['0103', '4'],
  ];
  const { orderId } = await checked([[each('MW-1004', 20), spread]]);
  const [fulfillment] = (await by.records.reserveStock({ orderId, round: 1 })).fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const { id: fulfillmentId, releaseNumber } = fulfillment;
  const common = { orderId, fulfillmentId, system: 'main', progress: underWay };
  return {
    ...by,
    orderId,
    ships: async (number: string, cartons: Spread, stores = true) => {
      const packed = cartons.map(([markFor, quantity]) => ({ lineNumber: 1, quantity, ...(stores && { markFor }) }));
      const eventId = await given.shipped(releaseNumber, number, packed);
      return shipmentOf(await given.activity(() => by.records.recordShipment({ ...common, eventId })));
    },
    closes: async (short: { quantity: string; markFor?: string }[]) => {
      const named = short.map((one) => ({ lineNumber: 1, ...one }));
      const eventId = await given.closedShort(releaseNumber, named);
      return given.activity(() => by.records.recordShort({ ...common, eventId }));
    },
  };
}

describe('the order check', () => {
  it('asks about a store that gets no whole pieces', async () => {
    const { prepared } = await checked([
      [
        cases('MW-1002', 1),
        [
          ['0101', '0.55'],
          ['0102', '0.45'],
        ],
      ],
    ]);
    expect(prepared).toMatchObject({
      ready: false,
      problem: {
        type: 'quantity-not-whole',
        summary: expect.stringMatching(
          /^line 10: .* of MW-1002, .* the stores get \S+ for store 0101, \S+ for store 0102/,
        ),
      },
    });
  });

  it('takes a fraction of a case that is whole pieces', async () => {
    const { prepared } = await checked([
      [
        cases('MW-1002', 1),
        [
          ['0101', '0.5'],
          ['0102', '0.5'],
        ],
      ],
    ]);
    expect(prepared).toMatchObject({ ready: true });
  });
});

describe('releases of a line for stores', () => {
  it('from two nodes and of a later round serve the stores in the order of the document', async () => {
    await given.stock('RNO', 'MW-1003', 10);
    await given.stock('MEM', 'MW-1003', 5);
    const spread: Spread = [
      ['0101', '8'],
      ['0102', '8'],
      ['0103', '4'],
    ];
    const { orderId } = await checked([[each('MW-1003', 20), spread]]);
    const by = records();
    const plan = await by.records.reserveStock({ orderId, round: 1 });
    expect(plan.backordered).toBe(true);
    const sliced = await linesOf(orderId);
    expect(sliced.flat()).toMatchObject([
      { lineNumber: 1, stores: expect.arrayContaining([expect.objectContaining({ store: '0101' })]) },
      { lineNumber: 1, stores: expect.arrayContaining([expect.objectContaining({ store: '0102' })]) },
    ]);
    await given.stock('RNO', 'MW-1003', 20);
    await by.records.reserveStock({ orderId, round: 2 });
    const all = (await linesOf(orderId)).flat() as {
      quantity: string;
      stores: { store: string; quantity: string }[];
    }[];
    expect(all).toHaveLength(3);
    expect(all[2]).toMatchObject({
      quantity: '5',
      stores: [
        { store: '0102', quantity: '1' },
        { store: '0103', quantity: '4' },
      ],
    });
    const totals = spread.map(([store]) => {
      const parts = all.flatMap(({ stores }) => stores.filter((one) => one.store === store));
      return [store, sum(parts.map(({ quantity }) => quantity))];
    });
    expect(totals).toEqual(spread);
    for (const { quantity, stores } of all) expect(sum(stores.map((one) => one.quantity))).toBe(quantity);
  });

  it('leave a line that is for no store alone', () => {
    const lines = [
      { lineNumber: 1, unitFactor: '12' },
      { lineNumber: 2, unitFactor: '1' },
    ];
    const allocations = [{ store: { identifiers: [{ scheme: 'store', value: '0101' }] }, quantity: '1' }];
    const order = { lines, canonical: { lines: [{ allocations }, {}] } } as never;
    expect(spreadOverStores(order, [], [[...lines].map(({ lineNumber }) => ({ lineNumber, quantity: '12' }))])).toEqual(
      [
        [
          { lineNumber: 1, quantity: '12', stores: [{ store: '0101', quantity: '12' }] },
          { lineNumber: 2, quantity: '12' },
        ],
      ],
    );
  });
});

describe('a shipment for stores', () => {
  it('keeps the store of each package and what each store got', async () => {
    const order = await released();
    const { shipmentId } = await order.ships('S1', [
      ['0101', '8'],
      ['0102', '2'],
      ['0102', '3'],
    ]);
    const packages = await given.prisma.package.findMany({ where: { shipmentId } });
    expect(packages.map(({ markFor }) => markFor).toSorted()).toEqual(['0101', '0102', '0102']);
    const { lines } = await given.prisma.shipment.findUniqueOrThrow({ where: { id: shipmentId } });
    expect(lines).toEqual([
      {
        lineNumber: 1,
        quantity: '13',
        stores: [
          { store: '0101', quantity: '8' },
          { store: '0102', quantity: '5' },
        ],
      },
    ]);
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { shipmentId, transactionSet: '856' } });
    expect(body.match(/N1\*Z7\*\*92\*\d+/g)?.toSorted()).toEqual([
      'N1*Z7**92*0101',
      'N1*Z7**92*0102',
      'N1*Z7**92*0102',
    ]);
  });

  it.each<[string, string, Spread, boolean]>([
    ['a store that the order does not name', 'unknown-store', [['0999', '1']], true],
    ['no store', 'store-missing', [['0101', '1']], false],
    ['more than the store gets', 'more-than-allocated', [['0103', '5']], true],
  ])('that names %s is refused, and nothing is recorded', async (_, type, cartons, stores) => {
    const order = await released();
    await expect(order.ships('S1', cartons, stores)).rejects.toMatchObject({ type, nonRetryable: true });
    expect(await given.prisma.shipment.count({ where: { orderId: order.orderId } })).toBe(0);
  });

  it('counts what earlier shipments brought to the store', async () => {
    const order = await released();
    await order.ships('S1', [['0103', '3']]);
    await expect(order.ships('S2', [['0103', '2']])).rejects.toMatchObject({
      type: 'more-than-allocated',
      message: expect.stringMatching(/S2 names 2 of line 1 for store "0103", for which release \S+ has 1 left/),
    });
    await order.ships('S3', [['0103', '1']]);
  });
});

describe('a shortage', () => {
  it('falls on the store that the warehouse names, which gets it from a later release', async () => {
    const order = await released();
    await order.ships('S1', [
      ['0101', '5'],
      ['0102', '8'],
      ['0103', '4'],
    ]);
    await order.closes([{ quantity: '3', markFor: '0101' }]);
    await order.records.reserveStock({ orderId: order.orderId, round: 2 });
    expect((await linesOf(order.orderId))[1]).toEqual([
      { lineNumber: 1, quantity: '3', stores: [{ store: '0101', quantity: '3' }] },
    ]);
  });

  it('falls on the last stores if the warehouse names none, and they may not be shipped to any more', async () => {
    const order = await released();
    await order.closes([{ quantity: '6' }]);
    await expect(order.ships('S1', [['0103', '1']])).rejects.toMatchObject({ type: 'more-than-allocated' });
    await order.ships('S2', [
      ['0101', '8'],
      ['0102', '6'],
    ]);
    await order.records.reserveStock({ orderId: order.orderId, round: 2 });
    expect((await linesOf(order.orderId))[1]).toEqual([
      {
        lineNumber: 1,
        quantity: '6',
        stores: [
          { store: '0102', quantity: '2' },
          { store: '0103', quantity: '4' },
        ],
      },
    ]);
  });

  it('of more than the store gets is refused', async () => {
    const order = await released();
    await expect(order.closes([{ quantity: '5', markFor: '0103' }])).rejects.toMatchObject({
      type: 'more-than-allocated',
    });
  });
});

describe('an order', () => {
  it('names each store of a line once, by a code or a name', () => {
    const order = canonicalOrder(purchaseOrder('harbor-pine', 'ST-BAD', [each('MW-1004', 2)]));
    const faults = (stores: object[]) => {
      const allocations = stores.map((store) => ({ store, quantity: '1' }));
      const result = salesOrder.safeParse({ ...order, lines: [{ ...order.lines[0], allocations }] });
      return result.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    };
    const named = { identifiers: [{ scheme: 'store', value: '0101' }] };
    expect(faults([named, named])).toEqual([
      'lines.0.allocations.1.store: line 10 names store "0101" twice, first in allocations[0]',
    ]);
    expect(faults([named, { address: { city: 'Reno', country: 'US' } }])).toEqual([
      'lines.0.allocations.1.store: needs an identifier or a name',
    ]);
  });
});
