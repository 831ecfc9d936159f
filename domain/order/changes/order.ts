/** An order as changes see it: quantities by where they are, and what of it can still change. Pure; base units, except `value`. */
import { add, compare, type Decimal, divide, fromScaled, multiply, subtract, sum, toScaled } from '../../decimal.ts';
import type { StoreQuantity } from '../../policy/allocations.ts';
import type { CorrectedDate } from '../corrections.ts';
import type { ChangedPart } from './outcome.ts';

export type Dates = Readonly<Partial<Record<CorrectedDate, string>>>;

/** Open quantity of a line that one release holds. */
export interface OpenAt {
  /** Id of the release; empty while nothing is reserved. */
  readonly release: string;
  readonly quantity: Decimal;
  /** What each store gets of it, where the line is spread over stores. */
  readonly stores?: readonly StoreQuantity[];
}

/** Invariant: ordered = cancelled + rejected + backordered + open + shipped. */
export interface ChangingLine {
  readonly lineNumber: number;
  /** The buyer's line number. */
  readonly lineId: string;
  readonly sku: string;
  /** As the buyer wrote it. */
  readonly unit: string;
  readonly baseUnit: string;
  /** Base units in one ordered unit. */
  readonly unitFactor: Decimal;
  /** Ordered quantity in the ordered unit. */
  readonly value: Decimal;
  readonly unitPrice: Decimal;
  readonly ordered: Decimal;
  readonly cancelled: Decimal;
  readonly rejected: Decimal;
  readonly backordered: Decimal;
  readonly open: readonly OpenAt[];
  readonly shipped: Decimal;
  /** `S1 on 2026-11-27`. */
  readonly shipments: readonly string[];
  readonly dates: Dates;
  /** What each store gets of the whole line, and what was shipped to each. */
  readonly allocations?: readonly StoreQuantity[];
  readonly shippedToStores?: readonly StoreQuantity[];
}

export interface ChangingRelease {
  readonly id: string;
  readonly node: string;
  /**
   * `here`: no warehouse has it; `at-warehouse`: it has to be called back before it changes; `fixed`: it cannot be called
   * back any more, for the reason `why`.
   */
  readonly standing: 'here' | 'at-warehouse' | 'fixed';
  readonly why?: string;
}

export interface ChangingOrder {
  /** Stock was reserved: what is wanted more waits for the next reservation. */
  readonly reserved: boolean;
  readonly lines: readonly ChangingLine[];
  readonly releases: readonly ChangingRelease[];
  readonly dates: Dates;
  /** As the order states it, in JSON. */
  readonly shipTo: string;
}

/** What a change asks for, one part at a time. `value` is in the ordered unit, prices are for one ordered unit. */
export type Ask =
  | { readonly part: 'quantity'; readonly lineId: string; readonly value: Decimal; readonly unit: string }
  | { readonly part: 'delete'; readonly lineId: string }
  | { readonly part: 'cancel'; readonly lineId: string; readonly value?: Decimal }
  | { readonly part: 'add'; readonly lineId: string; readonly line: NewLine }
  | { readonly part: 'item'; readonly lineId: string; readonly line: NewLine }
  | { readonly part: 'price'; readonly lineId: string; readonly unitPrice: Decimal }
  | { readonly part: 'dates'; readonly lineId?: string; readonly dates: Dates }
  | { readonly part: 'ship-to'; readonly shipTo: string }
  | { readonly part: 'other'; readonly lineId?: string; readonly why: string };

export type AskOf<Part extends ChangedPart> = Extract<Ask, { part: Part }>;

/** A line as our check reads it; what is not known yet is empty. */
export type NewLine = Pick<ChangingLine, 'sku' | 'unit' | 'baseUnit' | 'unitFactor' | 'value' | 'unitPrice' | 'dates'>;

export type Verdict =
  | { readonly result: 'accepted' }
  | { readonly result: 'adjusted' | 'rejected'; readonly reason: string };

/** One kind of change. `apply` may be asked only for what `validate` does not reject; `undo` takes back what it did. */
export interface ChangeKind<Part extends ChangedPart, Done> {
  validate(order: ChangingOrder, ask: AskOf<Part>): Verdict;
  apply(order: ChangingOrder, ask: AskOf<Part>): { order: ChangingOrder; done: Done };
  undo(order: ChangingOrder, ask: AskOf<Part>, done: Done): ChangingOrder;
}

export const ACCEPTED: Verdict = { result: 'accepted' };
export const rejected = (reason: string): Verdict => ({ result: 'rejected', reason });
export const adjusted = (reason: string): Verdict => ({ result: 'adjusted', reason });

export function lineOf(order: ChangingOrder, lineId: string): ChangingLine | undefined {
  return order.lines.find((line) => line.lineId === lineId);
}

export function unknownLine(lineId: string): Verdict {
  return rejected(`the order has no line ${lineId}`);
}

export function withLine(
  order: ChangingOrder,
  lineId: string,
  change: (line: ChangingLine) => ChangingLine,
): ChangingOrder {
  return { ...order, lines: order.lines.map((line) => (line.lineId === lineId ? change(line) : line)) };
}

export function openOf({ open }: Pick<ChangingLine, 'open'>): Decimal {
  return sum(open.map(({ quantity }) => quantity));
}

/** What of a line has neither shipped nor come to an end. */
export function leftOf(line: Pick<ChangingLine, 'open' | 'backordered'>): Decimal {
  return add(openOf(line), line.backordered);
}

/** Everything that the order will ever ship has left: it takes no more. */
export function hasAllLeft({ lines }: ChangingOrder): boolean {
  return lines.every((line) => compare(leftOf(line), '0') === 0);
}

/** The quantity in ordered units, if it is an exact number of them. */
export function inOrderedUnits(base: Decimal, unitFactor: Decimal): Decimal | undefined {
  const value = divide(base, unitFactor);
  return compare(multiply(value, unitFactor), base) === 0 ? value : undefined;
}

/** The next larger quantity that is a whole number of ordered units. */
export function upToWholeUnits(base: Decimal, unitFactor: Decimal): Decimal {
  const [units, one] = [toScaled(divide(base, unitFactor)), toScaled('1')];
  const whole = multiply(fromScaled((units / one) * one), unitFactor);
  return compare(whole, base) >= 0 ? whole : add(whole, unitFactor);
}

export function isBalanced(line: ChangingLine): boolean {
  const parts = sum([line.cancelled, line.rejected, line.backordered, openOf(line), line.shipped]);
  return compare(subtract(line.ordered, parts), '0') === 0;
}

export function releaseOf(order: ChangingOrder, id: string): ChangingRelease | undefined {
  return order.releases.find((release) => release.id === id);
}
