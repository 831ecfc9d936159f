import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { OrderState } from '../../domain/order/state.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../kernel/step.ts';
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

/** The order's promise rests on the ERP's acceptance: nobody learns anything before it, nor before credit is released. */
export const placeWithErp = defineCall({
  name: 'place the order with the ERP',
  onFailure: (failure) => (failure === 'currency-differs' ? 'currency-differs' : 'erp-refused-order'),
  options: erpOrder,
  run: (erp: ErpActivities, { state }: Moment) => erp.placeOrder({ orderId: state.orderId }),
  outcome: ({ erpOrderNumber, status, creditMessage }) =>
    status === 'accepted'
      ? { type: 'placed', erpOrderNumber }
      : { ask: { type: 'credit-hold', summary: creditMessage ?? 'the ERP holds the order for credit' } },
  undo: cancelErpOrder,
});
