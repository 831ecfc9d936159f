import { afterAll, beforeAll, expect, it } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { acceptWarehouseEvent } from './accept-warehouse-event.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

async function released(): Promise<{ orderId: string; releaseNumber: string }> {
  await given.stock('RNO', 'MW-1001', 1_000);
  const orderId = await given.checked('tri-valley', [each('MW-1001', 10)]);
  const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
  return { orderId, releaseNumber: fulfillments[0]?.releaseNumber ?? '' };
}
const heardBy = (orderId: string) => given.told.filter((one) => one.workflowId === orderId);

it('an event reaches its order once, however often the warehouse repeats it', async () => {
  const { orderId, releaseNumber } = await released();
  for (let time = 0; time < 3; time += 1) {
    await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '10' }]);
  }
  expect(heardBy(orderId)).toMatchObject([
    { what: 'warehouseEvent', payload: { releaseNumber, type: 'shipped', shipmentNumber: 'S1', quantity: '10' } },
  ]);
  expect(await given.prisma.handOff.count({ where: { target: orderId, kind: 'signal-order' } })).toBe(1);
});

it('a close that names nothing short reaches its order too, which sees whether everything is accounted for', async () => {
  const { orderId, releaseNumber } = await released();
  await given.closedShort(releaseNumber, []);
  expect(heardBy(orderId)).toMatchObject([{ what: 'warehouseEvent', payload: { type: 'closed', quantity: '0' } }]);
});

it.each([
  ['everything shipped, in two waves', [4, 6], false],
  ['a part shipped', [4], true],
  ['more shipped than was released', [4, 7], true],
])('a close without shorts after %s', async (_, waves, isHeard) => {
  const { orderId, releaseNumber } = await released();
  for (const [wave, units] of waves.entries()) {
    await given.shipped(releaseNumber, `S${wave}`, [{ lineNumber: 1, quantity: String(units) }]);
  }
  await given.closedShort(releaseNumber, []);
  const heard = heardBy(orderId).map(({ payload }) => (payload as { type: string }).type);
  expect(heard).toEqual([...waves.map(() => 'shipped'), ...(isHeard ? ['closed'] : [])]);
  expect(await given.prisma.warehouseEvent.count({ where: { releaseNumber, type: 'closed' } })).toBe(1);
});

it('counts a shipment once that is reported under two event ids', async () => {
  const { orderId, releaseNumber } = await released();
  for (const eventId of ['one', 'other'].map((mark) => `${releaseNumber}/${mark}`)) {
    await given.shipped(releaseNumber, 'S1', [{ lineNumber: 1, quantity: '5' }], eventId);
  }
  await given.closedShort(releaseNumber, []);
  expect(heardBy(orderId).at(-1)).toMatchObject({ payload: { type: 'closed' } });
});

it('an event that nobody decides on is on record only', async () => {
  const { orderId, releaseNumber } = await released();
  const picking = { schema: 'warehouseEvent/v1', occurredAt: new Date().toISOString(), type: 'picking' } as const;
  const event = { ...picking, eventId: 'P1', releaseNumber };
  const accept = (system: string) => acceptWarehouseEvent(given, { system, event, correlationId: 'c' });
  expect(await accept('another')).toEqual({ outcome: 'unknown-release' });
  expect(await accept('main')).toEqual({ outcome: 'accepted', orderId });
  expect(await accept('main')).toEqual({ outcome: 'duplicate', orderId });
  expect(heardBy(orderId)).toEqual([]);
});
