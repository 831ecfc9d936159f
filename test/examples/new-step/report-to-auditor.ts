/** A made-up step: a freight auditor learns of every order that was accepted. One folder holds all of it. */
import type { OrderState } from '../../../domain/order/state.ts';
import { systemCall } from '../../../workflows/kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../../../workflows/kernel/step.ts';

export interface AuditorActivities {
  reportOrder(input: { orderId: string; erpOrderNumber: string }): Promise<{ receipt: string }>;
  withdrawReport(input: { orderId: string }): Promise<void>;
}

export const AUDITOR_QUEUE = 'auditor';

const auditor = ({ state }: { state: OrderState }) => systemCall(AUDITOR_QUEUE, `report ${state.poNumber}`, 3_600_000);

const withdrawReport = defineCall({
  name: 'withdraw the report to the auditor',
  onFailure: 'compensation-failed',
  options: auditor,
  run: (activities: AuditorActivities, { state }: Moment) => activities.withdrawReport({ orderId: state.orderId }),
});

export const reportToAuditor = defineCall({
  name: 'report to the auditor',
  onFailure: 'step-failed',
  options: auditor,
  run: (activities: AuditorActivities, { state }: Moment) =>
    activities.reportOrder({ orderId: state.orderId, erpOrderNumber: state.erpOrderNumber ?? '' }),
  undo: withdrawReport,
});
