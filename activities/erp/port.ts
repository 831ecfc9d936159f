import type { AgreedCharge, Invoice, SalesOrder } from '../../mappings/canonical/v1/index.ts';

/**
 * The interface between the order process and an ERP. One implementation per family of systems; several instances run side by side.
 *
 * Every create carries `key`, made from business identity (`{orderId}/order`, `{shipmentId}/shipment`, `{shipmentId}/invoice`,
 * `{paymentId}/{invoiceNumber}/cash`). The same key always means the same effect. A system that honours keys returns the answer of
 * the first call, even if that answer was lost; for any other the finders say what an earlier call made (`ask-first.ts`). A failure
 * that no retry can fix is thrown as {@link SystemRefusal}; anything else may be retried.
 */
export interface ErpPort {
  /** Create a sales order. The answer says whether the ERP took it and whether credit is released. */
  createOrder(key: string, order: ErpOrderRequest): Promise<ErpOrder>;
  /** The order that an earlier call made for `orderId`, if there is one: the one to undo when that call’s answer was lost. */
  findOrder(orderId: string): Promise<ErpOrder | undefined>;
  findShipment(shipment: ErpShipmentRequest): Promise<{ erpShipmentNumber: string } | undefined>;
  findInvoice(request: ErpInvoiceRequest): Promise<Invoice | undefined>;
  /** By invoice and payment reference. */
  findReceipt(request: ErpCashRequest): Promise<{ receiptNumber: string } | undefined>;
  cancelOrder(key: string, erpOrderNumber: string, reason: string): Promise<void>;
  /** Record goods that left a warehouse; financial posting follows by {@link createInvoice}. */
  postShipment(key: string, shipment: ErpShipmentRequest): Promise<{ erpShipmentNumber: string }>;
  /** Invoice one posted shipment. */
  createInvoice(key: string, request: ErpInvoiceRequest): Promise<Invoice>;
  applyCash(key: string, request: ErpCashRequest): Promise<{ receiptNumber: string }>;
  /**
   * One page of items, customers, contract prices and tax rates: those changed at or after `since`, all of them without it. `cursor`
   * is the `next` of the page before; a page without `next` is the last.
   */
  readMasterData(page: { since?: string | undefined; cursor?: string | undefined }): Promise<ErpMasterDataPage>;
}

export interface ErpOrderRequest {
  orderId: string;
  correlationId: string;
  customerNumber: string;
  shipToNumber: string;
  poNumber: string;
  orderedOn: string;
  currency: string;
  requestedShipDate?: string;
  /** As ordered, else of the customer's record, else of the partner's profile. */
  terms?: SalesOrder['terms'];
  lines: {
    lineNumber: number;
    sku: string;
    /** In `unit`, the unit that the price is for. */
    quantity: string;
    /** Ours; the buyer's own word for a pack that only the buyer has. */
    unit: string;
    /** Base units in one `unit`. */
    unitFactor: string;
    unitPrice: string;
    /** Ship-from nodes with base quantities; what is missing to the whole is backordered. */
    sources: { node: string; quantity: string }[];
  }[];
  /** Minor units. */
  taxTotal: number;
}

export interface ErpOrder {
  erpOrderNumber: string;
  /** `creditHold`: taken, not released; nothing may be promised to anybody. */
  status: 'accepted' | 'creditHold';
  creditMessage?: string;
  /** In which the ERP booked it. */
  currency: string;
}

export interface ErpShipmentRequest {
  erpOrderNumber: string;
  shipmentNumber: string;
  node: string;
  shippedAt: string;
  carrierScac: string;
  tracking?: string;
  /** Base units. */
  lines: { lineNumber: number; quantity: string }[];
}

export interface ErpInvoiceRequest {
  erpOrderNumber: string;
  erpShipmentNumber: string;
  /** To be on the invoice beside its lines; `agreedCharges` says what they come to. */
  charges?: AgreedCharge[];
}

export interface ErpCashRequest {
  invoiceNumber: string;
  /** Minor units. */
  amount: number;
  currency: string;
  reference: string;
  paidOn: string;
}

export interface ErpMasterDataPage extends ErpMasterData {
  /** When the reading began, the same on each of its pages: the `since` of the next reading. */
  asOf: string;
  next?: string;
}

export interface ErpMasterData {
  items: {
    sku: string;
    description: string;
    baseUnit: string;
    gtin?: string;
    /** Pounds per base unit. */
    weight?: string;
    listPrice: string;
    taxable: boolean;
    /** Other units it is sold in: base units in one. */
    units: { unit: string; factor: string }[];
  }[];
  customers: {
    customerNumber: string;
    partnerId: string;
    name: string;
    blocked: boolean;
    taxExempt: boolean;
    currency: string;
    terms?: SalesOrder['terms'];
    shipTos: {
      shipToNumber: string;
      /** Codes by which partners name it (store number, DC code, GLN). */
      codes: string[];
      name: string;
      lines: string[];
      city: string;
      region: string;
      postalCode: string;
      country: string;
      /** Nodes in order of preference. */
      preferredNodes: string[];
    }[];
  }[];
  prices: {
    customerNumber: string;
    sku: string;
    unit: string;
    unitPrice: string;
    validFrom: string;
    validTo?: string;
  }[];
  /** Percent by region, for customers that are not exempt. */
  taxRates: { region: string; percent: string }[];
}
