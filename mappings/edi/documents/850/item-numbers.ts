import type { ItemReference } from '../../../canonical/v1/index.ts';
import type { SegmentObject } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { textOf } from '../../tree.ts';
import { type Pairs, pairsFrom } from './line-segment.ts';

/** Item numbers of a line or of a component, by their qualifiers. */

/** Pairs of qualifier and number: LIN, where some partners send them, and SLN. */
export const LIN_PAIRS = pairsFrom(2);
export const SLN_PAIRS = pairsFrom(9);

/** Numbers by qualifier; the first of a qualifier counts. */
export function numbersOf(
  ...sources: readonly (readonly [segment: SegmentObject | undefined, pairs: Pairs])[]
): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>();
  for (const [segment, pairs] of sources) {
    if (segment === undefined) continue;
    for (const [qualifierKey, valueKey] of pairs) {
      const qualifier = textOf(segment, qualifierKey);
      if (qualifier === undefined || numbers.has(qualifier)) continue;
      const value = textOf(segment, valueKey);
      if (value !== undefined) numbers.set(qualifier, value);
    }
  }
  return numbers;
}

/** GTINs of 8, 12, 13 and 14 digits. */
const GTIN = /^\d{8}$|^\d{12,14}$/;

/** The numbers that identify an item by the partner's profile, and the rest. */
export function namedBy(
  numbers: ReadonlyMap<string, string>,
  { items }: Agreement,
): { named: Omit<ItemReference, 'description'>; rest: (readonly [qualifier: string, value: string])[] } {
  const taken = {
    sku: items.seller.find((qualifier) => numbers.has(qualifier)),
    customerSku: items.buyer.find((qualifier) => numbers.has(qualifier)),
    gtin: items.gtin.find((qualifier) => GTIN.test(numbers.get(qualifier) ?? '')),
    manufacturerPart: items.manufacturer.find((qualifier) => numbers.has(qualifier)),
  };
  const named: Omit<ItemReference, 'description'> = {};
  for (const field of FIELDS) {
    const value = numbers.get(taken[field] ?? '');
    if (value !== undefined) named[field] = value;
  }
  const used = FIELDS.map((field) => taken[field]);
  return { named, rest: [...numbers].filter(([qualifier]) => !used.includes(qualifier)) };
}

const FIELDS = ['sku', 'customerSku', 'gtin', 'manufacturerPart'] as const;
