/** Other days, of the order or of one line. What a warehouse has must be called back, because it ships by the old ones. */
import { isPositive } from '../../decimal.ts';
import { whyFixed } from './moves.ts';
import {
  ACCEPTED,
  type ChangeKind,
  type ChangingLine,
  type ChangingOrder,
  type Dates,
  hasAllLeft,
  leftOf,
  lineOf,
  rejected,
  unknownLine,
  withLine,
} from './order.ts';

const NOTHING_OPEN = 'nothing of the order is open any more';

export const dates: ChangeKind<'dates', Dates> = {
  validate(order, { lineId }) {
    if (hasAllLeft(order)) return rejected(NOTHING_OPEN);
    if (lineId !== undefined) {
      const line = lineOf(order, lineId);
      if (line === undefined) return unknownLine(lineId);
      if (!isPositive(leftOf(line))) return rejected(`line ${lineId}: ${whyFixed(order, line) ?? NOTHING_OPEN}`);
    }
    // An order ships by the days that suit every line.
    const held = order.lines.flatMap((line) => whyHeld(order, line) ?? []);
    return held[0] === undefined ? ACCEPTED : rejected(held[0]);
  },
  apply(order, ask) {
    const { lineId } = ask;
    if (lineId === undefined)
      return { order: { ...order, dates: { ...order.dates, ...ask.dates } }, done: order.dates };
    const before = (lineOf(order, lineId) as ChangingLine).dates;
    return {
      order: withLine(order, lineId, (line) => ({ ...line, dates: { ...line.dates, ...ask.dates } })),
      done: before,
    };
  },
  undo: (order, { lineId }, before) =>
    lineId === undefined
      ? { ...order, dates: before }
      : withLine(order, lineId, (line) => ({ ...line, dates: before })),
};

/** What has shipped keeps its days without harm; what a warehouse does not give back does not. */
function whyHeld(order: ChangingOrder, line: ChangingLine): string | undefined {
  const fixed = whyFixed(order, { ...line, shipped: '0' });
  return fixed === undefined ? undefined : `line ${line.lineId}: ${fixed}`;
}
