import type { Database } from '../../prisma/client.ts';
import { type HandOff, handOffRows } from '../handoff/hand-off.ts';

/**
 * With the waits between them, the first of these attempts comes a minute after the step was first tried. The others are
 * there in case that the order could not be told then; to be told again changes nothing.
 */
const TOLD_AT = [7, 70, 700];

/** Tells an order once that a system holds it up, so that it watches its deadlines meanwhile. */
export async function tellHeldUp(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  { workflowId, attempt }: { workflowId: string; attempt: number },
): Promise<void> {
  if (!TOLD_AT.includes(attempt)) return;
  const order = await prisma.order.findUnique({
    where: { workflowId, closedAt: null },
    select: { id: true, partnerId: true },
  });
  if (order === null) return;
  const { id: orderId, partnerId } = order;
  const rows = handOffRows([{ kind: 'signal-order', partnerId, orderId, signal: 'stepHeldUp' }]);
  await prisma.handOff.createMany({ data: rows });
  handOff.committed(rows);
}
