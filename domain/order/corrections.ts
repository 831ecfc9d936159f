/** What a person corrects about an order, so that its check can go on. Each kind is one small fact. */
import type { Decimal } from '../decimal.ts';
import type { ExceptionType } from '../exceptions.ts';

/** `lineId` is the buyer's line number. */
export type Correction =
  /** The line means this item of ours. */
  | { readonly kind: 'item'; readonly lineId: string; readonly sku: string }
  /** This item of ours is sent in place of the ordered one, as agreed; the partner is told of both. */
  | { readonly kind: 'substitute'; readonly lineId: string; readonly sku: string }
  /** One ordered unit of the line is this unit of ours, or so many of it. */
  | { readonly kind: 'unit'; readonly lineId: string; readonly unit: string; readonly quantity?: Decimal | undefined }
  /** In the ordered unit. */
  | { readonly kind: 'quantity'; readonly lineId: string; readonly quantity: Decimal }
  /** For one ordered unit, in major units; without one, our own price applies. */
  | { readonly kind: 'price'; readonly lineId: string; readonly unitPrice?: Decimal | undefined }
  /** The line is not delivered; the partner is told so. */
  | { readonly kind: 'refuse-line'; readonly lineId: string }
  /** The goods go to this ship-to of ours. */
  | { readonly kind: 'ship-to'; readonly shipToNumber: string }
  /** Days of the whole order (ISO 8601), and of its lines; null removes one. */
  | { readonly kind: 'dates'; readonly dates: Readonly<Partial<Record<CorrectedDate, string | null>>> };

export type CorrectionKind = Correction['kind'];

export const correctedDates = [
  'requestedShipDate',
  'requestedDeliveryDate',
  'shipNotBefore',
  'shipNotAfter',
  'deliverNotBefore',
  'deliverNotAfter',
  'cancelAfter',
] as const;
export type CorrectedDate = (typeof correctedDates)[number];

/** Which corrections help against a problem of the check. */
const corrections: Readonly<Partial<Record<ExceptionType, readonly CorrectionKind[]>>> = {
  'unknown-item': ['item', 'substitute', 'refuse-line'],
  'item-numbers-differ': ['item', 'substitute', 'refuse-line'],
  'unknown-unit': ['unit', 'item', 'substitute', 'refuse-line'],
  'pack-differs': ['unit', 'quantity', 'refuse-line'],
  'quantity-not-whole': ['quantity', 'unit', 'refuse-line'],
  'no-price': ['price', 'refuse-line'],
  'price-outside-tolerance': ['price', 'refuse-line'],
  'unknown-ship-to': ['ship-to'],
  'ship-to-differs': ['ship-to'],
  'no-tax-rate': ['ship-to'],
  'dates-not-kept': ['dates'],
};

/** None for a problem that no correction of the order helps against. */
export function correctionsFor(type: ExceptionType): readonly CorrectionKind[] {
  return corrections[type] ?? [];
}

/** A later correction of the same thing replaces the earlier one. */
export function mergedCorrections(earlier: readonly Correction[], later: readonly Correction[]): readonly Correction[] {
  const replaced = new Set(later.map(subjectOf));
  return [...earlier.filter((one) => !replaced.has(subjectOf(one))), ...later];
}

/** What a correction is about: of two about the same, one counts. */
export function subjectOf(correction: Correction): string {
  if (!('lineId' in correction)) return correction.kind;
  // Both say which item the line is.
  return JSON.stringify([correction.kind === 'substitute' ? 'item' : correction.kind, correction.lineId]);
}

/** For timeline and pages: `line 2: our item MW-1001`. */
export function correctionInWords(correction: Correction): string {
  switch (correction.kind) {
    case 'item':
      return `line ${correction.lineId}: our item ${correction.sku}`;
    case 'substitute':
      return `line ${correction.lineId}: our item ${correction.sku} in place of the ordered one`;
    case 'unit':
      return `line ${correction.lineId}: one ordered unit is ${correction.quantity === undefined ? '' : `${correction.quantity} `}${correction.unit}`;
    case 'quantity':
      return `line ${correction.lineId}: quantity ${correction.quantity}`;
    case 'price':
      return `line ${correction.lineId}: ${correction.unitPrice === undefined ? 'our price' : `price ${correction.unitPrice}`}`;
    case 'refuse-line':
      return `line ${correction.lineId}: not delivered`;
    case 'ship-to':
      return `ship-to ${correction.shipToNumber}`;
    case 'dates':
      return Object.entries(correction.dates)
        .map(([name, day]) => `${name} ${day ?? 'none'}`)
        .join(', ');
  }
}
