import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datesForAll, type RequestedDates, whyNotKept } from './requested-dates.ts';

const TODAY = '2026-11-28';
const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-12-${String(number).padStart(2, '0')}`);
const dates: fc.Arbitrary<RequestedDates> = fc.record(
  { requestedShipDate: day, shipNotBefore: day, shipNotAfter: day, cancelAfter: day },
  { requiredKeys: [] },
);

describe('the dates of an order', () => {
  it('suit every line: no line waits longer than it allows, none leaves before it may', () => {
    fc.assert(
      fc.property(dates, fc.array(dates, { minLength: 1, maxLength: 5 }), (order, lines) => {
        const all = datesForAll(order, lines);
        for (const line of lines) {
          const of = (key: keyof RequestedDates) => line[key] ?? order[key];
          for (const key of ['requestedShipDate', 'shipNotAfter', 'cancelAfter'] as const) {
            const own = of(key);
            if (own !== undefined) expect((all[key] ?? '') <= own && all[key] !== undefined).toBe(true);
          }
          const earliest = of('shipNotBefore');
          if (earliest !== undefined) expect((all.shipNotBefore ?? '') >= earliest).toBe(true);
        }
      }),
    );
  });

  it.each<[string, RequestedDates, RequestedDates[], RegExp[]]>([
    ['nothing of them', {}, [{}], []],
    ['one day for all', { requestedShipDate: '2026-12-05' }, [{}, { requestedShipDate: '2026-12-05' }], []],
    [
      'lines that ship on different days',
      { requestedShipDate: '2026-12-05' },
      [{}, { requestedShipDate: '2026-12-15' }],
      [/ship on 2026-12-05, 2026-12-15/],
    ],
    ['a last day that had passed', { cancelAfter: '2026-11-01' }, [{}], [/takes nothing after 2026-11-01/]],
    [
      'a window that closes before it opens',
      { shipNotBefore: '2026-12-10', shipNotAfter: '2026-12-05' },
      [{}],
      [/before 2026-12-10, and nothing after 2026-12-05/],
    ],
    [
      'a day to ship that is after the last one',
      { requestedShipDate: '2026-12-20', cancelAfter: '2026-12-10' },
      [{}],
      [/ship on 2026-12-20, and the buyer takes nothing after 2026-12-10/],
    ],
    [
      'a delivery that is due before it may ship',
      { deliverNotAfter: '2026-12-02', shipNotBefore: '2026-12-04' },
      [{}],
      [/arrive by 2026-12-02/],
    ],
  ])('%s', (_, order, lines, expected) => {
    const reasons = whyNotKept(order, lines, TODAY);
    expect(reasons).toHaveLength(expected.length);
    for (const [index, reason] of reasons.entries()) expect(reason).toMatch(expected[index] as RegExp);
  });
});
