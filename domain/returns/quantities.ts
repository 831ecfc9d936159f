/**
 * The quantities of one line of a return, in base units. Everything that came is accounted for:
 *
 *   came = received + over + overSentBack
 *   received = undecided + restocked + refurbished + scrapped + vendor + sentBack ≤ authorized
 *
 * What nobody authorized is `over` until somebody accepts it or sends it back. Only what is kept is credited:
 * credited + waived ≤ restocked + refurbished + scrapped + vendor + conceded.
 * What is `conceded` never comes: it is lost, or stays where it is. received + conceded ≤ authorized.
 */
import { add, compare, type Decimal, isPositive, minimum, subtract, sum } from '../decimal.ts';

/** What becomes of goods that came back. */
export const dispositions = ['restock', 'refurbish', 'scrap', 'vendor', 'send-back'] as const;
export type Disposition = (typeof dispositions)[number];

const columns = {
  restock: 'restocked',
  refurbish: 'refurbished',
  scrap: 'scrapped',
  vendor: 'vendor',
  'send-back': 'sentBack',
} as const satisfies Record<Disposition, string>;

export interface ReturnQuantities {
  readonly requested: Decimal;
  readonly authorized: Decimal;
  readonly received: Decimal;
  /** Came without authorization, and nobody has decided about it. */
  readonly over: Decimal;
  readonly overSentBack: Decimal;
  readonly restocked: Decimal;
  readonly refurbished: Decimal;
  readonly scrapped: Decimal;
  /** Returned to our own vendor. */
  readonly vendor: Decimal;
  readonly sentBack: Decimal;
  readonly credited: Decimal;
  /** Kept without a credit, because a person decided so. */
  readonly waived: Decimal;
  /** Credited although it does not come back. */
  readonly conceded: Decimal;
}

export function requested(quantity: Decimal): ReturnQuantities {
  const none = '0';
  return {
    ...{ requested: quantity, authorized: none, received: none, over: none, overSentBack: none },
    ...{
      restocked: none,
      refurbished: none,
      scrapped: none,
      vendor: none,
      sentBack: none,
      credited: none,
      waived: none,
      conceded: none,
    },
  };
}

export function authorize<Line extends ReturnQuantities>(line: Line): Line {
  return { ...line, authorized: line.requested };
}

/** All that has not come is credited without coming. */
export function concede<Line extends ReturnQuantities>(line: Line): Line {
  return { ...line, conceded: add(line.conceded, outstanding(line)) };
}

/** Goods came. What is more than was authorized waits for a decision. */
export function receive<Line extends ReturnQuantities>(line: Line, quantity: Decimal): Line {
  const expected = minimum(quantity, outstanding(line));
  return { ...line, received: add(line.received, expected), over: add(line.over, subtract(quantity, expected)) };
}

/** What came without authorization is taken after all, or part of it. */
export function acceptOver<Line extends ReturnQuantities>(line: Line, most: Decimal = line.over): Line {
  const taken = minimum(most, line.over);
  return {
    ...line,
    authorized: add(line.authorized, taken),
    received: add(line.received, taken),
    over: subtract(line.over, taken),
  };
}

/** What has shipped of a line of an order, and what returns have of it. */
export interface ShippedLine {
  readonly lineNumber: number;
  readonly shipped: Decimal;
  /** By other returns. */
  readonly returned: Decimal;
}

/** All that came without authorization is taken, as far as so much has shipped of the line of the order. */
export function acceptShipped<Line extends ReturnQuantities & { readonly orderLineNumber: number | null }>(
  lines: readonly Line[],
  ordered: readonly ShippedLine[],
): Line[] {
  const left = new Map(ordered.map((line) => [line.lineNumber, subtract(line.shipped, line.returned)]));
  for (const { orderLineNumber: of, authorized } of lines) {
    if (of !== null) left.set(of, subtract(left.get(of) ?? '0', authorized));
  }
  return lines.map((line) => {
    const { orderLineNumber: of } = line;
    // Goods that the order does not have are not credited: nothing limits them.
    if (of === null) return acceptOver(line);
    const room = left.get(of) ?? '0';
    const after = acceptOver(line, isPositive(room) ? room : '0');
    left.set(of, subtract(room, subtract(line.over, after.over)));
    return after;
  });
}

/** What came without authorization goes back. */
export function sendOverBack<Line extends ReturnQuantities>(line: Line): Line {
  return { ...line, overSentBack: add(line.overSentBack, line.over), over: '0' };
}

/** What came and waits for a disposition. */
export function undecided(line: ReturnQuantities): Decimal {
  return subtract(subtract(line.received, kept(line)), line.sentBack);
}

/** What stays with us. */
export function kept({ restocked, refurbished, scrapped, vendor }: ReturnQuantities): Decimal {
  return sum([restocked, refurbished, scrapped, vendor]);
}

export function toCredit(line: ReturnQuantities): Decimal {
  return subtract(subtract(add(kept(line), line.conceded), line.credited), line.waived);
}

/** Undefined if there is not so much to decide about. */
export function dispose<Line extends ReturnQuantities>(
  line: Line,
  disposition: Disposition,
  quantity: Decimal,
): Line | undefined {
  if (compare(quantity, undecided(line)) > 0) return undefined;
  const column = columns[disposition];
  return { ...line, [column]: add(line[column], quantity) };
}

export function credit<Line extends ReturnQuantities>(line: Line, quantity: Decimal): Line {
  return { ...line, credited: add(line.credited, quantity) };
}

export function waive<Line extends ReturnQuantities>(line: Line, quantity: Decimal): Line {
  return { ...line, waived: add(line.waived, quantity) };
}

/** Authorized goods that have not come. */
export function outstanding({ authorized, received, conceded }: ReturnQuantities): Decimal {
  return subtract(subtract(authorized, received), conceded);
}

/** Of the lines together, as the process knows them. */
export interface ReturnCount {
  readonly authorized: Decimal;
  readonly outstanding: Decimal;
  readonly received: Decimal;
  readonly over: Decimal;
  readonly undecided: Decimal;
  /** Kept, not credited yet, and of an order whose invoices can be credited. */
  readonly toCredit: Decimal;
  readonly credited: Decimal;
}

export const NOTHING: ReturnCount = {
  ...{ authorized: '0', outstanding: '0', received: '0', over: '0', undecided: '0', toCredit: '0', credited: '0' },
};

export function countOf(lines: readonly (ReturnQuantities & { orderLineNumber: number | null })[]): ReturnCount {
  const total = (of: (line: (typeof lines)[number]) => Decimal) => sum(lines.map(of));
  return {
    authorized: total((line) => line.authorized),
    outstanding: total(outstanding),
    received: total((line) => line.received),
    over: total((line) => line.over),
    undecided: total(undecided),
    toCredit: total((line) => (line.orderLineNumber === null ? '0' : toCredit(line))),
    credited: total((line) => line.credited),
  };
}
