/** Loads all records for a release in one statement. */
import { z } from 'zod';
import type { StoreQuantity } from '../../domain/policy/allocations.ts';
import type { Address, Allocation, Component, Note, SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { FulfillmentRouting } from '../orders/release-record.ts';

const releaseRow = z.object({
  id: z.string(),
  orderId: z.string(),
  node: z.string(),
  releaseNumber: z.string(),
  /** The promised ship-by time: a fact of the release, not the displayed deadline. */
  shipBy: z.date().nullable(),
  /** The warehouse is known to have it: the call is repeated. */
  released: z.boolean(),
  routing: z.custom<FulfillmentRouting>().nullable(),
  partnerId: z.string(),
  profileVersion: z.string(),
  poNumber: z.string(),
  correlationId: z.string(),
  receivedAt: z.date(),
  /** The canonical order; intake validated it. */
  canonical: z.custom<Omit<SalesOrder, 'lines'>>(),
  shipTo: z.object({
    name: z.string(),
    lines: z.array(z.string()),
    city: z.string(),
    region: z.string(),
    postalCode: z.string(),
    country: z.string(),
  }),
  /** Quantities in base units, with weights and packs from the ERP's item master. */
  lines: z.array(
    z.object({
      lineNumber: z.int(),
      quantity: z.string(),
      sku: z.string(),
      description: z.string(),
      unit: z.string(),
      notes: z.custom<Note[]>().nullable(),
      /** What each store gets of it. */
      stores: z.custom<StoreQuantity[]>().nullable(),
      /** The stores as the order names them. */
      ordered: z.custom<Allocation[]>().nullable(),
      components: z.custom<Component[]>().nullable(),
      weight: z.string().nullable(),
      packs: z.array(z.object({ unit: z.string(), factor: z.string() })).nullable(),
    }),
  ),
  /** The guide's window, if it was determined before. */
  window: z.object({ opens: z.string().optional(), closes: z.string().optional() }).nullable(),
});
export type ReleaseToRoute = z.output<typeof releaseRow>;

export async function loadRelease(prisma: Database, fulfillmentId: string): Promise<ReleaseToRoute> {
  const [row] = await prisma.$queryRaw<unknown[]>`
    SELECT f."id", f."orderId", f."node", f."releaseNumber", f."shipBy", f."state" = 'released' AS "released", f."routing", o."partnerId", o."profileVersion", o."poNumber", o."correlationId",
      o."receivedAt", o."canonical" - 'lines' AS "canonical",
      jsonb_build_object('name', s."name", 'lines', s."lines", 'city', s."city", 'region', s."region",
        'postalCode', s."postalCode", 'country', s."country") AS "shipTo",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('lineNumber', l."lineNumber", 'quantity', t."quantity",
          'sku', l."sku", 'description', l."description", 'unit', l."baseUnit",
          'notes', o."canonical"->'lines'->(l."lineNumber" - 1)->'notes',
          'stores', t."stores", 'ordered', o."canonical"->'lines'->(l."lineNumber" - 1)->'allocations',
          'components', o."canonical"->'lines'->(l."lineNumber" - 1)->'components',
          'weight', trim_scale(i."weight")::text, 'packs', i."units") ORDER BY t."nth"), '[]')
        FROM ROWS FROM (jsonb_to_recordset(f."lines") AS ("lineNumber" int, "quantity" text, "stores" jsonb))
          WITH ORDINALITY AS t("lineNumber", "quantity", "stores", "nth")
        JOIN "OrderLine" AS l ON l."orderId" = f."orderId" AND l."lineNumber" = t."lineNumber"
        LEFT JOIN "Item" AS i ON i."erpSystem" = o."erpSystem" AND i."sku" = l."sku") AS "lines",
      d."inputs"->'routing'->'window' AS "window"
    FROM "Fulfillment" AS f
    JOIN "Order" AS o ON o."id" = f."orderId"
    JOIN "ShipTo" AS s ON s."erpSystem" = o."erpSystem" AND s."shipToNumber" = o."shipToNumber"
    LEFT JOIN "Decision" AS d ON d."orderId" = f."orderId" AND d."key" = 'routing/' || f."id"
    WHERE f."id" = ${fulfillmentId}`;
  // The ship-to may have been deleted since the check; the destination would be unknown.
  if (row === undefined) throw permanent('unknown-ship-to', `release ${fulfillmentId} has no ship-to any more`);
  const release = releaseRow.parse(row);
  const { oneTimeShipTo, shipTo } = release.canonical;
  return oneTimeShipTo && shipTo.address !== undefined ? { ...release, shipTo: placeOf(shipTo.address) } : release;
}

/** The address of an order in the form of a master record. */
function placeOf({ name, lines, city, region, postalCode, country }: Address): ReleaseToRoute['shipTo'] {
  return { name: name ?? '', lines, city: city ?? '', region: region ?? '', postalCode: postalCode ?? '', country };
}
