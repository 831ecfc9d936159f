import { randomUUID } from 'node:crypto';
import { millisecondsOf } from '../../domain/calendar/duration.ts';
import type { RemittedAmount } from '../../domain/order/messages.ts';
import { awaitedPayment, paymentDeadline } from '../../domain/order/projection.ts';
import type { InvoiceState, Progress } from '../../domain/order/state.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { invoice as invoiceSet } from '../../mappings/edi/documents/all.ts';
import { type WrittenDocument, writeDocument } from '../../mappings/edi/documents/write-document.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { outgoing } from '../documents/outgoing.ts';
import { permanent } from '../lib/activity-failure.ts';
import { insertReferences, insertRows, insertTimeline, setProgress, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { invoiceOf, outbound, rendered, routingOf, type ShippedOrder } from './order-documents.ts';
import { found, happened, ORDER, type OrderRecord, profileOf } from './order-record.ts';
import type { FulfillmentRouting } from './release-record.ts';

export interface InvoiceInput {
  shipmentId: string;
  /** As booked by the ERP. */
  invoice: Invoice;
  /** Readable differences from the agreed allowances and charges. */
  difference?: string;
  progress: Progress;
}

/**
 * Records the ERP's invoice for a shipment, matches payments that arrived earlier, and queues the
 * 810. Returns the matched payments.
 *
 * One statement writes everything. If an earlier attempt recorded the invoice, it writes nothing
 * and the call returns the same payments.
 */
export async function recordInvoice(
  deps: Pick<RecordDependencies, 'prisma' | 'profiles' | 'handOff'>,
  { shipmentId, invoice, difference, progress }: InvoiceInput,
): Promise<{ payments: RemittedAmount[] }> {
  const { prisma, handOff } = deps;
  const { order, shipment, recorded, invoices } = await loadShipment(prisma, shipmentId);
  if (recorded) return { payments: await earlyPayments(prisma, shipmentId) };
  const profile = await profileOf(deps, order);
  const written = invoiceDocument(deps, profile, order, shipment, invoice);
  const { invoiceNumber, invoicedOn, dueOn, currency, total } = invoice;
  const { id: orderId, partnerId } = order;
  const id = randomUUID();
  const row = {
    ...{ id, orderId, shipmentId, partnerId, invoiceNumber, invoicedOn, dueOn, currency, total },
    paid: 0,
    content: invoice,
  };
  const since = { invoiced: new Date(), shipped: new Date(shipment.shippedAt) };
  const document = { ...written, businessKey: `${written.set}/${id}`, since, shipmentId, invoiceId: id };
  const sent = outgoing(profile, [outbound(order, document)]);
  const actor = `erp.${order.erpSystem}`;
  const open = [...invoices, { invoiceNumber, total, settled: 0, dueOn }];
  const shown = progress.status === 'invoiced' ? awaitingPayment(progress, open, currency, profile) : progress;
  const invoiced = happened(order, {
    key: `invoiced/${shipmentId}`,
    type: 'order.invoiced',
    summary: `Invoice ${invoiceNumber} for shipment ${shipment.shipmentNumber}`,
    actor,
    detail: { invoiceNumber, total },
  });
  const differs = happened(order, {
    key: `charges-differ/${shipmentId}`,
    type: 'invoice.charges-differ',
    summary: `Invoice ${invoiceNumber} ${difference}`,
    actor,
  });
  const go = Prisma.sql`EXISTS (SELECT FROM made)`;
  // Of two attempts at once one waits in whichever unique index it meets first: that of shipments or of numbers.
  const rows = await prisma.$queryRaw<{ done: boolean; payments: RemittedAmount[] }[]>`
    WITH made AS (
      ${insertRows('Invoice', INVOICE_COLUMNS, [row])} ON CONFLICT DO NOTHING RETURNING "id"
    ),
    matched AS (
      ${matchPayments({ invoiceId: id, orderId, partnerId, invoiceNumber })} AND ${go}
      ${MATCHED}
    ),
    told AS (${insertTimeline(difference === undefined ? [invoiced] : [invoiced, differs], go)}),
    referred AS (${insertReferences(orderId, [['invoice', invoiceNumber]], go)}),
    queued AS (${sent.documents(go)}),
    woken AS (${sent.wakes(go)}),
    progressed AS (UPDATE "Order" SET ${setProgress(shown)} WHERE "id" = ${orderId} AND ${go})
    SELECT ${go} AS "done", (SELECT coalesce(json_agg(m), '[]'::json) FROM matched AS m) AS "payments"`;
  const { done, payments } = found(rows[0], `shipment ${shipmentId}`);
  if (!done) {
    if (!(await loadShipment(prisma, shipmentId)).recorded) {
      throw permanent('invoice-number-taken', `invoice ${invoiceNumber} is recorded already, for another shipment`);
    }
    return { payments: await earlyPayments(prisma, shipmentId) };
  }
  handOff.committed(sent.handOffs);
  return { payments: [...payments, ...(await paymentsMeanwhile(prisma, id, order, invoiceNumber))] };
}

/**
 * A fully invoiced order waits for payment. The records supply the open invoices and the due date.
 */
function awaitingPayment(
  progress: Progress,
  invoices: readonly InvoiceState[],
  currency: string,
  { invoicing }: PartnerProfile,
): Progress {
  const nextDeadline = paymentDeadline(invoices, millisecondsOf(invoicing.paymentGrace));
  const waitingFor = awaitedPayment(invoices, currency) ?? '';
  return { ...progress, waitingFor, ...(nextDeadline && { nextDeadline }) };
}

const INVOICE_COLUMNS = [
  ...['id', 'orderId', 'shipmentId', 'partnerId', 'invoiceNumber', 'invoicedOn', 'dueOn', 'currency', 'total', 'paid'],
  'content',
];

interface RoutedShipment extends ShippedOrder {
  routing: FulfillmentRouting | null;
}

interface ShipmentToInvoice {
  order: OrderRecord;
  shipment: RoutedShipment;
  recorded: boolean;
  /** Allocations that the order already has. */
  invoices: InvoiceState[];
}

async function loadShipment(records: Transaction, shipmentId: string): Promise<ShipmentToInvoice> {
  const [row] = await records.$queryRaw<ShipmentToInvoice[]>`
    SELECT ${ORDER} AS "order", json_build_object(
        'shipmentNumber', s."shipmentNumber", 'shippedAt', s."shippedAt", 'carrierScac', s."carrierScac",
        'billOfLading', s."billOfLading", 'tracking', s."tracking", 'lines', s."lines",
        'routing', (SELECT f."routing" FROM "Fulfillment" AS f WHERE f."id" = s."fulfillmentId")
      ) AS "shipment",
      EXISTS (SELECT FROM "Invoice" AS i WHERE i."shipmentId" = s."id") AS "recorded",
      (
        SELECT coalesce(json_agg(json_build_object(
          'invoiceNumber', i."invoiceNumber", 'total', i."total", 'settled', i."paid", 'dueOn', i."dueOn"
        ) ORDER BY i."createdAt"), '[]'::json) FROM "Invoice" AS i WHERE i."orderId" = o."id"
      ) AS "invoices"
    FROM "Shipment" AS s JOIN "Order" AS o ON o."id" = s."orderId"
    WHERE s."id" = ${shipmentId}`;
  return found(row, `shipment ${shipmentId}`);
}

function invoiceDocument(
  deps: Pick<RecordDependencies, 'profiles'>,
  profile: PartnerProfile,
  order: OrderRecord,
  shipment: RoutedShipment,
  invoice: Invoice,
): WrittenDocument {
  const routing = routingOf(shipment.routing, shipment.carrierScac);
  return rendered(deps, profile, (by) =>
    writeDocument(invoiceSet, invoiceOf(order, shipment, routing, invoice), by, evaluateAll),
  );
}

/** Gives the invoice the payments that name it and that no invoice has. A condition may follow, then `MATCHED`. */
function matchPayments(invoice: {
  readonly invoiceId: string;
  readonly orderId: string;
  readonly partnerId: string;
  readonly invoiceNumber: string;
}): Prisma.Sql {
  return Prisma.sql`
      UPDATE "PaymentAllocation" AS a SET "invoiceId" = ${invoice.invoiceId}, "orderId" = ${invoice.orderId}, "noEffect" = NULL
      FROM "Payment" AS p
      WHERE p."id" = a."paymentId" AND p."partnerId" = ${invoice.partnerId}
        AND a."invoiceNumber" = ${invoice.invoiceNumber} AND a."invoiceId" IS NULL AND a."settledAt" IS NULL`;
}

const MATCHED = Prisma.sql`RETURNING a."id" AS "allocationId", a."invoiceNumber", a."amount", a."adjustment"`;

/**
 * Payments that were committed concurrently with the invoice: neither transaction could see the
 * other.
 */
async function paymentsMeanwhile(
  records: Transaction,
  invoiceId: string,
  { id: orderId, partnerId }: OrderRecord,
  invoiceNumber: string,
): Promise<RemittedAmount[]> {
  const [row] = await records.$queryRaw<{ payments: RemittedAmount[] }[]>`
    WITH matched AS (
      ${matchPayments({ invoiceId, orderId, partnerId, invoiceNumber })}
      ${MATCHED}
    )
    SELECT coalesce(json_agg(m), '[]'::json) AS "payments" FROM matched AS m`;
  return row?.payments ?? [];
}

/** Payments that are matched to the shipment's invoice and not applied yet. */
async function earlyPayments(records: Transaction, shipmentId: string): Promise<RemittedAmount[]> {
  const [row] = await records.$queryRaw<{ payments: RemittedAmount[] }[]>`
    SELECT coalesce(json_agg(json_build_object(
      'allocationId', a."id", 'invoiceNumber', a."invoiceNumber", 'amount', a."amount", 'adjustment', a."adjustment"
    )), '[]'::json) AS "payments"
    FROM "PaymentAllocation" AS a JOIN "Invoice" AS i ON i."id" = a."invoiceId"
    WHERE i."shipmentId" = ${shipmentId} AND a."receiptNumber" IS NULL AND a."settledAt" IS NULL`;
  return found(row, `shipment ${shipmentId}`).payments;
}
