import type {
  Address,
  AgreedCharge,
  Component,
  Contact,
  Invoice,
  SalesOrder,
} from '../../mappings/canonical/v1/index.ts';

/**
 * The interface between the order process and an ERP. There is one implementation per family of
 * systems, and several instances may run side by side.
 *
 * Every create carries `key`, derived from business identity (`{orderId}/order`,
 * `{shipmentId}/shipment`, `{shipmentId}/invoice`, `{paymentId}/{invoiceNumber}/cash`). A key has
 * at most one effect. A system that honors keys returns the response of the first call, even if
 * that response was lost. For other systems, the finders return the result of an earlier call
 * (`ask-first.ts`). A permanent failure is thrown as {@link SystemRefusal}; any other failure may
 * be retried.
 */
export interface ErpPort {
  /**
   * Creates a sales order. The result says whether the ERP accepted it and whether credit is
   * released.
   */
  createOrder(key: string, order: ErpOrderRequest): Promise<ErpOrder>;
  /**
   * The order that an earlier call created for `orderId`, if any. Used to cancel it when the
   * response of that call was lost.
   */
  findOrder(orderId: string): Promise<ErpOrder | undefined>;
  findShipment(shipment: ErpShipmentRequest): Promise<{ erpShipmentNumber: string } | undefined>;
  findInvoice(request: ErpInvoiceRequest): Promise<Invoice | undefined>;
  /** By invoice and payment reference. */
  findReceipt(request: ErpCashRequest): Promise<{ receiptNumber: string } | undefined>;
  cancelOrder(key: string, erpOrderNumber: string, reason: string): Promise<void>;
  /**
   * States the whole order as it is to be: every line that the ERP has, with quantity 0 if it is not wanted any more,
   * and new ones. Stating again what the order is changes nothing. The ERP decides on its credit as for a new order.
   */
  changeOrder(key: string, erpOrderNumber: string, order: ErpOrderRequest): Promise<ErpOrder>;
  /** Records goods that left a warehouse. {@link createInvoice} posts them financially. */
  postShipment(key: string, shipment: ErpShipmentRequest): Promise<{ erpShipmentNumber: string }>;
  /** Invoices one posted shipment. */
  createInvoice(key: string, request: ErpInvoiceRequest): Promise<Invoice>;
  applyCash(key: string, request: ErpCashRequest): Promise<{ receiptNumber: string }>;
  /**
   * One page of items, customers, contract prices and tax rates that changed at or after `since`;
   * all of them without it. `cursor` is the `next` of the previous page. The last page has no
   * `next`.
   */
  readMasterData(page: { since?: string | undefined; cursor?: string | undefined }): Promise<ErpMasterDataPage>;
}

export interface ErpOrderRequest {
  orderId: string;
  correlationId: string;
  customerNumber: string;
  /** The ship-to in whose name the customer buys. */
  shipToNumber: string;
  /** Where the goods go instead, once: to a consumer. */
  shipTo?: Address;
  contact?: Contact;
  poNumber: string;
  orderedOn: string;
  currency: string;
  requestedShipDate?: string;
  requestedDeliveryDate?: string;
  /** ISO 8601 day after which the buyer refuses delivery. */
  cancelAfter?: string;
  /** The buyer's notes on the order. */
  notes?: string[];
  /** As ordered, otherwise from the customer's record, otherwise from the partner's profile. */
  terms?: SalesOrder['terms'];
  lines: {
    lineNumber: number;
    sku: string;
    /** In `unit`, the unit of the price. 0 in a change: nothing of the line is wanted. */
    quantity: string;
    /** Our code, or the buyer's own code for a pack that only the buyer defines. */
    unit: string;
    /** Base units in one `unit`. */
    unitFactor: string;
    unitPrice: string;
    requestedShipDate?: string;
    requestedDeliveryDate?: string;
    notes?: string[];
    /** What the buyer takes one `unit` to be put together from. */
    components?: Component[];
    /** What each store gets of `quantity`, in `unit`. */
    allocations?: { store: { code: string; name?: string }; quantity: string }[];
    /**
     * Ship-from nodes with quantities in base units. The rest of the ordered quantity is
     * backordered.
     */
    sources: { node: string; quantity: string }[];
  }[];
  /** Minor units. */
  taxTotal: number;
}

export interface ErpOrder {
  erpOrderNumber: string;
  /** `creditHold`: accepted but not released; nothing may be promised. */
  status: 'accepted' | 'creditHold';
  creditMessage?: string;
  /** The currency in which the ERP booked it. */
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
  /** To appear on the invoice beside its lines; `agreedCharges` computes their amounts. */
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
  /** Start of the reading, the same on each of its pages: the `since` of the next reading. */
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
    /** Other sales units: base units in one. */
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
      /** Ship-from nodes in order of preference. */
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
  /**
   * Percent by region, for customers that are not exempt. An empty region is the whole country, which is the US
   * where it is not named. "0" means that nothing is due; where there is no rate, orders wait for a person.
   */
  taxRates: { country?: string; region: string; percent: string }[];
}
