import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kindOf } from '../../domain/exceptions.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import { each } from '../../test/integration/purchase-orders.ts';
import { type RecordsUnderTest, recordsUnderTest, underWay } from './testing/records-under-test.ts';

let given: RecordsUnderTest;
beforeAll(async () => {
  given = await recordsUnderTest();
});
afterAll(() => given?.remove());

const until = '2026-12-01T08:00:00.000Z';
const waits = { until, by: 'ann', note: 'pays on Monday' };

async function asked(id: string): Promise<string> {
  const orderId = await given.checked('tri-valley', [each('MW-1001', 1)]);
  const exception: OpenException = {
    ...{ id, type: 'credit-hold', step: 'place the order', summary: 'over its limit', resolutions: ['retry', 'wait'] },
    openedAt: '2026-11-27T12:00:00.000Z',
  };
  const kind = kindOf('credit-hold');
  await given.records.openException({ orderId, exception, standing: [id], kind, progress: underWay });
  await given.records.escalateException({ exceptionId: id });
  return orderId;
}

const told = (orderId: string) =>
  given.prisma.timelineEvent.findMany({
    where: { orderId, type: 'exception.waits' },
    select: { summary: true, actor: true },
  });

describe('an exception that a person lets wait', () => {
  it('stays open and is due then, with who decided so and why; told twice it is the same', async () => {
    const orderId = await asked('w-1');
    const input = { orderId, exceptionId: 'w-1', waits, progress: { ...underWay, waitingFor: '2026-12-01 08:00 UTC' } };
    await given.records.exceptionWaits(input);
    await given.records.exceptionWaits(input);
    const row = await given.prisma.orderException.findUniqueOrThrow({ where: { id: 'w-1' }, include: { order: true } });
    expect(row).toMatchObject({ state: 'open', waits, dueAt: new Date(until), escalatedAt: null });
    expect(row.order?.waitingFor).toBe('2026-12-01 08:00 UTC');
    const summary = 'place the order: waits until 2026-12-01 08:00 UTC (pays on Monday)';
    expect(await told(orderId)).toEqual([{ summary, actor: 'ann' }]);
  });

  it('that was decided meanwhile stays decided', async () => {
    const orderId = await asked('w-2');
    const decision = { resolution: 'retry', by: 'bob' } as const;
    await given.records.closeException({ orderId, exceptionId: 'w-2', decision, progress: underWay });
    await given.records.exceptionWaits({ orderId, exceptionId: 'w-2', waits, progress: underWay });
    const row = await given.prisma.orderException.findUniqueOrThrow({ where: { id: 'w-2' } });
    expect(row).toMatchObject({ state: 'resolved', waits: null, resolvedBy: 'bob' });
  });

  it('moves the ship-by time of its release alone', async () => {
    await given.stock('RNO', 'MW-1001', 5);
    const orderId = await given.checked('tri-valley', [each('MW-1001', 1)]);
    const { fulfillments } = await given.records.reserveStock({ orderId, round: 1 });
    const fulfillmentId = fulfillments[0]?.id ?? '';
    await given.records.moveShipBy({
      orderId,
      fulfillmentId,
      to: until,
      progress: { ...underWay, nextDeadline: until },
    });
    const order = await given.prisma.order.findUniqueOrThrow({
      where: { id: orderId },
      include: { fulfillments: true },
    });
    expect(order.fulfillments).toMatchObject([{ shipBy: new Date(until) }]);
    expect(order.nextDeadline).toEqual(new Date(until));
  });
});
