import { compare } from '../../../../domain/decimal.ts';
import type { Invoice } from '../../../canonical/v1/index.ts';
import type { SegmentObject, Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement, RemitTo } from '../../agreement.ts';
import { DocumentError, type InvoiceDocument } from '../../document-content.ts';
import { daysBetween } from '../../elements.ts';
import { baseQuantityOf, stateAmount } from '../../stated-quantity.ts';
import { storeQuantities } from '../../store-quantities.ts';
import {
  amountN2,
  amountR,
  commonReferences,
  dateElement,
  description,
  itemNumbers,
  node,
  partyLoop,
  reference,
  referenceNumber,
  segment,
  shipToLoop,
} from '../../writing.ts';

/**
 * Renders the 810 of one invoice so that it equals the ERP's amounts. Each IT102 × IT104, rounded,
 * is the amount of its line. SDQ says what was shipped to which store. Lines plus charges less allowances plus tax are TDS01.
 *
 * @throws DocumentError if the invoice does not add up or names a line that the order does not
 * have.
 */
export function render810(document: InvoiceDocument, profile: Agreement): Tree {
  const { order, invoice, shipment } = document;
  const { currency } = invoice;
  refuseWrongTotal(invoice);
  const { remitTo } = profile.invoicing;
  const carrier = shipment?.carrier;
  const billOfLading = referenceNumber(carrier?.billOfLading, profile);
  return node({
    BIG: segment(
      dateElement(invoice.invoicedOn),
      invoice.invoiceNumber,
      dateElement(order.orderedOn),
      order.poNumber,
      order.release,
      undefined,
      'DI',
    ),
    CUR: segment('SE', currency),
    REF: [
      ...commonReferences(order, profile, '810'),
      ...reference('BM', billOfLading, profile),
      ...reference('SI', shipment?.shipmentNumber, profile),
    ],
    N1: [
      ...(remitTo === undefined ? [] : [remitToLoop(remitTo, profile)]),
      shipToLoop(order, profile),
      ...(order.billTo === undefined ? [] : [partyLoop('BT', order.billTo, profile)]),
    ],
    ITD: termsOf(document),
    DTM: shipment === undefined ? [] : [segment('011', dateElement(shipment.shippedAt))],
    IT1: invoice.lines.map((_, index) => lineLoop(document, index, profile)),
    TDS: segment(amountN2(invoice.total, currency)),
    TXI: invoice.tax === 0 ? [] : [segment('TX', amountR(invoice.tax, currency))],
    CAD:
      carrier === undefined
        ? undefined
        : segment(
            shipment?.routing?.method ?? profile.routing.method,
            undefined,
            undefined,
            carrier.scac,
            carrier.name,
            undefined,
            billOfLading === undefined ? undefined : 'BM',
            billOfLading,
          ),
    SAC: invoice.charges.map((charge) => ({ SAC: chargeSegment(charge, currency) })),
    CTT: segment(String(invoice.lines.length)),
  });
}

function lineLoop({ order, lines, invoice, shipment }: InvoiceDocument, index: number, profile: Agreement): TreeNode {
  const path = `invoice.lines[${index}]`;
  const invoiced = invoice.lines[index];
  const line = lines.find((candidate) => candidate.lineNumber === invoiced?.lineNumber);
  if (invoiced === undefined || line === undefined) {
    throw new DocumentError(
      'document-line-unknown',
      path,
      `order ${order.poNumber} has no line ${invoiced?.lineNumber ?? ''}`,
    );
  }
  const { stores = [] } = shipment?.stores?.find((one) => one.lineNumber === line.lineNumber) ?? {};
  // If one ordered unit is one base unit, both names mean the same; use the buyer's.
  const inBaseUnit = invoiced.unit === line.baseUnit && compare(line.unitFactor, '1') !== 0;
  const stated = inBaseUnit
    ? stateAmount(
        { ...line, ordered: { ...line.ordered, unit: line.baseUnit }, unitFactor: '1', unitPrice: invoiced.unitPrice },
        invoiced.quantity,
        invoiced.amount,
        invoice.currency,
        path,
      )
    : stateAmount(
        { ...line, unitPrice: invoiced.unitPrice },
        baseQuantityOf(invoiced.quantity, line.unitFactor),
        invoiced.amount,
        invoice.currency,
        path,
      );
  return node({
    IT1: segment(line.lineId, stated.value, stated.unit, stated.unitPrice, undefined, ...itemNumbers(line, profile)),
    PID: description(line.description),
    SDQ: storeQuantities(line, stores, profile),
  });
}

/**
 * ITD01 is 08 with a discount, otherwise 01. Days and dates count from the invoice date (ITD02 3).
 * The ERP states the due date. Terms that it did not apply are not offered.
 */
function termsOf({ terms: agreed, invoice }: InvoiceDocument): SegmentObject[] {
  const netDays = daysBetween(invoice.invoicedOn, invoice.dueOn);
  const terms = agreed !== undefined && (agreed.netDays ?? netDays) === netDays ? agreed : {};
  const { discountPercent, discountDays } = terms;
  const discounted = discountPercent !== undefined && discountDays !== undefined;
  return [
    segment(
      discounted ? '08' : '01',
      '3',
      discounted ? discountPercent : undefined,
      undefined,
      discounted ? String(discountDays) : undefined,
      dateElement(invoice.dueOn),
      netDays < 0 ? undefined : String(netDays),
      undefined,
      undefined,
      undefined,
      undefined,
      terms.description,
    ),
  ];
}

/** Code for an allowance or charge that is identified only by its description. */
const MUTUALLY_DEFINED = 'ZZZZ';

function chargeSegment(charge: Invoice['charges'][number], currency: string): SegmentObject {
  return segment(
    charge.kind === 'allowance' ? 'A' : 'C',
    /^[A-Z]\d{3}$/.test(charge.code) ? charge.code : MUTUALLY_DEFINED,
    undefined,
    undefined,
    amountN2(charge.amount, currency),
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    charge.kind === 'allowance' ? '02' : '06',
    undefined,
    undefined,
    charge.description,
  );
}

function remitToLoop(remitTo: RemitTo, profile: Agreement): TreeNode {
  const { code, lines, ...rest } = remitTo;
  const address = { ...rest, lines: [...lines] };
  return partyLoop(
    'RI',
    { identifiers: code === undefined ? [] : [{ scheme: 'partner', value: code }], address },
    profile,
  );
}

function refuseWrongTotal(invoice: Invoice): void {
  const goods = invoice.lines.reduce((total, line) => total + line.amount, 0);
  const charges = invoice.charges.reduce(
    (total, charge) => total + (charge.kind === 'charge' ? charge.amount : -charge.amount),
    0,
  );
  const total = goods + charges + invoice.tax;
  if (total === invoice.total) return;
  throw new DocumentError(
    'document-total-differs',
    'invoice.total',
    `invoice ${invoice.invoiceNumber} states ${invoice.total} minor units, but its parts come to ${total}`,
  );
}
