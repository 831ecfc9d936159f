import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { OrderEnd } from '../../domain/order/state.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** Ends the order on record, or reports the acknowledgments that its partner still owes. A stopped order waits for none. */
export const finishOrder = defineRecord({
  name: 'end the order',
  onFailure: 'step-failed',
  foresee: ({ end }) => ({ type: 'ended', end }),
  recordsProgress: true,
  run: (records: OrderRecords, { state, progress }: Moment<{ end: OrderEnd }>) =>
    records.finishOrder({
      orderId: state.orderId,
      progress,
      decided: state.decidedDocuments,
      ...(state.stop && { stop: state.stop, accepted: state.accepted }),
    }),
  outcome: (unanswered, { end }) =>
    unanswered === undefined ? { type: 'ended', end } : { type: 'answers-awaited', unanswered },
});
