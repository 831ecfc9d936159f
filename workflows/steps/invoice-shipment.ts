import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { ExceptionType } from '../../domain/exceptions.ts';
import { progressOnceInvoiced } from '../../domain/order/projection.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../kernel/step.ts';
import { termsOf } from './terms.ts';

/** Failures that are not the ERP's: our own document cannot be written, or the currencies disagree. */
const onFailure: Readonly<Record<string, ExceptionType>> = {
  'document-not-written': 'document-not-written',
  'document-not-valid': 'document-not-written',
  'guide-rules-invalid': 'document-not-written',
  'no-guide': 'document-not-written',
  'currency-differs': 'currency-differs',
};

/** The ERP's shipment comes before its invoice; the partner's 810 after both. */
export const invoiceShipment = defineCall({
  name: 'invoice the shipment',
  onFailure: (failure) => onFailure[failure ?? ''] ?? 'erp-refused-invoice',
  options: ({ state, input }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `shipment ${input.shipmentId}`, stepDeadlineMs);
  },
  recordsProgress: true,
  run: (erp: ErpActivities, { state, input }: Moment<{ shipmentId: string }>) =>
    erp.invoiceShipment({ shipmentId: input.shipmentId, progress: progressOnceInvoiced(state) }),
  outcome: ({ payments, ...invoice }) => ({ type: 'invoiced', invoice, payments }),
});
