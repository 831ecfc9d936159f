/** Orders and returns whose step gave up, because a system did not answer until the step's deadline. */
import type { Database } from '../../prisma/client.ts';
import { decisionFor, type HandOff, handOffRows } from '../handoff/hand-off.ts';

/** The system answers again: such orders try their step once more, oldest first, without a person. */
export async function retryGivenUp(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  { system, taskQueue }: { system: string; taskQueue: string },
): Promise<void> {
  const open = await prisma.$queryRaw<
    { exceptionId: string; orderId: string | null; returnId: string | null; partnerId: string }[]
  >`
    SELECT e."id" AS "exceptionId", e."orderId", e."returnId", coalesce(o."partnerId", r."partnerId") AS "partnerId"
    FROM "OrderException" AS e LEFT JOIN "Order" AS o ON o."id" = e."orderId" LEFT JOIN "Return" AS r ON r."id" = e."returnId"
    WHERE e."state" = 'open' AND e."detail"->>'taskQueue' = ${taskQueue}
    ORDER BY coalesce(o."receivedAt", r."askedAt"), e."id"`;
  if (open.length === 0) return;
  const rows = handOffRows(
    open.map((exception) => {
      const { exceptionId } = exception;
      const note = `${system} answers again`;
      return decisionFor(exception, { exceptionId, resolution: 'retry', note, by: 'system' });
    }),
  );
  await prisma.handOff.createMany({ data: rows });
  handOff.committed(rows);
}
