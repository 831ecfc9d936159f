import type { Progress } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { setProgress } from '../lib/records.ts';

/** A release is due at another time. The decision that says so is on record with its exception. */
export async function moveShipBy(
  { prisma }: { prisma: Database },
  input: { orderId: string; fulfillmentId: string; to: string; progress: Progress },
): Promise<void> {
  const { orderId, fulfillmentId, to, progress } = input;
  await prisma.$executeRaw`
    WITH moved AS (
      UPDATE "Fulfillment" SET "shipBy" = ${to}::timestamptz WHERE "id" = ${fulfillmentId} AND "orderId" = ${orderId}
    )
    UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}`;
}
