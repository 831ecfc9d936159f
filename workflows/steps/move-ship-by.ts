import type { OrderRecords } from '../../activities/orders/activities.ts';
import { fulfillmentOf } from '../../domain/order/state.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** A person lets a release that is overdue wait: it is due at another time. */
export const moveShipBy = defineRecord({
  name: ({ state, input }) => `ship from ${fulfillmentOf(state, input.fulfillmentId).node}`,
  onFailure: 'step-failed',
  foresee: ({ fulfillmentId, to }) => ({ type: 'ship-by-moved', fulfillmentId, to }),
  recordsProgress: true,
  run: (records: OrderRecords, { state, input, progress }: Moment<{ fulfillmentId: string; to: string }>) =>
    records.moveShipBy({ orderId: state.orderId, ...input, progress }),
});
