import type { OrderRecords } from '../../activities/orders/activities.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

const releaseReservations = defineRecord({
  name: 'release reserved stock',
  onFailure: 'compensation-failed',
  run: (records: OrderRecords, { state }: Moment) => records.releaseReservations({ orderId: state.orderId }),
});

/** Available-to-promise and ship-from: holds stock at one or several nodes. The partner's rule backorders or cancels the rest. */
export const reserveStock = defineRecord({
  name: 'reserve stock',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state }: Moment) => records.reserveStock({ orderId: state.orderId, round: 1 }),
  outcome: ({ fulfillments, backordered, lacking, refuse }) => {
    if (fulfillments.length > 0 || backordered) return { type: 'reserved', fulfillments, backordered };
    const detail = lacking === undefined ? '' : `: ${lacking}`;
    const summary = `no node can ship any line of the order${detail}`;
    if (refuse) return { type: 'stopped', stop: { reason: summary, by: 'system', problem: 'nothing-available' } };
    return { ask: { type: 'nothing-available', summary } };
  },
  waitsForChange: () => true,
  asksAnewWith: ({ state }) => state.changesMade.length,
  undo: releaseReservations,
});

/** A later round: holds what has become available of the backordered goods. */
export const reserveBackorder = defineRecord({
  name: 'reserve stock',
  onFailure: 'stock-overdue',
  run: (records: OrderRecords, { state }: Moment) =>
    records.reserveStock({ orderId: state.orderId, round: state.rounds + 1 }),
  outcome: ({ fulfillments, backordered }) => ({ type: 'reserved', fulfillments, backordered }),
  waitsForChange: () => true,
  asksAnewWith: ({ state }) => state.changesMade.length,
});
