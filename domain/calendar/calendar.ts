/**
 * Business time: the hours in which an agreed deadline runs. A deadline is elapsed time (`PT24H`).
 * With the word `business` it runs only while the calendar is open (`PT8H business`, `P2D
 * business`).
 */
import { isDuration, millisecondsOf } from './duration.ts';
import { holidaysOf } from './holidays.ts';

/** In the order of `Date.getUTCDay`. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface BusinessCalendar {
  /** IANA name. */
  readonly timeZone: string;
  readonly workingDays: readonly Weekday[];
  /**
   * `HH:MM` local time; `24:00` is midnight at the end. Without hours a working day is open all
   * day.
   */
  readonly hours?: { readonly opens: string; readonly closes: string } | undefined;
  /** Dates such as `2026-12-24`, and names of `namedHolidays`. */
  readonly holidays: readonly string[];
}

/** The calendar that is always open. */
export const alwaysOpen: BusinessCalendar = { timeZone: 'UTC', workingDays: WEEKDAYS, holidays: [] };

const DAY_MS = 86_400_000;
const BUSINESS = / business$/;
const LONGEST_BUSINESS_DAYS = 366;
/** Upper bound of the search for an opening: holidays are finite and a week has a working day. */
const LONGEST_CLOSED_DAYS = 1000;

/**
 * A duration, or a duration of at most 366 days without weeks followed by `business`. Weeks are
 * excluded because the calendar defines the number of working days in a week.
 */
export function isDeadline(text: string): boolean {
  if (!BUSINESS.test(text)) return isDuration(text);
  const duration = text.replace(BUSINESS, '');
  return isDuration(duration) && !duration.endsWith('W') && millisecondsOf(duration) <= LONGEST_BUSINESS_DAYS * DAY_MS;
}

/**
 * Computes the end of a profile's deadline that starts at `from`.
 *
 * @throws RangeError when the text is not a deadline ({@link isDeadline}).
 */
export function deadlineAfter(from: Date, deadline: string, calendar: BusinessCalendar): Date {
  return BUSINESS.test(deadline)
    ? addBusinessTime(from, deadline.replace(BUSINESS, ''), calendar)
    : new Date(from.getTime() + millisecondsOf(deadline));
}

/**
 * Computes the moment at which `duration` of open time has passed since `from`.
 *
 * A day of the duration is one working day: the hours from opening to closing, or 24 hours where
 * the calendar is open all day. So `P1D` from Monday 10:00 ends on Tuesday 10:00; from Friday after
 * closing it ends on Monday at closing. Hours that a daylight-saving change removes or adds count
 * as they pass.
 *
 * @throws RangeError when the duration is invalid.
 */
export function addBusinessTime(from: Date, duration: string, calendar: BusinessCalendar): Date {
  let left = openMilliseconds(duration, calendar);
  if (isAlwaysOpen(calendar)) return new Date(from.getTime() + left);
  // Start with the day before, because its closing may be at this midnight.
  let day = (Math.floor(localTime(from.getTime(), calendar.timeZone) / DAY_MS) - 1) * DAY_MS;
  for (let closed = 0; closed < LONGEST_CLOSED_DAYS; day += DAY_MS) {
    const opening = openingOf(day, calendar);
    const begins = opening === undefined ? 0 : Math.max(opening.opens, from.getTime());
    if (opening === undefined || opening.closes < begins) {
      closed += 1;
      continue;
    }
    closed = 0;
    if (begins + left <= opening.closes) return new Date(begins + left);
    left -= opening.closes - begins;
  }
  throw new RangeError(`the calendar is not open within ${LONGEST_CLOSED_DAYS} days`);
}

/**
 * The latest moment from which a profile's duration still ends by `until`; the reverse of {@link deadlineAfter}.
 *
 * @throws RangeError when the text is not a deadline ({@link isDeadline}).
 */
export function deadlineBefore(until: Date, deadline: string, calendar: BusinessCalendar): Date {
  return BUSINESS.test(deadline)
    ? subtractBusinessTime(until, deadline.replace(BUSINESS, ''), calendar)
    : new Date(until.getTime() - millisecondsOf(deadline));
}

function subtractBusinessTime(until: Date, duration: string, calendar: BusinessCalendar): Date {
  let left = openMilliseconds(duration, calendar);
  if (isAlwaysOpen(calendar)) return new Date(until.getTime() - left);
  // Start with the day after, because its opening may be at this midnight.
  let day = (Math.floor(localTime(until.getTime(), calendar.timeZone) / DAY_MS) + 1) * DAY_MS;
  for (let closed = 0; closed < LONGEST_CLOSED_DAYS; day -= DAY_MS) {
    const opening = openingOf(day, calendar);
    const ends = opening === undefined ? 0 : Math.min(opening.closes, until.getTime());
    if (opening === undefined || opening.opens > ends) {
      closed += 1;
      continue;
    }
    closed = 0;
    if (ends - left >= opening.opens) return new Date(ends - left);
    left -= ends - opening.opens;
  }
  throw new RangeError(`the calendar is not open within ${LONGEST_CLOSED_DAYS} days`);
}

/** The last second of a date (`2026-12-24`) in the calendar's time zone. */
export function endOfDay(day: string, { timeZone }: BusinessCalendar): Date {
  return new Date(instantOf(Date.parse(day) + DAY_MS, timeZone) - 1000);
}

/** The date (`2026-12-24`) of a moment in the calendar's time zone. */
export function dayOf(at: Date, { timeZone }: BusinessCalendar): string {
  return new Date(localTime(at.getTime(), timeZone)).toISOString().slice(0, 10);
}

/** Whether the calendar is open at a moment; the closing time itself counts as open. */
export function isOpen(at: Date, calendar: BusinessCalendar): boolean {
  return addBusinessTime(at, 'PT0S', calendar).getTime() === at.getTime();
}

/** Whether business time is elapsed time. */
export function isAlwaysOpen({ workingDays, hours, holidays }: BusinessCalendar): boolean {
  return hours === undefined && holidays.length === 0 && WEEKDAYS.every((day) => workingDays.includes(day));
}

function openMilliseconds(duration: string, { hours }: BusinessCalendar): number {
  const total = millisecondsOf(duration);
  if (hours === undefined) return total;
  const stated = /^P(\d+)D/.exec(duration)?.[1] ?? '0';
  const days = Number(stated);
  return total - days * DAY_MS + days * (clockTime(hours.closes) - clockTime(hours.opens));
}

/** The open hours of a local date as instants; undefined when it is not a working day. */
function openingOf(day: number, calendar: BusinessCalendar): { opens: number; closes: number } | undefined {
  const { timeZone, workingDays, hours, holidays } = calendar;
  const weekday = WEEKDAYS[new Date(day).getUTCDay()];
  if (weekday === undefined || !workingDays.includes(weekday)) return undefined;
  const date = new Date(day).toISOString().slice(0, 10);
  if (holidays.some((holiday) => holiday === date || holidaysOf(holiday, Number(date.slice(0, 4))).has(date))) {
    return undefined;
  }
  return {
    opens: instantOf(day + (hours === undefined ? 0 : clockTime(hours.opens)), timeZone),
    closes: instantOf(day + (hours === undefined ? DAY_MS : clockTime(hours.closes)), timeZone),
  };
}

function clockTime(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
}

// ── Time zones ────────────────────────────────────────────────────────────────────────────────────────────────────────

const formats = new Map<string, Intl.DateTimeFormat>();

export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** The local time in the zone at an instant, encoded as if it were UTC. */
function localTime(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return instant;
  const shown: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(instant)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

/**
 * The instant of a local time in the zone. When the clocks show it twice, the first. When the
 * clocks skip it, the instant is later by the skipped time.
 */
function instantOf(local: number, timeZone: string): number {
  if (timeZone === 'UTC') return local;
  const offset = (instant: number) => localTime(instant, timeZone) - instant;
  const before = local - offset(local - DAY_MS);
  const after = local - offset(local + DAY_MS);
  const shown = [before, after].filter((instant) => localTime(instant, timeZone) === local);
  return shown.length === 0 ? before : Math.min(...shown);
}
