import { describe, expect, it } from 'vitest';
import type { BusinessCalendar } from '../calendar/calendar.ts';
import { type LastShipDay, lastShipDay, whyTooLate } from './cancel-after.ts';

const chicago: BusinessCalendar = {
  timeZone: 'America/Chicago',
  workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  hours: { opens: '08:00', closes: '17:00' },
  holidays: ['2026-12-25'],
};
const spans = { warnBefore: 'PT2H', leadTime: undefined };
const received = new Date('2026-12-01T15:00:00Z');

function last(day: string, leadTime?: string): LastShipDay {
  const found = lastShipDay({ cancelAfter: day }, received, chicago, { warnBefore: 'PT2H', leadTime });
  if (found === undefined) throw new Error('no last day');
  return found;
}

describe('the last day to ship', () => {
  it('ends with the day in the partner’s calendar', () => {
    const day = last('2026-12-10');
    expect(day).toEqual({
      day: '2026-12-10',
      ends: '2026-12-11T05:59:59.000Z',
      releaseBy: '2026-12-11T05:59:59.000Z',
      ahead: { warnAt: '2026-12-11T03:59:59.000Z' },
    });
    expect(whyTooLate(day, new Date('2026-12-11T05:59:59Z'))).toBeUndefined();
    expect(whyTooLate(day, new Date('2026-12-11T06:00:00Z'))).toBe(
      'the buyer takes nothing that ships after 2026-12-10, which has passed',
    );
  });

  it('is the earlier one of the cancel date and the end of the ship window', () => {
    const dates = { cancelAfter: '2026-12-10', shipNotAfter: '2026-12-08' };
    expect(lastShipDay(dates, received, chicago, spans)?.day).toBe('2026-12-08');
  });

  it('is passed for a release that would take longer than what is left, over closed days', () => {
    // The 27th is a Sunday after a holiday: the last eight open hours are those of Thursday the 24th.
    const day = last('2026-12-27', 'PT8H business');
    expect(day.releaseBy).toBe('2026-12-24T15:00:00.000Z');
    expect(whyTooLate(day, new Date('2026-12-24T15:00:00Z'))).toBeUndefined();
    expect(whyTooLate(day, new Date('2026-12-24T15:00:01Z'))).toContain(
      'had to be released by 2026-12-24T15:00:00.000Z',
    );
  });

  it('says nothing if it had passed when the order came, or if the buyer names none', () => {
    expect(lastShipDay({ cancelAfter: '2026-11-30' }, received, chicago, spans)).toBeUndefined();
    expect(last('2026-12-01').day).toBe('2026-12-01');
    expect(lastShipDay({ requestedShipDate: '2026-12-10' }, received, chicago, spans)).toBeUndefined();
  });
});
