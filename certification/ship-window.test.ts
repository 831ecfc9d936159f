import { describe, expect, it } from 'vitest';
import { partnerProfile } from '../mappings/profile/profile.ts';
import { shipDayFor, shipWindowFaults, whyNotOn, wishesOutside } from './ship-window.ts';
import type { Trade } from './trade.ts';

const toThursday = { weekdays: ['monday', 'tuesday', 'wednesday', 'thursday'] };
/** A Saturday. */
const began = new Date('2026-11-21T12:00:00Z');

function aProfile(window?: object) {
  const party = { isaQualifier: 'ZZ', isaId: 'FERN', gsId: 'FERN' };
  const content = partnerProfile.parse({
    id: 'fern',
    name: 'Fern',
    identifiers: { ours: { ...party, isaId: 'MERIDIAN' }, theirs: party },
    transport: { kind: 'https', url: 'https://fern.example' },
    routing: window === undefined ? {} : { window },
  });
  return { ...content, version: '1' };
}

describe('the days of routing.window', () => {
  it.each<[string, object, object, string | undefined]>([
    ['2026-11-22', toThursday, {}, 'is a sunday; agreed are monday, tuesday, wednesday, thursday'],
    ['2026-11-23', toThursday, {}, undefined],
    ['2026-11-23', { shipDate: {} }, { shipOn: '2026-11-22' }, 'is too late for 2026-11-22'],
    ['2026-11-23', { shipDate: { daysBefore: 1 } }, { shipOn: '2026-11-25' }, 'is too early for 2026-11-25'],
    [
      '2026-11-23',
      { deliveryDate: { latest: 2 } },
      { deliverOn: '2026-11-24' },
      'is too late for delivery on 2026-11-24',
    ],
    [
      '2026-11-23',
      { deliveryDate: { earliest: 2 } },
      { deliverOn: '2026-11-27' },
      'is too early for delivery on 2026-11-27',
    ],
    ['2026-11-23', { deliveryDate: { latest: 2 } }, { shipOn: '2026-11-22' }, undefined],
  ])('%s under %o for %o', (day, window, wishes, why) => {
    expect(whyNotOn(day, aProfile(window), wishes)).toBe(why);
  });

  it.each<[object | undefined, string, object | undefined]>([
    [undefined, '2026-11-22', undefined],
    [toThursday, '2026-11-23', { shipOn: '2026-11-22' }],
    [{ weekdays: ['friday'] }, '2026-11-27', { shipOn: '2026-11-22' }],
    [{ shipDate: { daysAfter: 2 } }, '2026-11-22', undefined],
    [{ ...toThursday, shipDate: {} }, '2026-11-23', { shipOn: '2026-11-22' }],
    [{ ...toThursday, shipDate: { daysAfter: 1 } }, '2026-11-23', undefined],
    [{ deliveryDate: { latest: 3 } }, '2026-11-22', { shipOn: '2026-11-22', deliverOn: '2026-11-22' }],
  ])('%o allows %s and forbids %o', (window, inside, outside) => {
    const profile = aProfile(window);
    expect(shipDayFor(profile, began)).toBe(inside);
    expect(wishesOutside(profile, began)).toEqual(outside);
  });
});

describe('the rule of routing.window', () => {
  /** An order with the given requested ship date, promised date and release. */
  const tradeOf = (promised: string, release: object, shipOn = '2026-11-23') =>
    ({
      profile: aProfile(toThursday),
      began,
      orders: [{ poNumber: 'C1', lines: [], shipOn }],
      transactions: async () => [
        {
          set: '855',
          control: '0001',
          segments: [
            ['BAK', '00', 'AD', 'C1', '20261121'],
            ['ACK', 'IA', '24', 'EA', '068', promised],
            ['ACK', 'IB', '2', 'EA'],
          ],
        },
      ],
      releases: async () => [{ releaseNumber: 'R1', poNumber: 'C1', ...release }],
    }) as unknown as Trade;

  it('passes if 855 and release name allowed days or no days', async () => {
    const trade = tradeOf('20261123', { shipNotBefore: '2026-11-23', shipBy: '2026-11-26' });
    expect(await shipWindowFaults(trade)).toEqual([]);
    expect(await shipWindowFaults(tradeOf('20261124', {}))).toEqual([]);
  });

  it('fails if the 855 or the release names a Sunday, even if the order requested it', async () => {
    for (const shipOn of ['2026-11-23', '2026-11-22']) {
      expect(await shipWindowFaults(tradeOf('20261122', { shipBy: '2026-11-22' }, shipOn))).toEqual([
        { place: '855 0001 ACK05 of C1', reason: expect.stringContaining('2026-11-22 is a sunday') },
        { place: 'release R1 of C1', reason: expect.stringContaining('2026-11-22 is a sunday') },
      ]);
    }
  });
});
