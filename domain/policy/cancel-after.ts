/**
 * The last day on which goods of an order may leave, as the buyer names it. Nothing is released so late that it would
 * leave after that day, unless a person says that it was agreed.
 */
import { type BusinessCalendar, dayOf, endOfDay } from '../calendar/calendar.ts';
import { type Ahead, aheadOf } from './ahead.ts';
import { lastDay, type RequestedDates } from './requested-dates.ts';

export interface LastShipDay {
  /** ISO 8601 day. */
  day: string;
  /** Its end in the partner's calendar, ISO 8601. */
  ends: string;
  /** What is released later than this would leave after the day, by the profile's lead time. */
  releaseBy: string;
  ahead: Ahead;
}

/** Deadlines of the profile. */
export interface ShipSpans {
  warnBefore: string;
  /** From release to shipment. */
  leadTime: string | undefined;
}

/**
 * Undefined if the buyer names no day, or one that had passed when the order came: what becomes of that was asked then.
 */
export function lastShipDay(
  dates: RequestedDates,
  receivedAt: Date,
  calendar: BusinessCalendar,
  spans: ShipSpans,
): LastShipDay | undefined {
  const day = lastDay(dates);
  if (day === undefined || day < dayOf(receivedAt, calendar)) return undefined;
  const ends = endOfDay(day, calendar);
  const ahead = aheadOf(ends, spans, calendar);
  return { day, ends: ends.toISOString(), releaseBy: ahead.jeopardyFrom ?? ends.toISOString(), ahead };
}

/** Why a release at `now` comes too late; undefined while it does not. */
export function whyTooLate({ day, ends, releaseBy }: LastShipDay, now: Date): string | undefined {
  if (now > new Date(ends)) return `the buyer takes nothing that ships after ${day}, which has passed`;
  if (now <= new Date(releaseBy)) return undefined;
  return `the buyer takes nothing that ships after ${day}; by the lead time of the profile it had to be released by ${releaseBy}`;
}
