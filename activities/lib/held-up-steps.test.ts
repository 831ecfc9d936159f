import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { callSystem } from './activity-failure.ts';
import { type Attempt, noteHeldUp, noteThrough, systemTroubleOf } from './held-up-steps.ts';
import { BrokenContract, SystemUnavailable } from './http.ts';
import { SystemBusy, SystemRefusal } from './refusal.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const HOUR = 3_600_000;
const down = { system: 'erp.main', reason: 'erp.main did not answer' };

function attempt(number: number, more: Partial<Attempt> = {}): Attempt {
  return {
    workflowId: 'order/harbor-pine/HP-1',
    activityId: '1',
    attempt: number,
    since: NOW,
    triedForMs: 48 * HOUR,
    retry: { initialMs: 1_000, coefficient: 2, maximumMs: 60_000 },
    ...more,
  };
}

describe('the trouble of a system', () => {
  it('is told by what its client says, also when it is busy', async () => {
    expect(systemTroubleOf(new SystemUnavailable('erp.main', 'system-timeout', 'late'))).toEqual({
      system: 'erp.main',
      reason: 'late',
    });
    expect(systemTroubleOf(new BrokenContract('wms.west', 'a page'))).toEqual({ system: 'wms.west', reason: 'a page' });
    const called = new MockActivityEnvironment().run(() =>
      callSystem(async () => {
        throw new SystemBusy('edi.tri-valley', 'closed', 90_000);
      }),
    );
    const busy = await called.catch((error: unknown) => error);
    expect(systemTroubleOf(busy)).toEqual({ system: 'edi.tri-valley', reason: 'closed', retryAfterMs: 90_000 });
  });

  it('is not a refusal, nor a fault of ours', () => {
    expect(systemTroubleOf(new SystemRefusal('erp.main', 'unknown-order', 'no'))).toBeUndefined();
    expect(systemTroubleOf(ApplicationFailure.create({ type: 'data-impossible' }))).toBeUndefined();
    expect(systemTroubleOf(new TypeError('x'))).toBeUndefined();
  });
});

describe('steps that are held up', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.remove());
  beforeEach(async () => {
    await database.prisma.heldUpStep.deleteMany();
    await database.prisma.order.deleteMany();
  });
  const steps = () => database.prisma.heldUpStep.findMany({ orderBy: [{ workflowId: 'asc' }] });
  const note = (one: Attempt, trouble = down, now = Date.now()) => noteHeldUp(database.prisma, one, trouble, now);

  it('tell how often they were tried and when they are next, as Temporal retries them', async () => {
    await note(attempt(1), down, NOW + 5_000);
    expect(await steps()).toMatchObject([
      {
        attempts: 1,
        since: new Date(NOW),
        lastAttemptAt: new Date(NOW + 5_000),
        nextAttemptAt: new Date(NOW + 6_000),
        triedUntil: new Date(NOW + 48 * HOUR),
      },
    ]);
    await note(attempt(4), down, NOW + 20_000);
    await note(attempt(3), down, NOW + 21_000);
    expect(await steps()).toMatchObject([{ attempts: 4, nextAttemptAt: new Date(NOW + 28_000) }]);
    await note(attempt(30), down, NOW + HOUR);
    expect(await steps()).toMatchObject([{ attempts: 30, nextAttemptAt: new Date(NOW + HOUR + 60_000) }]);
    await note(attempt(31), { ...down, retryAfterMs: 2 * HOUR } as typeof down, NOW + HOUR);
    expect(await steps()).toMatchObject([{ nextAttemptAt: new Date(NOW + 3 * HOUR) }]);
  });

  it('of a later run take the place of an earlier one, although they have been tried less', async () => {
    await note(attempt(9), down, NOW);
    await note(attempt(1, { since: NOW + HOUR }), down, NOW + HOUR);
    expect(await steps()).toMatchObject([{ attempts: 1, since: new Date(NOW + HOUR) }]);
  });

  it('make one alert for a system, and one when it answers again', async () => {
    const here = { since: Date.now() };
    const other = { ...here, workflowId: 'order/harbor-pine/HP-2' };
    expect(await note(attempt(1, here))).toBe(true);
    expect(await note(attempt(1, other))).toBe(false);
    expect(await note(attempt(2, here))).toBe(false);
    expect(await note(attempt(1, { ...here, activityId: '7' }), { system: 'wms.west', reason: 'x' })).toBe(true);
    expect(await noteThrough(database.prisma, attempt(3))).toBeUndefined();
    expect(await noteThrough(database.prisma, attempt(2, other))).toBe('erp.main');
    expect(await noteThrough(database.prisma, attempt(2, other))).toBeUndefined();
    expect(await steps()).toMatchObject([{ system: 'wms.west' }]);
  });

  it('of orders that ended meanwhile are forgotten a day later', async () => {
    const ended = { workflowId: 'order/harbor-pine/HP-3', since: Date.now() - 50 * HOUR, triedForMs: HOUR };
    await note(attempt(1, ended), down, Date.now() - 49 * HOUR);
    await note(attempt(2, { since: Date.now() }));
    expect(await steps()).toHaveLength(2);
    await noteThrough(database.prisma, attempt(3));
    expect(await steps()).toEqual([]);
  });

  it('leave a line in the timeline of their order, unless they waited less than a minute', async () => {
    const order = (id: string) => ({
      ...{ id, poNumber: id, workflowId: `order/harbor-pine/${id}`, partnerId: 'harbor-pine', channel: 'api' },
      ...{ contentHash: id, profileVersion: '1', correlationId: 'c', canonical: {}, currency: 'USD' },
      orderedOn: new Date('2026-11-20'),
    });
    await database.prisma.order.createMany({ data: [order('HP-1'), order('HP-2')] });
    const brief = { workflowId: 'order/harbor-pine/HP-2', since: Date.now() - 30_000 };
    await note(attempt(5));
    await note(attempt(5, brief));
    await noteThrough(database.prisma, attempt(6));
    await noteThrough(database.prisma, attempt(6, brief));
    expect(await database.prisma.timelineEvent.findMany()).toMatchObject([
      {
        orderId: 'HP-1',
        type: 'system.answered',
        summary: 'erp.main answered again; it had not since 2026-11-20 10:00 UTC (5 attempts)',
      },
    ]);
  });
});
