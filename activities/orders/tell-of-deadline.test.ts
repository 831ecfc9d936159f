import { afterAll, beforeAll, expect, it } from 'vitest';
import { each } from '../../test/integration/purchase-orders.ts';
import { agreeing } from '../edi/testing/agreeing.ts';
import { createOrderRecords } from './activities.ts';
import { type RecordsUnderTest, recordsUnderTest } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const HOUR_MS = 3_600_000;

it('tells of a deadline in the timeline once, and again of another time', async () => {
  const orderId = await given.checked('tri-valley', [each('MW-1001', 3)]);
  const near = { orderId, what: 'near' as const, due: 'shipment from RNO', by: '2026-12-01T23:00:00.000Z' };
  await given.records.tellOfDeadline(near);
  await given.records.tellOfDeadline(near);
  await given.records.tellOfDeadline({ ...near, what: 'jeopardy' });
  await given.records.tellOfDeadline({ ...near, by: '2026-12-02T23:00:00.000Z' });
  const events = await given.prisma.timelineEvent.findMany({
    where: { orderId, type: { startsWith: 'deadline.' } },
    orderBy: { id: 'asc' },
  });
  expect(events.map(({ type, summary }) => `${type}: ${summary}`)).toEqual([
    'deadline.near: shipment from RNO is due by 2026-12-01T23:00:00.000Z',
    'deadline.jeopardy: shipment from RNO is due by 2026-12-01T23:00:00.000Z; by the lead times of the profile that can no longer be kept',
    'deadline.near: shipment from RNO is due by 2026-12-02T23:00:00.000Z',
  ]);
});

it('resolves the spans of the profile where the deadline is made: at the check, and with each release', async () => {
  const leadTimes = { acknowledge: 'PT1H', ship: 'PT5H' };
  const warnBefore = { acknowledge: 'PT2H', ship: 'PT3H', cancelAfter: 'P1D' };
  const records = createOrderRecords(agreeing(given, 'tri-valley', () => ({ deadlines: { leadTimes, warnBefore } })));
  await given.stock('RNO', 'MW-1001', 100);
  const { orderId } = await given.accept('tri-valley', 'PO-AHEAD', [each('MW-1001', 3)]);
  const prepared = await records.prepareOrder({ orderId, waived: [] });
  if (!prepared.ready) throw new Error(prepared.problem.summary);
  const { acknowledge, shipBy = '', shipAhead } = prepared.terms;
  const before = (by: string, hours: number) => new Date(Date.parse(by) - hours * HOUR_MS).toISOString();
  expect(acknowledge?.ahead).toEqual({
    warnAt: before(acknowledge?.by ?? '', 2),
    jeopardyFrom: before(acknowledge?.by ?? '', 1),
  });
  expect(shipAhead).toEqual({ warnAt: before(shipBy, 3), jeopardyFrom: before(shipBy, 5) });
  const reserved = await records.reserveStock({ orderId, round: 1 });
  expect(reserved.fulfillments).toMatchObject([{ shipBy, shipAhead }]);
  // The same, when the step is repeated.
  expect(await records.reserveStock({ orderId, round: 1 })).toEqual(reserved);
});
