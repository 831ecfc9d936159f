/** How ERP activities read and write our records: one statement to load, one to write. */
import { z } from 'zod';
import { fromMinor } from '../../domain/money.ts';
import type { Progress } from '../../domain/order/state.ts';
import type { Invoice } from '../../mappings/canonical/v1/index.ts';
import { orderChange } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import { insertReferences, type LineQuantity, setProgress } from '../lib/records.ts';
import { ORDER, type OrderRecord } from '../orders/order-record.ts';

const lineQuantities = z.array(
  z.object({
    lineNumber: z.int(),
    quantity: z.string(),
    surplus: z.object({ quantity: z.string(), charged: z.boolean() }).optional(),
  }),
);

/** What release `f` holds and has shipped of each line; what was short is not to come from it any more. */
const SOURCES = Prisma.sql`
  (SELECT coalesce(json_agg(json_build_object('lineNumber', h."lineNumber", 'quantity', trim_scale(h."quantity")::text)
      ORDER BY h."lineNumber"), '[]'::json)
    FROM (
      SELECT r."lineNumber", r."quantity" + coalesce((
        SELECT sum(t."quantity"::numeric)
        FROM "Shipment" AS s, jsonb_to_recordset(s."lines") AS t("lineNumber" int, "quantity" text)
        WHERE s."fulfillmentId" = f."id" AND t."lineNumber" = r."lineNumber"), 0) AS "quantity"
      FROM "Reservation" AS r WHERE r."fulfillmentId" = f."id"
    ) AS h WHERE h."quantity" > 0)`;

type Releases = { node: string; lines: LineQuantity[] }[];

/** The order, and what each node is to ship of it. */
export async function loadOrderToPlace(
  prisma: Database,
  orderId: string,
): Promise<{ order: OrderRecord; releases: Releases }> {
  const [row] = await prisma.$queryRaw<Awaited<ReturnType<typeof loadOrderToPlace>>[]>`
    SELECT ${ORDER} AS "order",
      (SELECT coalesce(json_agg(json_build_object('node', f."node", 'lines', ${SOURCES})
          ORDER BY f."round", f."sequence"), '[]'::json)
        FROM "Fulfillment" AS f WHERE f."orderId" = o."id") AS "releases"
    FROM "Order" AS o WHERE o."id" = ${orderId}`;
  return found(row, `order ${orderId}`);
}

/** The order as a change plans it (activities/orders/changes), under the number that the ERP gave it meanwhile. */
export async function loadPlannedOrder(prisma: Database, changeId: string): ReturnType<typeof loadOrderToPlace> {
  const [row] = await prisma.$queryRaw<{ order: OrderRecord; releases: Releases; erpOrderNumber: string | null }[]>`
    SELECT c."plan"->'order' AS "order", c."plan"->'sources' AS "releases", o."erpOrderNumber"
    FROM "OrderChange" AS c JOIN "Order" AS o ON o."id" = c."orderId"
    WHERE c."id" = ${changeId} AND jsonb_exists(c."plan", 'order')`;
  const { order, releases, erpOrderNumber } = found(row, `plan of change ${changeId}`);
  return { order: { ...order, erpOrderNumber }, releases };
}

/** Stores the number of an ERP order that is not accepted yet, so that it can be found and cancelled. */
export async function recordErpOrder(prisma: Database, orderId: string, erpOrderNumber: string): Promise<void> {
  await prisma.$executeRaw`
    WITH reference AS (${insertReferences(orderId, [['erp-order', erpOrderNumber]])})
    UPDATE "Order" SET "erpOrderNumber" = ${erpOrderNumber}, "updatedAt" = now() WHERE "id" = ${orderId}`;
}

const shipmentRow = z.object({
  shipmentNumber: z.string(),
  shippedAt: z.date(),
  carrierScac: z.string(),
  tracking: z.string().nullable(),
  lines: lineQuantities,
  node: z.string(),
  erpShipmentNumber: z.string().nullable(),
  erpOrderNumber: z.string(),
  currency: z.string(),
  partnerId: z.string(),
  profileVersion: z.string(),
  correlationId: z.string(),
  /** As recorded by an earlier attempt. */
  invoice: z.custom<Invoice>().nullable(),
});

/** A shipment with its order, and its invoice if there is one. */
export async function loadShipment(prisma: Database, shipmentId: string): Promise<z.output<typeof shipmentRow>> {
  const [row] = await prisma.$queryRaw<unknown[]>`
    SELECT s."shipmentNumber", s."shippedAt", s."carrierScac", s."tracking", s."lines", f."node", s."erpShipmentNumber",
      coalesce(o."erpOrderNumber", '') AS "erpOrderNumber", o."currency", o."partnerId", o."profileVersion",
      o."correlationId", i."content" AS "invoice"
    FROM "Shipment" AS s
    JOIN "Fulfillment" AS f ON f."id" = s."fulfillmentId"
    JOIN "Order" AS o ON o."id" = s."orderId"
    LEFT JOIN "Invoice" AS i ON i."shipmentId" = s."id"
    WHERE s."id" = ${shipmentId}`;
  return shipmentRow.parse(found(row, `shipment ${shipmentId}`));
}

const cashRow = z.object({
  paymentId: z.string(),
  invoiceNumber: z.string(),
  amount: z.bigint(),
  adjustment: z.bigint(),
  adjustmentReason: z.string().nullable(),
  receiptNumber: z.string().nullable(),
  currency: z.string(),
  method: z.string(),
  reference: z.string(),
  paidOn: z.string(),
  correlationId: z.string(),
});

export async function loadAllocation(prisma: Database, allocationId: string): Promise<z.output<typeof cashRow>> {
  const [row] = await prisma.$queryRaw<unknown[]>`
    SELECT a."paymentId", a."invoiceNumber", a."amount", a."adjustment", a."adjustmentReason", a."receiptNumber", p."currency", p."method", p."reference",
      p."paidOn"::text AS "paidOn", p."correlationId"
    FROM "PaymentAllocation" AS a JOIN "Payment" AS p ON p."id" = a."paymentId"
    WHERE a."id" = ${allocationId}`;
  return cashRow.parse(found(row, `allocation ${allocationId}`));
}

/** A deduction settles its part of the invoice, so the timeline has to name it. */
export function cashInWords({
  reference,
  invoiceNumber,
  amount,
  adjustment,
  adjustmentReason,
  currency,
}: z.output<typeof cashRow>): string {
  const money = (minor: bigint) => `${fromMinor(Number(minor), currency)} ${currency}`;
  const deducted =
    adjustment === 0n
      ? ''
      : `; ${money(adjustment)} deducted${adjustmentReason === null ? '' : ` (${adjustmentReason})`}`;
  return `Payment ${reference} applied to invoice ${invoiceNumber}: ${money(amount)} paid${deducted}`;
}

/**
 * Stores the receipt and the order's progress. The paid amount of the invoice grows only if the
 * receipt was not recorded before.
 */
export async function recordReceipt(
  prisma: Database,
  allocationId: string,
  { receiptNumber, summary }: { receiptNumber: string; summary: string },
  progress: Progress,
): Promise<void> {
  await prisma.$executeRaw`
    WITH receipt AS (
      UPDATE "PaymentAllocation" SET "receiptNumber" = ${receiptNumber}
      WHERE "id" = ${allocationId} AND "receiptNumber" IS NULL
      RETURNING "id", "orderId", "invoiceId", "amount", "adjustment"
    ), told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT o."id", 'receipt/' || r."id", 'cash.applied', ${summary}, 'system', o."correlationId"
      FROM receipt AS r JOIN "Order" AS o ON o."id" = r."orderId"
      ON CONFLICT DO NOTHING
    ), paid AS (
      UPDATE "Invoice" AS i SET "paid" = i."paid" + r."amount" + r."adjustment"
      FROM receipt AS r WHERE i."id" = r."invoiceId"
    )
    UPDATE "Order" SET ${setProgress(progress)}
    WHERE "id" = (SELECT "orderId" FROM "PaymentAllocation" WHERE "id" = ${allocationId})`;
}

function found<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) throw permanent('unknown-record', `there is no ${what}`);
  return row;
}

/** For the person who decides about what the change led to. */
export async function nameOfChange(prisma: Pick<Database, 'orderChange'>, changeId: string): Promise<string> {
  const change = await prisma.orderChange.findUnique({
    where: { id: changeId },
    select: { canonical: true, source: true, askedBy: true },
  });
  if (change === null) return `change ${changeId}`;
  const { sequence } = orderChange.parse(change.canonical);
  const number = sequence !== undefined && change.source === 'edi' ? ` ${sequence}` : '';
  return `change${number} by ${change.askedBy}`;
}
