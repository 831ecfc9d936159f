import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { OrderState } from '../../domain/order/state.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../kernel/step.ts';
import { erpFailure } from './failures.ts';
import { termsOf } from './terms.ts';

const erpOrder = ({ state }: { state: OrderState }) => {
  const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
  return systemCall(erpTaskQueue, `order ${state.poNumber}`, stepDeadlineMs);
};

const cancelErpOrder = defineCall({
  name: 'cancel the ERP order',
  onFailure: 'compensation-failed',
  options: erpOrder,
  run: (erp: ErpActivities, { state }: Moment) =>
    erp.cancelErpOrder({ orderId: state.orderId, reason: state.stop?.reason ?? 'cancelled' }),
});

/**
 * The order's promise rests on the ERP's acceptance: the 855 is queued with it, and never before
 * credit is released.
 */
export const placeWithErp = defineCall({
  name: 'place the order with the ERP',
  onFailure: erpFailure('erp-refused-order'),
  options: erpOrder,
  foresee: () => ({ type: 'placed', erpOrderNumber: '' }),
  recordsProgress: true,
  run: (erp: ErpActivities, { state, progress }: Moment) => erp.placeOrder({ orderId: state.orderId, progress }),
  outcome: ({ erpOrderNumber, status, creditMessage }) =>
    status === 'accepted'
      ? { type: 'placed', erpOrderNumber }
      : { ask: { type: 'credit-hold', summary: creditMessage ?? 'the ERP holds the order for credit' } },
  waitsForChange: () => true,
  asksAnewWith: ({ state }) => state.changesMade.length,
  undo: cancelErpOrder,
});
