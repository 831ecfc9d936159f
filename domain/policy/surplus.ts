/** A warehouse ships more of a line than it was given. Pure; quantities are decimal strings in base units. */
import { add, compare, type Decimal, divide, isPositive, minimum, multiply, subtract } from '../decimal.ts';

/** What the partner agrees to take beyond what it ordered. */
export interface SurplusRule {
  /** Percent of the ordered quantity of a line, over all of its shipments. */
  readonly upToPercent: Decimal;
  readonly charge: boolean;
}

export interface LineLeft {
  readonly lineNumber: number;
  readonly quantity: Decimal;
}

/** What left of a line: `quantity` of what the release held, and `surplus` beyond that. */
export interface SplitLine extends LineLeft {
  readonly surplus: Decimal;
}

/** @param held of the release, by line; a line that it does not have is not split */
export function splitSurplus(held: readonly LineLeft[], left: readonly LineLeft[]): SplitLine[] {
  const open = new Map(held.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  return left.map(({ lineNumber, quantity }) => {
    const within = minimum(quantity, open.get(lineNumber) ?? quantity);
    return { lineNumber, quantity: within, surplus: subtract(quantity, within) };
  });
}

export interface OrderedLine {
  readonly lineNumber: number;
  readonly ordered: Decimal;
  readonly backordered: Decimal;
  /** What left beyond the order before. */
  readonly surplus: Decimal;
}

/**
 * Whether the partner takes the surplus of every line without being asked. It does not where some of the line still waits
 * for stock: then a person has to say whether that is still to come.
 */
export function takesSurplus(rule: SurplusRule, split: readonly SplitLine[], lines: readonly OrderedLine[]): boolean {
  return split
    .filter(({ surplus }) => isPositive(surplus))
    .every(({ lineNumber, surplus }) => {
      const line = lines.find((one) => one.lineNumber === lineNumber);
      if (line === undefined || isPositive(line.backordered)) return false;
      const most = divide(multiply(line.ordered, rule.upToPercent), '100');
      return compare(add(line.surplus, surplus), most) <= 0;
    });
}
