import type { Database } from '../../prisma/client.ts';
import { found } from './order-record.ts';

/**
 * Gives a release that its warehouse has refused a new number: `…-R2`, then `…-R3`. A warehouse that has refused a number knows it, and
 * would answer a repetition with the same refusal. The refused numbers are kept, so that late events under them find their order.
 *
 * Repeated, it returns the number that the first call gave: only a number that is on record as refused is replaced.
 */
export async function renumberRelease(
  { prisma }: { prisma: Database },
  { fulfillmentId }: { fulfillmentId: string },
): Promise<{ releaseNumber: string }> {
  const [renumbered] = await prisma.$queryRaw<{ releaseNumber: string }[]>`
    UPDATE "Fulfillment" AS f
    SET "releaseNumber" = coalesce(f."refusedNumbers"[1], f."releaseNumber") || '-R' || cardinality(f."refusedNumbers") + 2,
      "refusedNumbers" = array_append(f."refusedNumbers", f."releaseNumber"),
      "wmsReference" = NULL, "state" = 'planned'
    WHERE f."id" = ${fulfillmentId} AND EXISTS (
      SELECT FROM "WarehouseEvent" AS e
      WHERE e."releaseNumber" = f."releaseNumber" AND e."system" = f."wmsSystem" AND e."type" = 'refused'
    )
    RETURNING f."releaseNumber"`;
  if (renumbered !== undefined) return renumbered;
  // A statement of its own: the one above does not see what a call beside it has just committed.
  const [row] = await prisma.$queryRaw<{ releaseNumber: string }[]>`
    SELECT "releaseNumber" FROM "Fulfillment" WHERE "id" = ${fulfillmentId}`;
  return found(row, `release ${fulfillmentId}`);
}
