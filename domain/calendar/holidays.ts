import { lookup } from '../lookup.ts';

/**
 * Named holiday lists that many agreements share. They are rules rather than dates, so that a
 * profile does not expire at the end of a year. A profile or template lists a partner's own
 * holidays by date.
 */

/** A fixed day, or the n-th weekday of a month (-1 the last). Months count from 1; Sunday is 0. */
type HolidayRule =
  | { readonly name: string; readonly month: number; readonly day: number }
  | { readonly name: string; readonly month: number; readonly weekday: number; readonly nth: number };

interface HolidayList {
  readonly rules: readonly HolidayRule[];
  /** Whether a fixed day on a Saturday moves to Friday, and one on a Sunday to Monday. */
  readonly observedOnWeekdays: boolean;
}

export const namedHolidays: Readonly<Record<string, HolidayList>> = {
  /** Public holidays of United States federal offices: 5 U.S.C. 6103. */
  'us-federal': {
    observedOnWeekdays: true,
    rules: [
      { name: 'New Year', month: 1, day: 1 },
      { name: 'Martin Luther King', month: 1, weekday: 1, nth: 3 },
      { name: 'Washington', month: 2, weekday: 1, nth: 3 },
      { name: 'Memorial Day', month: 5, weekday: 1, nth: -1 },
      { name: 'Juneteenth', month: 6, day: 19 },
      { name: 'Independence Day', month: 7, day: 4 },
      { name: 'Labor Day', month: 9, weekday: 1, nth: 1 },
      { name: 'Columbus Day', month: 10, weekday: 1, nth: 2 },
      { name: 'Veterans Day', month: 11, day: 11 },
      { name: 'Thanksgiving', month: 11, weekday: 4, nth: 4 },
      { name: 'Christmas', month: 12, day: 25 },
    ],
  },
};

const DAY_MS = 86_400_000;
const known = new Map<string, ReadonlySet<string>>();

/** The observed dates (`2026-12-25`) of a named list in one year. Empty for an unknown name. */
export function holidaysOf(name: string, year: number): ReadonlySet<string> {
  const key = `${name}/${year}`;
  let days = known.get(key);
  if (days === undefined) {
    const list = lookup(namedHolidays, name);
    // New Year's Day on a Saturday is observed in the year before.
    const kept = list === undefined ? [] : [year, year + 1].flatMap((each) => keptDays(list, each));
    days = new Set(kept.filter((day) => day.startsWith(`${year}-`)));
    known.set(key, days);
  }
  return days;
}

function keptDays({ rules, observedOnWeekdays }: HolidayList, year: number): string[] {
  return rules.map((rule) => {
    if ('nth' in rule) return isoDay(nthWeekday(year, rule.month, rule.weekday, rule.nth));
    const day = Date.UTC(year, rule.month - 1, rule.day);
    const weekday = new Date(day).getUTCDay();
    const shift = !observedOnWeekdays ? 0 : weekday === 6 ? -1 : weekday === 0 ? 1 : 0;
    return isoDay(day + shift * DAY_MS);
  });
}

function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  if (nth < 0) {
    const last = Date.UTC(year, month, 0);
    return last - ((new Date(last).getUTCDay() - weekday + 7) % 7) * DAY_MS;
  }
  const first = Date.UTC(year, month - 1, 1);
  return first + (((weekday - new Date(first).getUTCDay() + 7) % 7) + (nth - 1) * 7) * DAY_MS;
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
