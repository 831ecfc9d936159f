/** The plain values that the order process and its records share. */
import { add, compare } from '../decimal.ts';
import type { WarehouseNotice } from './messages.ts';
import type { OrderStatus } from './status.ts';

/** One release to one ship-from node. Quantities are sums over lines, in base units; lines stand in Postgres. */
export interface FulfillmentState {
  id: string;
  node: string;
  releaseNumber: string;
  taskQueue: string;
  /** When its goods must have left, ISO 8601. */
  shipBy?: string;
  planned: string;
  shipped: string;
  /** What the warehouse said it will never ship. */
  short: string;
  /** `asked`: the warehouse may have it, its answer is not known; `refused` is `planned` again. */
  release: 'planned' | 'asked' | 'accepted';
  /** Shipment numbers seen: a repeated one ships nothing twice. */
  shipmentNumbers: string[];
  notices: WarehouseNotice[];
  /** What a person decided where the partner’s routing guide was violated. */
  routing?: RoutingDecision;
}

/** To release with the order’s own carrier in spite of the guide, or with the guide’s in spite of the order. */
export interface RoutingDecision {
  resolution: 'accept' | 'use-guide';
  by: string;
}

export function isComplete(fulfillment: FulfillmentState): boolean {
  return compare(add(fulfillment.shipped, fulfillment.short), fulfillment.planned) >= 0;
}

/** What the rest of the process needs of the prepared order; set once preparation has succeeded. */
export interface OrderTerms {
  erpTaskQueue: string;
  currency: string;
  /** ISO 8601 durations are resolved to instants and milliseconds by the profile’s calendar before they get here. */
  shipBy?: string;
  paymentGraceMs: number;
  /** How long a step may retry before a person is asked. */
  stepDeadlineMs: number;
}

/** Documents that the partner has not acknowledged yet. */
export interface Unanswered {
  /** Transaction sets, such as `856`. */
  sets: string[];
  /** When the first answer is due, ISO 8601; absent while something has not been sent. */
  by?: string;
}

/** What each record-keeping step writes beside its own facts, so that lists and search agree with the workflow. */
export interface Progress {
  status: OrderStatus;
  waitingFor: string;
  nextDeadline?: string;
}
