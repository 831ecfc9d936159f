/** Another item in place of that of a line, of which nothing has shipped: the line waits for stock anew. */
import { add, isPositive, multiply, subtract } from '../../decimal.ts';
import { storesOf, type Taken, taking, totalTaken, whyFixed, withoutTaken, withTakenBack } from './moves.ts';
import {
  ACCEPTED,
  type ChangeKind,
  type ChangingLine,
  leftOf,
  lineOf,
  rejected,
  unknownLine,
  withLine,
} from './order.ts';

type Before = Pick<
  ChangingLine,
  'sku' | 'unit' | 'baseUnit' | 'unitFactor' | 'value' | 'unitPrice' | 'ordered' | 'dates'
>;
export type ItemDone = { before: Before; taken: Taken };

export const item: ChangeKind<'item', ItemDone> = {
  validate(order, { lineId }) {
    const line = lineOf(order, lineId);
    if (line === undefined) return unknownLine(lineId);
    const fixed = whyFixed(order, line);
    if (fixed !== undefined) return rejected(`line ${lineId}: ${fixed}`);
    if (!isPositive(leftOf(line))) return rejected(`line ${lineId}: nothing of it is open any more`);
    if (line.allocations === undefined) return ACCEPTED;
    return rejected(`line ${lineId} is spread over stores: another item in its place has to be ordered as a new line`);
  },
  apply(order, { lineId, line: next }) {
    const line = lineOf(order, lineId) as ChangingLine;
    const taken = taking(order, line, add(leftOf(line), add(line.cancelled, line.rejected)), { ended: true });
    if (storesOf(taken).length > 0) throw new Error(`line ${lineId} is spread over stores`);
    const ordered = multiply(next.value, next.unitFactor);
    const emptied = withoutTaken(line, taken);
    const changed = {
      ...{ ...emptied, ...next, ordered },
      ...(order.reserved ? { backordered: ordered } : { open: [{ release: '', quantity: ordered }] }),
    };
    const { sku, unit, baseUnit, unitFactor, value, unitPrice, dates } = line;
    const before = { sku, unit, baseUnit, unitFactor, value, unitPrice, dates, ordered: line.ordered };
    return { order: withLine(order, lineId, () => changed), done: { before, taken } };
  },
  undo: (order, { lineId }, { before, taken }) =>
    withLine(order, lineId, (line) => {
      const emptied = order.reserved
        ? { ...line, backordered: subtract(line.backordered, line.ordered) }
        : { ...line, open: line.open.map((at) => ({ ...at, quantity: subtract(at.quantity, line.ordered) })) };
      const back = { ...withTakenBack(emptied, taken), ...before };
      if (totalTaken(taken) === before.ordered) return back;
      throw new Error(`line ${lineId} was not taken as a whole`);
    }),
};
