import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from '../domain/calendar/calendar.ts';
import { faultsOf, momentsOf, reckon, shown } from './calendar.ts';

const chicago: BusinessCalendar = {
  timeZone: 'America/Chicago',
  workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  hours: { opens: '08:00', closes: '17:00' },
  holidays: ['us-federal', '2026-11-27'],
};
const from = new Date('2026-11-21T12:00:00Z');
const times = [
  { name: '855', deadline: 'PT8H business' },
  { name: '856', deadline: 'PT1H' },
  { name: 'shipWithin', deadline: 'P2D business' },
];

describe('deadlines computed over a year', () => {
  it('are checked on a Friday, on a Saturday and before each holiday and clock change', () => {
    const moments = momentsOf(chicago, from).map(({ what, at }) => `${what}: ${shown(at, chicago)}`);
    expect(moments).toContain('Friday before closing: Fri 2026-11-27 16:00');
    expect(moments).toContain('Saturday noon: Sat 2026-11-28 12:00');
    expect(moments).toContain('before the holiday of 2026-12-25: Thu 2026-12-24 16:00');
    expect(moments).toContain('before the clocks change on 2027-03-14: Fri 2027-03-12 16:00');
    expect(moments).toContain('before the clocks change on 2027-11-07: Fri 2027-11-05 16:00');
    // Eleven federal holidays and one holiday of the partner.
    expect(moments.filter((moment) => moment.includes('holiday'))).toHaveLength(12);
  });

  it('never fall on a closed day', () => {
    for (const moment of momentsOf(chicago, from)) {
      for (const time of reckon(times, moment, chicago)) expect(faultsOf(time, moment, chicago)).toEqual([]);
    }
  });

  it('are correct for calendars with Sunday work, with a late opening and with no closing hours', () => {
    for (const calendar of [
      { ...chicago, workingDays: ['saturday', 'sunday'] as const },
      { ...chicago, hours: undefined, workingDays: ['saturday', 'sunday', 'monday'] as const },
      { ...chicago, hours: { opens: '12:00', closes: '24:00' } },
    ]) {
      for (const moment of momentsOf(calendar, from)) {
        for (const time of reckon(times, moment, calendar)) expect(faultsOf(time, moment, calendar)).toEqual([]);
      }
    }
  });

  it('skip a holiday and a weekend', () => {
    const eve = { what: 'eve', at: new Date('2026-11-25T22:00:00Z') };
    const due = reckon(times, eve, chicago).map((time) => shown(time.due, chicago));
    expect(due).toEqual(['Mon 2026-11-30 15:00', 'Wed 2026-11-25 17:00', 'Tue 2026-12-01 16:00']);
  });

  it.each([
    ['2026-11-26T16:00:00Z', 'is a holiday'],
    ['2026-11-28T16:00:00Z', 'is a saturday, which is not worked'],
    ['2026-11-30T13:00:00Z', 'is outside the hours 08:00 to 17:00'],
    ['2026-11-24T16:00:00Z', 'is before the event'],
    ['2026-11-30T20:00:00Z', 'is after 25200000 ms of open time'],
  ])('due at %s are reported as a fault: it %s', (due, reason) => {
    const moment = { what: 'eve', at: new Date('2026-11-25T22:00:00Z') };
    const time = { name: '855', deadline: 'PT8H business', due: new Date(due) };
    expect(faultsOf(time, moment, chicago)).toMatchObject([{ reason: expect.stringContaining(reason) }]);
  });

  it('in elapsed time are exact', () => {
    const moment = { what: 'eve', at: new Date('2026-11-25T22:00:00Z') };
    const time = { name: '856', deadline: 'PT1H', due: new Date('2026-11-25T23:00:01Z') };
    expect(faultsOf(time, moment, chicago)).toHaveLength(1);
  });
});
