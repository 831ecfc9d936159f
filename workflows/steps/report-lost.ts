import { defineRecord, type Moment, type Records } from '../kernel/step.ts';

/** A person says for the carrier that a shipment is lost. */
export const reportLost = defineRecord({
  name: 'report a lost shipment',
  onFailure: 'step-failed',
  run: (records: Records, { input }: Moment<{ shipmentId: string; by: string }>) => records.reportLost(input),
});
