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
 * `{shipmentId}/shipment`, `{shipmentId}/invoice`, `{paymentId}/{invoiceNumber}/cash`,
 * `{returnId}/return/{round}`, `{memoId}/credit`, `{memoId}/refund`). A key has at most one effect. A system that honors keys returns the response of the first call, even if
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
  /** Takes returned goods back into the order; what becomes of them is stated. */
  postReturn(key: string, request: ErpReturnRequest): Promise<{ erpReturnNumber: string }>;
  /**
   * Credits returned goods of one invoice. The ERP reduces what is open of the invoice first; `applied` says by how much.
   * It refuses more than was invoiced and not credited before.
   */
  createCreditMemo(key: string, request: ErpCreditMemoRequest): Promise<ErpCreditMemo>;
  /** Pays back what a credit memo could not be applied to, because its invoice was paid. */
  createRefund(key: string, request: ErpRefundRequest): Promise<{ refundNumber: string }>;
  /** By our reference. */
  findReturn(request: ErpReturnRequest): Promise<{ erpReturnNumber: string } | undefined>;
  /** By our reference. */
  findCreditMemo(request: ErpCreditMemoRequest): Promise<ErpCreditMemo | undefined>;
  /** By the credit memo. */
  findRefund(request: ErpRefundRequest): Promise<{ refundNumber: string } | undefined>;
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
  lines: ErpShippedLine[];
}

/** Base units. */
export interface ErpShippedLine {
  lineNumber: number;
  /** Of what the order has open; 0 where all of the line is beyond that. */
  quantity: string;
  /**
   * Left beyond the order. It is delivered like the rest, and its invoice charges it at the price of the line or not at
   * all. An ERP that takes no more than the order refuses the shipment.
   */
  surplus?: { quantity: string; charged: boolean } | undefined;
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

export interface ErpReturnRequest {
  erpOrderNumber: string;
  /** Ours, unique: the number of the return and of the round. */
  reference: string;
  rmaNumber: string;
  node: string;
  /** Base units. */
  lines: { lineNumber: number; quantity: string }[];
}

export interface ErpCreditMemoRequest {
  erpOrderNumber: string;
  erpReturnNumber: string;
  invoiceNumber: string;
  /** Ours, unique. */
  reference: string;
  currency: string;
  /** Base units; the amounts are those of the goods, in minor units. */
  lines: { lineNumber: number; quantity: string; amount: number }[];
  /** Share of the invoice's allowances, which reduces the credit. */
  allowances: number;
  tax: number;
  /** Kept from the credit. */
  restockingFee: number;
  /** Goods less allowances, plus tax, less the fee. */
  total: number;
}

export interface ErpCreditMemo {
  creditMemoNumber: string;
  /** ISO 8601 day. */
  creditedOn: string;
  currency: string;
  total: number;
  /** Minor units by which the open amount of the invoice was reduced. */
  applied: number;
}

export interface ErpRefundRequest {
  creditMemoNumber: string;
  amount: number;
  currency: string;
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
