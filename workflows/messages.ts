/**
 * Every message that a workflow takes. Payloads carry ids and summaries; the whole of a document or event stands in Postgres.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ExceptionType, Resolution } from './policy/exceptions.ts';
import type { OrderStatus } from './policy/order-status.ts';

// ── Values ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What starts an order’s workflow; the order itself stands in Postgres under `orderId`. */
export interface OrderToCashInput {
  orderId: string;
  partnerId: string;
  poNumber: string;
  correlationId: string;
}

/** A warehouse told of a release. Repeated and out-of-order notices are expected. */
export type WarehouseNotice = { system: string; eventId: string; releaseNumber: string } & (
  | {
      type: 'shipped';
      shipmentNumber: string;
      /** Sum over all lines, base units. */
      quantity: string;
    }
  | {
      type: 'closed';
      /** What will never ship, sum over all lines, base units. */
      quantity: string;
    }
  | { type: 'refused'; reason: string }
);

/** One of our documents needs a decision: the partner refused it, could not be reached in time, or never acknowledged it. */
export interface DocumentTrouble {
  documentId: string;
  transactionSet: string;
  trouble: 'rejected' | 'undelivered' | 'unacknowledged';
  reason: string;
}

/** What a payment says of one invoice of the order; amounts in minor units. */
export interface RemittedAmount {
  allocationId: string;
  invoiceNumber: string;
  amount: number;
  adjustment: number;
}

export interface OpenException {
  id: string;
  type: ExceptionType;
  step: string;
  summary: string;
  resolutions: readonly Resolution[];
  openedAt: string;
}

export interface ResolveExceptionInput {
  exceptionId: string;
  resolution: Resolution;
  note?: string;
  /** Who decided. */
  by: string;
}

export interface CancelOrderInput {
  reason: string;
  by: string;
}

export interface OrderStatusView {
  orderId: string;
  status: OrderStatus;
  waitingFor: string;
  erpOrderNumber?: string;
  nextDeadline?: string;
  exceptions: OpenException[];
  fulfillments: { releaseNumber: string; node: string; planned: string; shipped: string; closed: boolean }[];
  invoices: { invoiceNumber: string; total: number; settled: number }[];
}

// ── Signals ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A warehouse shipped, closed or refused a release of the order. */
export const warehouseEvent = defineSignal<[WarehouseNotice]>('warehouseEvent');
/** A payment names an invoice of the order. */
export const paymentReceived = defineSignal<[RemittedAmount]>('paymentReceived');
/** A document of the order needs a decision. Good acknowledgements (997) are recorded without troubling the order. */
export const documentTrouble = defineSignal<[DocumentTrouble]>('documentTrouble');
/** Goods that the order is short of may have come in. */
export const stockArrived = defineSignal<[]>('stockArrived');
/** Documents wait in the partner’s outbox. */
export const wakeOutbox = defineSignal<[]>('wakeOutbox');

// ── Queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where the order stands, and what it waits for. */
export const statusQuery = defineQuery<OrderStatusView>('status');
/** What the workflow did so far, oldest first; the full timeline is in Postgres. */
export const timelineQuery = defineQuery<{ at: string; what: string }[]>('timeline');

// ── Updates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Decide an open exception. Refused when it is not open or the resolution is not one of its legal ones. */
export const resolveException = defineUpdate<{ status: OrderStatus }, [ResolveExceptionInput]>('resolveException');
/** Cancel the whole order. Refused once a warehouse has any of it. */
export const cancelOrder = defineUpdate<{ status: OrderStatus }, [CancelOrderInput]>('cancelOrder');
