/** Another ordered quantity of a line, more or less. */
import { add, compare, type Decimal, isMultiple, isPositive, multiply, subtract } from '../../decimal.ts';
import { without } from '../../policy/allocations.ts';
import { isCounted } from '../../units.ts';
import { storesOf, type Taken, taking, totalTaken, whyNoMore, withoutTaken, withTakenBack } from './moves.ts';
import {
  ACCEPTED,
  type AskOf,
  adjusted,
  type ChangeKind,
  type ChangingLine,
  type ChangingOrder,
  inOrderedUnits,
  leftOf,
  lineOf,
  rejected,
  unknownLine,
  upToWholeUnits,
  type Verdict,
  withLine,
} from './order.ts';

/** `more`: by how much the line grew, in base units; `less`: what was taken. */
export type QuantityDone = Pick<ChangingLine, 'value' | 'allocations'> & { more: Decimal; less?: Taken };

export const quantity: ChangeKind<'quantity', QuantityDone> = {
  validate(order, ask) {
    const line = lineOf(order, ask.lineId);
    if (line === undefined) return unknownLine(ask.lineId);
    if (ask.unit !== line.unit) return rejected(`line ${ask.lineId} is ordered by ${line.unit}, not by ${ask.unit}`);
    const wanted = multiply(ask.value, line.unitFactor);
    if (isCounted(line.baseUnit) && !isMultiple(wanted, '1')) {
      return rejected(`${ask.value} ${ask.unit} are ${wanted} ${line.baseUnit}, of which there are only whole ones`);
    }
    return compare(wanted, line.ordered) > 0 ? whyNotMore(line) : lessOf(order, line, wanted);
  },
  apply(order, ask) {
    const line = lineOf(order, ask.lineId) as ChangingLine;
    const wanted = multiply(ask.value, line.unitFactor);
    return compare(wanted, line.ordered) > 0 ? raise(order, line, ask, wanted) : lower(order, line, wanted);
  },
  undo: (order, { lineId }, done) => withLine(order, lineId, (line) => withQuantityBack(order, line, done)),
};

function whyNotMore(line: ChangingLine): Verdict {
  if (line.allocations !== undefined) {
    return rejected(`line ${line.lineId} is spread over stores, and the change does not say which of them get more`);
  }
  if (isPositive(line.shipped) && !isPositive(leftOf(line))) {
    return rejected(
      `line ${line.lineId} has shipped completely (${line.shipments.join(', ')}): order more as a new line`,
    );
  }
  return ACCEPTED;
}

/** What the line has less of, and what it then orders: a whole number of ordered units. */
export function lowered(
  order: ChangingOrder,
  line: ChangingLine,
  wanted: Decimal,
): { less: Taken; ordered: Decimal; value: Decimal } {
  const most = totalTaken(taking(order, line, subtract(line.ordered, wanted), { ended: true }));
  const least = subtract(line.ordered, most);
  const exact = inOrderedUnits(least, line.unitFactor);
  const ordered = exact === undefined ? upToWholeUnits(least, line.unitFactor) : least;
  const less = taking(order, line, subtract(line.ordered, ordered), { ended: true });
  return { less, ordered, value: inOrderedUnits(ordered, line.unitFactor) ?? line.value };
}

export function lessOf(order: ChangingOrder, line: ChangingLine, wanted: Decimal): Verdict {
  const { less, ordered } = lowered(order, line, wanted);
  const unclear = whyStoresUnclear(line, less);
  if (unclear !== undefined) return rejected(unclear);
  if (compare(ordered, wanted) === 0) return ACCEPTED;
  const taken = totalTaken(less);
  const why = whyNoMore(order, line);
  if (!isPositive(taken)) return rejected(`line ${line.lineId}: ${why}`);
  return adjusted(`line ${line.lineId} is now ${ordered} ${line.baseUnit} instead of ${wanted}: ${why}`);
}

/** Stores are counted in ordered units, so that each must lose a whole part of them. */
function whyStoresUnclear(line: ChangingLine, less: Taken): string | undefined {
  const broken = storesOf(less).some(({ quantity }) => inOrderedUnits(quantity, line.unitFactor) === undefined);
  return broken
    ? `line ${line.lineId} is spread over stores, and the change does not say which of them get less`
    : undefined;
}

export function lower(
  order: ChangingOrder,
  line: ChangingLine,
  wanted: Decimal,
): { order: ChangingOrder; done: QuantityDone } {
  const { less, ordered, value } = lowered(order, line, wanted);
  const allocations = line.allocations && { allocations: without(line.allocations, storesOf(less)) };
  const changed = { ...withoutTaken(line, less), ordered, value, ...allocations };
  return { order: withLine(order, line.lineId, () => changed), done: { ...before(line), more: '0', less } };
}

function raise(order: ChangingOrder, line: ChangingLine, { value }: AskOf<'quantity'>, ordered: Decimal) {
  const more = subtract(ordered, line.ordered);
  const changed = { ...withMore(order, line, more), ordered, value };
  return { order: withLine(order, line.lineId, () => changed), done: { ...before(line), more } };
}

function withMore({ reserved }: ChangingOrder, line: ChangingLine, more: Decimal): ChangingLine {
  if (reserved) return { ...line, backordered: add(line.backordered, more) };
  const [at = { release: '', quantity: '0' }] = line.open;
  return { ...line, open: [{ ...at, quantity: add(at.quantity, more) }] };
}

export function withQuantityBack(order: ChangingOrder, line: ChangingLine, done: QuantityDone): ChangingLine {
  const { more, less, value, allocations } = done;
  const restored = less === undefined ? withMore(order, line, `-${more}`) : withTakenBack(line, less);
  const ordered = less === undefined ? subtract(line.ordered, more) : add(line.ordered, totalTaken(less));
  return { ...restored, ordered, value, ...(allocations && { allocations }) };
}

function before({ value, allocations }: ChangingLine): Pick<ChangingLine, 'value' | 'allocations'> {
  return { value, ...(allocations && { allocations }) };
}
