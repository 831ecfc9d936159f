import { z } from 'zod';
import { isDecimal } from '../../../domain/decimal.ts';
import { isCurrency } from '../../../domain/money.ts';
import { countryCode, OUR_COUNTRY, regionCode } from '../../../domain/places.ts';

/**
 * Canonical model, version 1. Compatible additions go here; a breaking change creates v2 with an
 * upcast.
 */

export const decimal = z
  .string()
  .refine(isDecimal, { message: 'must be a decimal number in text, such as "12.5"' })
  .meta({ description: 'Exact decimal number as text', examples: ['12.5'] });

export const positiveDecimal = decimal
  .refine((value) => !value.startsWith('-') && /[1-9]/.test(value), { message: 'must be greater than zero' })
  .meta({ description: 'Exact decimal number greater than zero, as text', examples: ['24'] });

export const nonNegativeDecimal = decimal
  .refine((value) => !value.startsWith('-'), { message: 'must not be negative' })
  .meta({ description: 'Exact decimal number, zero or more, as text', examples: ['3.995'] });

export const currency = z
  .string()
  .refine(isCurrency, { message: 'must be an ISO 4217 currency that orders may be in' })
  .meta({ description: 'ISO 4217 currency code', examples: ['USD'] });

/** Integer minor units (cents for USD). */
export const minorUnits = z.int().meta({ description: 'Amount in integer minor units of the currency (cents)' });

/** Accepted years. Postgres and X12 have no year 0, and typing errors are reported immediately. */
const isTradingYear = (text: string) => text >= '1900' && text < '2200';
const tradingYear = { message: 'must be in the years 1900 to 2199' };

export const instant = z.iso
  .datetime({ offset: true })
  .refine(isTradingYear, tradingYear)
  .meta({ description: 'ISO 8601 date and time with zone' });

export const day = z.iso
  .date()
  .refine(isTradingYear, tradingYear)
  .meta({ description: 'ISO 8601 date', examples: ['2026-11-30'] });

/** A quantity always has a unit: X12 element 355 codes (EA, CA, DZ, LB …). */
export const quantity = z.strictObject({
  value: positiveDecimal,
  unit: z.string().regex(/^[A-Z0-9]{2}$/, 'must be a two-character unit code such as EA or CA'),
});
export type Quantity = z.infer<typeof quantity>;

/** Text that documents repeat. An element of spaces alone cannot be written. */
export const shownText = (most: number) => z.string().trim().min(1, 'must not be blank').max(most);

const REGION_LENGTH = 3;

export const address = z
  .strictObject({
    name: shownText(60).optional(),
    lines: z.array(shownText(55)).max(12).default([]),
    city: shownText(30).optional(),
    region: shownText(40)
      .optional()
      .meta({ description: 'Code of the state or province; those of the US and Canada may be named in full' }),
    postalCode: shownText(15).optional(),
    country: z
      .string()
      .overwrite(countryCode)
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 country code of two letters')
      .default(OUR_COUNTRY)
      .meta({ description: 'ISO 3166-1 code of two letters. Absent or blank, it is US' }),
  })
  .overwrite((place) =>
    place.region === undefined ? place : { ...place, region: regionCode(place.country, place.region) },
  )
  .superRefine(({ region = '' }, context) => {
    if (region.length <= REGION_LENGTH) return;
    const message = `must be the code of a state or province, of at most ${REGION_LENGTH} characters`;
    context.addIssue({ code: 'custom', path: ['region'], message });
  });
export type Address = z.infer<typeof address>;

/** Channel-specific values without a canonical field. Downstream code must not depend on them. */
export const attributes = z.record(z.string().max(80), z.string().max(500)).default({});

/** Nearly every text: without what the two rules below look for. */
const PLAIN = /^[\x20-\x7e]*$/;

/** A text of one line that tells things apart: no control characters, and no halves of a character, which no record can keep. */
export const name = z
  .string()
  .trim()
  .refine((text) => PLAIN.test(text) || !/\p{Cc}/u.test(text), 'must not hold control characters')
  .refine((text) => PLAIN.test(text) || !/\p{Cs}/u.test(text), 'must not hold half a character (a lone surrogate)');

export const identifier = name.min(1).max(80);

export const noteReader = z.enum(['erp', 'warehouse']);
export type NoteReader = z.infer<typeof noteReader>;

/** A note of the buyer. Without `for` it is meant for everybody who works on the order. */
export const note = z.strictObject({
  text: shownText(500),
  /** The buyer's code of its kind, such as WHI (X12 element 363) or L1 (element 128). */
  kind: identifier.max(3).optional(),
  for: z.array(noteReader).min(1).optional(),
});
export type Note = z.infer<typeof note>;

/** The texts that one of the readers is to see. */
export function textsFor(reader: NoteReader, notes: readonly Note[]): string[] {
  return notes.filter((one) => one.for?.includes(reader) ?? true).map(({ text }) => text);
}
