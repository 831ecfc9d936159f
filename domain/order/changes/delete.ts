/** A line that the buyer does not want any more: what has not shipped is taken off the order. */

import { type ChangeKind, type ChangingLine, lineOf, unknownLine, withLine } from './order.ts';
import { lessOf, lower, type QuantityDone, withQuantityBack } from './quantity.ts';

export const deletion: ChangeKind<'delete', QuantityDone> = {
  validate(order, { lineId }) {
    const line = lineOf(order, lineId);
    return line === undefined ? unknownLine(lineId) : lessOf(order, line, '0');
  },
  apply: (order, { lineId }) => lower(order, lineOf(order, lineId) as ChangingLine, '0'),
  undo: (order, { lineId }, done) => withLine(order, lineId, (line) => withQuantityBack(order, line, done)),
};
