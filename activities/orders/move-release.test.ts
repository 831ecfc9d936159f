import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { otherNodesFor } from './move-release.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

let decisions = 0;
const anotherDecision = () => {
  decisions += 1;
  return `x-${decisions}`;
};

async function standing(orderId: string) {
  const { prisma } = given;
  const [balances, reservations, releases, lines] = await Promise.all([
    prisma.inventoryBalance.findMany({ where: { sku: { in: ['MW-1001', 'MW-1002'] } } }),
    prisma.reservation.findMany({ where: { quantity: { gt: 0 }, sku: { in: ['MW-1001', 'MW-1002'] } } }),
    prisma.fulfillment.findMany({ where: { orderId }, orderBy: [{ round: 'asc' }, { sequence: 'asc' }] }),
    prisma.orderLine.findMany({ where: { orderId } }),
  ]);
  const reservedAt = (node: string, sku: string) =>
    reservations.reduce((sum, one) => (one.node === node && one.sku === sku ? sum + one.quantity.toNumber() : sum), 0);
  return { balances, reservations, releases, lines, reservedAt };
}

async function expectBalanced(orderId: string): Promise<void> {
  const { balances, lines, releases, reservations, reservedAt } = await standing(orderId);
  for (const { node, sku, onHand, reserved } of balances) {
    expect(reserved.toNumber()).toBe(reservedAt(node, sku));
    expect(reserved.toNumber()).toBeLessThanOrEqual(onHand.toNumber());
  }
  for (const line of lines) {
    const parts = [line.cancelled, line.rejected, line.backordered, line.open, line.shipped];
    expect(parts.reduce((sum, one) => sum + one.toNumber(), 0)).toBe(line.ordered.toNumber());
    const held = reservations.filter((one) => one.orderId === orderId && one.lineNumber === line.lineNumber);
    expect(held.reduce((sum, one) => sum + one.quantity.toNumber(), 0)).toBe(line.open.toNumber());
    const planned = releases
      .flatMap((release) => release.lines as { lineNumber: number; quantity: string }[])
      .filter(({ lineNumber }) => lineNumber === line.lineNumber);
    expect(planned.reduce((sum, one) => sum + Number(one.quantity), 0)).toBe(line.open.toNumber());
  }
}

async function reservedOrder(quantities: readonly [number, number] = [10, 4]): Promise<string> {
  const [first, second] = quantities;
  const orderId = await given.checked('tri-valley', [each('MW-1001', first), each('MW-1002', second)]);
  await given.records.reserveStock({ orderId, round: 1 });
  return orderId;
}

async function lastRelease(orderId: string) {
  const release = await given.prisma.fulfillment.findFirstOrThrow({
    where: { orderId, lines: { not: [] } },
    orderBy: { sequence: 'desc' },
  });
  return { fulfillmentId: release.id, node: release.node };
}

async function stocked(rno: number, mem: number): Promise<void> {
  await given.prisma.reservation.deleteMany();
  await given.prisma.inventoryBalance.updateMany({ data: { reserved: 0 } });
  for (const sku of ['MW-1001', 'MW-1002']) {
    await given.stock('RNO', sku, rno);
    await given.stock('MEM', sku, mem);
  }
}

describe('a release that goes out from another node', () => {
  it('takes its stock and lines along, and says who decided', async () => {
    await stocked(100, 100);
    const orderId = await reservedOrder();
    const { fulfillmentId, node } = await lastRelease(orderId);
    const other = node === 'RNO' ? 'MEM' : 'RNO';
    const input = { orderId, fulfillmentId, node: other, exceptionId: anotherDecision(), by: 'ann', note: 'flood' };
    const moved = await given.records.moveRelease(input);
    expect(moved).toMatchObject({ type: 'moved', left: '0', to: { node: other, planned: '14' } });
    expect(await given.records.moveRelease(input)).toEqual(moved);
    await expectBalanced(orderId);
    const { releases } = await standing(orderId);
    expect(releases).toMatchObject([
      { node, state: 'cancelled', lines: [] },
      { node: other, state: 'planned' },
    ]);
    const told = await given.prisma.timelineEvent.findMany({ where: { orderId, type: 'release.moved' } });
    expect(told).toMatchObject([{ actor: 'ann', summary: `14 units ship from ${other} instead of ${node} (flood)` }]);
  });

  it.each([
    ['MEM', 'not-enough-stock', 'MEM has not enough: line 20 needs 4 of MW-1002, and 3 are free'],
    ['RNO', 'same-node', 'it is to ship from RNO already'],
    ['XXX', 'unknown-node', 'XXX is no node that this order can ship from; MEM is'],
    ['constructor', 'unknown-node', 'constructor is no node that this order can ship from; MEM is'],
  ])('not from %s: %s', async (node, code, reason) => {
    await stocked(100, 0);
    const orderId = await reservedOrder();
    const { fulfillmentId } = await lastRelease(orderId);
    await given.stock('MEM', 'MW-1001', 10);
    await given.stock('MEM', 'MW-1002', 3);
    const before = await standing(orderId);
    const input = { orderId, fulfillmentId, node, exceptionId: anotherDecision(), by: 'ann' };
    expect(await given.records.moveRelease(input)).toEqual({ type: 'refused', code, reason });
    const after = await standing(orderId);
    expect([after.releases, after.reservations]).toEqual([before.releases, before.reservations]);
    await expectBalanced(orderId);
  });

  it('is offered with what each other node has', async () => {
    await stocked(100, 0);
    const orderId = await reservedOrder();
    const { fulfillmentId } = await lastRelease(orderId);
    await given.stock('MEM', 'MW-1001', 10);
    const wms = [{ id: 'main', taskQueue: 'q', nodes: ['RNO', 'MEM'], addresses: {}, serves: ['test'] }] as never;
    const profile = { prisma: given.prisma, wms };
    expect(await otherNodesFor(profile, fulfillmentId, 'test')).toMatchObject([
      {
        node: 'MEM',
        enough: false,
        lines: [
          { sku: 'MW-1001', wanted: '10', free: '10' },
          { sku: 'MW-1002', wanted: '4', free: '0' },
        ],
      },
    ]);
  });

  it('two orders never get the same stock of it', async () => {
    await stocked(100, 0);
    const orders = await Promise.all([reservedOrder(), reservedOrder(), reservedOrder()]);
    await given.stock('MEM', 'MW-1001', 21);
    await given.stock('MEM', 'MW-1002', 21);
    const moved = await Promise.all(
      orders.map(async (orderId) => {
        const { fulfillmentId } = await lastRelease(orderId);
        const input = { orderId, fulfillmentId, node: 'MEM', exceptionId: anotherDecision(), by: 'ann' };
        return (await given.records.moveRelease(input)).type;
      }),
    );
    expect(moved.toSorted()).toEqual(['moved', 'moved', 'refused']);
    for (const orderId of orders) await expectBalanced(orderId);
  });

  it('keeps every quantity balanced and never takes more than there is, whatever is moved where', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
        fc.tuple(fc.integer({ min: 18, max: 30 }), fc.integer({ min: 0, max: 12 })),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.constantFrom('RNO', 'MEM', 'XXX')), {
          minLength: 1,
          maxLength: 6,
        }),
        async (quantities, [rno, mem], moves) => {
          await stocked(rno, mem);
          const orders = [await reservedOrder(quantities), await reservedOrder(quantities)];
          for (const [which, node] of moves) {
            const orderId = orders[which] ?? '';
            const { fulfillmentId } = await lastRelease(orderId);
            await given.records.moveRelease({
              orderId,
              fulfillmentId,
              node,
              exceptionId: anotherDecision(),
              by: 'ann',
            });
          }
          for (const orderId of orders) await expectBalanced(orderId);
        },
      ),
      { numRuns: 15, seed: 11 },
    );
  });
});
