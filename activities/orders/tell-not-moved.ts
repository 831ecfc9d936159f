import type { Database } from '../../prisma/client.ts';

/** A warehouse did not stop a release that a person wanted to send from another node: the exception is still open. */
export async function tellNotMoved(
  { prisma }: { prisma: Database },
  input: { orderId: string; exceptionId: string; node: string; by: string; reason: string },
): Promise<void> {
  const { orderId, exceptionId, node, by, reason } = input;
  await prisma.$executeRaw`
    INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
    SELECT "id", ${`not-moved/${exceptionId}/${node}`}, 'release.not-moved', ${`not sent from ${node}: ${reason}`}, ${by},
      ${JSON.stringify({ exceptionId, node, reason })}::jsonb, "correlationId"
    FROM "Order" WHERE "id" = ${orderId}
    ON CONFLICT DO NOTHING`;
}
