import type { ChangedInErp, ErpActivities } from '../../activities/erp/activities.ts';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { defineCall, defineRecord, type Moment } from '../kernel/step.ts';
import { termsOf } from './terms.ts';

export interface Planning {
  changeId: string;
  /** Releases that a warehouse has, or may have. */
  atWarehouse: readonly string[];
  /** Releases that were called back for it. */
  recalled: readonly string[];
  /** Releases that are not given back, and why. */
  fixed: readonly { id: string; why: string }[];
}

/** What becomes of each part of a change, and the order as it is to be. Nothing of the order changes by that. */
export const planChange = defineRecord({
  name: 'plan the change',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state, input }: Moment<Planning>) => {
    const { orderId, waived, corrections } = state;
    return records.planChange({ orderId, waived, corrections, ...input });
  },
});

interface Stating {
  changeId: string;
  /** The ERP is asked anew after each plan, and whenever a person has it asked again. */
  attempt: number;
}

/** The ERP is asked before anything is promised. */
export const changeInErp = defineCall({
  name: 'change the order in the ERP',
  onFailure: 'erp-refused-change',
  options: ({ state }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `change of ${state.poNumber}`, stepDeadlineMs);
  },
  run: (erp: ErpActivities, { state, input }: Moment<Stating>): Promise<ChangedInErp> =>
    erp.changeErpOrder({ orderId: state.orderId, ...input }),
});

/** The ERP may have a change that came to nothing. */
export const restoreInErp = defineCall({
  name: 'put the order in the ERP back',
  onFailure: 'erp-refused-change',
  byHand: true,
  options: ({ state }) => {
    const { erpTaskQueue, stepDeadlineMs } = termsOf(state);
    return systemCall(erpTaskQueue, `${state.poNumber} as it stands`, stepDeadlineMs);
  },
  run: (erp: ErpActivities, { state, input }: Moment<Stating>) =>
    erp.changeErpOrder({ orderId: state.orderId, ...input, asItStands: true }),
});

interface Recording {
  changeId: string;
  by: string;
  /** Why nothing of the change is taken. */
  refused?: string;
  /** Who changes the order in the ERP by hand. */
  byHand?: string;
}

/** Our record of the change, and the buyer's answer. */
export const recordChange = defineRecord({
  name: 'record the change',
  onFailure: 'document-not-written',
  run: (records: OrderRecords, { state, input: { by: _, ...input } }: Moment<Recording>) =>
    records.recordChange({ orderId: state.orderId, accepted: state.accepted, ...input }),
  outcome: (answer, { changeId, by }) => {
    if (answer.type === 'stale') return undefined;
    const { outcome, ...changed } = answer.recorded;
    if (outcome.result !== 'rejected') return { type: 'changed', changeId, by, ...changed };
    const reasons = outcome.parts.flatMap(({ reason }) => reason ?? []);
    return { type: 'change-refused', changeId, reason: [...new Set(reasons)].join('; ') };
  },
});
