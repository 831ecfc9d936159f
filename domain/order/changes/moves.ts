/** How a quantity is taken from a line, and given back. What is nearest to us is taken first, what a warehouse has last. */
import { add, compare, type Decimal, isPositive, minimum, subtract, sum } from '../../decimal.ts';
import { byStore, type StoreQuantity, shortOf, without } from '../../policy/allocations.ts';
import { type ChangingLine, type ChangingOrder, type OpenAt, releaseOf } from './order.ts';

/** What was taken from where. */
export interface Taken {
  readonly cancelled: Decimal;
  readonly rejected: Decimal;
  readonly backordered: Decimal;
  readonly open: readonly OpenAt[];
  /** Of the backordered part. */
  readonly stores?: readonly StoreQuantity[];
}

export function totalTaken({ cancelled, rejected, backordered, open }: Taken): Decimal {
  return sum([cancelled, rejected, backordered, ...open.map(({ quantity }) => quantity)]);
}

/**
 * As much of `quantity` as can be had. With `ended`, what was cancelled or rejected before counts first: the buyer does not
 * expect it any more.
 */
export function taking(order: ChangingOrder, line: ChangingLine, quantity: Decimal, { ended = false } = {}): Taken {
  let left = quantity;
  const some = (available: Decimal): Decimal => {
    const part = minimum(available, left);
    left = subtract(left, part);
    return part;
  };
  const cancelled = ended ? some(line.cancelled) : '0';
  const rejected = ended ? some(line.rejected) : '0';
  const backordered = some(line.backordered);
  const open = [...inOrder(order, line)].flatMap((at): OpenAt[] => {
    const part = some(at.quantity);
    if (!isPositive(part)) return [];
    return [{ release: at.release, quantity: part, ...(at.stores && { stores: shortOf(at.stores, part) }) }];
  });
  return {
    ...{ cancelled, rejected, backordered, open },
    ...(line.allocations && isPositive(backordered) && { stores: shortOf(unreleased(line), backordered) }),
  };
}

/** What stores get of the line that no release holds and that has not shipped. */
function unreleased({ allocations = [], open, shippedToStores = [] }: ChangingLine): StoreQuantity[] {
  return without(allocations, [...open.flatMap(({ stores = [] }) => stores), ...shippedToStores]);
}

function inOrder(order: ChangingOrder, { open }: ChangingLine): OpenAt[] {
  const standing = ({ release }: OpenAt) => releaseOf(order, release)?.standing ?? 'here';
  const latestFirst = open.toReversed();
  return [
    ...latestFirst.filter((at) => standing(at) === 'here'),
    ...latestFirst.filter((at) => standing(at) === 'at-warehouse'),
  ];
}

/** The line without what was taken, whatever becomes of that. */
export function withoutTaken(line: ChangingLine, taken: Taken): ChangingLine {
  return {
    ...line,
    cancelled: subtract(line.cancelled, taken.cancelled),
    rejected: subtract(line.rejected, taken.rejected),
    backordered: subtract(line.backordered, taken.backordered),
    open: line.open.flatMap((at): OpenAt[] => {
      const gone = taken.open.find(({ release }) => release === at.release);
      if (gone === undefined) return [at];
      const quantity = subtract(at.quantity, gone.quantity);
      // It stays in the list, so that what is given back stands where it stood.
      return [{ ...at, quantity, ...(at.stores && { stores: without(at.stores, gone.stores ?? []) }) }];
    }),
  };
}

export function withTakenBack(line: ChangingLine, taken: Taken): ChangingLine {
  return {
    ...line,
    cancelled: add(line.cancelled, taken.cancelled),
    rejected: add(line.rejected, taken.rejected),
    backordered: add(line.backordered, taken.backordered),
    open: line.open.map((at): OpenAt => {
      const gone = taken.open.find(({ release }) => release === at.release);
      if (gone === undefined) return at;
      const stores = at.stores && { stores: byStore([...at.stores, ...(gone.stores ?? [])]) };
      return { ...at, quantity: add(at.quantity, gone.quantity), ...stores };
    }),
  };
}

/** The stores that get less, in the order of the line. */
export function storesOf(taken: Taken): StoreQuantity[] {
  return [...(taken.stores ?? []), ...taken.open.flatMap(({ stores = [] }) => stores)];
}

/** Why no more than that can be taken, in the words of whoever has the rest. */
export function whyNoMore(order: ChangingOrder, line: ChangingLine): string {
  const reasons = [
    ...(compare(line.shipped, '0') > 0
      ? [`${line.shipped} ${line.baseUnit} have shipped (${line.shipments.join(', ')}); a return is the way for those`]
      : []),
    ...line.open.flatMap(({ release, quantity }) => {
      const at = releaseOf(order, release);
      if (at?.standing !== 'fixed' || !isPositive(quantity)) return [];
      return [`${quantity} ${line.baseUnit} are at ${at.node}: ${at.why ?? 'it can no longer stop them'}`];
    }),
  ];
  return reasons.join('; ') || 'nothing of it is open any more';
}

/** Why nothing at all may change about what releases hold of the line. */
export function whyFixed(order: ChangingOrder, line: ChangingLine): string | undefined {
  if (isPositive(line.shipped)) return whyNoMore(order, line);
  const isFixed = ({ release, quantity }: OpenAt) =>
    isPositive(quantity) && releaseOf(order, release)?.standing === 'fixed';
  return line.open.some(isFixed) ? whyNoMore(order, line) : undefined;
}
