import type { ErpActivities } from '../../activities/erp/activities.ts';
import type { RemittedAmount } from '../../domain/order/messages.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, type Moment } from '../kernel/step.ts';
import { termsOf } from './terms.ts';

/** A payment that is set aside stays on record unapplied; the next one may be the right one. */
export const applyCash = defineCall({
  name: 'apply cash',
  onFailure: 'erp-refused-cash',
  options: ({ state, input }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `cash for ${input.invoiceNumber}`, stepDeadlineMs);
  },
  foresee: (payment) => ({ type: 'cash-applied', payment }),
  recordsProgress: true,
  run: (erp: ErpActivities, { input, progress }: Moment<RemittedAmount>) =>
    erp.applyCash({ allocationId: input.allocationId, progress }),
  about: ({ allocationId }) => ({ allocationId }),
  setAside: (payment) => ({ type: 'payment-set-aside', payment }),
});
