import type { ErpActivities } from '../../activities/erp/activities.ts';
import { progressOnceInvoiced } from '../../domain/order/projection.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../kernel/step.ts';
import { erpFailure } from './failures.ts';
import { termsOf } from './terms.ts';

/** The ERP's shipment comes before its invoice; the partner's 810 after both. */
export const invoiceShipment = defineCall({
  name: 'invoice the shipment',
  onFailure: erpFailure('erp-refused-invoice'),
  options: ({ state, input }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `shipment ${input.shipmentId}`, stepDeadlineMs);
  },
  recordsProgress: true,
  run: (erp: ErpActivities, { state, input }: Moment<{ shipmentId: string }>) =>
    erp.invoiceShipment({ shipmentId: input.shipmentId, progress: progressOnceInvoiced(state) }),
  outcome: ({ payments, ...invoice }) => ({ type: 'invoiced', invoice, payments }),
});
