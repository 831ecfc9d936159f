import type { Decimal } from '../../domain/decimal.ts';

const LOCALE = 'en-US';

const exact = new Intl.DateTimeFormat(LOCALE, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});
const clock = new Intl.DateTimeFormat(LOCALE, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const dayAndClock = new Intl.DateTimeFormat(LOCALE, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
// A date has no zone: in the viewer's zone it would shift to the previous day west of Greenwich.
const calendarDay = new Intl.DateTimeFormat(LOCALE, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  timeZone: 'UTC',
});

export const formatExact = (at: string | number): string => exact.format(new Date(at));
export const formatClock = (at: string | number): string => clock.format(new Date(at));
export const formatDayAndClock = (at: string): string => dayAndClock.format(new Date(at));
/** A time as it is in a time zone, with the name of that: `Nov 30, 17:00 CST`. */
export function formatInZone(at: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat(LOCALE, {
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  });
  return format.format(new Date(at));
}

/** `"2026-11-30"` or an instant at midnight UTC → `Nov 30, 2026`. */
export const formatDay = (day: string): string => calendarDay.format(new Date(day));

/** Minor units as money: `(123450, "USD")` → `$1,234.50`. */
export function formatMoney(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * A unit price in major units, possibly with fractions of a cent: `("3.995", "USD")` → `$3.995`.
 */
export function formatPrice(price: Decimal, currency: string): string {
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency, maximumFractionDigits: 9 }).format(Number(price));
}

/** `"1440"` → `1,440`; exact, because quantities may exceed the precision of a number. */
export function formatQuantity(quantity: Decimal): string {
  const [whole = '0', fraction] = quantity.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const kept = fraction?.replace(/0+$/, '');
  return kept ? `${grouped}.${kept}` : grouped;
}

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/**
 * The distance between two times by its largest unit: `3 h`, `12 min`, `now` below five seconds.
 */
export function formatDistance(milliseconds: number): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  if (seconds < 5) return 'now';
  for (const [size, unit] of STEPS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return 'now';
}

/**
 * Formats an identifier as words: `inFulfillment`, `price-outside-tolerance` → `In fulfillment`,
 * `Price outside tolerance`.
 */
export function formatWords(identifier: string): string {
  const words = identifier
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .trim()
    .toLowerCase()
    // Acronyms stay in capitals.
    .replace(/\b(ach|erp|wms|edi|po|asn|as2|sscc|sku|api|mdn)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}
