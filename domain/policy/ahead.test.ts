import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysOpen } from '../calendar/calendar.ts';
import { progressOf } from '../order/projection.ts';
import { acceptedOrder, anOrder, aRelease, checked, reserved, shipped } from '../order/testing.ts';
import { aheadOf, toForetell } from './ahead.ts';

const by = new Date('2026-12-01T12:00:00Z');
const watched = (warnBefore: string, leadTime?: string) => ({
  by: by.toISOString(),
  ahead: aheadOf(by, { warnBefore, leadTime }, alwaysOpen),
});

describe('what is told before a deadline', () => {
  it('comes in the order of its moments', () => {
    const told = [
      { what: 'jeopardy', at: '2026-12-01T08:00:00.000Z' },
      { what: 'near', at: '2026-12-01T10:00:00.000Z' },
    ];
    expect(toForetell(watched('PT2H', 'PT4H'), '2026-12-01T00:00:00.000Z')).toEqual(told);
    const early = toForetell(watched('PT6H', 'PT4H'), '2026-12-01T00:00:00.000Z');
    expect(early.map(({ what }) => what)).toEqual(['near', 'jeopardy']);
    expect(toForetell(watched('PT2H'), '2026-12-01T00:00:00.000Z')).toEqual([told[1]]);
  });

  it('is no warning to an order that has only just come so far, but its lateness is predicted all the same', () => {
    const told = toForetell(watched('PT2H', 'PT4H'), '2026-12-01T11:00:00.000Z');
    expect(told.map(({ what }) => what)).toEqual(['jeopardy']);
  });

  it('is never later than the deadline', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (warn, lead) => {
        for (const { at } of toForetell(watched(`PT${warn}M`, `PT${lead}M`), '2020-01-01T00:00:00.000Z')) {
          expect(Date.parse(at)).toBeLessThanOrEqual(by.getTime());
        }
      }),
    );
  });
});

describe('the moment from which an order is in jeopardy', () => {
  const ahead = (jeopardyFrom: string) => ({ warnAt: jeopardyFrom, jeopardyFrom });
  const late = { ...aRelease('RNO', '10'), shipAhead: ahead('2026-11-30T00:00:00.000Z') };
  const later = { ...aRelease('MEM', '10'), shipAhead: ahead('2026-11-30T12:00:00.000Z') };
  const from = (...events: Parameters<typeof anOrder>) => progressOf(anOrder(...events)).jeopardyFrom;

  it('is that of the acknowledgment until the ERP has accepted it, or of an earlier release', () => {
    if (checked.type !== 'checked') throw new Error('not checked');
    const acknowledge = { by: by.toISOString(), ahead: ahead('2026-11-28T00:00:00.000Z') };
    const agreed = { ...checked, terms: { ...checked.terms, acknowledge } };
    expect(from(agreed, reserved(late))).toBe('2026-11-28T00:00:00.000Z');
    expect(from(agreed, reserved(late), { type: 'placed', erpOrderNumber: 'SO-1' })).toBe('2026-11-30T00:00:00.000Z');
  });

  it('is that of the releases that have not shipped', () => {
    expect(from(...acceptedOrder(later, late))).toBe('2026-11-30T00:00:00.000Z');
    expect(from(...acceptedOrder(later, late), shipped('RNO', 'S1', '10'))).toBe('2026-11-30T12:00:00.000Z');
    expect(from(...acceptedOrder(late), shipped('RNO', 'S1', '10'))).toBeUndefined();
    expect(from(...acceptedOrder(aRelease('RNO', '10')))).toBeUndefined();
  });

  it('is that of the order while something waits for stock', () => {
    if (checked.type !== 'checked') throw new Error('not checked');
    const agreed = { ...checked, terms: { ...checked.terms, shipAhead: ahead('2026-11-29T00:00:00.000Z') } };
    const placed = { type: 'placed' as const, erpOrderNumber: 'SO-1' };
    const waiting = { type: 'reserved' as const, fulfillments: [], backordered: true };
    expect(from(agreed, waiting, placed)).toBe('2026-11-29T00:00:00.000Z');
  });
});
