/** Another place for the goods, before any of them have left. */
import { whyFixed } from './moves.ts';
import { ACCEPTED, type ChangeKind, hasAllLeft, rejected } from './order.ts';

export const shipTo: ChangeKind<'ship-to', { readonly shipTo: string }> = {
  validate(order) {
    const fixed = order.lines.flatMap((line) => {
      const why = whyFixed(order, line);
      return why === undefined ? [] : [`line ${line.lineId}: ${why}`];
    });
    if (fixed[0] !== undefined) return rejected(`the goods keep their address: ${fixed[0]}`);
    return hasAllLeft(order) ? rejected('nothing of the order is open any more') : ACCEPTED;
  },
  apply: (order, ask) => ({ order: { ...order, shipTo: ask.shipTo }, done: { shipTo: order.shipTo } }),
  undo: (order, _ask, before) => ({ ...order, ...before }),
};
