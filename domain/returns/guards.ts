/** Whether an action on a return is legal now, and why not. One rule each. */
import { add, compare, type Decimal, isMultiple, isPositive, subtract } from '../decimal.ts';
import type { Resolution } from '../exceptions.ts';
import { isCounted } from '../units.ts';
import type { ReturnDecision, ReturnState } from './state.ts';

/** Why something about a return cannot be done; `code` is stable. */
export interface NotNow {
  readonly code:
    | 'return-ended'
    | 'goods-came'
    | 'nothing-to-approve'
    | 'nothing-undecided'
    | 'nothing-to-link'
    | 'exception-not-open'
    | 'illegal-resolution';
  readonly reason: string;
}

/** One line of an order as returns see it, in base units. */
export interface ReturnableLine {
  readonly lineId: string;
  readonly baseUnit: string;
  readonly shipped: Decimal;
  /** Of all returns that are under way or closed: what they were authorized for, and what they took. */
  readonly returned: Decimal;
}

export interface AskedReturnLine {
  readonly lineId: string;
  /** Base units. */
  readonly quantity: Decimal;
}

/** `code` is stable. */
export interface ReturnRefusal {
  readonly code:
    | 'unknown-line'
    | 'not-whole'
    | 'nothing-shipped'
    | 'more-than-shipped'
    | 'reason-not-allowed'
    | 'window-passed';
  /** The buyer's line number; absent where the whole return is refused. */
  readonly lineId?: string;
  readonly reason: string;
}

/** Why lines of an order cannot be returned: before they have shipped, or more than shipped and was not returned before. */
export function whyNotReturn(lines: readonly ReturnableLine[], asked: readonly AskedReturnLine[]): ReturnRefusal[] {
  const wanted = new Map<string, Decimal>();
  for (const { lineId, quantity } of asked) wanted.set(lineId, add(wanted.get(lineId) ?? '0', quantity));
  return [...wanted].flatMap(([lineId, quantity]): ReturnRefusal[] => {
    const line = lines.find((one) => one.lineId === lineId);
    if (line === undefined) return [{ code: 'unknown-line', lineId, reason: `the order has no line ${lineId}` }];
    if (!isPositive(line.shipped)) {
      return [{ code: 'nothing-shipped', lineId, reason: `nothing of line ${lineId} has shipped` }];
    }
    if (isCounted(line.baseUnit) && !isMultiple(quantity, '1')) {
      const reason = `line ${lineId} is counted in ${line.baseUnit}, of which ${quantity} cannot come back`;
      return [{ code: 'not-whole', lineId, reason }];
    }
    const left = subtract(line.shipped, line.returned);
    if (compare(quantity, left) <= 0) return [];
    const before = isPositive(line.returned) ? `, of which ${line.returned} are being returned or came back` : '';
    const reason = `line ${lineId} has shipped ${line.shipped}${before}: ${quantity} are too many`;
    return [{ code: 'more-than-shipped', lineId, reason }];
  });
}

/** Why the return cannot be cancelled. One that is cancelled already is the same cancellation. */
export function whyNotCancelReturn(state: ReturnState): NotNow | undefined {
  if (state.end === 'cancelled' || state.stop !== undefined) return undefined;
  const end = state.end ?? state.concluding;
  if (end !== undefined) return { code: 'return-ended', reason: `the return is ${end}` };
  const came = isPositive(state.count.received) || state.notices.length > 0;
  return came ? { code: 'goods-came', reason: 'goods have come: the return can no longer be cancelled' } : undefined;
}

/** Why a person cannot approve or refuse the return. */
export function whyNotDecide(state: ReturnState): NotNow | undefined {
  const question = state.exceptions.find(({ type, decision }) => type === 'return-to-approve' && !decision);
  if (question !== undefined) return undefined;
  return { code: 'nothing-to-approve', reason: 'the return does not wait for an approval' };
}

/** Why nobody can say what becomes of goods. */
export function whyNotDispose(state: ReturnState): NotNow | undefined {
  if (state.end !== undefined) return { code: 'return-ended', reason: `the return is ${state.end}` };
  if (isPositive(state.count.undecided)) return undefined;
  return { code: 'nothing-undecided', reason: 'nothing that came waits for a disposition' };
}

/** Why the goods cannot be said to be of an order. */
export function whyNotLink(state: ReturnState): NotNow | undefined {
  const question = state.exceptions.find(({ type, decision }) => type === 'goods-without-return' && !decision);
  if (question !== undefined) return undefined;
  return { code: 'nothing-to-link', reason: 'only goods that came without a return can be linked to an order' };
}

/** A return that goods have come for cannot be cancelled by a decision either. */
export function legalReturnResolutions(state: ReturnState, resolutions: readonly Resolution[]): readonly Resolution[] {
  const mayCancel = whyNotCancelReturn(state) === undefined;
  // A return has no step that is tried again at a time, and no release.
  return resolutions.filter(
    (resolution) => resolution !== 'wait' && resolution !== 'other-node' && (mayCancel || resolution !== 'cancel'),
  );
}

export function whyNotResolveReturn(
  state: ReturnState,
  { exceptionId, resolution }: Pick<ReturnDecision, 'resolution'> & { exceptionId: string },
): NotNow | undefined {
  const exception = state.exceptions.find(({ id }) => id === exceptionId);
  if (exception === undefined || exception.decision !== undefined) {
    return { code: 'exception-not-open', reason: `exception ${exceptionId} is not open` };
  }
  const legal = legalReturnResolutions(state, exception.resolutions);
  if (legal.includes(resolution)) return undefined;
  const reason = `${exception.type} can be resolved by ${legal.join(', ')}, not by ${resolution}`;
  return { code: 'illegal-resolution', reason };
}
