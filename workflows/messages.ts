/**
 * Every message that a workflow takes. Payloads carry ids and summaries; the whole of a document or event stands in Postgres.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ChangeOutcome } from '../domain/order/changes/outcome.ts';
import type {
  CancelOrderInput,
  ChangeOrderInput,
  DocumentTrouble,
  OrderStatusView,
  RemittedAmount,
  ResolveExceptionInput,
  WarehouseNotice,
} from '../domain/order/messages.ts';
import type { OrderStatus } from '../domain/order/status.ts';
import type {
  CancelReturnInput,
  DecideReturnInput,
  DisposeReturnInput,
  LinkReturnInput,
  ResolveReturnExceptionInput,
} from '../domain/returns/messages.ts';
import type { ReturnView } from '../domain/returns/projection.ts';
import type { ReturnNotice } from '../domain/returns/state.ts';

// ── Signals ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A warehouse shipped, closed or refused a release of the order. */
export const warehouseEvent = defineSignal<[WarehouseNotice]>('warehouseEvent');
/** A payment names an invoice of the order. */
export const paymentReceived = defineSignal<[RemittedAmount]>('paymentReceived');
/** A document of the order needs a decision. Good acknowledgements (997) are recorded without troubling the order. */
export const documentTrouble = defineSignal<[DocumentTrouble]>('documentTrouble');
/** Goods that the order is short of may have come in. */
export const stockArrived = defineSignal<[]>('stockArrived');
/** Every document that the order waited for has been acknowledged. */
export const documentsAnswered = defineSignal<[]>('documentsAnswered');
/** A decision about another order settles an open exception of this one as well. */
export const exceptionDecided = defineSignal<[ResolveExceptionInput]>('exceptionDecided');
/** A change of the order is stored. The same change told again changes nothing. */
export const changeAsked = defineSignal<[ChangeOrderInput]>('changeAsked');
/** A system has not answered a step of the order for a while. It is still tried. */
export const stepHeldUp = defineSignal<[]>('stepHeldUp');
/** The carrier of a shipment has told something of it for the first time. */
export const carrierScanned = defineSignal<[{ shipmentId: string }]>('carrierScanned');
/** Documents wait in the partner’s outbox. */
export const wakeOutbox = defineSignal<[]>('wakeOutbox');

/** The carrier has delivered the goods after all that a return is about. */
export const returnDelivered = defineSignal('returnDelivered');
/** A warehouse told of goods of a return. */
export const returnNoticed = defineSignal<[ReturnNotice]>('returnNoticed');

// ── Queries ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where the order stands, and what it waits for. */
export const statusQuery = defineQuery<OrderStatusView>('status');
/** The order's story so far, oldest first; the full timeline is in Postgres. */
export const timelineQuery = defineQuery<{ at: string; what: string }[]>('timeline');

/** Where a return stands, and what it waits for. */
export const returnQuery = defineQuery<ReturnView>('returnStatus');

// ── Updates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Decide an open exception. Refused when it is not open or the resolution is not one of its legal ones. */
export const resolveException = defineUpdate<{ status: OrderStatus }, [ResolveExceptionInput]>('resolveException');
/** Cancel the whole order. Refused once goods have left, or if a warehouse can no longer stop its release. */
export const cancelOrder = defineUpdate<{ status: OrderStatus }, [CancelOrderInput]>('cancelOrder');
/**
 * Make a change that is stored, and tell what became of it. It waits for its turn, for the ERP and warehouses, and maybe for a
 * person: an order takes ten open updates, so only people at the Temporal CLI ask so (docs/operations.md).
 */
export const changeOrder = defineUpdate<ChangeOutcome, [ChangeOrderInput]>('changeOrder');
/** Decide an open exception of a return. */
export const resolveReturnException = defineUpdate<{ status: string }, [ResolveReturnExceptionInput]>(
  'resolveReturnException',
);
/** Cancel a return. Refused once goods have come. */
export const cancelReturn = defineUpdate<{ status: string }, [CancelReturnInput]>('cancelReturn');
/** Approve or refuse a return that waits for a person. */
export const decideReturn = defineUpdate<{ status: string }, [DecideReturnInput]>('decideReturn');
/** Say what becomes of goods that came back, all of a request or nothing. */
export const disposeReturn = defineUpdate<{ status: string }, [DisposeReturnInput]>('disposeReturn');
/** Say of which order goods are that came without a return. */
export const linkReturn = defineUpdate<{ status: string }, [LinkReturnInput]>('linkReturn');
