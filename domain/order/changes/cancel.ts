/** We cancel a line, or part of it: what the buyer ordered stays on record, and it is told what does not come. */
import { add, compare, type Decimal, isMultiple, isPositive, isZero, multiply, subtract } from '../../decimal.ts';
import { isCounted } from '../../units.ts';
import { type Taken, taking, totalTaken, whyNoMore, withoutTaken, withTakenBack } from './moves.ts';
import {
  ACCEPTED,
  type AskOf,
  adjusted,
  type ChangeKind,
  type ChangingLine,
  leftOf,
  lineOf,
  rejected,
  unknownLine,
  withLine,
} from './order.ts';

export const cancellation: ChangeKind<'cancel', Taken> = {
  validate(order, ask) {
    const { lineId } = ask;
    const line = lineOf(order, lineId);
    if (line === undefined) return unknownLine(lineId);
    const left = leftOf(line);
    if (isZero(left)) return rejected(`line ${lineId}: ${whyNoMore(order, line)}`);
    const wanted = wantedOf(line, ask);
    if (isCounted(line.baseUnit) && !isMultiple(wanted, '1')) {
      return rejected(
        `line ${lineId}: ${wanted} ${line.baseUnit} are to be cancelled, of which there are only whole ones`,
      );
    }
    if (ask.value !== undefined && compare(wanted, left) > 0) {
      return rejected(`line ${lineId}: ${wanted} ${line.baseUnit} are to be cancelled, and only ${left} are open`);
    }
    const taken = totalTaken(taking(order, line, wanted));
    if (compare(taken, wanted) === 0) return ACCEPTED;
    const why = whyNoMore(order, line);
    if (!isPositive(taken)) return rejected(`line ${lineId}: ${why}`);
    return adjusted(`line ${lineId}: ${taken} of ${wanted} ${line.baseUnit} are cancelled; ${why}`);
  },
  apply(order, ask) {
    const line = lineOf(order, ask.lineId) as ChangingLine;
    const taken = taking(order, line, wantedOf(line, ask));
    const less = withoutTaken(line, taken);
    const changed = { ...less, cancelled: add(less.cancelled, totalTaken(taken)) };
    return { order: withLine(order, ask.lineId, () => changed), done: taken };
  },
  undo: (order, { lineId }, taken) =>
    withLine(order, lineId, (line) => {
      const back = withTakenBack(line, taken);
      return { ...back, cancelled: subtract(back.cancelled, totalTaken(taken)) };
    }),
};

function wantedOf(line: ChangingLine, { value }: AskOf<'cancel'>): Decimal {
  return value === undefined ? leftOf(line) : multiply(value, line.unitFactor);
}
