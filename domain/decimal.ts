/**
 * Exact decimal arithmetic on strings, by BigInt. Pure and without imports, so that workflows can
 * use it. All prices and quantities use this module; none is ever a binary floating-point number.
 */

const DECIMAL = /^-?\d{1,18}(\.\d{1,9})?$/;
const SCALE = 9;
const UNIT = 10n ** BigInt(SCALE);

/** A decimal number as text, at most 18 digits before and 9 after the point: `"12"`, `"-0.125"`. */
export type Decimal = string;

export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** The value in billionths. Throws a RangeError on anything that is not a {@link Decimal}. */
export function toScaled(value: Decimal): bigint {
  if (!DECIMAL.test(value)) throw new RangeError(`"${value}" is not a decimal number of at most 18 + 9 digits`);
  const negative = value.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  const scaled = BigInt(whole) * UNIT + BigInt(fraction.padEnd(SCALE, '0'));
  return negative ? -scaled : scaled;
}

/** The shortest text of a value in billionths: no trailing zeros, no `-0`. */
export function fromScaled(scaled: bigint): Decimal {
  const negative = scaled < 0n;
  const magnitude = negative ? -scaled : scaled;
  const fraction = (magnitude % UNIT).toString().padStart(SCALE, '0').replace(/0+$/, '');
  const text = `${magnitude / UNIT}${fraction === '' ? '' : `.${fraction}`}`;
  return negative ? `-${text}` : text;
}

/** Integer division rounded half away from zero, the rule of invoices. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  if (divisor === 0n) throw new RangeError('division by zero');
  const negative = dividend < 0n !== divisor < 0n;
  const a = dividend < 0n ? -dividend : dividend;
  const b = divisor < 0n ? -divisor : divisor;
  const quotient = (2n * a + b) / (2n * b);
  return negative ? -quotient : quotient;
}

export function add(a: Decimal, b: Decimal): Decimal {
  return fromScaled(toScaled(a) + toScaled(b));
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return fromScaled(toScaled(a) - toScaled(b));
}

/** The product, rounded half away from zero to nine places. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return fromScaled(divideRounded(toScaled(a) * toScaled(b), UNIT));
}

/** The quotient, rounded half away from zero to nine places. */
export function divide(a: Decimal, b: Decimal): Decimal {
  return fromScaled(divideRounded(toScaled(a) * UNIT, toScaled(b)));
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const difference = toScaled(a) - toScaled(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function sum(values: readonly Decimal[]): Decimal {
  return fromScaled(values.reduce((total, value) => total + toScaled(value), 0n));
}

export function minimum(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}

/** Inspects the digits only, for speed: it runs for every line of every order. */
export function isPositive(value: Decimal): boolean {
  if (!DECIMAL.test(value)) throw new RangeError(`"${value}" is not a decimal number of at most 18 + 9 digits`);
  return !value.startsWith('-') && /[1-9]/.test(value);
}

export function isZero(value: Decimal): boolean {
  return toScaled(value) === 0n;
}

/** Whether `a` is a whole multiple of `b`; false when `b` is zero. */
export function isMultiple(a: Decimal, b: Decimal): boolean {
  const divisor = toScaled(b);
  return divisor !== 0n && toScaled(a) % divisor === 0n;
}
