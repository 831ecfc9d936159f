import type { Progress } from '../../../domain/order/state.ts';
import type { Database } from '../../../prisma/client.ts';
import { setProgress } from '../../lib/records.ts';

/** Shows at once that the order is being changed, by whom and since when. */
export async function changeAsked(
  { prisma }: { prisma: Database },
  { orderId, changeId, since, progress }: { orderId: string; changeId: string; since: string; progress: Progress },
): Promise<void> {
  await prisma.$executeRaw`
    WITH told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT o."id", ${`change/${changeId}`}, 'order.change-asked',
        'Change of the order asked for' || coalesce(': ' || (c."canonical"->'attributes'->>'reason'), ''), c."askedBy", o."correlationId"
      FROM "Order" AS o JOIN "OrderChange" AS c ON c."orderId" = o."id"
      WHERE o."id" = ${orderId} AND c."id" = ${changeId} AND c."state" <> 'answered'
      ON CONFLICT DO NOTHING
    )
    UPDATE "Order" SET ${setProgress(progress)}, "startedAt" = coalesce("startedAt", ${new Date(since)}::timestamptz)
    WHERE "id" = ${orderId}`;
}
