/** What no process of ours changes about an order under way; the buyer is told so. */
import { type ChangeKind, rejected } from './order.ts';

export const other: ChangeKind<'other', undefined> = {
  validate: (_order, { why }) => rejected(why),
  apply: (order) => ({ order, done: undefined }),
  undo: (order) => order,
};
