import type { Decimal } from '../../domain/decimal.ts';
import type { ChangeOutcome, PartOutcome } from '../../domain/order/changes/outcome.ts';
import type { StoreQuantity } from '../../domain/policy/allocations.ts';
import type { RoutedCarrier } from '../../domain/policy/carrier-routing.ts';
import type { ReturnReason } from '../../domain/returns/policy.ts';
import type { Address, Invoice, Party, Quantity, SalesOrder, Shipment } from '../canonical/v1/index.ts';

/**
 * Input of the renderers of 855, 865, 856 and 810. Quantities are in base units unless noted otherwise.
 */

export interface DocumentOrder {
  poNumber: string;
  /** Release of a blanket order; empty when there is none. */
  release: string;
  /** ISO 8601 day. */
  orderedOn: string;
  currency: string;
  shipTo: Party;
  /** Address of the ship-to in our master data. */
  shipToAddress?: Address;
  buyer?: Party;
  billTo?: Party;
  markFor?: Party;
  department?: string;
  /** Order number of our ERP. */
  erpOrderNumber?: string;
  /** References as sent by the buyer; the profile selects the ones to echo. */
  references?: SalesOrder['references'];
  attributes?: SalesOrder['attributes'];
}

export interface DocumentLine {
  /** Our line number, from 1. */
  lineNumber: number;
  /** The buyer's line number, echoed. */
  lineId: string;
  sku: string;
  customerSku?: string;
  gtin?: string;
  description: string;
  /** Ordered quantity and unit. */
  ordered: Quantity;
  baseUnit: string;
  /** Base units in one ordered unit. */
  unitFactor: Decimal;
  /** Applicable price per ordered unit, in major units. */
  unitPrice: Decimal;
  /** What each store gets of the ordered quantity, in base units. */
  allocations?: { store: Party; quantity: Decimal }[];
  attributes?: SalesOrder['attributes'];
}

export interface AcknowledgedLine extends DocumentLine {
  /** Base units; the parts sum to the ordered quantity. */
  accepted: Decimal;
  backordered: Decimal;
  /** Will not be delivered: out of stock without backorder, or cancelled on request. */
  cancelled: Decimal;
  rejected: Decimal;
  /** Reason for a rejected part; absent means the general reason. */
  rejection?: 'not-on-contract' | 'unknown-item' | 'unknown-unit' | 'unavailable';
  /** What the buyer ordered, if a person agreed another quantity: `ordered` is that. */
  asked?: Quantity;
  /** The item that the buyer ordered, if another one is sent in its place: `sku` is that. */
  substitutes?: { sku?: string; customerSku?: string; gtin?: string };
  /** Whether `unitPrice` differs from the ordered price. */
  priceChanged?: boolean;
  /** Whether `shipDate` differs from the requested one. */
  dateChanged?: boolean;
  /** ISO 8601 ship days of the accepted and the backordered part. */
  shipDate?: string;
  backorderShipDate?: string;
}

export interface AcknowledgmentDocument {
  order: DocumentOrder;
  /** ISO 8601 day. */
  acknowledgedOn: string;
  lines: AcknowledgedLine[];
}

/** What became of a line that a change is about. */
export interface AnsweredLine extends DocumentLine {
  action: 'add' | 'delete' | 'change' | 'replace' | 'none';
  /** What the buyer said changes. */
  changes: readonly ('quantity' | 'price' | 'dates' | 'item')[];
  /** Quantities before the change and as the buyer wants it, in the ordered unit. */
  before: Decimal;
  wanted: Decimal;
  /** Base units that are or will be delivered of the line as it is now, and those of them that have not shipped. */
  accepted: Decimal;
  left: Decimal;
  /** Base units that wait for stock. */
  backordered: Decimal;
  /** Parts that were asked for; empty if the line stays as it is. */
  parts: readonly PartOutcome[];
  /** ISO 8601 ship day of the accepted part. */
  shipDate?: string;
  backorderShipDate?: string;
}

/** The answer to a change of an order. */
export interface ChangeAcknowledgment {
  order: DocumentOrder;
  /** ISO 8601 days. */
  acknowledgedOn: string;
  changedOn?: string;
  /** The buyer's number of the change. */
  sequence?: string;
  result: ChangeOutcome['result'];
  /** About the order as a whole. */
  parts: readonly PartOutcome[];
  lines: AnsweredLine[];
}

export interface ShipmentDocument {
  order: DocumentOrder;
  lines: DocumentLine[];
  /** Ship-from node. */
  node: { code: string; address: Address };
  /** A package named by another one's `onPallet` is a pallet. */
  shipment: Shipment;
  routing?: ShipmentRouting;
}

/** Routing of a shipment, where it differs from the profile's default. */
export type ShipmentRouting = Partial<Omit<RoutedCarrier, 'scac'>>;

export interface InvoiceDocument {
  order: DocumentOrder;
  lines: DocumentLine[];
  invoice: Invoice;
  terms?: SalesOrder['terms'];
  shipment?: {
    shipmentNumber: string;
    /** ISO 8601 day or instant. */
    shippedAt: string;
    carrier: Shipment['carrier'];
    routing?: ShipmentRouting;
    /** What it holds for stores, of the lines that are spread over them. */
    stores?: { lineNumber: number; stores: StoreQuantity[] }[];
  };
}

/** What became of a document of the partner. */
export interface AdviceDocument {
  /** Unique among those of the partner. */
  number: string;
  /** ISO 8601 instant. */
  advisedAt: string;
  /** The document, by the numbers that its sender gave it. */
  about: { set: string; version: string; groupControl: string; transactionControl: string; poNumber?: string };
  /** Why it is refused; absent if what it asks is done. */
  refusal?: string;
}

/** What becomes of a request to return goods. */
export interface ReturnAnswerDocument {
  outcome: 'authorized' | 'refused' | 'cancelled';
  /** Our number of the return, which the goods carry. */
  rmaNumber: string;
  /** The partner's number of its request. */
  requestNumber?: string;
  /** ISO 8601 instant. */
  answeredAt: string;
  poNumber?: string;
  /** ISO 8601 day of the order. */
  orderedOn?: string;
  /** ISO 8601 day: the goods must have come by then. */
  arriveBy?: string;
  /** Where the goods are to come to. */
  node?: { code: string; address: Address };
  /** Why it is refused or cancelled. */
  reason?: string;
  lines: {
    /** Of the order; absent for goods that it does not have. */
    line?: DocumentLine;
    /** As the partner names it. */
    named: string;
    /** Base units, or the partner's unit for goods that the order does not have. */
    quantity: Decimal;
    unit: string;
  }[];
}

/** A credit for returned goods, against one invoice. Amounts are positive minor units. */
export interface CreditDocument {
  order: DocumentOrder;
  lines: DocumentLine[];
  creditMemoNumber: string;
  /** ISO 8601 day. */
  creditedOn: string;
  rmaNumber: string;
  requestNumber?: string;
  invoiceNumber: string;
  /** ISO 8601 day. */
  invoicedOn: string;
  reason: ReturnReason;
  /** Quantities in base units; the amounts are those of the goods. */
  credited: { lineNumber: number; quantity: Decimal; amount: number }[];
  allowances: number;
  tax: number;
  restockingFee: number;
  total: number;
}

/** Common fields of the documents of an order; expressions of a profile also see the remaining fields. */
export interface DocumentDetails {
  order: DocumentOrder;
  lines: DocumentLine[];
}

/** Thrown if our records would produce a wrong document. Retrying cannot help. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** Stable, kebab-case. */
  readonly code:
    | 'document-line-unknown'
    | 'document-quantities-unbalanced'
    | 'document-package-unlabelled'
    | 'document-package-label-invalid'
    | 'document-package-unknown'
    | 'document-store-unknown'
    | 'document-store-unnamed'
    | 'document-addition-failed'
    | 'document-amount-differs'
    | 'document-total-differs';
  /** JSON path in the renderer's input; for `document-addition-failed`, key in the profile. */
  readonly path: string;

  constructor(code: DocumentError['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
