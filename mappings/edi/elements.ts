import type { Decimal } from '../../domain/decimal.ts';

/** Limit that keeps the sum over a whole document within a {@link Decimal}. */
const WHOLE_DIGITS = 12;
const PLACES = 9;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const PLAIN = /^[1-9]\d{0,11}$/;

/**
 * Parses a numeric element (types R and Nn as sent): `0012.50`, `.5`, `12.` and `-3` are numbers.
 * Undefined for anything else, for more than {@link WHOLE_DIGITS} digits before the point and for
 * more than {@link PLACES} after it.
 */
export function decimalOf(text: string): Decimal | undefined {
  // Fast path: most numbers have no sign, point or leading zero.
  if (PLAIN.test(text)) return text;
  const parts = NUMBER.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  if (whole === '' && fraction === '') return undefined;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const places = fraction.replace(/0+$/, '');
  if (digits.length > WHOLE_DIGITS || places.length > PLACES) return undefined;
  const magnitude = places === '' ? digits : `${digits}.${places}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** Explains why {@link decimalOf} rejected a text, and whether it is a number. */
export function decimalFault(text: string): { isNumber: boolean; reason: string } {
  const [, , whole = '', fraction = ''] = NUMBER.exec(text) ?? [];
  if (whole === '' && fraction === '') return { isNumber: false, reason: 'is not a number' };
  return whole.replace(/^0+/, '').length > WHOLE_DIGITS
    ? { isNumber: true, reason: `is too large, there may be ${WHOLE_DIGITS} digits before the point` }
    : { isNumber: true, reason: `is too fine, there may be ${PLACES} digits after the point` };
}

/**
 * Converts a date element to ISO 8601: CCYYMMDD, or YYMMDD in old versions, where 70 and above is
 * the last century. Undefined if the day does not exist.
 */
export function dayOf(text: string): string | undefined {
  const parts = /^(\d{2})?(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [, century, year = '', month = '', day = ''] = parts;
  const fullYear = `${century ?? (Number(year) >= 70 ? '19' : '20')}${year}`;
  if (Number(day) < 1 || Number(day) > daysIn(Number(fullYear), Number(month))) return undefined;
  return `${fullYear}-${month}-${day}`;
}

const DAY_MS = 86_400_000;

/** Days between two ISO 8601 days; negative if the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days in a Gregorian month; 0 for an invalid month. */
function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}
