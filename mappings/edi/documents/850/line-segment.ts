/** Where a set has the parts of an order line: the segment that begins the line, and its elements. */
export interface LineSegment {
  readonly id: string;
  readonly quantity: number;
  readonly unit: number;
  readonly price: number;
  readonly priceBasis: number;
  /** The first of the pairs of qualifier and item number. */
  readonly numbers: number;
}

export const PO1: LineSegment = { id: 'PO1', quantity: 2, unit: 3, price: 4, priceBasis: 5, numbers: 6 };

/** Elements as they are named in a tree. */
export function keyOf(element: number): string {
  return String(element).padStart(2, '0');
}
