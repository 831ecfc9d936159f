/** The state of a return's workflow: plain JSON, changed only by `reduce`. Lines and documents stay in Postgres. */
import type { Resolution } from '../exceptions.ts';
import type { DocumentTrouble, OpenException } from '../order/messages.ts';
import type { Cancelling, Stop, StoryEntry, Unanswered } from '../order/state.ts';
import { NOTHING, type ReturnCount } from './quantities.ts';

/** How a return may end. `expired`: nothing came in time, or not all of it. */
export type ReturnEnd = 'closed' | 'refused' | 'cancelled' | 'expired';

export type ReturnStatus = 'asked' | 'authorized' | 'receiving' | 'received' | 'exception' | ReturnEnd;

/** What the process needs of the agreement and of the order; durations are resolved by the calendar before they get here. */
export interface ReturnTerms {
  /** Absent while the goods are of no order that we know. */
  readonly erpTaskQueue?: string;
  /** Of the warehouse that the goods are to come to. */
  readonly wmsTaskQueue: string;
  readonly node: string;
  readonly approval: 'automatic' | 'person';
  /** When the goods must have come, and until when they are still taken afterwards. */
  readonly arriveBy: string;
  readonly lapsesAt: string;
  /** How long a step may retry before a person is asked. */
  readonly stepDeadlineMs: number;
}

/** A message of a warehouse, which stands in `ReturnReceipt`. */
export interface ReturnNotice {
  readonly receiptId: string;
  readonly type: 'received' | 'disposed';
}

/** A person's decision; `system` when the cause went away. */
export interface ReturnDecision {
  readonly resolution: Resolution;
  readonly note?: string;
  readonly by: string;
}

export interface ReturnException extends OpenException {
  readonly decision?: ReturnDecision;
}

export interface ReturnState {
  readonly returnId: string;
  readonly partnerId: string;
  readonly rmaNumber: string;
  /** `goods`: they came before anybody asked. `delivery`: a carrier did not deliver them as it should. */
  readonly origin: 'request' | 'goods' | 'delivery';
  readonly terms?: ReturnTerms;
  readonly authorized: boolean;
  /** The warehouse was told, or may have been. */
  readonly announcing: boolean;
  readonly announced: boolean;
  readonly withdrawn: boolean;
  readonly count: ReturnCount;
  /** Messages of warehouses that wait for their turn. */
  readonly notices: readonly ReturnNotice[];
  readonly seenNotices: readonly string[];
  /** What nobody authorized of what came, in words. */
  readonly differences: readonly string[];
  /** The carrier has delivered after all. */
  readonly delivered: boolean;
  /** Goods that came by themselves are known to be of an order. */
  readonly linked: boolean;
  /** When a person is asked what becomes of the goods that came. */
  readonly inspectBy?: string;
  /** What a credit waits for, and how often it was looked for. */
  readonly creditWaits?: { readonly awaited: string; readonly looks: number };
  /** A round is planned, and the ERP has yet to post and credit it. */
  readonly settling: boolean;
  /** Rounds of ERP return and credit that are through. */
  readonly settlements: number;
  readonly troubled: readonly DocumentTrouble[];
  readonly decidedDocuments: readonly string[];
  readonly unanswered?: Unanswered;
  readonly exceptions: readonly ReturnException[];
  readonly cancelling?: Cancelling;
  readonly stop?: Stop;
  /** Only acknowledgments are missing. */
  readonly concluding?: ReturnEnd;
  readonly end?: ReturnEnd;
  readonly story: readonly StoryEntry[];
}

/** A return as lists show it; steps write it together with their facts. */
export interface ReturnProgress {
  readonly status: ReturnStatus;
  readonly waitingFor: string;
  readonly nextDeadline?: string;
}

export function newReturn({
  returnId,
  partnerId,
  rmaNumber,
  origin,
}: Pick<ReturnState, 'returnId' | 'partnerId' | 'rmaNumber' | 'origin'>): ReturnState {
  return {
    ...{ returnId, partnerId, rmaNumber, origin },
    ...{ authorized: false, announcing: false, announced: false, withdrawn: false },
    count: NOTHING,
    notices: [],
    seenNotices: [],
    differences: [],
    linked: false,
    delivered: false,
    settling: false,
    settlements: 0,
    troubled: [],
    decidedDocuments: [],
    exceptions: [],
    story: [],
  };
}
