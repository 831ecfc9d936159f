import type { Decimal } from '../../domain/decimal.ts';
import type { Address, Invoice, Party, Quantity, SalesOrder, Shipment } from '../canonical/v1/index.ts';
import type { Agreement } from './agreement.ts';

/** What our records say to the renderers of 855, 856 and 810. Quantities are in base units unless said otherwise. */

export interface DocumentOrder {
  poNumber: string;
  /** Release of a blanket order; empty when there is none. */
  release: string;
  /** ISO 8601 day. */
  orderedOn: string;
  currency: string;
  shipTo: Party;
  buyer?: Party;
  billTo?: Party;
  department?: string;
  /** Number that our ERP gave the order. */
  erpOrderNumber?: string;
  /** As the buyer gave them; the profile says which are echoed. */
  references?: SalesOrder['references'];
  attributes?: SalesOrder['attributes'];
}

export interface DocumentLine {
  /** Ours, from 1. */
  lineNumber: number;
  /** The buyer’s, echoed. */
  lineId: string;
  sku: string;
  customerSku?: string;
  gtin?: string;
  description: string;
  /** As ordered. */
  ordered: Quantity;
  baseUnit: string;
  /** Base units in one ordered unit. */
  unitFactor: Decimal;
  /** Price that applies, per ordered unit, in major units. */
  unitPrice: Decimal;
  attributes?: SalesOrder['attributes'];
}

export interface AcknowledgedLine extends DocumentLine {
  /** Base units; together they are the whole ordered quantity. */
  accepted: Decimal;
  backordered: Decimal;
  /** Will not be delivered: no stock and no backorders wanted, or cancelled on request. */
  cancelled: Decimal;
  rejected: Decimal;
  /** Why a part was rejected; general without it. */
  rejection?: 'not-on-contract' | 'unknown-item' | 'unknown-unit' | 'unavailable';
  /** Whether `unitPrice` is another than the one ordered. */
  priceChanged?: boolean;
  /** ISO 8601 day on which the accepted part ships, and the backordered one. */
  shipDate?: string;
  backorderShipDate?: string;
}

export interface AcknowledgmentDocument {
  order: DocumentOrder;
  /** ISO 8601 day. */
  acknowledgedOn: string;
  lines: AcknowledgedLine[];
}

export interface ShipmentDocument {
  order: DocumentOrder;
  lines: DocumentLine[];
  /** Ship-from node. */
  node: { code: string; address: Address };
  /** A package that another one names in `onPallet` is a pallet. */
  shipment: Shipment;
  /** How this shipment was routed, where that is another way than the profile’s usual. */
  routing?: Partial<Pick<Agreement['routing'], 'method' | 'shipmentPayment'>>;
}

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
  };
}

/** What every document has; an expression of a profile sees the rest of its document as well. */
export interface DocumentDetails {
  order: DocumentOrder;
  lines: DocumentLine[];
}

/** Our own records do not allow the document: it would say something wrong. Trying again cannot help. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** Stable, kebab-case. */
  readonly code:
    | 'document-line-unknown'
    | 'document-quantities-unbalanced'
    | 'document-package-unlabelled'
    | 'document-package-label-invalid'
    | 'document-package-unknown'
    | 'document-addition-failed'
    | 'document-amount-differs'
    | 'document-total-differs';
  /** JSON path in the renderer’s input; for `document-addition-failed`, key in the profile. */
  readonly path: string;

  constructor(code: DocumentError['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
