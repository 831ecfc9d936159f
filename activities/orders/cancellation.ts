import type { Cancelling, Progress } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { asJson, setProgress } from '../lib/records.ts';

type Records = { prisma: Database };

/** Shows at once that somebody asked to cancel the order. */
export async function cancelAsked(
  { prisma }: Records,
  { orderId, progress, by, reason, since }: Cancelling & { orderId: string; progress: Progress },
): Promise<void> {
  const summary = `Cancellation asked for: ${reason}`;
  await prisma.$executeRaw`
    WITH told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT "id", ${`cancel-asked/${since}`}, 'order.cancel-asked', ${summary}, ${by}, "correlationId"
      FROM "Order" WHERE "id" = ${orderId}
      ON CONFLICT DO NOTHING
    )
    UPDATE "Order" SET ${setProgress(progress)}, "cancelling" = ${asJson({ by, reason, since })}::jsonb,
      "startedAt" = coalesce("startedAt", ${new Date(since)}::timestamptz)
    WHERE "id" = ${orderId}`;
}

/** The cancellation that was asked for at `since` is refused; the order goes on. */
export async function cancelRefused(
  { prisma }: Records,
  { orderId, progress, since, reason }: { orderId: string; progress: Progress; since: string; reason: string },
): Promise<void> {
  await prisma.$executeRaw`
    WITH told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT "id", ${`cancel-refused/${since}`}, 'order.cancel-refused', ${`Not cancelled: ${reason}`}, 'system', "correlationId"
      FROM "Order" WHERE "id" = ${orderId}
      ON CONFLICT DO NOTHING
    )
    UPDATE "Order" SET ${setProgress(progress)}, "cancelling" = NULL WHERE "id" = ${orderId}`;
}
