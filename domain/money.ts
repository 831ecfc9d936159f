/**
 * Money: amounts are integer minor units (cents) with an ISO 4217 currency. Unit prices are decimal
 * strings in major units, because a price may have fractions of a cent. Pure, for use in workflows.
 */

import { type Decimal, divideRounded, fromScaled, toScaled } from './decimal.ts';
import { lookup } from './lookup.ts';

/** Decimal places of the currencies we trade in; ISO 4217. */
const MINOR_DIGITS: Readonly<Record<string, number>> = { USD: 2, CAD: 2, MXN: 2, EUR: 2, GBP: 2, JPY: 0 };

const SCALE = 9;

export function minorDigits(currency: string): number {
  const digits = lookup(MINOR_DIGITS, currency);
  if (digits === undefined) throw new RangeError(`currency "${currency}" is not one that orders may be in`);
  return digits;
}

export function isCurrency(currency: string): boolean {
  return lookup(MINOR_DIGITS, currency) !== undefined;
}

/**
 * A decimal amount in major units as minor units, rounded half away from zero: `("12.345", "USD")`
 * → 1235.
 */
export function toMinor(amount: Decimal, currency: string): number {
  return asSafeInteger(divideRounded(toScaled(amount), 10n ** BigInt(SCALE - minorDigits(currency))));
}

/** Minor units as a decimal amount in major units: `(1235, "USD")` → `"12.35"`. */
export function fromMinor(minor: number, currency: string): Decimal {
  return fromScaled(BigInt(minor) * 10n ** BigInt(SCALE - minorDigits(currency)));
}

/** Quantity times unit price, rounded once, half away from zero, to minor units. */
export function extend(quantity: Decimal, unitPrice: Decimal, currency: string): number {
  const exact = toScaled(quantity) * toScaled(unitPrice);
  return asSafeInteger(divideRounded(exact, 10n ** BigInt(2 * SCALE - minorDigits(currency))));
}

/**
 * `percent` (a decimal such as `"2.5"`) of an amount, rounded half away from zero to minor units.
 */
export function percentOf(minor: number, percent: Decimal): number {
  return asSafeInteger(divideRounded(BigInt(minor) * toScaled(percent), 100n * 10n ** BigInt(SCALE)));
}

function asSafeInteger(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} minor units are more than can be held exactly`);
  return number;
}
