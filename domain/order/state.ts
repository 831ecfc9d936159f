/**
 * The state of an order's workflow: plain JSON, changed only by `reduce`. Lines and documents stay in
 * Postgres; the state carries ids and sums. Quantities are decimal strings in base units, amounts are
 * integer minor units, times are ISO 8601.
 */
import { add, compare, subtract } from '../decimal.ts';
import type { ExceptionType } from '../exceptions.ts';
import type { Ahead, WatchedDeadline } from '../policy/ahead.ts';
import type { LastShipDay } from '../policy/cancel-after.ts';
import type { InvoiceBalance } from '../policy/cash.ts';
import type { Correction } from './corrections.ts';
import type { DocumentTrouble, GivenCarrier, OpenException, RemittedAmount, WarehouseNotice } from './messages.ts';
import type { OrderStatus } from './status.ts';

export interface OrderState {
  readonly orderId: string;
  readonly partnerId: string;
  readonly poNumber: string;
  /** Which part of the purchase order it is, if that became several orders. */
  readonly part?: string;
  /** Set once the order has been checked. */
  readonly terms?: OrderTerms;
  /** Problems of the check that a person accepted. */
  readonly waived: readonly ExceptionType[];
  /** What people corrected about the order. */
  readonly corrections: readonly Correction[];
  readonly erpOrderNumber?: string;
  /** The ERP has taken the order and released its credit. */
  readonly accepted: boolean;
  /** Something waits for stock. */
  readonly backordered: boolean;
  /** A system reported stock since the order last looked. */
  readonly stockArrived: boolean;
  readonly fulfillments: readonly FulfillmentState[];
  /** Rounds of reservation so far. */
  readonly rounds: number;
  /** Notices of releases that are not planned yet. */
  readonly earlyNotices: readonly WarehouseNotice[];
  /** `system/eventId` of every notice so far: a repeated one changes nothing. */
  readonly seenEvents: readonly string[];
  /** Shipments of which the carrier is to tell something. */
  readonly scans: readonly Scan[];
  readonly invoices: readonly InvoiceState[];
  /** Ids of shipments whose invoice a person writes outside. */
  readonly invoicedByHand: readonly string[];
  /** Payments that are not applied yet. */
  readonly payments: readonly RemittedAmount[];
  readonly seenPayments: readonly string[];
  /** Until when a person lets an overdue payment wait. */
  readonly paymentWaitsUntil?: string;
  /** Documents whose trouble waits for a person. */
  readonly troubled: readonly DocumentTrouble[];
  /** Documents that stay refused or unacknowledged because a person decided so. */
  readonly decidedDocuments: readonly string[];
  /** Changes that are not answered yet, in the order in which they are made. */
  readonly changes: readonly PendingChange[];
  /** Changes that were taken, in whole or in part. */
  readonly changesMade: readonly string[];
  readonly exceptions: readonly ExceptionState[];
  /** Who decided that the order may ship after the buyer's last day. */
  readonly lateAgreedBy?: string;
  /** Set while only the partner's acknowledgments are missing. */
  readonly unanswered?: Unanswered;
  /** Somebody asked to cancel the order, and that is neither done nor refused yet. */
  readonly cancelling?: Cancelling;
  /** Somebody ended the order; what was done is undone. */
  readonly stop?: Stop;
  readonly end?: OrderEnd;
  readonly story: readonly StoryEntry[];
}

export type OrderEnd = 'closed' | 'cancelled' | 'rejected';

export interface Stop {
  readonly reason: string;
  readonly by: string;
  /** The problem that ended the order, where it was one. */
  readonly problem?: ExceptionType;
  /** The change that asked for it, where it was one. */
  readonly changeId?: string;
}

export interface Cancelling {
  readonly by: string;
  readonly reason: string;
  readonly since: string;
}

/** A change of the order that somebody asked for. */
export interface PendingChange {
  readonly changeId: string;
  readonly by: string;
  readonly since: string;
  /** What it waits for, in plain words, once it is being made. */
  readonly waitsFor?: string;
}

export interface StoryEntry {
  readonly at: string;
  readonly what: string;
}

export interface ExceptionState extends OpenException {
  readonly decision?: Decision;
}

/** A person's decision about an exception; `system` when its cause went away. */
export interface Decision {
  readonly resolution: OpenException['resolutions'][number];
  readonly note?: string;
  /** With `use-carrier`. */
  readonly carrier?: GivenCarrier;
  /** With `correct`. */
  readonly corrections?: readonly Correction[];
  /** With `other-node`. */
  readonly node?: string;
  /** With `wait`. */
  readonly until?: string;
  readonly by: string;
}

export interface InvoiceState extends InvoiceBalance {
  /** ISO 8601 day. */
  readonly dueOn: string;
}

/** A release as it is planned: what one ship-from node is asked to ship. */
export interface PlannedFulfillment {
  readonly id: string;
  readonly node: string;
  readonly releaseNumber: string;
  readonly taskQueue: string;
  /** When its goods must have left. */
  readonly shipBy?: string;
  readonly shipAhead?: Ahead;
  /** Sum over lines. */
  readonly planned: string;
}

export interface Scan {
  readonly shipmentId: string;
  /** Unset while only the carrier has told of the shipment. */
  readonly awaited?: { readonly shipmentNumber: string; readonly by: string };
  readonly scanned: boolean;
}

/** What becomes of the part of a shipment that is beyond the release. */
export interface DecidedSurplus {
  readonly shipmentNumber: string;
  /** Over all lines. */
  readonly quantity: string;
  readonly charged: boolean;
  /** The person; `profile` where the partner's profile takes it. */
  readonly by: string;
}

/** One release to one ship-from node. */
export interface FulfillmentState extends PlannedFulfillment {
  /** Numbers under which the warehouse refused the release. */
  readonly formerNumbers: readonly string[];
  readonly shipped: string;
  /** Units that the warehouse will never ship. */
  readonly short: string;
  /** `accepted`: the warehouse has it; one that was refused or recalled is planned again. */
  readonly release: 'planned' | 'accepted';
  /** When the warehouse closed the release: it ships nothing more under it. */
  readonly closedAt?: string;
  /** A repeated shipment number ships nothing twice. */
  readonly shipmentNumbers: readonly string[];
  /** What was decided about shipments of more than was left to ship. */
  readonly surplus: readonly DecidedSurplus[];
  /** Notices that wait for their turn. */
  readonly notices: readonly WarehouseNotice[];
  /** A person's decision about a violation of the partner's routing guide. */
  readonly routing?: RoutingDecision;
}

/**
 * Release with the order's own carrier in spite of the guide, with the guide's in spite of the order, or with one that
 * the person states.
 */
export type RoutingDecision =
  | { resolution: 'accept' | 'use-guide'; by: string }
  | { resolution: 'use-carrier'; carrier: GivenCarrier; by: string };

/** Agreed terms that the process needs; durations are resolved by the profile's calendar before they get here. */
export interface OrderTerms {
  erpTaskQueue: string;
  currency: string;
  shipBy?: string;
  /** Before the order's first release; each release has its own. */
  shipAhead?: Ahead;
  /** Of the 855, if it is due before the ERP has accepted the order. */
  acknowledge?: WatchedDeadline;
  /** If the buyer names one. */
  lastShipDay?: LastShipDay;
  paymentGraceMs: number;
  /** How long a step may retry before a person is asked. */
  stepDeadlineMs: number;
}

/** Documents that the partner has not acknowledged yet. */
export interface Unanswered {
  /** Transaction sets, such as `856`; none where only a change of the order that is on its way is missing. */
  sets: string[];
  /** When the first answer is due; absent while something has not been sent. */
  by?: string;
}

/** The order as lists and search show it; each step writes it together with its facts. */
export interface Progress {
  status: OrderStatus;
  waitingFor: string;
  nextDeadline?: string;
  /** From then on the order is predicted to be late, if it still waits for the same. */
  jeopardyFrom?: string;
}

export function newOrder({
  orderId,
  partnerId,
  poNumber,
  part,
}: Pick<OrderState, 'orderId' | 'partnerId' | 'poNumber' | 'part'>): OrderState {
  return {
    orderId,
    partnerId,
    poNumber,
    ...(part !== undefined && { part }),
    waived: [],
    corrections: [],
    accepted: false,
    backordered: false,
    stockArrived: false,
    fulfillments: [],
    rounds: 0,
    earlyNotices: [],
    seenEvents: [],
    scans: [],
    invoices: [],
    invoicedByHand: [],
    payments: [],
    seenPayments: [],
    troubled: [],
    decidedDocuments: [],
    changes: [],
    changesMade: [],
    exceptions: [],
    story: [],
  };
}

/** Every unit of the release has shipped or is known never to ship. */
export function isComplete(fulfillment: Pick<FulfillmentState, 'planned' | 'shipped' | 'short'>): boolean {
  return compare(add(fulfillment.shipped, fulfillment.short), fulfillment.planned) >= 0;
}

/** Units that the warehouse has neither shipped nor reported short. */
export function openUnits({
  planned,
  shipped,
  short,
}: Pick<FulfillmentState, 'planned' | 'shipped' | 'short'>): string {
  return subtract(subtract(planned, shipped), short);
}

export function fulfillmentOf(state: OrderState, fulfillmentId: string): FulfillmentState {
  const found = state.fulfillments.find(({ id }) => id === fulfillmentId);
  if (found === undefined) throw new Error(`the order has no fulfillment ${fulfillmentId}`);
  return found;
}
