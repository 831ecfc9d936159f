/**
 * Messages to order workflows. Payloads carry ids and summaries; whole documents and events stay
 * in Postgres.
 */
import type { ExceptionType, Resolution } from '../exceptions.ts';
import type { ShipmentPayment } from '../policy/carrier-routing.ts';
import type { Correction } from './corrections.ts';
import type { OrderStatus } from './status.ts';

/** The input of an order's workflow. The order itself is in Postgres under `orderId`. */
export interface OrderToCashInput {
  orderId: string;
  partnerId: string;
  poNumber: string;
  /** Which part of the purchase order it is, if that became several orders. */
  part?: string;
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
      /** Units that will never ship, summed over all lines, in base units. */
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

/** The part of a payment for one invoice of the order; amounts in minor units. */
export interface RemittedAmount {
  allocationId: string;
  invoiceNumber: string;
  amount: number;
  adjustment: number;
}

/** A message from outside that an order acts upon. */
export type CameIn = { readonly system: string; readonly eventId: string } | { readonly allocationId: string };

export interface OpenException {
  id: string;
  type: ExceptionType;
  step: string;
  summary: string;
  /** Of the system that did not answer until the step’s deadline. */
  taskQueue?: string;
  /** Of the buyer's lines that the problem is about. */
  lineIds?: readonly string[];
  /** What we would charge for one ordered unit of each of these lines, in major units, where the problem is about that. */
  ourPrices?: Readonly<Record<string, string>>;
  /** The release that it is about. */
  fulfillmentId?: string;
  /** What came in and is the problem. */
  about?: CameIn;
  /** Units of a shipment that are beyond its release. */
  surplus?: string;
  resolutions: readonly Resolution[];
  openedAt: string;
  /** A person lets it wait: its step is tried again then, unless somebody decides before. */
  waits?: Waiting;
}

export interface Waiting {
  /** ISO 8601. */
  readonly until: string;
  readonly by: string;
  readonly note?: string;
}

/** The carrier of a release as a person states it, who asked the partner for one. */
export interface GivenCarrier {
  scac: string;
  /** TD504 and FOB01; without them as the partner's guide says. */
  method?: string | undefined;
  shipmentPayment?: ShipmentPayment | undefined;
  /** Number under which the partner allowed the shipment. */
  authorization?: string | undefined;
}

export interface ResolveExceptionInput {
  exceptionId: string;
  resolution: Resolution;
  note?: string;
  /** With `use-carrier`, and only with it. */
  carrier?: GivenCarrier;
  /** With `correct`, and only with it. */
  corrections?: readonly Correction[];
  /** With `other-node`, and only with it. */
  node?: string;
  /** With `wait`, and only with it: ISO 8601 with zone. */
  until?: string;
  /** The person who decided. */
  by: string;
}

export interface CancelOrderInput {
  reason: string;
  by: string;
}

/** A change that is stored under `changeId` (`OrderChange`). The same id is the same change, however often it comes. */
export interface ChangeOrderInput {
  changeId: string;
  /** Who asked for it. */
  by: string;
}

export interface OrderStatusView {
  orderId: string;
  status: OrderStatus;
  waitingFor: string;
  erpOrderNumber?: string;
  nextDeadline?: string;
  /** Who asked to cancel the order, while that is neither done nor refused. */
  cancelling?: { by: string; reason: string; since: string };
  /** Changes that are not answered yet; the first is being made, and says what it waits for. */
  changes: readonly { changeId: string; by: string; since: string; waitsFor?: string }[];
  exceptions: OpenException[];
  fulfillments: { releaseNumber: string; node: string; planned: string; shipped: string; closed: boolean }[];
  invoices: { invoiceNumber: string; total: number; settled: number }[];
}
