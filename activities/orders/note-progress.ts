import type { Progress } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { setProgress } from '../lib/records.ts';

export async function noteProgress(
  { prisma }: { prisma: Database },
  { orderId, progress }: { orderId: string; progress: Progress },
): Promise<void> {
  await prisma.$executeRaw`UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId}`;
}
