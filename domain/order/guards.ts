/** Guards: whether an action on an order is legal now, and why not. One rule each. */
import type { ExceptionType, Resolution } from '../exceptions.ts';
import type { NotFromNode } from '../policy/other-node.ts';
import { type Correction, correctionsFor } from './corrections.ts';
import type { OpenException, ResolveExceptionInput, WarehouseNotice } from './messages.ts';
import { whyNotSkip } from './skipping.ts';
import { isComplete, type OrderState } from './state.ts';
import { whyNotWait } from './waiting.ts';

/** `code` is stable. */
export interface Refusal {
  readonly code:
    | 'order-ended'
    | 'being-cancelled'
    | 'already-shipped'
    | 'not-recalled'
    | 'not-undone'
    | 'exception-not-open'
    | 'illegal-resolution'
    | 'carrier-missing'
    | 'carrier-not-asked'
    | 'corrections-missing'
    | 'corrections-not-asked'
    | 'correction-no-help'
    | 'node-missing'
    | 'node-not-asked'
    | 'not-moved'
    | 'spread-over-stores'
    | NotFromNode['code']
    | 'until-missing'
    | 'reason-missing'
    | 'until-not-asked'
    | 'until-not-possible';
  readonly reason: string;
}

/**
 * Why the order cannot be cancelled as a whole; undefined when it can be tried. A warehouse that has a release is asked
 * to stop it, and may refuse that.
 */
export function whyNotCancel(state: OrderState): Refusal | undefined {
  if (state.end !== undefined) return { code: 'order-ended', reason: `the order is ${state.end}` };
  const { cancelling } = state;
  if (cancelling !== undefined) return { code: 'being-cancelled', reason: `${cancelling.by} is cancelling the order` };
  return whyNotRecalled(state);
}

/** Goods that have left cannot be called back. */
export function whyNotRecalled({ fulfillments, earlyNotices }: OrderState): Refusal | undefined {
  const shipped = ({ type }: WarehouseNotice) => type === 'shipped';
  const left = fulfillments.find(({ shipmentNumbers, notices }) => shipmentNumbers.length > 0 || notices.some(shipped));
  const early = earlyNotices.find(shipped);
  if (left === undefined && early === undefined) return undefined;
  const reason = `goods have left ${left?.node ?? 'a warehouse'}: the order can no longer be cancelled as a whole`;
  return { code: 'already-shipped', reason };
}

/** Why the cancellation cannot be asked for; one that is under way or done is the same cancellation. */
export function whyNotAskToCancel(state: OrderState): Refusal | undefined {
  const failed = whyNotUndone(state);
  if (failed !== undefined || state.stop !== undefined || state.cancelling !== undefined) return failed;
  return state.end === 'cancelled' ? undefined : whyNotCancel(state);
}

/** Why no change can be asked for; whether each part of it can be made is a question of its lines. */
export function whyNotChange(state: OrderState): Refusal | undefined {
  return state.end === undefined ? undefined : { code: 'order-ended', reason: `the order is ${state.end}` };
}

/** What keeps a stopped order from its end; undefined while it is being undone. */
export function whyNotUndone({ stop, exceptions }: OrderState): Refusal | undefined {
  const failed = exceptions.find(({ type }) => type === 'compensation-failed');
  if (stop === undefined || failed === undefined) return undefined;
  const reason = `the order is stopped, but a person has to see to what could not be undone: ${failed.step}: ${failed.summary}`;
  return { code: 'not-undone', reason };
}

/** Whether another run can take the order up by its state alone: it waits for its warehouses, for stock or for cash. */
export function isResumable(state: OrderState): boolean {
  const { accepted, cancelling, stop, end, changes, exceptions, payments, fulfillments } = state;
  return (
    accepted &&
    cancelling === undefined &&
    stop === undefined &&
    end === undefined &&
    changes.length + exceptions.length + payments.length === 0 &&
    fulfillments.every(
      (one) =>
        one.notices.length === 0 && (isComplete(one) || (one.release === 'accepted' && one.closedAt === undefined)),
    )
  );
}

/** The resolutions of an exception that are legal now: another branch may have gone on since it was opened. */
export function legalResolutions(
  state: OrderState,
  { resolutions }: Pick<OpenException, 'resolutions'>,
): readonly Resolution[] {
  if (whyNotCancel(state) === undefined) return resolutions;
  return resolutions.filter((resolution) => resolution !== 'cancel');
}

/**
 * Why the exception cannot be resolved like this; undefined when it can.
 *
 * @param now ISO 8601
 */
export function whyNotResolve(
  state: OrderState,
  { exceptionId, resolution, note, carrier, corrections, until, node }: ResolveExceptionInput,
  now: string,
): Refusal | undefined {
  const exception = state.exceptions.find(({ id }) => id === exceptionId);
  if (exception === undefined || exception.decision !== undefined) {
    return { code: 'exception-not-open', reason: `exception ${exceptionId} is not open` };
  }
  const legal = legalResolutions(state, exception);
  if (!legal.includes(resolution)) {
    const reason = `${exception.type} can be resolved by ${legal.join(', ')}, not by ${resolution}`;
    return { code: 'illegal-resolution', reason };
  }
  if (resolution === 'use-carrier' && carrier === undefined) {
    return { code: 'carrier-missing', reason: 'use-carrier needs a carrier' };
  }
  if (resolution !== 'use-carrier' && carrier !== undefined) {
    return { code: 'carrier-not-asked', reason: `${resolution} takes no carrier; use-carrier does` };
  }
  return (
    whyNotSkip({ resolution, ...(note !== undefined && { note }) }) ??
    whyNotFromThere(state, exception, resolution, node) ??
    whyNotWait({ resolution, ...(until !== undefined && { until }) }, now) ??
    whyNotCorrect(exception.type, resolution, corrections)
  );
}

/** What the node has is known to our records only. */
function whyNotFromThere(
  { fulfillments }: OrderState,
  { fulfillmentId }: OpenException,
  resolution: Resolution,
  node: string | undefined,
): Refusal | undefined {
  if (resolution !== 'other-node') {
    if (node === undefined) return undefined;
    return { code: 'node-not-asked', reason: `${resolution} takes no node; other-node does` };
  }
  if (node === undefined) return { code: 'node-missing', reason: 'other-node needs the node that is to ship' };
  const release = fulfillments.find(({ id }) => id === fulfillmentId);
  if (release === undefined || isComplete(release)) {
    return { code: 'nothing-to-move', reason: 'everything of the release has shipped or never will' };
  }
  if (release.notices.some(({ type }) => type === 'shipped')) {
    return { code: 'already-shipped', reason: `goods are leaving ${release.node} just now` };
  }
  if (release.node !== node) return undefined;
  return { code: 'same-node', reason: `it is to ship from ${node} already` };
}

function whyNotCorrect(
  type: ExceptionType,
  resolution: Resolution,
  corrections: readonly Correction[] | undefined,
): Refusal | undefined {
  if (resolution !== 'correct') {
    if (corrections === undefined) return undefined;
    return { code: 'corrections-not-asked', reason: `${resolution} takes no corrections; correct does` };
  }
  if (corrections === undefined || corrections.length === 0) {
    return { code: 'corrections-missing', reason: 'correct needs at least one correction' };
  }
  const helpful = correctionsFor(type);
  const useless = corrections.find(({ kind }) => !helpful.includes(kind));
  if (useless === undefined) return undefined;
  const reason = `${type} is corrected by ${helpful.join(', ')}, not by ${useless.kind}`;
  return { code: 'correction-no-help', reason };
}
