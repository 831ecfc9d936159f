import type { AgreedCharge, Invoice, SalesOrder } from '../../mappings/canonical/v1/index.ts';

/**
 * What the order process needs of an ERP. One implementation per family of systems; several instances run side by side.
 *
 * Every create carries `key`, made from business identity (`{orderId}/order`, `{shipmentId}/shipment`, `{shipmentId}/invoice`,
 * `{paymentId}/{invoiceNumber}/cash`). The same key always means the same effect: an implementation must give back what the first
 * call made, also when that call’s answer was lost. Failures that no retry can mend are thrown as {@link SystemRefusal};
 * anything else may be retried.
 */
export interface ErpPort {
  /** Create a sales order. The answer says whether the ERP took it and whether credit is released. */
  createOrder(key: string, order: ErpOrderRequest): Promise<ErpOrder>;
  /** The order that an earlier call made for `orderId`, if there is one: what to undo when nobody heard that call’s answer. */
  findOrder(orderId: string): Promise<ErpOrder | undefined>;
  cancelOrder(key: string, erpOrderNumber: string, reason: string): Promise<void>;
  /** Record goods that left a warehouse; financial posting follows by {@link createInvoice}. */
  postShipment(key: string, shipment: ErpShipmentRequest): Promise<{ erpShipmentNumber: string }>;
  /** Invoice one posted shipment. */
  createInvoice(key: string, request: ErpInvoiceRequest): Promise<Invoice>;
  applyCash(key: string, request: ErpCashRequest): Promise<{ receiptNumber: string }>;
  /** Items, customers and contract prices changed since `since` (ISO 8601), all of them without it. */
  readMasterData(since?: string): Promise<ErpMasterData>;
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

export interface ErpMasterData {
  /** Pass it as `since` next time. */
  asOf: string;
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
