import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kindOf, type Resolution } from '../../domain/exceptions.ts';
import { bulkProgressOf, resolveTogether, unresolvedOf } from './bulk-resolution.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const TYPE = 'price-outside-tolerance';

/** An order that asks about its price, as its workflow does. */
async function asking() {
  const { orderId } = await given.accept('harbor-pine', `PO-${randomUUID().slice(0, 8)}`);
  const exceptionId = randomUUID();
  const openedAt = new Date().toISOString();
  const { resolutions } = kindOf(TYPE);
  await given.records.openException({
    standing: [],
    orderId,
    exception: { id: exceptionId, type: TYPE, step: 'check', summary: 'too cheap', resolutions, openedAt },
    kind: kindOf(TYPE),
    progress: underWay,
  });
  return { exceptionId, orderId, partnerId: 'harbor-pine' };
}

const closed = (
  { exceptionId, orderId }: { exceptionId: string; orderId: string },
  resolution: Resolution,
  by: string,
) => given.records.closeException({ orderId, exceptionId, decision: { resolution, by }, progress: underWay });

it('one decision reaches each order once, and its records tell how each was resolved', async () => {
  const items = (await Promise.all([asking(), asking(), asking(), asking()])).map((one) => ({
    ...one,
    returnId: null,
  }));
  const [first, second, third] = items;
  if (!first || !second || !third) throw new Error('there are four');
  const outcome = { taken: { count: 4, byType: [{ type: TYPE, count: 4 }] }, refused: { count: 0, groups: [] } };
  const request = {
    ...{ id: 'b-1', clientId: 'c', by: 'ann', items, outcome },
    decision: { resolution: 'accept' as const },
  };
  given.told.length = 0;
  await resolveTogether(given, request);
  await resolveTogether(given, request);
  expect(given.told.map(({ what, payload }) => [what, payload])).toEqual(
    items.map(({ exceptionId }) => ['exceptionDecided', { exceptionId, by: 'ann', resolution: 'accept' }]),
  );
  // The rows are there for any process, should this one die.
  const rows = { kind: 'signal-order', target: { in: items.map(({ orderId }) => orderId) } };
  expect(await given.prisma.handOff.count({ where: rows })).toBe(4);
  expect(await bulkProgressOf(given.prisma, 'b-1')).toMatchObject({ total: 4, waiting: 4, outcome, by: 'ann' });

  await given.prisma.handOff.deleteMany({ where: rows });
  await closed(first, 'accept', 'ann');
  await closed(second, 'accept', 'bob');
  await closed(third, 'retry', 'ann');
  const counts = { total: 4, waiting: 0, open: 1, resolved: 1, otherwise: 2 };
  expect(await bulkProgressOf(given.prisma, 'b-1')).toMatchObject(counts);
  const rest = await unresolvedOf(given.prisma, 'b-1', 10);
  expect(rest.map(({ resolution, resolvedBy }) => [resolution, resolvedBy]).sort()).toEqual([
    [null, null],
    ['accept', 'bob'],
    ['retry', 'ann'],
  ]);
});

it('an order that was reset and asks anew leaves no question behind that nobody can answer', async () => {
  const { orderId, exceptionId } = await asking();
  const exception = {
    ...{ id: randomUUID(), type: TYPE as typeof TYPE, step: 'check', summary: 'too cheap', resolutions: [] },
    openedAt: new Date().toISOString(),
  };
  await given.records.openException({ orderId, exception, standing: [], kind: kindOf(TYPE), progress: underWay });
  const rows = await given.prisma.orderException.findMany({ where: { orderId }, select: { id: true, state: true } });
  expect(new Map(rows.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [exceptionId, 'resolved'],
      [exception.id, 'open'],
    ]),
  );
});
