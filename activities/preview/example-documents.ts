/** The documents that a partner would get, by the renderers and checks of the real ones. */
import { ApplicationFailure } from '@temporalio/activity';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { DocumentError } from '../../mappings/edi/document-content.ts';
import { invoice, orderAcknowledgment, shipNotice } from '../../mappings/edi/documents/all.ts';
import type { DeadlineEvent } from '../../mappings/edi/documents/definition.ts';
import { nameOf } from '../../mappings/edi/documents/registry.ts';
import { type WrittenDocument, writeDocument } from '../../mappings/edi/documents/write-document.ts';
import { labelContents } from '../../mappings/labels/content.ts';
import { LabelError, labelOf } from '../../mappings/labels/label.ts';
import { labelsAsZpl } from '../../mappings/labels/zpl.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { decoded } from '../../mappings/x12/encoding.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { delimiterText, documentRow, INTERCHANGE_ACKNOWLEDGMENT, outboundRule } from '../documents/queue.ts';
import { written } from '../edi/assemble-interchange.ts';
import type { LineQuantity } from '../lib/records.ts';
import { acknowledgmentOf, documentLines, documentOrder, invoiceOf } from '../orders/order-documents.ts';
import { packageRows } from '../orders/packages.ts';
import { labelledPackageOf, labelledShipmentOf } from '../orders/shipment-labels.ts';
import { allocationsOf } from '../orders/stores.ts';
import { EXAMPLE_ORDER } from './check-order.ts';
import type { ExampleOrder } from './example-order.ts';
import type { Deadline, PreviewedDocument, PreviewedLabel } from './result.ts';

/** Control numbers of every previewed interchange. */
const PLACEHOLDER = { interchange: '000000001', group: '1', transaction: '0001' } as const;

export function exampleDocuments(
  example: ExampleOrder,
  profile: PartnerProfile,
  receivedAt: Date,
): { documents: PreviewedDocument[]; deadlines: Deadline[] } {
  const { record, node, shipment, routing, shipBy } = example;
  const shipped = new Date(shipBy);
  const since = { orderReceived: receivedAt, orderAccepted: receivedAt, shipped, invoiced: shipped };
  const [order, lines] = [documentOrder(record), documentLines(record)];
  const today = receivedAt.toISOString().slice(0, 10);
  const { shipmentNumber, shippedAt, carrier } = shipment;
  const { scac: carrierScac, billOfLading = null } = carrier;
  const shippedOrder = {
    shipmentNumber,
    shippedAt,
    carrierScac,
    billOfLading,
    tracking: null,
    lines: shippedLines(example),
  };
  const invoiced = invoiceOf(record, shippedOrder, routing, example.invoice);
  const renderings: [set: string, render: () => WrittenDocument][] = [
    [
      orderAcknowledgment.set,
      () => writeDocument(orderAcknowledgment, acknowledgmentOf(record, profile, today), profile, evaluateAll),
    ],
    [shipNotice.set, () => writeDocument(shipNotice, { order, lines, node, shipment, routing }, profile, evaluateAll)],
    [invoice.set, () => writeDocument(invoice, invoiced, profile, evaluateAll)],
  ];
  const documents = renderings.map(([set, render]) => documentOf(set, render, profile, since, receivedAt));
  const deadlines: Deadline[] = [
    { what: 'ship-by', at: shipBy, rule: `shipWithin ${profile.shipWithin}, and the days that the order names` },
    ...documents.flatMap(({ set, due }) => (due === undefined ? [] : [deadlineOf(set, due, profile)])),
  ];
  return { documents, deadlines };
}

/** The whole order is shipped. */
function shippedLines({ record }: ExampleOrder): LineQuantity[] {
  return record.lines.map(({ lineNumber, open, unitFactor }) => {
    const stores = allocationsOf(record.canonical.lines[lineNumber - 1], unitFactor);
    return { lineNumber, quantity: open, ...(stores.length > 0 && { stores }) };
  });
}

function deadlineOf(set: string, at: string, profile: PartnerProfile): Deadline {
  const { deadline = '', after = '' } = outboundRule(profile, set) ?? {};
  return { what: set, at, rule: `${deadline} after ${after}` };
}

function documentOf(
  set: string,
  render: () => WrittenDocument,
  profile: PartnerProfile,
  since: Partial<Record<DeadlineEvent, Date>>,
  date: Date,
): PreviewedDocument {
  const name = nameOf(set) ?? set;
  try {
    const row = documentRow(profile, { ...render(), businessKey: set, correlationId: EXAMPLE_ORDER, since });
    if (row === undefined) return { set, name, sent: false };
    return { set, name, sent: true, x12: interchangeOf(row, profile, date), due: row.deadline };
  } catch (error) {
    if (error instanceof DocumentError) return { set, name, sent: true, problem: problemOf(error.code, error) };
    if (!(error instanceof ApplicationFailure)) throw error;
    return { set, name, sent: true, problem: problemOf(error.type ?? 'document-not-valid', error) };
  }
}

function problemOf(code: string, { message }: Error) {
  return { code, message };
}

type Row = Parameters<typeof written>[3][number];

function interchangeOf(document: Row, profile: PartnerProfile, date: Date): string {
  const placed = [{ document, group: PLACEHOLDER.group, transaction: PLACEHOLDER.transaction }];
  const bytes = written(profile, PLACEHOLDER.interchange, placed, [], document, date);
  return textOf(bytes, document);
}

function textOf(bytes: Buffer, { encoding }: Row): string {
  return decoded(bytes.toString('latin1'), encoding ?? 'latin-1');
}

/** The 997 or 999 of a group, from its rendered segments. */
export function groupAnswer(
  { set, segments, terminator }: { set: string; segments: readonly string[]; terminator: string },
  profile: PartnerProfile,
  receivedAt: Date,
): PreviewedDocument {
  const row = {
    transactionSet: set,
    version: profile.x12.version,
    body: segments.map((segment) => `${segment}${terminator}`).join(''),
    delimiters: delimiterText(profile.x12.delimiters),
  };
  const deadline = outboundRule(profile, set)?.deadline;
  return {
    set,
    name: nameOf(set) ?? set,
    sent: true,
    x12: interchangeOf(row, profile, receivedAt),
    ...(deadline !== undefined && { due: deadlineAfter(receivedAt, deadline, profile.calendar).toISOString() }),
  };
}

/** The TA1 of an interchange. */
export function interchangeAnswer(
  { segment, sent }: { segment: string; sent: boolean },
  profile: PartnerProfile,
  receivedAt: Date,
): PreviewedDocument {
  const named = { set: INTERCHANGE_ACKNOWLEDGMENT, name: 'Interchange Acknowledgment' };
  if (!sent) return { ...named, sent };
  const { delimiters } = profile.x12;
  const row = {
    transactionSet: INTERCHANGE_ACKNOWLEDGMENT,
    version: profile.x12.interchangeVersion,
    body: `${segment}${delimiters.segment}`,
    delimiters: delimiterText(delimiters),
  };
  const bytes = written(profile, PLACEHOLDER.interchange, [], [row], row, receivedAt);
  return { ...named, sent, x12: textOf(bytes, row) };
}

/** The first label of the shipment; undefined if the partner wants none. */
export function exampleLabel(example: ExampleOrder, profile: PartnerProfile): PreviewedLabel | undefined {
  if (profile.shipNotice.sscc === undefined) return undefined;
  const { record, shipment, node, shipTo } = example;
  const packages = packageRows(EXAMPLE_ORDER, shipment).map(
    ({ sscc = '', kind, palletSscc = null, markFor = null, lines }) =>
      labelledPackageOf({ sscc, kind, palletSscc, markFor, lines }),
  );
  const { scac: carrierScac, billOfLading = null } = shipment.carrier;
  const labelled = labelledShipmentOf(
    {
      shipmentNumber: shipment.shipmentNumber,
      carrierScac,
      billOfLading,
      tracking: null,
      order: record,
      packages,
    },
    { shipFrom: node.address, shipTo, vendorNumber: profile.invoicing.vendorNumber },
  );
  const contents = labelContents(labelled, profile.labels);
  const content = contents.find(({ kind }) => kind === 'carton') ?? contents[0];
  if (content === undefined) return undefined;
  try {
    const { sscc } = content;
    return { sscc, format: 'zpl', text: labelsAsZpl([labelOf(content)]), count: contents.length };
  } catch (error) {
    if (error instanceof LabelError) return { problem: problemOf(error.code, error) };
    throw error;
  }
}
