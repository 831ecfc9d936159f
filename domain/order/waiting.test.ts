import { describe, expect, it } from 'vitest';
import { effectOf } from '../exceptions.ts';
import type { OrderEvent } from './events.ts';
import { whyNotResolve } from './guards.ts';
import type { OpenException } from './messages.ts';
import { nextDeadlineOf, progressOf, waitingFor } from './projection.ts';
import { acceptedOrder, anOrder, aRelease, checked, invoiced, NOON, shipped } from './testing.ts';

const exception: OpenException = {
  id: 'x-1',
  type: 'credit-hold',
  step: 'place the order with the ERP',
  summary: 'over its limit',
  resolutions: ['retry', 'wait', 'cancel'],
  openedAt: NOON,
};
const opened: OrderEvent = { type: 'exception-opened', exception };
const waits: OrderEvent = {
  type: 'exception-waits',
  exceptionId: 'x-1',
  waits: { until: '2026-12-01T08:00:00.000Z', by: 'ann', note: 'pays on Monday' },
};

describe('to let an order wait', () => {
  it.each<[string, string | undefined, string | undefined]>([
    ['a time in the future', '2026-12-01T08:00:00Z', undefined],
    ['a time with another zone', '2026-11-27T14:00:01+02:00', undefined],
    ['no time', undefined, 'until-missing'],
    ['now', NOON, 'until-not-possible'],
    ['a time that has passed in its zone', '2026-11-27T13:00:00+02:00', 'until-not-possible'],
    ['90 days', '2027-02-25T12:00:00Z', undefined],
    ['more than 90 days', '2027-02-25T12:00:01Z', 'until-not-possible'],
    ['a day without a time', '2026-12-01', 'until-not-possible'],
    ['a time without a zone', '2026-12-01T08:00:00', 'until-not-possible'],
    ['what is no time', 'tomorrow', 'until-not-possible'],
    ['a day that does not exist', '2026-13-41T08:00:00Z', 'until-not-possible'],
  ])('%s', (_name, until, code) => {
    const input = { exceptionId: 'x-1', resolution: 'wait', by: 'ann', ...(until && { until }) } as const;
    expect(whyNotResolve(anOrder(checked, opened), input, NOON)?.code).toBe(code);
  });

  it('belongs to that resolution alone', () => {
    const input = { exceptionId: 'x-1', resolution: 'retry', by: 'ann', until: '2026-12-01T08:00:00Z' } as const;
    expect(whyNotResolve(anOrder(checked, opened), input, NOON)?.code).toBe('until-not-asked');
  });

  it('says until when and why, and leaves every other decision open', () => {
    const order = anOrder(checked, opened, waits);
    expect(progressOf(order)).toMatchObject({
      status: 'exception',
      waitingFor:
        '2026-12-01 08:00 UTC, when the step is tried again, as ann decided (pays on Monday), because over its limit',
    });
    for (const resolution of ['retry', 'cancel'] as const) {
      expect(whyNotResolve(order, { exceptionId: 'x-1', resolution, by: 'bob' }, NOON)).toBeUndefined();
    }
  });

  it('says first what somebody has to decide', () => {
    const other: OrderEvent = { type: 'exception-opened', exception: { ...exception, id: 'x-2', summary: 'asked' } };
    expect(waitingFor(anOrder(checked, opened, waits, other))).toBe('a decision: asked');
  });

  it('moves the ship-by time of one release', () => {
    const order = anOrder(...acceptedOrder(aRelease('RNO', '4'), aRelease('MEM', '6')), {
      type: 'ship-by-moved',
      fulfillmentId: 'RNO',
      to: '2026-12-09T00:00:00.000Z',
    });
    expect(order.fulfillments.map(({ shipBy }) => shipBy)).toEqual([
      '2026-12-09T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
    ]);
  });

  it('moves the deadline of the payment, never before what an invoice says', () => {
    const left = [...acceptedOrder(aRelease('RNO', '4')), shipped('RNO', 'S1', '4'), invoiced('I-1', 100)];
    const moved = (to: string): OrderEvent => ({ type: 'deadline-moved', deadline: 'payment', to });
    expect(nextDeadlineOf(anOrder(...left, moved('2027-01-10T00:00:00.000Z')))).toBe('2027-01-10T00:00:00.000Z');
    expect(nextDeadlineOf(anOrder(...left, moved('2026-12-10T00:00:00.000Z')))).toBe('2026-12-27T23:59:59.000Z');
  });

  it('is told as what it does', () => {
    expect(effectOf('wait', 'shipment-overdue')).toMatch(/^The deadline moves/);
    expect(effectOf('wait', 'credit-hold')).toMatch(/^The step is tried again by itself/);
  });
});
