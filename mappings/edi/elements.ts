import { type Decimal, fromScaled, toScaled } from '../canonical/decimal.ts';

/** So that the sum over a whole document still is a {@link Decimal}. */
const WHOLE_DIGITS = 12;

/**
 * The value of a numeric element (types R and Nn as sent): `0012.50`, `.5`, `12.` and `-3` are numbers. Undefined for anything else,
 * for more than {@link WHOLE_DIGITS} digits before the point and for more than nine after it.
 */
export function decimalOf(text: string): Decimal | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  if (whole === '' && fraction === '') return undefined;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const places = fraction.replace(/0+$/, '');
  if (digits.length > WHOLE_DIGITS || places.length > 9) return undefined;
  return fromScaled(toScaled(`${sign === '-' ? '-' : ''}${digits}${places === '' ? '' : `.${places}`}`));
}

/** A date element (CCYYMMDD, or YYMMDD of old versions, where 70 and above is the last century) as ISO 8601; undefined if no such day. */
export function dayOf(text: string): string | undefined {
  const parts = /^(\d{2})?(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [, century, year = '', month = '', day = ''] = parts;
  const iso = `${century ?? (Number(year) >= 70 ? '19' : '20')}${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}
