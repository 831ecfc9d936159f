/** The time until which a person lets an order wait, as a request states it. */
import { z } from 'zod';
import { endOfDay } from '../domain/calendar/calendar.ts';
import { type ExceptionType, movesDeadline } from '../domain/exceptions.ts';
import { MOST_DAYS_TO_WAIT, whyNotWait } from '../domain/order/waiting.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { Problem } from './errors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const statedInstant = z.iso
  .datetime({ offset: true, message: 'must be an ISO 8601 date and time with a zone' })
  .meta({
    description: `With \`wait\`: in the future, ${MOST_DAYS_TO_WAIT} days at most`,
    examples: ['2026-12-01T08:00:00-08:00'],
  });

export const statedUntil = z.union([statedInstant, z.iso.date()]).meta({
  description: `With \`wait\`: a date and time with a zone, or a day of the partner’s time zone; in the future, ${MOST_DAYS_TO_WAIT} days at most. A day is its end for a deadline, and its beginning for what is tried again.`,
});

/** @throws Problem if it is not possible to wait until then */
export function untilOf(stated: string, type: ExceptionType, profile: PartnerProfile | undefined): string {
  const until = instantOf(stated, type, profile);
  refuseUnlessPossible(until);
  return until;
}

export function refuseUnlessPossible(until: string): void {
  const refusal = whyNotWait({ resolution: 'wait', until }, new Date().toISOString());
  if (refusal === undefined) return;
  throw new Problem('invalid-body', `until: ${refusal.reason}`, {
    errors: [{ path: 'until', message: refusal.reason, code: refusal.code }],
  });
}

function instantOf(stated: string, type: ExceptionType, profile: PartnerProfile | undefined): string {
  if (stated.includes('T')) return new Date(stated).toISOString();
  if (profile === undefined) {
    const message = 'the partner has no profile that says in which time zone the day is: state a time with a zone';
    throw new Problem('invalid-body', `until: ${message}`, { errors: [{ path: 'until', message }] });
  }
  if (movesDeadline(type)) return endOfDay(stated, profile.calendar).toISOString();
  const dayBefore = new Date(Date.parse(stated) - DAY_MS).toISOString().slice(0, 10);
  return new Date(endOfDay(dayBefore, profile.calendar).getTime() + 1000).toISOString();
}
