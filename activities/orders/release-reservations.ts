import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { giveBack } from './stock-moves.ts';

/**
 * Releases everything that is still reserved for the order. Idempotent.
 *
 * The first statement waits for a concurrent reservation of the same order, so that the second one
 * sees it.
 */
export async function releaseReservations(
  { prisma }: { prisma: Database },
  { orderId }: { orderId: string },
): Promise<void> {
  await prisma.$queryRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
  await prisma.$executeRaw`
    WITH mine AS MATERIALIZED (SELECT "id" FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE),
    held AS MATERIALIZED (
      SELECT "fulfillmentId", "lineNumber", "quantity" FROM "Reservation"
      WHERE "orderId" = ${orderId} AND "quantity" > 0 AND EXISTS (SELECT FROM mine)
      FOR UPDATE
    ),
    taken AS (
      UPDATE "Reservation" AS r SET "quantity" = 0 FROM held AS h
      WHERE r."fulfillmentId" = h."fulfillmentId" AND r."lineNumber" = h."lineNumber"
      RETURNING r."node", r."sku", h."quantity"
    ),
    advanced AS (
      UPDATE "Fulfillment" SET "revision" = "revision" + 1
      WHERE "id" IN (SELECT "fulfillmentId" FROM held)
      RETURNING "id"
    ),
    ${giveBack(false, Prisma.sql`(SELECT count(*) FROM advanced) > 0`)}
    SELECT 1`;
}
