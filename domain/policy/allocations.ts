/** Goods of one line for several stores: which store gets what of a release. Pure; quantities are base units. */
import { add, compare, type Decimal, isPositive, minimum, multiply, subtract, sum } from '../decimal.ts';

export interface StoreQuantity {
  /** Code of the store as the buyer writes it. */
  store: string;
  quantity: Decimal;
}

/**
 * What each store gets in base units, from quantities in the ordered unit. The parts always add up to the line: a
 * factor that has to be rounded is applied to running totals.
 */
export function inBaseUnits(ordered: readonly StoreQuantity[], unitFactor: Decimal): StoreQuantity[] {
  let total = '0';
  return ordered.map(({ store, quantity }) => {
    const before = multiply(total, unitFactor);
    total = add(total, quantity);
    return { store, quantity: subtract(multiply(total, unitFactor), before) };
  });
}

/**
 * Which store gets what of the next `quantity` of a line. Stores are served in the order of the document, each to its
 * whole quantity before the next one, so that a shortage falls on the last ones. Several releases together give each
 * store exactly its quantity.
 *
 * @param given what earlier releases gave each store, less what came back because it was short
 * @throws RangeError if less is open: a release never holds more than the line
 */
export function sliceOf(
  allocations: readonly StoreQuantity[],
  given: readonly StoreQuantity[],
  quantity: Decimal,
): StoreQuantity[] {
  const slice = taken(without(allocations, given), quantity);
  if (compare(totalOf(slice), quantity) === 0) return slice;
  throw new RangeError(`${quantity} are released to stores, of which ${totalOf(slice)} are open`);
}

/** Which stores lose a missing `quantity` of what they still expect: the last ones. */
export function shortOf(expected: readonly StoreQuantity[], quantity: Decimal): StoreQuantity[] {
  return taken(expected.toReversed(), quantity).reverse();
}

/** `stores` less what `others` name of the same store; those with nothing left are omitted. */
export function without(stores: readonly StoreQuantity[], others: readonly StoreQuantity[]): StoreQuantity[] {
  const gone = new Map(byStore(others).map(({ store, quantity }) => [store, quantity]));
  return stores.flatMap(({ store, quantity }) => {
    const left = subtract(quantity, gone.get(store) ?? '0');
    return isPositive(left) ? [{ store, quantity: left }] : [];
  });
}

/** One entry for each store, in the order in which they first come. */
export function byStore(stores: readonly StoreQuantity[]): StoreQuantity[] {
  const totals = new Map<string, Decimal>();
  for (const { store, quantity } of stores) totals.set(store, add(totals.get(store) ?? '0', quantity));
  return [...totals].map(([store, quantity]) => ({ store, quantity }));
}

export function totalOf(stores: readonly StoreQuantity[]): Decimal {
  return sum(stores.map(({ quantity }) => quantity));
}

function taken(stores: readonly StoreQuantity[], quantity: Decimal): StoreQuantity[] {
  let left = quantity;
  return stores.flatMap((one) => {
    const part = minimum(one.quantity, left);
    if (!isPositive(part)) return [];
    left = subtract(left, part);
    return [{ store: one.store, quantity: part }];
  });
}
