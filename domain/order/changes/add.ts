/** A new line. It waits for the next reservation of stock; before the first one it is open like all others. */
import { multiply } from '../../decimal.ts';
import {
  ACCEPTED,
  type ChangeKind,
  type ChangingLine,
  type ChangingOrder,
  hasAllLeft,
  lineOf,
  rejected,
} from './order.ts';

export const addition: ChangeKind<'add', undefined> = {
  validate(order, { lineId }) {
    if (lineOf(order, lineId) !== undefined) return rejected(`the order has a line ${lineId} already`);
    return hasAllLeft(order) ? rejected('nothing of the order is open any more: order the goods anew') : ACCEPTED;
  },
  apply(order, { lineId, line: { unitFactor, value, ...line } }) {
    const ordered = multiply(value, unitFactor);
    const added: ChangingLine = {
      ...{ ...line, lineNumber: order.lines.length + 1, lineId, unitFactor, value, ordered },
      ...{ cancelled: '0', rejected: '0', shipped: '0', shipments: [] },
      backordered: order.reserved ? ordered : '0',
      open: order.reserved ? [] : [{ release: '', quantity: ordered }],
    };
    return { order: { ...order, lines: [...order.lines, added] }, done: undefined };
  },
  undo: (order, { lineId }) => numbered({ ...order, lines: order.lines.filter((line) => line.lineId !== lineId) }),
};

/** Only new lines stand after one that is taken back. */
function numbered(order: ChangingOrder): ChangingOrder {
  const lines = order.lines.map((line, index) =>
    line.lineNumber === index + 1 ? line : { ...line, lineNumber: index + 1 },
  );
  return { ...order, lines };
}
