/** What lists and queries show of a return. */
import { isPositive } from '../decimal.ts';
import type { OpenException } from '../order/messages.ts';
import { legalReturnResolutions } from './guards.ts';
import type { ReturnProgress, ReturnState, ReturnStatus } from './state.ts';

export function statusOfReturn(state: ReturnState): ReturnStatus {
  if (state.end !== undefined) return state.end;
  if (state.exceptions.length > 0) return 'exception';
  if (state.concluding !== undefined && state.concluding !== 'closed') return state.concluding;
  const { received, outstanding } = state.count;
  if (isPositive(received)) return isPositive(outstanding) ? 'receiving' : 'received';
  return state.authorized ? 'authorized' : 'asked';
}

export function returnProgressOf(state: ReturnState): ReturnProgress {
  const nextDeadline = nextDeadlineOf(state);
  return {
    status: statusOfReturn(state),
    waitingFor: waitingForOf(state),
    ...(nextDeadline !== undefined && { nextDeadline }),
  };
}

function waitingForOf(state: ReturnState): string {
  if (state.end !== undefined) return '';
  const { cancelling, exceptions, count, terms } = state;
  if (cancelling !== undefined) return `the cancellation that ${cancelling.by} asked for`;
  const [first] = exceptions;
  if (first !== undefined) return `a decision: ${first.step}: ${first.summary}`;
  if (state.unanswered !== undefined) return `acknowledgments of ${state.unanswered.sets.join(', ')}`;
  if (state.concluding !== undefined) return 'its end';
  if (terms === undefined) return 'the check';
  if (!state.authorized) return 'the authorization';
  if (state.settling) return 'the credit by the ERP';
  if (isPositive(count.toCredit)) return creditWaitsFor(state);
  if (isPositive(count.undecided)) return `the disposition of ${count.undecided} units`;
  if (!state.announced && state.origin !== 'goods') return `warehouse ${terms.node} to take the return`;
  if (isPositive(count.outstanding)) return `${count.outstanding} units to come to ${terms.node}`;
  return 'its end';
}

function creditWaitsFor({ creditWaits }: ReturnState): string {
  return creditWaits === undefined ? 'the credit by the ERP' : `${creditWaits.awaited}, to be credited against it`;
}

function nextDeadlineOf({ end, concluding, authorized, count, terms, unanswered }: ReturnState): string | undefined {
  if (end !== undefined) return undefined;
  if (concluding !== undefined) return unanswered?.by;
  return authorized && isPositive(count.outstanding) ? terms?.arriveBy : undefined;
}

export function openReturnExceptions(state: ReturnState): OpenException[] {
  return state.exceptions.map(({ decision: _, ...exception }) => ({
    ...exception,
    resolutions: legalReturnResolutions(state, exception.resolutions),
  }));
}

/** The answer of the `returnStatus` query. */
export interface ReturnView extends ReturnProgress {
  readonly returnId: string;
  readonly rmaNumber: string;
  readonly exceptions: OpenException[];
  readonly count: ReturnState['count'];
}

export function viewOfReturn(state: ReturnState): ReturnView {
  const { returnId, rmaNumber, count } = state;
  return { returnId, rmaNumber, ...returnProgressOf(state), exceptions: openReturnExceptions(state), count };
}
