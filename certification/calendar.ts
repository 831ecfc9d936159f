import { type BusinessCalendar, deadlineAfter, endOfDay, isOpen } from '../mappings/profile/calendar.ts';
import { millisecondsOf } from '../mappings/profile/duration.ts';
import { holidaysOf } from '../mappings/profile/holidays.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Fault } from './scenario.ts';

/** The deadlines of a profile, reckoned for the moments at which a calendar goes wrong if it does. */

export interface AgreedTime {
  /** Key of the profile. */
  readonly name: string;
  /** Duration, with `business` behind where it only runs while the calendar is open. */
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
const AFTERNOON_MS = 16 * 3_600_000;
const HOUR_MS = 3_600_000;

export function agreedTimes({ documents, shipWithin }: PartnerProfile): AgreedTime[] {
  const ofDocuments = Object.entries(documents.outbound).flatMap(([set, document]) => {
    if (document?.send !== true) return [];
    const own = { name: set, deadline: document.deadline };
    if (!('acknowledgment' in document) || !document.acknowledgment.expected) return [own];
    return [own, { name: `997 for ${set}`, deadline: document.acknowledgment.within }];
  });
  return [...ofDocuments, { name: 'shipWithin', deadline: shipWithin }];
}

/** Of the 366 days from `from`: the first Friday afternoon and Saturday, the eve of each holiday and of each change of the clocks. */
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
      at: beforeClosing(day - DAY_MS, calendar),
    })),
    ...changes.map((day) => ({
      what: `before the clocks change on ${isoDay(day)}`,
      at: beforeClosing(day - DAY_MS, calendar),
    })),
  ];
}

export function reckon(times: readonly AgreedTime[], { at }: Moment, calendar: BusinessCalendar): Reckoned[] {
  return times.map((time) => ({ ...time, due: deadlineAfter(at, time.deadline, calendar) }));
}

/** What is wrong with when a deadline falls due; the days and hours are looked up here and not where it was reckoned. */
export function faultsOf({ name, deadline, due }: Reckoned, { at }: Moment, calendar: BusinessCalendar): Fault[] {
  const place = `${name} ${deadline}`;
  const reason = (text: string) => [{ place, reason: `${shown(due, calendar)} ${text}` }];
  if (due < at) return reason('is before the event');
  if (!deadline.endsWith(' business')) {
    const passed = due.getTime() - at.getTime();
    return passed === millisecondsOf(deadline) ? [] : reason(`is ${passed} ms after the event`);
  }
  // The end of a day that is open to midnight is shown as the day after.
  const last = new Date(due.getTime() - 1);
  const { date, weekday, time } = local(due.getTime() > at.getTime() ? last : due, calendar);
  if (isHoliday(date, calendar)) return reason('is a holiday');
  if (!calendar.workingDays.some((day) => day === weekday)) return reason(`is a ${weekday}, which is not worked`);
  const { opens, closes } = calendar.hours ?? { opens: '00:00', closes: '24:00' };
  if (time < opens || time >= closes) return reason(`is outside the hours ${opens} to ${closes}`);
  return isOpen(due, calendar) ? [] : reason('is not open');
}

/** `Fri 2026-11-27 16:00` as clocks in the calendar’s time zone show it. */
export function shown(at: Date, calendar: BusinessCalendar): string {
  const { weekday, date, time } = local(at, calendar);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1, 3)} ${date} ${time}`;
}

export function describeCalendar({ timeZone, workingDays, hours, holidays }: BusinessCalendar): string {
  const open = hours === undefined ? 'all day' : `${hours.opens} to ${hours.closes}`;
  const closed = holidays.length === 0 ? 'no holidays' : `holidays ${holidays.join(', ')}`;
  return `${timeZone}, ${workingDays.length === 7 ? 'every day' : workingDays.join(', ')}, ${open}, ${closed}`;
}

/** An hour before closing, four in the afternoon where nothing closes. On a day that is not worked, the same hour. */
function beforeClosing(day: number, calendar: BusinessCalendar): Date {
  const { hours } = calendar;
  const [hour, minute] = (hours?.closes ?? '').split(':').map(Number);
  const sinceMidnight = hours === undefined ? AFTERNOON_MS : ((hour ?? 0) * 60 + (minute ?? 0)) * 60_000 - HOUR_MS;
  return new Date(midnight(day, calendar) + sinceMidnight);
}

function isHoliday(date: string, { holidays }: BusinessCalendar): boolean {
  return holidays.some((holiday) => holiday === date || holidaysOf(holiday, Number(date.slice(0, 4))).has(date));
}

/** When a local day begins, as an instant. */
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
