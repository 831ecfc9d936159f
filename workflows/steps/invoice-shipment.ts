import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { progressOnceInvoiced } from '../../domain/order/projection.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, defineRecord, type Moment } from '../kernel/step.ts';
import { erpFailure } from './failures.ts';
import { termsOf } from './terms.ts';

interface ByHand {
  shipmentId: string;
  by: string;
  reason: string;
}

/** A shipment that the ERP does not book cannot be invoiced there either: both are done by hand. */
const recordInvoicedByHand = defineRecord({
  name: 'invoice the shipment by hand',
  onFailure: 'step-failed',
  foresee: ({ shipmentId, by, reason }) => ({ type: 'invoiced-by-hand', shipmentId, by, reason }),
  recordsProgress: true,
  run: (records: OrderRecords, { state, input, progress }: Moment<ByHand>) =>
    records.recordInvoicedByHand({ orderId: state.orderId, ...input, progress }),
});

/** The ERP's shipment comes before its invoice; the partner's 810 after both. */
export const invoiceShipment = defineCall({
  name: 'invoice the shipment',
  onFailure: erpFailure('erp-refused-invoice'),
  options: ({ state, input }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `shipment ${input.shipmentId}`, stepDeadlineMs);
  },
  byHand: recordInvoicedByHand,
  recordsProgress: true,
  run: (erp: ErpActivities, { state, input }: Moment<{ shipmentId: string }>) =>
    erp.invoiceShipment({ shipmentId: input.shipmentId, progress: progressOnceInvoiced(state) }),
  outcome: ({ payments, ...invoice }) => ({ type: 'invoiced', invoice, payments }),
});
