import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { WmsActivities } from '../../activities/wms/activities.ts';
import { fulfillmentOf, isComplete } from '../../domain/order/state.ts';
import { systemCall } from '../kernel/activity-profiles.ts';
import { type Declared, defineCall, defineRecord, type Moment } from '../kernel/step.ts';
import { termsOf } from './terms.ts';

interface Release {
  fulfillmentId: string;
}

const warehouse = ({ state, input }: Declared<Release>) => {
  const { taskQueue, releaseNumber } = fulfillmentOf(state, input.fulfillmentId);
  return systemCall(taskQueue, releaseNumber, termsOf(state).stepDeadlineMs);
};
const nodeOf = ({ state, input }: Declared<Release>) => fulfillmentOf(state, input.fulfillmentId).node;

const cancelRelease = defineCall({
  name: (at) => `cancel the release to ${nodeOf(at)}`,
  onFailure: 'compensation-failed',
  options: warehouse,
  run: (wms: WmsActivities, { state, input: { fulfillmentId } }: Moment<Release>) =>
    wms.cancelRelease({ fulfillmentId, reason: (state.stop ?? state.cancelling)?.reason ?? 'the order is changed' }),
  outcome: (_none, { fulfillmentId }) => ({ type: 'release-recalled', fulfillmentId }),
});

/** A warehouse remembers a number that it refused or stopped, so the next try needs another one. */
export const renumberRelease = defineRecord({
  name: (at) => `release to ${nodeOf(at)}`,
  onFailure: 'step-failed',
  run: (records: OrderRecords, { input }: Moment<Release>) => records.renumberRelease(input),
  outcome: ({ releaseNumber }, { fulfillmentId }) => ({ type: 'release-renumbered', fulfillmentId, releaseNumber }),
});

/**
 * Hands a release to its warehouse. The partner's routing guide is asked first; a violation reaches no
 * warehouse, nor does what would leave after the buyer's last day (`tooLate`).
 */
export const releaseToWarehouse = defineCall({
  name: (at) => `release to ${nodeOf(at)}`,
  onFailure: 'warehouse-refused-release',
  options: warehouse,
  run: (wms: WmsActivities, { state, input: { fulfillmentId } }: Moment<Release>) => {
    const { routing } = fulfillmentOf(state, fulfillmentId);
    const lateAgreed = state.lateAgreedBy !== undefined;
    return wms.releaseToWarehouse({ fulfillmentId, ...(routing && { routing }), ...(lateAgreed && { lateAgreed }) });
  },
  outcome: (answer, { fulfillmentId }) => {
    // One question for all releases of the order: see releaseInTime.
    if ('tooLate' in answer) return undefined;
    if (!('violation' in answer)) return { type: 'released', fulfillmentId };
    return { ask: { type: answer.needsCarrier ? 'carrier-needed' : 'routing-violation', summary: answer.violation } };
  },
  decided: ({ resolution, by, carrier }, _problem, { fulfillmentId }) => {
    if (resolution === 'accept' || resolution === 'use-guide') {
      return { type: 'release-routed', fulfillmentId, routing: { resolution, by } };
    }
    if (resolution !== 'use-carrier' || carrier === undefined) return undefined;
    return { type: 'release-routed', fulfillmentId, routing: { resolution, carrier, by } };
  },
  aboutRelease: ({ fulfillmentId }) => fulfillmentId,
  isNeeded: ({ state, input }) => !isComplete(fulfillmentOf(state, input.fulfillmentId)),
  waitsForChange: ({ input }, touched) => touched?.includes(input.fulfillmentId) ?? true,
  asksAnewWith: ({ state, input }) => {
    const { planned, releaseNumber, shipBy } = fulfillmentOf(state, input.fulfillmentId);
    return [planned, releaseNumber, shipBy].join();
  },
  undo: cancelRelease,
  recall: {
    isNeeded: ({ state, input }) => !isComplete(fulfillmentOf(state, input.fulfillmentId)),
    ready: renumberRelease,
  },
});
