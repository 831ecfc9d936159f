import type { Component, Contact } from '../../mappings/canonical/v1/index.ts';

/**
 * The interface between the order process and a warehouse system. Events come back through `POST /v1/warehouse-events`.
 * The release number is the key of a release: the same number released twice is one release.
 */
export interface WmsPort {
  release(release: WarehouseRelease): Promise<{ reference: string }>;
  /**
   * Asks the warehouse to stop a release. True if nothing of it will ship, also if the warehouse refused or
   * never received it. False if it has gone too far; its events then report what shipped.
   */
  cancelRelease(releaseNumber: string, reason: string): Promise<{ cancelled: boolean }>;
  /** Tells the warehouse that goods will come back. The number of the return is the key: the same number is the same return. */
  expectReturn(expected: ExpectedReturn): Promise<{ reference: string }>;
  /** Nothing of the return is expected any more. False if goods of it have come. */
  cancelExpectedReturn(rmaNumber: string, reason: string): Promise<{ cancelled: boolean }>;
  /** Physical stock by node and SKU, base units. */
  readStock(nodes: readonly string[]): Promise<StockSnapshot>;
}

export interface WarehouseRelease {
  releaseNumber: string;
  correlationId: string;
  node: string;
  poNumber: string;
  customerName: string;
  shipTo: { name: string; lines: string[]; city: string; region: string; postalCode: string; country: string };
  /** Whom the carrier calls about the delivery. */
  contact?: Contact;
  /** ISO 8601 day. */
  shipBy?: string;
  /** ISO 8601 day before which nothing may ship. */
  shipNotBefore?: string;
  /** ISO 8601 days: requested delivery, delivery window, and the day after which the buyer refuses delivery. */
  requestedDeliveryDate?: string;
  deliverNotBefore?: string;
  deliverNotAfter?: string;
  cancelAfter?: string;
  carrierScac?: string;
  /** X12 element 91: M motor, U parcel service … */
  transportMethod?: string;
  /** X12 element 146: who pays the carrier. CC collect, PP prepaid, PC prepaid and charged, TP third party. */
  shipmentPayment?: 'CC' | 'PP' | 'PC' | 'TP';
  /** X12 element 284: ND next day, ST standard … By the partner's routing guide, or as the buyer asked for it. */
  serviceLevel?: string;
  /** The service in the words of the partner's routing guide. */
  service?: string;
  /** Number under which the partner allowed the shipment; it belongs on the bill of lading. */
  authorization?: string;
  /** The party at the ship-to that receives the goods; printed on the labels. */
  markFor?: { code?: string; name?: string };
  /** The buyer's notes on the order. */
  notes?: string[];
  /** Base units. */
  lines: {
    lineNumber: number;
    sku: string;
    description: string;
    quantity: string;
    unit: string;
    notes?: string[];
    /**
     * What is for which store, in base units, adding up to `quantity`. Each package holds the goods of one store and
     * names its code; so do short quantities.
     */
    allocations?: StoreAllocation[];
    /** What the buyer takes one ordered unit to be put together from. */
    components?: Component[];
  }[];
}

export interface ExpectedReturn {
  rmaNumber: string;
  correlationId: string;
  node: string;
  /** Who sends the goods. */
  customerName: string;
  poNumber?: string;
  /** ISO 8601 day. */
  arriveBy: string;
  reason: string;
  lines: { lineNumber: number; sku: string; description: string; quantity: string; unit: string }[];
}

export interface StoreAllocation {
  store: { code: string; name?: string };
  quantity: string;
}

export interface StockSnapshot {
  asOf: string;
  balances: { node: string; sku: string; onHand: string }[];
}
