import type { OrderRecords } from '../../activities/orders/activities.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

/** Customer and ship-to, items and units, repeated order, contract price within tolerance, tax. */
export const checkOrder = defineRecord({
  name: 'check the order',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state }: Moment) =>
    records.prepareOrder({ orderId: state.orderId, waived: state.waived, corrections: state.corrections }),
  outcome: (prepared) => {
    if (prepared.ready) return { type: 'checked', terms: prepared.terms };
    const { problem, rejects } = prepared;
    if (!rejects) return { ask: problem };
    return { type: 'stopped', stop: { reason: problem.summary, by: 'system', problem: problem.type } };
  },
  waitsForChange: () => true,
  asksAnewWith: ({ state }) => state.changesMade.length,
  decided: ({ resolution, corrections }, { type }) => {
    if (resolution === 'accept') return { type: 'waived', problem: type };
    return corrections === undefined ? undefined : { type: 'corrected', corrections };
  },
});
