import { z } from 'zod';
import { isDeadline } from '../../domain/calendar/calendar.ts';
import { isDuration } from '../../domain/calendar/duration.ts';

/** Field types shared by several sections of a profile. */

export const duration = z
  .string()
  .refine(isDuration, 'must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, such as PT24H or P2D');

export const deadline = z
  .string()
  .refine(
    isDeadline,
    'must be an ISO 8601 duration such as PT24H or P2D, or one of at most 366 days without weeks that counts only while the calendar is open, such as PT8H business or P2D business',
  );

export const unit = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character X12 unit code such as EA or CA');

export const qualifier = z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character X12 qualifier');

export const entityCode = z.string().regex(/^[A-Z0-9]{2,3}$/, 'must be an X12 entity identifier code such as ST');

/** Content of a document: loops and segments with their qualifiers, and an element where only that one is meant. */
export const contentPattern = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9]{1,2}(\[[^\]/]{1,3}\])?(\/[A-Z][A-Z0-9]{1,2}(\[[^\]/]{1,3}\])?)*(\.\d\d(=[A-Z0-9]{1,6})?)?$/,
    'must be content as the list of what is not used names it, such as N1[VN], PO1/PO4.06 or BEG.02=DS',
  );

/** The segments that content names: `PO1/N1[BY].02` → PO1, N1. */
export function segmentsIn(content: string): string[] {
  return content.split('/').map((step) => step.replace(/[[.].*$/, ''));
}

export const setId = z.string().regex(/^\d{3}$/, 'must be a transaction set number such as 850');
