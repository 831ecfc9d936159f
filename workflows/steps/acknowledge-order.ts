import type { OrderRecords } from '../../activities/orders/activities.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** The 855. */
export const acknowledgeOrder = defineRecord({
  name: 'acknowledge the order',
  onFailure: 'document-not-written',
  foresee: () => ({ type: 'acknowledged' }),
  recordsProgress: true,
  run: (records: OrderRecords, { state, progress }: Moment) =>
    records.acknowledgeOrder({ orderId: state.orderId, progress }),
});
