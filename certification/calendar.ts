import { type BusinessCalendar, deadlineAfter, endOfDay, WEEKDAYS } from '../domain/calendar/calendar.ts';
import { millisecondsOf } from '../domain/calendar/duration.ts';
import { holidaysOf } from '../domain/calendar/holidays.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Fault } from './scenario.ts';

/** Checks the deadlines of a profile at the moments where a calendar is most likely to be wrong. */

export interface AgreedTime {
  /** The profile key that states the deadline. */
  readonly name: string;
  /** Duration, followed by `business` if only open time counts. */
  readonly deadline: string;
}

export interface Moment {
  readonly what: string;
  readonly at: Date;
}

export interface Reckoned extends AgreedTime {
  readonly due: Date;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ALL_DAY = { opens: '00:00', closes: '24:00' };

export function agreedTimes({ documents, shipWithin }: PartnerProfile): AgreedTime[] {
  const ofDocuments = Object.entries(documents.outbound).flatMap(([set, document]) => {
    if (document?.send !== true) return [];
    const own = { name: set, deadline: document.deadline };
    const answer = document.acknowledgment;
    return answer?.expected === true ? [own, { name: `997 for ${set}`, deadline: answer.within }] : [own];
  });
  return [...ofDocuments, { name: 'shipWithin', deadline: shipWithin }];
}

/**
 * Moments within 366 days of `from`: the first Friday afternoon, the first Saturday, and the last working day before each holiday and each
 * clock change.
 */
export function momentsOf(calendar: BusinessCalendar, from: Date): Moment[] {
  const first = Date.parse(`${from.toISOString().slice(0, 10)}T00:00:00Z`);
  const days = Array.from({ length: 366 }, (_, index) => first + (index + 1) * DAY_MS);
  const onWeekday = (weekday: number) => days.find((day) => new Date(day).getUTCDay() === weekday) ?? first;
  const holidays = days.filter((day) => isHoliday(isoDay(day), calendar));
  const changes = days.filter((day) => midnight(day + DAY_MS, calendar) - midnight(day, calendar) !== DAY_MS);
  return [
    { what: 'Friday before closing', at: beforeClosing(onWeekday(5), calendar) },
    { what: 'Saturday noon', at: new Date(midnight(onWeekday(6), calendar) + DAY_MS / 2) },
    ...holidays.map((day) => ({
      what: `before the holiday of ${isoDay(day)}`,
      at: beforeClosing(workedBefore(day, calendar), calendar),
    })),
    ...changes.map((day) => ({
      what: `before the clocks change on ${isoDay(day)}`,
      at: beforeClosing(workedBefore(day, calendar), calendar),
    })),
  ];
}

export function reckon(times: readonly AgreedTime[], { at }: Moment, calendar: BusinessCalendar): Reckoned[] {
  return times.map((time) => ({ ...time, due: deadlineAfter(at, time.deadline, calendar) }));
}

/**
 * Errors in the due time of a deadline. Days and hours are computed here independently of the
 * code that is checked.
 */
export function faultsOf({ name, deadline, due }: Reckoned, { at }: Moment, calendar: BusinessCalendar): Fault[] {
  const place = `${name} ${deadline}`;
  const reason = (text: string) => [{ place, reason: `${shown(due, calendar)} ${text}` }];
  if (due < at) return reason('is before the event');
  if (!deadline.endsWith(' business')) {
    const passed = due.getTime() - at.getTime();
    return passed === millisecondsOf(deadline) ? [] : reason(`is ${passed} ms after the event`);
  }
  // A day that is open until midnight ends at 00:00 of the next day; step back to stay on the same day.
  const last = new Date(due.getTime() - 1);
  const { date, weekday, time } = local(due.getTime() > at.getTime() ? last : due, calendar);
  if (isHoliday(date, calendar)) return reason('is a holiday');
  if (!calendar.workingDays.some((day) => day === weekday)) return reason(`is a ${weekday}, which is not worked`);
  const { opens, closes } = calendar.hours ?? ALL_DAY;
  if (time < opens || time >= closes) return reason(`is outside the hours ${opens} to ${closes}`);
  const passed = openBetween(at, due, calendar);
  return passed === openTimeOf(deadline.replace(' business', ''), calendar)
    ? []
    : reason(`is after ${passed} ms of open time`);
}

/** Local time in the calendar’s time zone, such as `Fri 2026-11-27 16:00`. */
export function shown(at: Date, calendar: BusinessCalendar): string {
  const { weekday, date, time } = local(at, calendar);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1, 3)} ${date} ${time}`;
}

export function describeCalendar({ timeZone, workingDays, hours, holidays }: BusinessCalendar): string {
  const open = hours === undefined ? 'all day' : `${hours.opens} to ${hours.closes}`;
  const closed = holidays.length === 0 ? 'no holidays' : `holidays ${holidays.join(', ')}`;
  return `${timeZone}, ${workingDays.length === 7 ? 'every day' : workingDays.join(', ')}, ${open}, ${closed}`;
}

/** An hour before closing, or 16:00 if the calendar has no hours. A closed day gets the same hour. */
function beforeClosing(day: number, calendar: BusinessCalendar): Date {
  const { hours } = calendar;
  return new Date(hours === undefined ? clock(day, '16:00', calendar) : clock(day, hours.closes, calendar) - HOUR_MS);
}

function workedBefore(day: number, calendar: BusinessCalendar): number {
  for (let before = day - DAY_MS; before > day - 31 * DAY_MS; before -= DAY_MS) {
    if (isWorked(before, calendar)) return before;
  }
  return day - DAY_MS;
}

/** Open time between two moments in milliseconds, summed day by day. */
function openBetween(from: Date, to: Date, calendar: BusinessCalendar): number {
  const { opens, closes } = calendar.hours ?? ALL_DAY;
  let open = 0;
  for (let day = Date.parse(local(from, calendar).date); day <= Date.parse(local(to, calendar).date); day += DAY_MS) {
    if (!isWorked(day, calendar)) continue;
    const begins = Math.max(from.getTime(), clock(day, opens, calendar));
    open += Math.max(0, Math.min(to.getTime(), clock(day, closes, calendar)) - begins);
  }
  return open;
}

/** A day in a business duration counts as one working day, not 24 hours. */
function openTimeOf(duration: string, { hours = ALL_DAY }: BusinessCalendar): number {
  const days = Number(/^P(\d+)D/.exec(duration)?.[1] ?? 0);
  return millisecondsOf(duration) - days * (DAY_MS - (sinceMidnight(hours.closes) - sinceMidnight(hours.opens)));
}

function isWorked(day: number, calendar: BusinessCalendar): boolean {
  const weekday = WEEKDAYS[new Date(day).getUTCDay()];
  return weekday !== undefined && calendar.workingDays.includes(weekday) && !isHoliday(isoDay(day), calendar);
}

/** The instant of a local time on a local day. */
function clock(day: number, time: string, calendar: BusinessCalendar): number {
  if (time === ALL_DAY.closes) return midnight(day + DAY_MS, calendar);
  const about = midnight(day, calendar) + sinceMidnight(time);
  // The clocks may have changed since midnight.
  return about + sinceMidnight(time) - sinceMidnight(local(new Date(about), calendar).time);
}

function sinceMidnight(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function isHoliday(date: string, { holidays }: BusinessCalendar): boolean {
  return holidays.some((holiday) => holiday === date || holidaysOf(holiday, Number(date.slice(0, 4))).has(date));
}

/** The instant at which a local day begins. */
function midnight(day: number, calendar: BusinessCalendar): number {
  return endOfDay(isoDay(day - DAY_MS), calendar).getTime() + 1000;
}

function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

function local(at: Date, { timeZone }: BusinessCalendar): { date: string; weekday: string; time: string } {
  const format = (options: Intl.DateTimeFormatOptions, locale: string) =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(at);
  return {
    date: format({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA'),
    weekday: format({ weekday: 'long' }, 'en-US').toLowerCase(),
    time: format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, 'en-GB'),
  };
}
