/** Everything that can change what an order knows. One event is one fact; `reduce` says what follows. */
import type { ExceptionType } from '../exceptions.ts';
import type { Correction } from './corrections.ts';
import type { DocumentTrouble, OpenException, RemittedAmount, Waiting, WarehouseNotice } from './messages.ts';
import type {
  DecidedSurplus,
  Decision,
  InvoiceState,
  OrderEnd,
  OrderTerms,
  PlannedFulfillment,
  RoutingDecision,
  Stop,
  Unanswered,
} from './state.ts';

/** What a change made of the order, as far as its process has to know. */
export interface ChangedOrder {
  readonly releases: readonly (Pick<PlannedFulfillment, 'id' | 'planned'> & Partial<PlannedFulfillment>)[];
  /** Unset before the order is checked. */
  readonly backordered?: boolean;
  /** What was reserved for it, and in which round. */
  readonly reserved?: { readonly round: number; readonly fulfillments: readonly PlannedFulfillment[] };
  readonly terms?: OrderTerms;
  readonly corrections?: readonly Correction[];
}

export type OrderEvent =
  // Before the warehouse
  | { type: 'waived'; problem: ExceptionType }
  | { type: 'corrected'; corrections: readonly Correction[] }
  | { type: 'checked'; terms: OrderTerms }
  | { type: 'reserved'; fulfillments: readonly PlannedFulfillment[]; backordered: boolean }
  | { type: 'placed'; erpOrderNumber: string }
  // Releases and shipments
  | { type: 'released'; fulfillmentId: string }
  | { type: 'release-routed'; fulfillmentId: string; routing: RoutingDecision }
  | { type: 'release-refused'; fulfillmentId: string }
  | { type: 'release-recalled'; fulfillmentId: string }
  | { type: 'release-renumbered'; fulfillmentId: string; releaseNumber: string }
  | { type: 'warehouse-noticed'; notice: WarehouseNotice }
  | { type: 'notice-taken'; fulfillmentId: string }
  | ({ type: 'surplus-decided'; fulfillmentId: string } & DecidedSurplus)
  | { type: 'shipped'; fulfillmentId: string; shipmentNumber: string; quantity: string }
  | { type: 'scan-awaited'; shipmentId: string; shipmentNumber: string; by: string }
  | { type: 'carrier-scanned'; shipmentId: string }
  | { type: 'scan-let-be'; shipmentId: string }
  | { type: 'release-closed'; fulfillmentId: string }
  | { type: 'short'; fulfillmentId: string; quantity: string; backordered: boolean }
  | { type: 'stock-arrived' }
  | { type: 'stock-looked-for' }
  // Invoices and cash
  | { type: 'invoiced'; invoice: Omit<InvoiceState, 'settled'>; payments: readonly RemittedAmount[] }
  | { type: 'invoiced-by-hand'; shipmentId: string; by: string; reason: string }
  | { type: 'payment-noticed'; payment: RemittedAmount }
  | { type: 'cash-applied'; payment: RemittedAmount }
  | { type: 'payment-set-aside'; payment: RemittedAmount }
  // Documents
  | { type: 'document-troubled'; trouble: DocumentTrouble }
  | { type: 'document-decided'; documentId: string; resend: boolean }
  | { type: 'answers-awaited'; unanswered: Unanswered }
  | { type: 'documents-answered' }
  // Changes
  | { type: 'change-asked'; changeId: string; by: string }
  | { type: 'change-waits'; changeId: string; waitsFor: string }
  | ({ type: 'changed'; changeId: string; by: string } & ChangedOrder)
  | { type: 'change-refused'; changeId: string; reason: string }
  // Decisions and the end
  | { type: 'exception-opened'; exception: OpenException }
  | { type: 'exception-decided'; exceptionId: string; decision: Decision }
  | { type: 'exception-waits'; exceptionId: string; waits: Waiting }
  | { type: 'exception-closed'; exceptionId: string }
  | {
      type: 'release-moved';
      fulfillmentId: string;
      /** What the old release ships or has short in all. */
      left: string;
      to: PlannedFulfillment;
      exceptionId: string;
      decision: Decision;
    }
  | { type: 'ship-by-moved'; fulfillmentId: string; to: string }
  | { type: 'deadline-moved'; deadline: 'acknowledgment' | 'payment'; to: string }
  | { type: 'cancel-asked'; by: string; reason: string }
  | { type: 'cancel-refused'; reason: string }
  | { type: 'stopped'; stop: Stop }
  | { type: 'ended'; end: OrderEnd };
