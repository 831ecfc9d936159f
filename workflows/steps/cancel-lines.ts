import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { CancelLinesInput } from '../../domain/order/messages.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, defineRecord, type Moment } from '../kernel/step.ts';
import { termsOf } from './terms.ts';

/** Our record of the cancelled quantities, and the 855 that tells them. */
export const cancelLines = defineRecord({
  name: 'cancel lines',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state, input }: Moment<CancelLinesInput>) =>
    records.cancelLines({ orderId: state.orderId, ...input }),
  outcome: (answer, { id, by, reason }) =>
    answer.type === 'cancelled'
      ? { type: 'lines-cancelled', id, by, reason, backordered: answer.backordered }
      : undefined,
});

/** The ERP is told afterwards: what nobody will ship it must not wait for. */
export const tellErpOfCancelledLines = defineCall({
  name: 'cancel lines in the ERP',
  onFailure: 'erp-refused-change',
  byHand: true,
  options: ({ state }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `cancelled lines of ${state.poNumber}`, stepDeadlineMs);
  },
  run: (erp: ErpActivities, { state, input }: Moment<{ id: string; reason: string; lineNumbers: number[] }>) =>
    erp.cancelErpLines({ orderId: state.orderId, ...input }),
});
