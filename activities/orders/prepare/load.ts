/** Loads everything that the order check needs, in two statements. */
import { z } from 'zod';
import type { Correction } from '../../../domain/order/corrections.ts';
import { correctedOrder } from '../../../mappings/canonical/corrected.ts';
import { type SalesOrder, salesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { NotUsed } from '../../../mappings/edi/not-used.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import { accountsOf } from '../../../mappings/profile/sides.ts';
import type { Database } from '../../../prisma/client.ts';
import { Prisma } from '../../../prisma/generated/client.ts';
import { permanent } from '../../lib/activity-failure.ts';
import { type KnownNames, knownNames } from '../../partners/cross-references.ts';
import { OTHER_ORDERS, REPEATED, type RepetitionDecision } from '../repetition.ts';
import { soughtParty, zipOf } from './customer.ts';

/** Content of the order's document that the order did not take over, and the document's set. */
export interface LeftOut {
  readonly set: string;
  readonly content: readonly NotUsed[];
}

export interface Repeated {
  /** The orders of earlier documents with the PO number. */
  readonly earlier: readonly { part: string; receivedAt: string }[];
  /** All orders of the document that repeats it. */
  readonly parts: readonly string[];
  /** What a person decided about another order of the document. */
  readonly decision: RepetitionDecision | null;
}

const orderRow = z.object({
  partnerId: z.string(),
  poNumber: z.string(),
  profileVersion: z.string(),
  receivedAt: z.date(),
  canonical: salesOrder,
  /** As it was accepted, if it has been corrected since. */
  asOrdered: salesOrder.nullable(),
  corrections: z.custom<readonly Correction[]>(),
  /** What is known where the order's document repeats a PO number with other content. */
  repeated: z.custom<Repeated>().nullable(),
  /** Content of the order's document that its mapping left out. */
  leftOut: z.custom<LeftOut>().nullable(),
});
export type OrderToCheck = z.output<typeof orderRow>;

const units = z.array(z.object({ unit: z.string(), factor: z.string() }));
const item = z.object({
  erpSystem: z.string(),
  sku: z.string(),
  description: z.string(),
  baseUnit: z.string(),
  gtin: z.string().nullable(),
  listPrice: z.string(),
  taxable: z.boolean(),
  units,
});
export type KnownItem = z.output<typeof item>;

/** A ship-to with its customer. */
const buyer = z.object({
  erpSystem: z.string(),
  customerNumber: z.string(),
  customerName: z.string(),
  blocked: z.boolean(),
  taxExempt: z.boolean(),
  currency: z.string(),
  terms: z.custom<SalesOrder['terms']>().nullable(),
  shipToNumber: z.string(),
  codes: z.array(z.string()),
  lines: z.array(z.string()),
  region: z.string(),
  country: z.string(),
  postalCode: z.string(),
  preferredNodes: z.array(z.string()),
});
export type KnownBuyer = z.output<typeof buyer>;

const price = z.object({
  erpSystem: z.string(),
  customerNumber: z.string(),
  sku: z.string(),
  unit: z.string(),
  unitPrice: z.string(),
});
export type KnownPrice = z.output<typeof price>;

const known = z.object({
  names: z.array(
    z.object({
      kind: z.string(),
      external: z.string(),
      sku: z.string(),
      internal: z.string(),
      quantity: z.string().nullable(),
    }),
  ),
  items: z.array(item),
  buyers: z.array(buyer),
  /** ERPs that have a customer record for the partner. */
  customersIn: z.array(z.string()),
  /** Valid on the order date, newest first. */
  prices: z.array(price),
  taxRates: z.array(z.object({ erpSystem: z.string(), country: z.string(), region: z.string(), percent: z.string() })),
  readings: z.array(z.object({ erpSystem: z.string(), completedAt: z.string() })),
});
export type Known = Omit<z.output<typeof known>, 'names'> & { names: KnownNames };

/** The {@link LeftOut} of the document of row `o` of "Order". */
export const LEFT_OUT = Prisma.sql`
  (SELECT jsonb_build_object('set', d."transactionSet", 'content', d."notUsed")
    FROM "DocumentOrder" AS b JOIN "Document" AS d ON d."id" = b."documentId"
    WHERE b."orderId" = o."id" AND d."state" = 'accepted' AND d."notUsed" IS NOT NULL
    LIMIT 1)`;

/** The {@link Repeated} of row `o` of "Order". */
const REPETITION = Prisma.sql`
  CASE WHEN o."repeat" <> '' THEN jsonb_build_object(
    'earlier', (
      SELECT coalesce(jsonb_agg(
        jsonb_build_object('part', e."part", 'receivedAt', e."receivedAt") ORDER BY e."receivedAt", e."partNumber", e."part"
      ), '[]') ${OTHER_ORDERS} AND e."receivedAt" <= o."receivedAt"
    ),
    'parts', (
      SELECT jsonb_agg(s."part" ORDER BY s."partNumber", s."part") FROM "Order" AS s
      WHERE s."partnerId" = o."partnerId" AND s."poNumber" = o."poNumber" AND s."release" = o."release"
        AND s."repeat" = o."repeat"
    ),
    'decision', (SELECT p."decision" FROM "PurchaseOrder" AS p WHERE ${REPEATED})
  ) END`;

/** The order as these corrections, which are all that there are, make it. */
export function withCorrections(row: OrderToCheck, corrections: readonly Correction[]): OrderToCheck {
  if (corrections.length === 0 && row.asOrdered === null) return row;
  const asOrdered = row.asOrdered ?? row.canonical;
  return { ...row, asOrdered, corrections, canonical: correctedOrder(asOrdered, corrections) };
}

export async function loadOrder(prisma: Database, orderId: string): Promise<OrderToCheck> {
  const [row] = await prisma.$queryRaw<unknown[]>`
    SELECT o."partnerId", o."poNumber", o."profileVersion", o."receivedAt", o."canonical", o."asOrdered", o."corrections",
      ${REPETITION} AS "repeated", ${LEFT_OUT} AS "leftOut"
    FROM "Order" AS o WHERE o."id" = ${orderId}`;
  if (row === undefined) throw permanent('unknown-order', `there is no order ${orderId}`);
  return orderRow.parse(row);
}

/** The order, corrected, with its corrections. */
export interface ToKnow {
  readonly profile: PartnerProfile;
  readonly erps: readonly string[];
  readonly order: SalesOrder;
  readonly corrections: readonly Correction[];
}

/**
 * The partner's cross-references, and the buyer, items, prices and tax of each ERP. One snapshot
 * keeps customers consistent with their reading time. Only ship-tos that the order may refer to are
 * loaded, because a retailer has thousands.
 */
export async function loadKnown(prisma: Database, { profile, erps, order, corrections }: ToKnow): Promise<Known> {
  const partnerId = profile.id;
  const accounts = accountsOf(profile);
  const sought = soughtParty(order, profile, corrections);
  const of = <T>(values: readonly (T | undefined)[]) => [...new Set(values.flatMap((value) => value ?? []))] as T[];
  const customerSkus = of(order.lines.map((line) => line.item.customerSku));
  const skus = of(order.lines.map((line) => line.item.sku));
  const gtins = of(order.lines.map((line) => line.item.gtin));
  const ordered = of(order.lines.map(({ quantity }) => quantity.unit));
  const codes = of(sought.identifiers.map(({ value }) => value));
  const zip = zipOf(sought.address?.postalCode ?? '');
  const { country = '', region = '' } = order.oneTimeShipTo ? (order.shipTo.address ?? {}) : {};
  const sources = erps.map((id) => `erp.${id}`);
  const [row] = await prisma.$queryRaw<unknown[]>`
    WITH names AS MATERIALIZED (
      SELECT "kind", "external", "sku", "internal", trim_scale("quantity")::text AS "quantity" FROM "CrossReference"
      WHERE "partnerId" = ${partnerId} AND (
        ("kind" = 'item' AND "external" = ANY(${customerSkus}::text[]))
        OR ("kind" = 'ship-to' AND "external" = ANY(${codes}::text[]))
        OR ("kind" IN ('unit', 'pack') AND "external" = ANY(${ordered}::text[])))
    ), items AS MATERIALIZED (
      SELECT "erpSystem", "sku", "description", "baseUnit", "gtin", trim_scale("listPrice")::text AS "listPrice",
        "taxable", "units"
      FROM "Item"
      WHERE "erpSystem" = ANY(${erps}::text[]) AND (
        "gtin" = ANY(${gtins}::text[])
        OR "sku" = ANY(${skus}::text[] || ARRAY(SELECT "internal" FROM names WHERE "kind" = 'item')))
    ), buyers AS MATERIALIZED (
      SELECT c."erpSystem", c."customerNumber", c."name" AS "customerName", c."blocked", c."taxExempt", c."currency",
        c."terms", s."shipToNumber", s."codes", s."lines", s."region", s."country",
        s."postalCode", s."preferredNodes"
      FROM "Customer" AS c JOIN "ShipTo" AS s USING ("erpSystem", "customerNumber")
      WHERE c."partnerId" = ANY(${accounts}::text[]) AND c."erpSystem" = ANY(${erps}::text[]) AND (
        s."shipToNumber" = ANY(${codes}::text[] || ARRAY(SELECT "internal" FROM names WHERE "kind" = 'ship-to'))
        OR s."codes" && ${codes}::text[]
        OR upper(left(regexp_replace(s."postalCode", '[^a-zA-Z0-9_]', '', 'g'), 5)) = ${zip})
      ORDER BY s."erpSystem", s."shipToNumber"
    ), prices AS (
      SELECT "erpSystem", "customerNumber", "sku", "unit", trim_scale("unitPrice")::text AS "unitPrice"
      FROM "ContractPrice"
      WHERE ("erpSystem", "customerNumber") IN (SELECT "erpSystem", "customerNumber" FROM buyers)
        AND "sku" IN (SELECT "sku" FROM items)
        AND "validFrom" <= ${order.orderedOn}::date AND ("validTo" IS NULL OR "validTo" >= ${order.orderedOn}::date)
      ORDER BY "validFrom" DESC
    ), rates AS (
      SELECT "erpSystem", "country", "region", trim_scale("percent")::text AS "percent" FROM "TaxRate"
      WHERE ("erpSystem", "country", "region") IN (
        SELECT "erpSystem", "country", unnest(ARRAY["region", '']) FROM buyers
        UNION SELECT erp, ${country}, region FROM unnest(${erps}::text[]) AS erp, unnest(ARRAY[${region}, '']) AS region)
    ), readings AS (
      SELECT substr("source", 5) AS "erpSystem", "completedAt" FROM "Synchronization" WHERE "source" = ANY(${sources}::text[])
    )
    SELECT
      (SELECT coalesce(jsonb_agg(n), '[]') FROM names AS n) AS "names",
      (SELECT coalesce(jsonb_agg(i), '[]') FROM items AS i) AS "items",
      (SELECT coalesce(jsonb_agg(b), '[]') FROM buyers AS b) AS "buyers",
      ARRAY(SELECT DISTINCT "erpSystem" FROM "Customer"
        WHERE "partnerId" = ANY(${accounts}::text[]) AND "erpSystem" = ANY(${erps}::text[])) AS "customersIn",
      (SELECT coalesce(jsonb_agg(p), '[]') FROM prices AS p) AS "prices",
      (SELECT coalesce(jsonb_agg(t), '[]') FROM rates AS t) AS "taxRates",
      (SELECT coalesce(jsonb_agg(r), '[]') FROM readings AS r) AS "readings"`;
  const { names, ...rest } = known.parse(row);
  return { ...rest, names: knownNames(names) };
}
