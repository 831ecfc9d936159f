import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOff, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';

const AGAIN = Prisma.sql`EXISTS (SELECT FROM again)`;

/** Queues a document again, to be sent under new control numbers. Idempotent: a queued document stays unchanged. */
export async function resendDocument(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  { documentId }: { documentId: string },
): Promise<void> {
  const where = { id: documentId };
  const { partnerId } = await prisma.document.findUniqueOrThrow({ where, select: { partnerId: true } });
  const wake = handOffRows([{ kind: 'wake-outbox', partnerId }]);
  const [outcome] = await prisma.$queryRaw<{ queued: boolean }[]>`
    WITH again AS (
      UPDATE "Document" SET "state" = 'queued', "interchangeId" = NULL, "position" = NULL, "groupControl" = NULL,
        "transactionControl" = NULL, "transmittedAt" = NULL, "acknowledgeBy" = NULL, "acknowledgedAt" = NULL,
        "acknowledgment" = NULL, "acknowledgedById" = NULL
      WHERE "id" = ${documentId} AND "state" IN ('refused', 'rejected', 'unacknowledged')
      RETURNING "id"
    ),
    woken AS (${insertHandOffs(wake, AGAIN)})
    SELECT ${AGAIN} AS "queued"`;
  if (outcome?.queued) handOff.committed(wake);
}
