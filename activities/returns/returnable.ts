/** What of an order can be returned, and when and where it shipped from. */
import type { ReturnableLine } from '../../domain/returns/guards.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Transaction } from '../lib/records.ts';

export interface OrderLineToReturn extends ReturnableLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly customerSku: string | null;
  readonly gtin: string | null;
  readonly description: string;
  readonly baseUnit: string;
  readonly orderedUnit: string;
  readonly unitFactor: string;
  /** Of its latest shipment; null if nothing has shipped. */
  readonly shippedAt: Date | null;
  readonly node: string | null;
  readonly wmsSystem: string | null;
}

/**
 * Returns that were refused or cancelled count for nothing. One that has ended counts by what came, one under way by what
 * it may still take. What was asked for earlier counts before it is authorized: the first who asks is the first served.
 * Their numbers tell which was earlier, because they are given one after another.
 *
 * @param except the return that asks; without it, one that has no number yet
 */
export function returnableLines(
  records: Transaction,
  orderId: string,
  except: string | undefined,
): Promise<OrderLineToReturn[]> {
  const others = except === undefined ? Prisma.sql`TRUE` : Prisma.sql`r."id" <> ${except}`;
  const earlier =
    except === undefined
      ? Prisma.sql`TRUE`
      : Prisma.sql`(length(r."rmaNumber"), r."rmaNumber") < (
          SELECT length(me."rmaNumber"), me."rmaNumber" FROM "Return" AS me WHERE me."id" = ${except})`;
  return records.$queryRaw<OrderLineToReturn[]>`
    SELECT l."lineNumber", l."lineId", l."sku", l."customerSku", l."gtin", l."description", l."baseUnit", l."orderedUnit",
      trim_scale(l."unitFactor")::text AS "unitFactor", trim_scale(l."shipped" + l."surplus")::text AS "shipped",
      (
        SELECT trim_scale(coalesce(sum(CASE
          WHEN r."closedAt" IS NOT NULL THEN x."received" + x."conceded"
          WHEN r."authorizedAt" IS NULL AND r."source" IN ('api', 'edi') AND ${earlier} THEN x."requested"
          ELSE x."authorized"
        END), 0))::text
        FROM "ReturnLine" AS x JOIN "Return" AS r ON r."id" = x."returnId"
        WHERE r."orderId" = ${orderId} AND x."orderLineNumber" = l."lineNumber" AND ${others}
          AND r."status" NOT IN ('refused', 'cancelled')
      ) AS "returned",
      s."shippedAt", s."node", s."wmsSystem"
    FROM "OrderLine" AS l LEFT JOIN LATERAL (
      SELECT s."shippedAt", f."node", f."wmsSystem"
      FROM "Shipment" AS s JOIN "Fulfillment" AS f ON f."id" = s."fulfillmentId"
      WHERE s."orderId" = l."orderId" AND EXISTS (
        SELECT FROM jsonb_to_recordset(s."lines") AS x("lineNumber" int) WHERE x."lineNumber" = l."lineNumber"
      )
      ORDER BY s."shippedAt" DESC LIMIT 1
    ) AS s ON TRUE
    WHERE l."orderId" = ${orderId} ORDER BY l."lineNumber"`;
}
