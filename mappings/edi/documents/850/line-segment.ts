/** Where a set has the parts of an order line: the segment that begins the line, and its elements. */
export interface LineSegment {
  readonly id: string;
  readonly quantity: number;
  readonly unit: number;
  readonly price: number;
  readonly priceBasis: number;
  readonly numbers: Pairs;
}

/** Elements of a segment in pairs: the qualifier of an item number, and the number. */
export type Pairs = readonly (readonly [qualifier: string, value: string])[];

const KEYS: readonly string[] = Array.from({ length: 100 }, (_, element) => String(element).padStart(2, '0'));

/** Elements as they are named in a tree; no segment has a hundred. */
export function keyOf(element: number): string {
  return KEYS[element] as string;
}

/** Ten pairs, such as PO106/07 to PO124/25. */
export function pairsFrom(first: number): Pairs {
  return Array.from({ length: 10 }, (_, pair) => [keyOf(first + 2 * pair), keyOf(first + 2 * pair + 1)] as const);
}

export const PO1: LineSegment = { id: 'PO1', quantity: 2, unit: 3, price: 4, priceBasis: 5, numbers: pairsFrom(6) };
