/** The moments before a deadline at which an order that still waits tells of it. */
import { type BusinessCalendar, deadlineBefore } from '../calendar/calendar.ts';

/** Times are ISO 8601, so that the process needs no calendar. */
export interface Ahead {
  /** Absent for a time that a person has named. */
  readonly warnAt?: string;
  /** Less time than the step usually takes is left from then on; absent without a lead time. */
  readonly jeopardyFrom?: string;
}

/** A deadline that an order is told of before it passes. */
export interface WatchedDeadline {
  readonly by: string;
  readonly ahead: Ahead;
}

/** What is told about a deadline while it can still be met. */
export type Foretold = 'near' | 'jeopardy';

/** @param spans deadlines of the profile, counted back from `by` */
export function aheadOf(
  by: Date,
  { warnBefore, leadTime }: { warnBefore: string; leadTime: string | undefined },
  calendar: BusinessCalendar,
): Ahead {
  const before = (span: string) => deadlineBefore(by, span, calendar).toISOString();
  return { warnAt: before(warnBefore), ...(leadTime !== undefined && { jeopardyFrom: before(leadTime) }) };
}

/**
 * What is told of a deadline, and when, earliest first. A warning whose moment had passed when the wait began, at
 * `now`, is none: the order has only just come so far. That it is predicted to be late is told all the same.
 */
export function toForetell({ ahead }: WatchedDeadline, now: string): { what: Foretold; at: string }[] {
  const { warnAt, jeopardyFrom } = ahead;
  return [
    ...(warnAt !== undefined && warnAt > now ? [{ what: 'near' as const, at: warnAt }] : []),
    ...(jeopardyFrom === undefined ? [] : [{ what: 'jeopardy' as const, at: jeopardyFrom }]),
  ].toSorted((one, other) => (one.at < other.at ? -1 : 1));
}
