/** The time until which a person lets an order wait. */
import type { Refusal } from './guards.ts';
import type { ResolveExceptionInput } from './messages.ts';

/** Whoever wants to wait longer is asked again then. */
export const MOST_DAYS_TO_WAIT = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** With date, time and zone: a time of day alone means another moment in each zone. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** @param now ISO 8601 */
export function whyNotWait(
  { resolution, until }: Pick<ResolveExceptionInput, 'resolution' | 'until'>,
  now: string,
): Refusal | undefined {
  if (resolution !== 'wait') {
    if (until === undefined) return undefined;
    return { code: 'until-not-asked', reason: `${resolution} takes no time to wait until; wait does` };
  }
  if (until === undefined) return { code: 'until-missing', reason: 'wait needs the time until which to wait' };
  const refused = (reason: string): Refusal => ({ code: 'until-not-possible', reason });
  const at = INSTANT.test(until) ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(at)) return refused(`${until} is no time with its zone, such as 2026-12-01T08:00:00Z`);
  if (at <= Date.parse(now)) return refused(`${until} is not in the future`);
  if (at <= Date.parse(now) + MOST_DAYS_TO_WAIT * DAY_MS) return undefined;
  return refused(`${until} is more than ${MOST_DAYS_TO_WAIT} days ahead`);
}

/** For pages and the Temporal UI: `2026-12-01 08:00 UTC`. */
export function momentInWords(at: string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
