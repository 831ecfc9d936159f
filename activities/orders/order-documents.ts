/** Converts our records of an order into its documents. */
import { dayOf } from '../../domain/calendar/calendar.ts';
import { compare } from '../../domain/decimal.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import {
  type AcknowledgedLine,
  type AcknowledgmentDocument,
  DocumentError,
  type DocumentLine,
  type DocumentOrder,
  type InvoiceDocument,
  type ShipmentRouting,
} from '../../mappings/edi/document-content.ts';
import type { WrittenDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { OutboundDocument } from '../documents/queue.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { LineQuantity } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import type { OrderLineRecord, OrderRecord } from './order-record.ts';
import type { FulfillmentRouting } from './release-record.ts';
import { allocationsOf } from './stores.ts';

/**
 * Renders a document. A renderer that rejects our records will reject them again, so the failure is
 * permanent and a person decides. If an expression of the order's profile version fails, the
 * current version is used, so that a corrected expression reaches waiting orders.
 */
export function rendered(
  { profiles }: { profiles: Pick<PartnerProfiles, 'get'> },
  profile: PartnerProfile,
  render: (profile: PartnerProfile) => WrittenDocument,
): WrittenDocument {
  try {
    return render(profile);
  } catch (error) {
    const current = profiles.get(profile.id);
    const failedAddition = error instanceof DocumentError && error.code === 'document-addition-failed';
    if (!failedAddition || current === undefined || current.version === profile.version) {
      throw permanent('document-not-written', error instanceof Error ? error.message : String(error));
    }
    const map = { ...profile.map, documents: current.map.documents };
    return rendered({ profiles }, { ...profile, version: current.version, map }, render);
  }
}

export function outbound(
  order: Pick<OrderRecord, 'id' | 'correlationId'>,
  document: Omit<OutboundDocument, 'orderId' | 'correlationId'>,
): OutboundDocument {
  return { ...document, orderId: order.id, correlationId: order.correlationId };
}

/** The date on which a document is written. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function documentOrder(order: OrderRecord): DocumentOrder {
  const { poNumber, currency, canonical, erpOrderNumber, shipToAddress } = order;
  return {
    poNumber,
    release: canonical.release,
    orderedOn: canonical.orderedOn,
    currency,
    shipTo: canonical.shipTo,
    ...(shipToAddress !== null && { shipToAddress }),
    ...(canonical.buyer && { buyer: canonical.buyer }),
    ...(canonical.billTo && { billTo: canonical.billTo }),
    ...(canonical.markFor && { markFor: canonical.markFor }),
    ...(canonical.department && { department: canonical.department }),
    ...(erpOrderNumber && { erpOrderNumber }),
    references: canonical.references,
    attributes: canonical.attributes,
  };
}

export function documentLines({ lines, canonical }: OrderRecord): DocumentLine[] {
  return lines.map((line) => documentLine(line, canonical));
}

export function documentLine(line: OrderLineRecord, canonical: OrderRecord['canonical']): DocumentLine {
  const ordered = canonical.lines[line.lineNumber - 1];
  const allocations = ordered?.allocations ?? [];
  const quantities = allocationsOf(ordered, line.unitFactor);
  return {
    lineNumber: line.lineNumber,
    lineId: line.lineId,
    sku: line.sku,
    ...(line.customerSku && { customerSku: line.customerSku }),
    ...(line.gtin && { gtin: line.gtin }),
    description: line.description,
    ordered: { value: line.orderedValue, unit: line.orderedUnit },
    baseUnit: line.baseUnit,
    unitFactor: line.unitFactor,
    unitPrice: line.unitPrice,
    ...(allocations.length > 0 && {
      allocations: allocations.map(({ store }, index) => ({ store, quantity: quantities[index]?.quantity ?? '0' })),
    }),
    attributes: ordered?.attributes ?? {},
  };
}

/** The 855 of an order that its ERP has accepted. */
export function acknowledgmentOf(
  order: OrderRecord,
  profile: PartnerProfile,
  acknowledgedOn: string,
): AcknowledgmentDocument {
  return {
    order: documentOrder(order),
    acknowledgedOn,
    lines: order.lines.map((line) => ({
      ...documentLine(line, order.canonical),
      accepted: line.open,
      backordered: line.backordered,
      cancelled: line.cancelled,
      rejected: line.rejected,
      ...(isRejection(line.rejection) && { rejection: line.rejection }),
      ...changedByUs(order.asOrdered?.lines[line.lineNumber - 1], line),
      ...substituted(order, line),
      ...promised(order, line.lineNumber, profile),
    })),
  };
}

function isRejection(reason: string | null): reason is NonNullable<AcknowledgedLine['rejection']> {
  return reason !== null;
}

/** The ordered item, where a person agreed another one in its place. */
function substituted(
  { asOrdered, corrections }: OrderRecord,
  { lineNumber, lineId }: OrderLineRecord,
): Pick<AcknowledgedLine, 'substitutes'> {
  const isReplaced = corrections.some((one) => one.kind === 'substitute' && one.lineId === lineId);
  const item = asOrdered?.lines[lineNumber - 1]?.item;
  if (!isReplaced || item === undefined) return {};
  const { sku, customerSku, gtin } = item;
  return {
    substitutes: { ...(sku && { sku }), ...(customerSku && { customerSku }), ...(gtin && { gtin }) },
  };
}

/** What a person corrected about a line, so that the buyer is told. */
function changedByUs(
  asOrdered: OrderRecord['canonical']['lines'][number] | undefined,
  line: OrderLineRecord,
): Pick<AcknowledgedLine, 'asked' | 'priceChanged'> {
  if (asOrdered === undefined) return {};
  const { quantity, unitPrice, priceBasis } = asOrdered;
  const samePrice = priceBasis !== undefined || unitPrice === undefined || compare(unitPrice, line.unitPrice) === 0;
  return {
    ...(compare(quantity.value, line.orderedValue) !== 0 && { asked: quantity }),
    ...(!samePrice && { priceChanged: true }),
  };
}

/** The day that the 855 promises, and whether the buyer asked for another one. */
function promised({ shipBy, canonical }: OrderRecord, lineNumber: number, { calendar }: PartnerProfile) {
  if (shipBy === null) return {};
  const shipDate = dayOf(new Date(shipBy), calendar);
  const asked = canonical.lines[lineNumber - 1]?.requestedShipDate ?? canonical.requestedShipDate;
  return { shipDate, ...(asked !== undefined && asked !== shipDate && { dateChanged: true }) };
}

export interface ShippedOrder {
  shipmentNumber: string;
  shippedAt: string;
  carrierScac: string;
  billOfLading: string | null;
  tracking: string | null;
  /** Those that are spread over stores say what each store gets. */
  lines: LineQuantity[];
}

/** The transport in 856 and 810: as routed, except for what is about a carrier that was not taken. */
export function routingOf(routing: FulfillmentRouting | null, scac: string): ShipmentRouting {
  if (routing === null) return {};
  const { scac: routed, shipmentPayment, authorization, ...ofCarrier } = routing.carrier;
  return {
    shipmentPayment,
    ...(authorization !== undefined && { authorization }),
    ...(routed === scac && ofCarrier),
  };
}

/** The 810 of one shipment. */
export function invoiceOf(
  order: OrderRecord,
  shipment: ShippedOrder,
  routing: ShipmentRouting,
  invoice: Invoice,
): InvoiceDocument {
  const { paymentTerms: terms } = order;
  return {
    order: documentOrder(order),
    lines: documentLines(order),
    invoice,
    ...(terms && { terms }),
    shipment: {
      shipmentNumber: shipment.shipmentNumber,
      shippedAt: new Date(shipment.shippedAt).toISOString(),
      carrier: {
        scac: shipment.carrierScac,
        ...(shipment.billOfLading && { billOfLading: shipment.billOfLading }),
        ...(shipment.tracking && { tracking: shipment.tracking }),
      },
      routing,
      stores: shipment.lines.flatMap(({ lineNumber, stores }) =>
        stores === undefined ? [] : [{ lineNumber, stores }],
      ),
    },
  };
}
