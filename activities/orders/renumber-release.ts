import type { Database } from '../../prisma/client.ts';
import { found } from './order-record.ts';

/**
 * Assigns a new number (`…-R2`, then `…-R3`) to a release that its warehouse refused, or stopped for a
 * cancellation that then failed elsewhere. The warehouse would answer the old number as before. The old numbers are stored,
 * so that late events under them still find their order.
 *
 * Idempotent: only a number that is recorded as refused or stopped is replaced; otherwise the call returns the
 * current number.
 */
export async function renumberRelease(
  { prisma }: { prisma: Database },
  { fulfillmentId }: { fulfillmentId: string },
): Promise<{ releaseNumber: string }> {
  const [renumbered] = await prisma.$queryRaw<{ releaseNumber: string }[]>`
    UPDATE "Fulfillment" AS f
    SET "releaseNumber" = coalesce(f."refusedNumbers"[1], f."releaseNumber") || '-R' || cardinality(f."refusedNumbers") + 2,
      "refusedNumbers" = array_append(f."refusedNumbers", f."releaseNumber"),
      "wmsReference" = NULL, "releasedAt" = NULL, "state" = 'planned'
    WHERE f."id" = ${fulfillmentId} AND (f."state" = 'cancelled' OR EXISTS (
      SELECT FROM "WarehouseEvent" AS e
      WHERE e."releaseNumber" = f."releaseNumber" AND e."system" = f."wmsSystem" AND e."type" = 'refused'
    ))
    RETURNING f."releaseNumber"`;
  if (renumbered !== undefined) return renumbered;
  // A statement of its own: the one above does not see what a call beside it has just committed.
  const [row] = await prisma.$queryRaw<{ releaseNumber: string }[]>`
    SELECT "releaseNumber" FROM "Fulfillment" WHERE "id" = ${fulfillmentId}`;
  return found(row, `release ${fulfillmentId}`);
}
