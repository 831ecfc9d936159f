/** Converts our records of an order into its documents. */
import { DocumentError, type DocumentLine, type DocumentOrder } from '../../mappings/edi/document-content.ts';
import type { WrittenDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { OutboundDocument } from '../documents/queue.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import type { OrderLineRecord, OrderRecord } from './order-record.ts';

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
    attributes: canonical.lines[line.lineNumber - 1]?.attributes ?? {},
  };
}
