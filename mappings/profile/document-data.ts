import { z } from 'zod';
import type { PartOutcome } from '../../domain/order/changes/outcome.ts';
import { address } from '../canonical/v1/common.ts';
import { invoice, party, salesOrder, shipment } from '../canonical/v1/index.ts';
import type {
  AcknowledgedLine,
  AcknowledgmentDocument,
  AnsweredLine,
  ChangeAcknowledgment,
  DocumentLine,
  DocumentOrder,
  InvoiceDocument,
  ShipmentDocument,
  ShipmentRouting,
} from '../edi/document-content.ts';
import type { Place } from './expression-places.ts';

/** What the expressions of `map.documents` can read besides the tree, so that a misspelt name is noticed. */

type Places = readonly Place[] | undefined;

/** Every name of a type; undefined where any name may be below it. */
type Names<T> = { [K in keyof Required<T>]: Places };

const ANY: Places = undefined;
/** A value without names below it; a path that goes on is not checked. */
const VALUE: Places = undefined;

const data = (names: Readonly<Record<string, Places>>): readonly Place[] => [{ kind: 'data', names }];

/** The names of a schema. Lists are transparent to paths. */
export function namesOf(schema: z.core.$ZodType): Places {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  ) {
    return namesOf(schema.unwrap());
  }
  if (schema instanceof z.ZodArray) return namesOf(schema.element);
  if (!(schema instanceof z.ZodObject)) return ANY;
  return data(Object.fromEntries(Object.entries(schema.shape).map(([name, below]) => [name, namesOf(below)])));
}

const partyNames = namesOf(party);

const order: Names<DocumentOrder> = {
  poNumber: VALUE,
  release: VALUE,
  orderedOn: VALUE,
  currency: VALUE,
  shipTo: partyNames,
  shipToAddress: namesOf(address),
  buyer: partyNames,
  billTo: partyNames,
  markFor: partyNames,
  department: VALUE,
  erpOrderNumber: VALUE,
  references: namesOf(salesOrder.shape.references),
  attributes: ANY,
};

const line: Names<DocumentLine> = {
  lineNumber: VALUE,
  lineId: VALUE,
  sku: VALUE,
  customerSku: VALUE,
  gtin: VALUE,
  description: VALUE,
  ordered: data({ value: VALUE, unit: VALUE }),
  baseUnit: VALUE,
  unitFactor: VALUE,
  unitPrice: VALUE,
  allocations: data({ store: partyNames, quantity: VALUE }),
  attributes: ANY,
};

const acknowledgedLine: Names<AcknowledgedLine> = {
  ...line,
  accepted: VALUE,
  backordered: VALUE,
  cancelled: VALUE,
  rejected: VALUE,
  rejection: VALUE,
  asked: data({ value: VALUE, unit: VALUE }),
  substitutes: data({ sku: VALUE, customerSku: VALUE, gtin: VALUE }),
  priceChanged: VALUE,
  dateChanged: VALUE,
  shipDate: VALUE,
  backorderShipDate: VALUE,
};

const acknowledgment: Names<AcknowledgmentDocument> = {
  order: data(order),
  acknowledgedOn: VALUE,
  lines: data(acknowledgedLine),
};

const part = data({ part: VALUE, lineId: VALUE, result: VALUE, reason: VALUE } satisfies Names<PartOutcome>);

const changeAnswer: Names<ChangeAcknowledgment> = {
  order: data(order),
  acknowledgedOn: VALUE,
  changedOn: VALUE,
  sequence: VALUE,
  result: VALUE,
  parts: part,
  lines: data({
    ...line,
    action: VALUE,
    changes: VALUE,
    before: VALUE,
    wanted: VALUE,
    accepted: VALUE,
    left: VALUE,
    backordered: VALUE,
    parts: part,
    shipDate: VALUE,
    backorderShipDate: VALUE,
  } satisfies Names<AnsweredLine>),
};

const shipmentRouting = data({
  method: VALUE,
  shipmentPayment: VALUE,
  serviceLevel: VALUE,
  service: VALUE,
  authorization: VALUE,
} satisfies Names<ShipmentRouting>);

const shipped: Names<ShipmentDocument> = {
  order: data(order),
  lines: data(line),
  node: data({ code: VALUE, address: namesOf(address) }),
  shipment: namesOf(shipment),
  routing: shipmentRouting,
};

const invoiced: Names<InvoiceDocument> = {
  order: data(order),
  lines: data(line),
  invoice: namesOf(invoice),
  terms: namesOf(salesOrder.shape.terms),
  shipment: data({
    shipmentNumber: VALUE,
    shippedAt: VALUE,
    carrier: namesOf(shipment.shape.carrier),
    routing: shipmentRouting,
    stores: data({ lineNumber: VALUE, stores: data({ store: VALUE, quantity: VALUE }) }),
  } satisfies Names<NonNullable<InvoiceDocument['shipment']>>),
};

const details: Readonly<Record<string, Names<{ lines: unknown }>>> = {
  'order-acknowledgment': acknowledgment,
  'change-acknowledgment': changeAnswer,
  'ship-notice': shipped,
  invoice: invoiced,
};

/**
 * The input of an expression of a document of this kind. In a loop it also sees the iteration, and the order line that
 * it is about. Undefined for a kind whose data are not known here.
 */
export function documentData(kind: string, profile: Places, loop: readonly Place[]): readonly Place[] | undefined {
  const known = Object.hasOwn(details, kind) ? details[kind] : undefined;
  if (known === undefined) return undefined;
  return data({ ...known, profile, ...(loop.length > 0 && { loop, line: known.lines }) });
}
