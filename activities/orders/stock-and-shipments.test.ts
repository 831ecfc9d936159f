import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, sum } from '../../domain/decimal.ts';
import { isSscc } from '../../domain/sscc.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { nextNumbers } from '../documents/control-numbers.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import type { ShippedLine } from '../lib/records.ts';
import { createOrderRecords } from './activities.ts';
import { type RecordsUnderTest, recordsUnderTest, shipmentOf, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const held = async (sku: string) => {
  const { prisma } = given;
  const [balances, reservations] = await Promise.all([
    prisma.inventoryBalance.findMany({ where: { sku } }),
    prisma.reservation.findMany({ where: { sku } }),
  ]);
  return {
    onHand: sum(balances.map((one) => one.onHand.toFixed())),
    reserved: sum(balances.map((one) => one.reserved.toFixed())),
    byOrders: sum(reservations.map((one) => one.quantity.toFixed())),
  };
};

describe('stock', () => {
  it('is never promised twice when fifty orders request it concurrently', async () => {
    await given.stock('RNO', 'MW-1001', 60);
    await given.stock('MEM', 'MW-1001', 41);
    await given.stock('RNO', 'MW-1002', 200);
    await given.stock('MEM', 'MW-1002', 200);
    // Lines in either order, so that two orders would wait for each other if locks were taken as lines come.
    const shapes = [
      [each('MW-1001', 3), each('MW-1002', 1)],
      [each('MW-1002', 1), each('MW-1001', 3)],
    ];
    const orders: string[] = [];
    for (let index = 0; index < 50; index += 1) {
      orders.push(await given.checked('tri-valley', shapes[index % 2] ?? []));
    }
    const plans = await Promise.all(orders.map((orderId) => given.records.reserveStock({ orderId, round: 1 })));

    expect(await held('MW-1001')).toEqual({ onHand: '101', reserved: '101', byOrders: '101' });
    expect(plans.filter(({ backordered }) => backordered)).toHaveLength(17);
    const again = await Promise.all(orders.map((orderId) => given.records.reserveStock({ orderId, round: 1 })));
    expect(again).toEqual(plans);
    expect(await held('MW-1001')).toEqual({ onHand: '101', reserved: '101', byOrders: '101' });
    for (const orderId of orders) await given.records.releaseReservations({ orderId });
    expect(await held('MW-1001')).toEqual({ onHand: '101', reserved: '0', byOrders: '0' });
    expect(await held('MW-1002')).toEqual({ onHand: '400', reserved: '0', byOrders: '0' });
  });

  it('that is missing is listed with the free quantity per node for the person who decides', async () => {
    await given.stock('RNO', 'MW-1006', 0);
    await given.stock('MEM', 'MW-1006', 0);
    const orderId = await given.checked('harbor-pine', [each('MW-1006', 10)]);
    expect(await given.records.reserveStock({ orderId, round: 1 })).toEqual({
      fulfillments: [],
      backordered: false,
      lacking: 'MW-1006 10 wanted, free 0 at MEM, 0 at RNO',
    });
    await given.stock('RNO', 'MW-1006', 10_000);
  });

  it('is refused at once as the profile says, with an 855 that calls every line unavailable', async () => {
    await given.stock('RNO', 'MW-1006', 0);
    await given.stock('MEM', 'MW-1006', 0);
    const deps = agreeing(given, 'harbor-pine', () => ({ backorders: 'cancel', whenNothingAvailable: 'refuse' }));
    const records = createOrderRecords(deps);
    const orderId = await given.checked('harbor-pine', [each('MW-1006', 10)]);
    const lacking = 'MW-1006 10 wanted, free 0 at MEM, 0 at RNO';
    expect(await records.reserveStock({ orderId, round: 1 })).toMatchObject({ lacking, refuse: true });
    const stop = { reason: lacking, by: 'system', problem: 'nothing-available' as const };
    await given.activity(() =>
      records.finishOrder({ orderId, progress: { status: 'rejected', waitingFor: '' }, stop }),
    );
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { orderId, transactionSet: '855' } });
    expect(body).toMatch(/BAK\*00\*RD\*/);
    expect(body).toMatch(/ACK\*ID\*10\*EA~/);
    await given.stock('RNO', 'MW-1006', 10_000);
  });

  it('is released once, however often the release is requested', async () => {
    await given.stock('RNO', 'MW-1003', 20);
    const orderId = await given.checked('tri-valley', [each('MW-1003', 12)]);
    await given.records.reserveStock({ orderId, round: 1 });
    for (let time = 0; time < 3; time += 1) await given.records.releaseReservations({ orderId });
    expect(await held('MW-1003')).toEqual({ onHand: '20', reserved: '0', byOrders: '0' });
  });
});

async function released(partnerId: 'harbor-pine' | 'tri-valley', sku: string, quantity: number) {
  await given.stock('RNO', sku, 10_000);
  const orderId = await given.checked(partnerId, [each(sku, quantity)]);
  const plan = await given.records.reserveStock({ orderId, round: 1 });
  const [fulfillment] = plan.fulfillments;
  if (fulfillment === undefined) throw new Error('nothing was reserved');
  const common = { orderId, fulfillmentId: fulfillment.id, system: 'main', progress: underWay };
  return {
    orderId,
    ships: async (shipmentNumber: string, quantity: string) => {
      const eventId = await given.shipped(fulfillment.releaseNumber, shipmentNumber, [{ lineNumber: 1, quantity }]);
      return shipmentOf(await given.activity(() => given.records.recordShipment({ ...common, eventId })));
    },
    /** Records a shipment of more than the release has, and charges the rest. `asked` is the question that came first. */
    shipsMore: async (shipmentNumber: string, quantity: string) => {
      const eventId = await given.shipped(fulfillment.releaseNumber, shipmentNumber, [{ lineNumber: 1, quantity }]);
      const record = (surplus?: { quantity: string; charged: boolean }) =>
        given.activity(() => given.records.recordShipment({ ...common, eventId, ...(surplus && { surplus }) }));
      const asked = await record();
      if (!('surplus' in asked)) return { ...asked, asked: undefined, unrecorded: undefined };
      const unrecorded = await given.prisma.shipment.count({ where: { orderId, shipmentNumber } });
      const decided = { quantity: asked.surplus.quantity, charged: true };
      return { ...shipmentOf(await record(decided)), asked: asked.surplus, unrecorded };
    },
    closes: async (quantity: string) => {
      const eventId = await given.closedShort(fulfillment.releaseNumber, [{ lineNumber: 1, quantity }]);
      return given.activity(() => given.records.recordShort({ ...common, eventId }));
    },
    state: async () => (await given.prisma.fulfillment.findUniqueOrThrow({ where: { id: fulfillment.id } })).state,
    line: async () => {
      const line = await given.prisma.orderLine.findUniqueOrThrow({
        where: { orderId_lineNumber: { orderId, lineNumber: 1 } },
      });
      const { ordered, cancelled, rejected, backordered, open, shipped, surplus } = line;
      return Object.fromEntries(
        Object.entries({ ordered, cancelled, rejected, backordered, open, shipped, surplus }).map(([name, value]) => [
          name,
          value.toFixed(),
        ]),
      );
    },
  };
}

describe('a shipment', () => {
  it('is recorded and announced once when the step runs five times concurrently', async () => {
    const order = await released('harbor-pine', 'MW-1004', 10);
    const ids = await Promise.all(Array.from({ length: 5 }, () => order.ships('S1', '6')));
    expect(new Set(ids.map(({ shipmentId }) => shipmentId)).size).toBe(1);
    const { orderId } = order;
    expect(await given.prisma.shipment.count({ where: { orderId } })).toBe(1);
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '856' } })).toBe(1);
    expect(await given.prisma.timelineEvent.count({ where: { orderId, type: 'order.shipped' } })).toBe(1);
    expect(await order.line()).toMatchObject({ open: '4', shipped: '6' });
    expect(await held('MW-1004')).toMatchObject({ onHand: '9994', reserved: '4', byOrders: '4' });
  });

  it('with the maximum number of cartons is recorded, each with its own label', async () => {
    const cartons = 20_000;
    await given.stock('RNO', 'MW-1008', cartons);
    const orderId = await given.checked('harbor-pine', [each('MW-1008', cartons)]);
    const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
    const [fulfillment] = fulfillments;
    if (fulfillment === undefined) throw new Error('nothing was reserved');
    const one = { lineNumber: 1, quantity: '1' };
    const eventId = await given.shipped(fulfillment.releaseNumber, 'S1', Array(cartons).fill(one));
    const input = { orderId, fulfillmentId: fulfillment.id, system: 'main', eventId, progress: underWay };
    const { shipmentId } = shipmentOf(await given.activity(() => given.records.recordShipment(input)));
    expect(await given.prisma.package.count({ where: { shipmentId, sscc: { not: null } } })).toBe(cartons);
    expect(await given.prisma.orderReference.count({ where: { orderId, kind: 'sscc' } })).toBe(cartons);
    expect(await given.prisma.document.count({ where: { orderId, transactionSet: '856' } })).toBe(1);
  }, 60_000);

  it('of more than was released is recorded once it is decided what becomes of the rest', async () => {
    const order = await released('harbor-pine', 'MW-1005', 10);
    await order.ships('S1', '6');
    const { asked, unrecorded, shipmentId } = await order.shipsMore('S2', '5');
    expect(unrecorded).toBe(0);
    expect(asked).toEqual({
      ...{ quantity: '1', lineIds: ['10'] },
      summary: 'line 10 (MW-1005): RNO had 4 EA left to ship and shipped 1 EA more, worth 3.95 USD; 10 EA are ordered',
    });
    expect(await order.line()).toMatchObject({ open: '0', shipped: '10', surplus: '1' });
    const { lines } = await given.prisma.shipment.findUniqueOrThrow({ where: { id: shipmentId } });
    expect(lines).toEqual([{ lineNumber: 1, quantity: '4', surplus: { quantity: '1', charged: true } }]);
    expect(await held('MW-1005')).toMatchObject({ onHand: '9989', reserved: '0', byOrders: '0' });
    const { body } = await given.prisma.document.findFirstOrThrow({ where: { shipmentId, transactionSet: '856' } });
    expect(body).toMatch(/SN1\*\d*\*5\*EA/);
  });

  it('is recorded with what is decided for another quantity only after another question', async () => {
    const order = await released('harbor-pine', 'MW-1005', 10);
    const { asked } = await order.shipsMore('S1', '12');
    expect(asked).toMatchObject({ quantity: '2' });
    // The same event again is the same shipment, whatever is said about it.
    expect(await order.ships('S1', '12')).toEqual({ shipmentId: expect.any(String) });
    expect(await order.line()).toMatchObject({ shipped: '10', surplus: '2' });
  });

  it('is to be told of by its carrier within the business time that the profile says', async () => {
    const order = await released('harbor-pine', 'MW-1009', 10);
    const deps = agreeing(given, 'harbor-pine', ({ deadlines }) => ({
      deadlines: { ...deadlines, carrierScan: 'P1D business' },
    }));
    const fulfillment = await given.prisma.fulfillment.findFirstOrThrow({ where: { orderId: order.orderId } });
    const { id: fulfillmentId, releaseNumber } = fulfillment;
    const eventId = await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
    const input = { orderId: order.orderId, fulfillmentId, system: 'main', eventId, progress: underWay };
    const record = () => given.activity(() => createOrderRecords(deps).recordShipment(input));
    const recorded = await record();
    expect(recorded).toEqual({ shipmentId: expect.any(String), scanBy: expect.any(String) });
    expect(await record()).toEqual(recorded);
    const { scanBy, shippedAt } = await given.prisma.shipment.findFirstOrThrow({ where: { fulfillmentId } });
    expect((scanBy?.getTime() ?? 0) - shippedAt.getTime()).toBeGreaterThan(23 * 3_600_000);
  });

  it('leaves its release partly shipped until nothing remains, then shipped', async () => {
    const order = await released('harbor-pine', 'MW-1009', 10);
    await order.ships('S1', '6');
    expect(await order.state()).toBe('partly-shipped');
    await order.ships('S2', '4');
    expect(await order.state()).toBe('shipped');
    await order.ships('S1', '6');
    expect(await order.state()).toBe('shipped');
  });

  it('of the rest of a release that was closed short leaves it closed short, and a repeated close changes nothing', async () => {
    const order = await released('harbor-pine', 'MW-1009', 10);
    await order.closes('4');
    await order.ships('S1', '6');
    await order.closes('4');
    expect(await order.state()).toBe('closed-short');
    expect(await order.line()).toMatchObject({ open: '0', shipped: '6', cancelled: '4' });
  });

  it('of a quantity that the warehouse reported short is refused', async () => {
    const order = await released('harbor-pine', 'MW-1006', 10);
    await order.closes('4');
    await expect(order.ships('S1', '7')).rejects.toThrow(/RNO had 6 EA left to ship and shipped 1 EA more/);
    await order.ships('S2', '6');
    expect(await order.line()).toMatchObject({ open: '0', shipped: '6', cancelled: '4' });
    expect(await held('MW-1006')).toMatchObject({ onHand: '9994', reserved: '0', byOrders: '0' });
  });

  it('keeps every quantity balanced, whatever warehouses report and however often', async () => {
    const says = fc.record({
      what: fc.constantFrom('ships', 'ships', 'ships', 'closes', 'again'),
      quantity: fc.integer({ min: 1, max: 12 }).map(String),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<'harbor-pine' | 'tri-valley'>('harbor-pine', 'tri-valley'),
        fc.array(says, { minLength: 1, maxLength: 6 }),
        async (partnerId, story) => {
          const order = await released(partnerId, 'MW-1007', 20);
          let last: [string, string] = ['S0', '1'];
          for (const [index, { what, quantity }] of story.entries()) {
            if (what === 'ships') last = [`S${index}`, quantity];
            const done = what === 'closes' ? order.closes(quantity) : order.shipsMore(...last);
            await done.catch((error: { type?: string }) => expect(error.type).toBe('more-than-released'));
            const line = await order.line();
            const parts = ['cancelled', 'rejected', 'backordered', 'open', 'shipped'].map((name) => line[name] ?? '');
            expect(parts.every((part) => !part.startsWith('-'))).toBe(true);
            expect(parts.reduce(add)).toBe('20');
            const reservations = await given.prisma.reservation.findMany({ where: { orderId: order.orderId } });
            expect(sum(reservations.map((one) => one.quantity.toFixed()))).toBe(line.open);
          }
          const { surplus } = await order.line();
          const beyond = await given.prisma.shipment.findMany({ where: { orderId: order.orderId } });
          const lines = beyond.flatMap((one) => one.lines as unknown as ShippedLine[]);
          expect(sum(lines.map((one) => one.surplus?.quantity ?? '0'))).toBe(surplus);
          const shipments = await given.prisma.shipment.findMany({ where: { orderId: order.orderId } });
          const documents = await given.prisma.document.count({
            where: { orderId: order.orderId, transactionSet: '856' },
          });
          expect(documents).toBe(shipments.length);
        },
      ),
      { numRuns: 25 },
    );
    const { reserved, byOrders } = await held('MW-1007');
    expect(reserved).toBe(byOrders);
  });

  it('has cartons with consecutive SSCCs, without gap or repetition, when twenty leave concurrently', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => released('harbor-pine', 'MW-1008', 9)));
    const before = await serials();
    const first = await nextSerial();
    await Promise.all(orders.map((order) => order.ships('S1', '9')));
    const given = (await serials()).slice(before.length);
    expect(given).toEqual(Array.from({ length: 20 }, (_, index) => first + index));
  });

  it('that five attempts record concurrently has one SSCC per carton, and no number is reused', async () => {
    const before = await serials();
    const orders = await Promise.all(Array.from({ length: 4 }, () => released('harbor-pine', 'MW-1008', 9)));
    await Promise.all(orders.flatMap((order) => Array.from({ length: 5 }, () => order.ships('S1', '9'))));
    const after = await serials();
    expect(after).toHaveLength(before.length + 4);
    expect(new Set(after).size).toBe(after.length);
  });
});

async function nextSerial(): Promise<number> {
  const { next } = await given.prisma.controlNumber.findFirstOrThrow({ where: { kind: 'sscc' } });
  return Number(next);
}

/** Of every SSCC given so far; under a prefix of seven digits a serial has nine. */
async function serials(): Promise<number[]> {
  const packages = await given.prisma.package.findMany({ where: { sscc: { not: null } }, select: { sscc: true } });
  const labels = packages.flatMap(({ sscc }) => sscc ?? []);
  expect(labels.filter((sscc) => !isSscc(sscc))).toEqual([]);
  return labels.map((sscc) => Number(sscc.slice(8, 17))).sort((a, b) => a - b);
}

describe('numbers', () => {
  it('have neither gap nor repetition when many are allocated concurrently and some transactions fail', async () => {
    const { prisma } = given;
    const take = (count: number, fails: boolean) =>
      prisma.$transaction(async (records) => {
        const first = await nextNumbers(records, 'nobody', 'interchange', count);
        if (fails) throw new Error('fails after it has its numbers');
        return Array.from({ length: count }, (_, offset) => first + offset);
      });
    const sizes = Array.from({ length: 40 }, (_, index) => 1 + (index % 3));
    const taken = await Promise.allSettled(sizes.map((size, index) => take(size, index % 5 === 0)));
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
    const numbers = taken.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])).sort((a, b) => a - b);
    const count = sizes.filter((_, index) => index % 5 !== 0).reduce((total, size) => total + size, 0);
    expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(await nextNumbers(prisma, 'nobody', 'interchange', 1)).toBe(count + 1);
  });
});
