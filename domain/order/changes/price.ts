/** Another price of a line, of which nothing has shipped at the old one. */
import { isPositive } from '../../decimal.ts';
import { whyNoMore } from './moves.ts';
import { ACCEPTED, type ChangeKind, type ChangingLine, lineOf, rejected, unknownLine, withLine } from './order.ts';

export const price: ChangeKind<'price', Pick<ChangingLine, 'unitPrice'>> = {
  validate(order, { lineId }) {
    const line = lineOf(order, lineId);
    if (line === undefined) return unknownLine(lineId);
    if (isPositive(line.shipped)) return rejected(`line ${lineId} keeps its price: ${whyNoMore(order, line)}`);
    return ACCEPTED;
  },
  apply(order, { lineId, unitPrice }) {
    const before = (lineOf(order, lineId) as ChangingLine).unitPrice;
    return { order: withLine(order, lineId, (line) => ({ ...line, unitPrice })), done: { unitPrice: before } };
  },
  undo: (order, { lineId }, before) => withLine(order, lineId, (line) => ({ ...line, ...before })),
};
