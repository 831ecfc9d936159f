import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { Decision } from '../../domain/order/state.ts';
import { fulfillmentOf } from '../../domain/order/state.ts';
import { defineRecord, type Moment } from '../kernel/step.ts';

export interface OtherNode {
  readonly exceptionId: string;
  readonly fulfillmentId: string;
  readonly node: string;
  readonly decision: Decision;
}

const named = ({ state, input }: { state: Moment['state']; input: OtherNode }) =>
  `ship from ${input.node} instead of ${fulfillmentOf(state, input.fulfillmentId).node}`;

const asked = ({ state, input }: Moment<OtherNode>) => {
  const { exceptionId, fulfillmentId, node, decision } = input;
  const { by, note } = decision;
  return { orderId: state.orderId, exceptionId, fulfillmentId, node, by, ...(note !== undefined && { note }) };
};

/** Whether the node is one that can, and has enough now: before a warehouse is asked to stop anything. */
export const checkOtherNode = defineRecord({
  name: named,
  onFailure: 'step-failed',
  run: (records: OrderRecords, at: Moment<OtherNode>) => records.moveRelease({ ...asked(at), dryRun: true }),
});

/** Stock and release are at the other node, or nothing has changed. */
export const moveRelease = defineRecord({
  name: named,
  onFailure: 'step-failed',
  run: (records: OrderRecords, at: Moment<OtherNode>) => records.moveRelease(asked(at)),
  outcome: (result, { exceptionId, fulfillmentId, decision }) =>
    result.type === 'moved'
      ? { type: 'release-moved', fulfillmentId, left: result.left, to: result.to, exceptionId, decision }
      : undefined,
});

/** The decision could not be kept; the question stays. */
export const tellNotMoved = defineRecord({
  name: 'tell that the release stays where it is',
  onFailure: 'step-failed',
  run: (records: OrderRecords, { state, input }: Moment<OtherNode & { reason: string }>) =>
    records.tellNotMoved({
      ...{ orderId: state.orderId, exceptionId: input.exceptionId, node: input.node },
      by: input.decision.by,
      reason: input.reason,
    }),
});
