import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBusinessTime,
  alwaysOpen,
  type BusinessCalendar,
  dayOf,
  deadlineAfter,
  deadlineBefore,
  endOfDay,
  isDeadline,
  isOpen,
  isTimeZone,
  WEEKDAYS,
} from './calendar.ts';
import { millisecondsOf } from './duration.ts';
import { holidaysOf } from './holidays.ts';

const office: BusinessCalendar = {
  timeZone: 'America/Los_Angeles',
  workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  hours: { opens: '08:00', closes: '17:00' },
  holidays: ['us-federal', '2026-12-24'],
};

const at = (from: string, duration: string, calendar = office) =>
  addBusinessTime(new Date(from), duration, calendar).toISOString();

describe('business time', () => {
  it.each([
    ['runs within the day', '2026-11-23T10:00:00-08:00', 'PT4H', '2026-11-23T14:00:00-08:00'],
    ['ends at closing, not at the next opening', '2026-11-23T13:00:00-08:00', 'PT4H', '2026-11-23T17:00:00-08:00'],
    ['continues at the next opening', '2026-11-23T15:00:00-08:00', 'PT4H', '2026-11-24T10:00:00-08:00'],
    ['waits for the opening', '2026-11-23T05:00:00-08:00', 'PT1H', '2026-11-23T09:00:00-08:00'],
    ['waits over the weekend', '2026-11-20T18:00:00-08:00', 'PT1H', '2026-11-23T09:00:00-08:00'],
    ['waits over Thanksgiving', '2026-11-25T16:00:00-08:00', 'PT2H', '2026-11-27T09:00:00-08:00'],
    ['skips a holiday that the profile names', '2026-12-23T16:00:00-08:00', 'PT2H', '2026-12-28T09:00:00-08:00'],
    ['counts a day as one working day', '2026-11-23T10:00:00-08:00', 'P1D', '2026-11-24T10:00:00-08:00'],
    ['counts days from outside hours to a closing', '2026-11-20T18:00:00-08:00', 'P1D', '2026-11-23T17:00:00-08:00'],
    ['joins days and hours', '2026-11-23T10:00:00-08:00', 'P1DT2H', '2026-11-24T12:00:00-08:00'],
    ['knows the 29th of February', '2028-02-28T16:00:00-08:00', 'P1D', '2028-02-29T16:00:00-08:00'],
    ['opens at local time in winter', '2026-11-02T06:00:00Z', 'PT0S', '2026-11-02T16:00:00Z'],
    ['opens at local time in summer', '2026-10-30T06:00:00Z', 'PT0S', '2026-10-30T15:00:00Z'],
  ])('%s', (_, from, duration, expected) => {
    expect(at(from, duration)).toBe(new Date(expected).toISOString());
  });

  it('counts the hours that a daylight-saving change removes and adds', () => {
    const { hours: _, ...allDay } = { ...office, workingDays: ['sunday'] as const, holidays: [] };
    // The Sunday on which clocks go forward has 23 hours; hour 24 is the first of the next Sunday.
    expect(at('2026-03-08T08:00:00Z', 'PT23H', allDay)).toBe('2026-03-09T07:00:00.000Z');
    expect(at('2026-03-08T08:00:00Z', 'PT24H', allDay)).toBe('2026-03-15T08:00:00.000Z');
    expect(at('2026-11-01T07:00:00Z', 'PT25H', allDay)).toBe('2026-11-02T08:00:00.000Z');
  });

  it('opens later by the hour that the clocks skip', () => {
    const night = { ...office, workingDays: ['sunday'] as const, hours: { opens: '02:30', closes: '06:00' } };
    expect(at('2026-03-08T08:00:00Z', 'PT0S', night)).toBe('2026-03-08T10:30:00.000Z');
  });

  it('ends a day at midnight of its time zone', () => {
    expect(dayOf(endOfDay('2026-11-23', office), office)).toBe('2026-11-23');
    expect(endOfDay('2026-11-23', office).toISOString()).toBe('2026-11-24T07:59:59.000Z');
    expect(endOfDay('2026-11-23', alwaysOpen).toISOString()).toBe('2026-11-23T23:59:59.000Z');
  });
});

describe('a deadline', () => {
  it('is elapsed time without the word "business"', () => {
    const friday = new Date('2026-11-20T16:00:00-08:00');
    expect(deadlineAfter(friday, 'PT24H', office)).toEqual(new Date('2026-11-21T16:00:00-08:00'));
    expect(deadlineAfter(friday, 'P1D business', office)).toEqual(new Date('2026-11-23T16:00:00-08:00'));
  });

  it.each(['PT8H', 'P2D', 'P1W', 'PT8H business', 'P1DT30M business'])('accepts %s', (text) => {
    expect(isDeadline(text)).toBe(true);
  });

  it.each(['8 hours', 'business', 'PT8H  business', 'P1W business', 'P367D business', 'PT8H Business', 'P business'])(
    'rejects %s',
    (text) => {
      expect(isDeadline(text)).toBe(false);
    },
  );

  it('requires an existing time zone', () => {
    expect(isTimeZone('America/Chicago')).toBe(true);
    expect(isTimeZone('America/Reno')).toBe(false);
  });
});

describe('federal holidays', () => {
  // As published by the Office of Personnel Management, opm.gov.
  it.each([
    [
      2026,
      '01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25', // 4 July is a Saturday
    ],
    [
      2027,
      '01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31', // with New Year 2028 on a Saturday
    ],
    [2028, '01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25'],
  ])('of %i', (year, days) => {
    expect([...holidaysOf('us-federal', year)].sort()).toEqual(days.split(' ').map((day) => `${year}-${day}`));
  });
});

// ── Properties of every calendar ─────────────────────────────────────────────────────────────────────────────────────────────

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const hours = fc
  .tuple(fc.integer({ min: 0, max: 1438 }), fc.integer({ min: 1, max: 1440 }))
  .map(([opens, length]) => ({ opens: clock(opens), closes: clock(Math.min(opens + length, 1440)) }));
const instants = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2030-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const calendars: fc.Arbitrary<BusinessCalendar> = fc.record({
  timeZone: fc.constantFrom('UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe'),
  workingDays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
  hours: fc.option(hours, { nil: undefined }),
  holidays: fc.array(
    fc.oneof(
      fc.constant('us-federal'),
      instants.map((day) => day.toISOString().slice(0, 10)),
    ),
    { maxLength: 5 },
  ),
});
const durations = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3000 }))
  .map(([days, minutes]) => `P${days}DT${minutes}M`);

describe('business time in every calendar', () => {
  it('never ends while the calendar is closed, and never before its start', () => {
    fc.assert(
      fc.property(instants, durations, calendars, (from, duration, calendar) => {
        const end = addBusinessTime(from, duration, calendar);
        expect(end.getTime()).toBeGreaterThanOrEqual(from.getTime());
        expect(isOpen(end, calendar)).toBe(true);
        const weekday = new Intl.DateTimeFormat('en-US', { timeZone: calendar.timeZone, weekday: 'long' });
        // A closing at midnight has the date of the next day.
        const shown = [end, new Date(end.getTime() - 1)].map((date) => weekday.format(date).toLowerCase());
        expect(calendar.workingDays.some((day) => shown.includes(day))).toBe(true);
      }),
    );
  });

  it('is monotonic: a later start never ends earlier', () => {
    fc.assert(
      fc.property(instants, fc.nat(2 * 86_400_000), durations, calendars, (from, later, duration, calendar) => {
        const end = addBusinessTime(from, duration, calendar);
        const other = addBusinessTime(new Date(from.getTime() + later), duration, calendar);
        expect(other.getTime()).toBeGreaterThanOrEqual(end.getTime());
      }),
    );
  });

  it('is additive: two steps end when one long step ends', () => {
    fc.assert(
      fc.property(instants, fc.nat(3000), fc.nat(3000), calendars, (from, first, second, calendar) => {
        const inTwo = addBusinessTime(addBusinessTime(from, `PT${first}M`, calendar), `PT${second}M`, calendar);
        expect(inTwo).toEqual(addBusinessTime(from, `PT${first + second}M`, calendar));
      }),
    );
  });

  it('is counted back to the latest start that ends in time', () => {
    fc.assert(
      fc.property(instants, durations, calendars, (until, duration, calendar) => {
        const start = deadlineBefore(until, `${duration} business`, calendar);
        const endFrom = (ms: number) => addBusinessTime(new Date(start.getTime() + ms), duration, calendar).getTime();
        expect(endFrom(0)).toBeLessThanOrEqual(until.getTime());
        expect(endFrom(1)).toBeGreaterThan(until.getTime());
      }),
    );
  });

  it('equals elapsed time when the calendar is always open, in every zone', () => {
    const zones = fc.constantFrom('UTC', 'America/Los_Angeles', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(instants, durations, zones, fc.boolean(), (from, duration, timeZone, walks) => {
        // A holiday far away forces the calculation day by day.
        const calendar = { ...alwaysOpen, timeZone, holidays: walks ? ['1999-12-31'] : [] };
        const plain = new Date(from.getTime() + millisecondsOf(duration));
        expect(addBusinessTime(from, duration, calendar)).toEqual(plain);
      }),
    );
  });
});
