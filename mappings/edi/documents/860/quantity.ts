import { add, compare, type Decimal, isPositive, isZero, subtract } from '../../../../domain/decimal.ts';
import type { ChangedQuantity } from '../../../canonical/v1/index.ts';
import type { Agreement } from '../../agreement.ts';
import type { Direction } from './codes.ts';

/** The two quantities of a line as they were sent: POC03 and POC04. */
export interface Sent {
  readonly ordered?: Decimal;
  readonly left?: Decimal;
}

export type Meanings = Pick<Agreement['orderChanges'], 'ordered' | 'left'>;
type Quantities = Omit<ChangedQuantity, 'unit'>;

/** `doubt`: why nobody can tell what the line is to become. */
export interface ReadQuantity {
  readonly quantities: Quantities;
  readonly doubt?: string;
}

const PLACES = { ordered: 'POC03', left: 'POC04' } as const;

/**
 * What the quantities of a changed line mean. Partners differ: POC03 may be the new quantity, the one before or
 * the difference, and so may POC04, which the standard defines as what is left to receive. Only the profile says.
 */
export function changedQuantities(sent: Sent, direction: Direction, meanings: Meanings): ReadQuantity {
  if (sent.ordered === undefined && sent.left === undefined) {
    return { quantities: {}, doubt: 'states no quantity' };
  }
  const facts: { before?: Decimal; after?: Decimal; change?: Decimal; open?: Decimal } = {};
  let isUnsigned = false;
  for (const key of ['ordered', 'left'] as const) {
    const value = sent[key];
    const meaning = meanings[key];
    if (value === undefined || meaning === 'ask') continue;
    if (meaning === 'change') {
      isUnsigned = direction === 'any' && !value.startsWith('-');
      if (!isUnsigned) facts.change = signed(value, direction);
    } else facts[FACTS[meaning]] = value;
  }
  const { before, after, change } = facts;
  if (change === undefined && before !== undefined && after !== undefined) facts.change = subtract(after, before);
  if (after === undefined && before !== undefined && change !== undefined) facts.after = add(before, change);
  if (before === undefined && after !== undefined && change !== undefined) facts.before = subtract(after, change);

  const wrong = contradictionIn(facts, direction);
  if (wrong !== undefined) return { quantities: { stated: statedOf(sent) }, doubt: wrong };
  const isTold = facts.after !== undefined || facts.change !== undefined;
  const unknown = meanings.left === 'ask' ? { second: sent.left } : {};
  if (isTold) {
    const stated = statedOf({ ...(unknown.second !== undefined && { left: unknown.second }) });
    return { quantities: { ...facts, ...(Object.keys(stated).length > 0 && { stated }) } };
  }
  return { quantities: { ...facts, stated: statedOf(sent) }, doubt: isUnsigned ? UNSIGNED : unsaid(sent) };
}

/** The quantity of a new line. */
export function addedQuantity(sent: Sent, meanings: Meanings): ReadQuantity {
  const { ordered, left } = sent;
  const positive = [ordered, left].filter((value) => value !== undefined && isPositive(value));
  const [first, second] = positive;
  if (first === undefined) return { quantities: { stated: statedOf(sent) }, doubt: 'adds a line without a quantity' };
  if (second === undefined || compare(first, second) === 0) return { quantities: { after: first } };
  // A new line has nothing before it, so what is new and by how much it changes are the same.
  const isNew = (meaning: Meanings['left']) => meaning === 'new' || meaning === 'change';
  if (isNew(meanings.ordered)) {
    return { quantities: { after: first, ...(meanings.left === 'open' && { open: second }) } };
  }
  if (isNew(meanings.left)) return { quantities: { after: second } };
  return { quantities: { stated: statedOf(sent) }, doubt: unsaid(sent) };
}

/** Quantities that a line states beside what it changes. */
export function otherQuantities(sent: Sent, meanings: Meanings): Quantities {
  const after = meanings.ordered === 'new' ? sent.ordered : meanings.left === 'new' ? sent.left : undefined;
  const isSound = after !== undefined && !after.startsWith('-');
  const stated = statedOf(sent);
  return { ...(isSound && { after }), ...(Object.keys(stated).length > 0 && !isSound && { stated }) };
}

const FACTS = { new: 'after', before: 'before', open: 'open' } as const;
const UNSIGNED = 'states by how much its quantity changes, but not whether up or down';

function signed(value: Decimal, direction: Direction): Decimal {
  const size = value.startsWith('-') ? value.slice(1) : value;
  return direction === 'up' || isZero(value) ? size : `-${size}`;
}

function contradictionIn(
  { before, after, change, open }: { before?: Decimal; after?: Decimal; change?: Decimal; open?: Decimal },
  direction: Direction,
): string | undefined {
  const negative = [before, after, open].find((value) => value?.startsWith('-'));
  if (negative !== undefined) return `comes to the quantity ${negative}`;
  if (change !== undefined && direction !== 'any') {
    const isUp = isPositive(change);
    const isDown = change.startsWith('-');
    if (direction === 'up' ? !isUp : !isDown) {
      const says = direction === 'up' ? 'an increase' : 'a decrease';
      const found =
        before === undefined || after === undefined ? `a change by ${change}` : `${before} before and ${after} after`;
      return `says ${says}, but states ${found}`;
    }
  }
  if (after !== undefined && open !== undefined && compare(open, after) > 0) {
    return `is to be ${after}, of which ${open} are left to receive`;
  }
  return undefined;
}

function statedOf({ ordered, left }: Sent): { first?: Decimal; second?: Decimal } {
  return { ...(ordered !== undefined && { first: ordered }), ...(left !== undefined && { second: left }) };
}

function unsaid(sent: Sent): string {
  const stated = (['ordered', 'left'] as const).flatMap((key) =>
    sent[key] === undefined ? [] : [`${PLACES[key]} ${sent[key]}`],
  );
  return `states ${stated.join(' and ')}; whether a number is the new quantity or the difference, only orderChanges of the profile can say`;
}
