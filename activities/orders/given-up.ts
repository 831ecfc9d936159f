/** Orders whose step gave up, because a system did not answer until the step's deadline. */
import type { ResolveExceptionInput } from '../../domain/order/messages.ts';
import type { Database } from '../../prisma/client.ts';
import { type HandOff, handOffRows } from '../handoff/hand-off.ts';

/** The system answers again: such orders try their step once more, oldest first, without a person. */
export async function retryGivenUp(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  { system, taskQueue }: { system: string; taskQueue: string },
): Promise<void> {
  const open = await prisma.$queryRaw<{ exceptionId: string; orderId: string; partnerId: string }[]>`
    SELECT e."id" AS "exceptionId", e."orderId", o."partnerId"
    FROM "OrderException" AS e JOIN "Order" AS o ON o."id" = e."orderId"
    WHERE e."state" = 'open' AND e."detail"->>'taskQueue' = ${taskQueue}
    ORDER BY o."receivedAt", o."id"`;
  if (open.length === 0) return;
  const rows = handOffRows(
    open.map(({ exceptionId, orderId, partnerId }) => {
      const note = `${system} answers again`;
      const payload: ResolveExceptionInput = { exceptionId, resolution: 'retry', note, by: 'system' };
      return { kind: 'signal-order', partnerId, orderId, signal: 'exceptionDecided', payload };
    }),
  );
  await prisma.handOff.createMany({ data: rows });
  handOff.committed(rows);
}
