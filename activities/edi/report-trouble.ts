/** Documents that did not arrive or were not acknowledged: their orders are told once, in the write that records it. */
import type { DocumentTrouble } from '../../domain/order/messages.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type TroubledDocument, tellOrders } from '../documents/trouble.ts';
import type { HandOff } from '../handoff/hand-off.ts';

interface ReportDependencies {
  prisma: Database;
  handOff: HandOff;
}

/** At most so many documents in one look. */
const MOST_OVERDUE = 500;

/**
 * The partner's side refused the file, or could not be reached by the deadline. A refused interchange is set aside, so that others
 * go on; an unreachable partner's stays next in line.
 */
export async function reportUndelivered(
  deps: ReportDependencies,
  { interchangeId, refused, reason }: { interchangeId: string; refused: boolean; reason: string },
): Promise<void> {
  const state = refused ? 'refused' : 'late';
  // A document that the partner has acknowledged has reached it, though the answer to the delivery was lost.
  const affected = await deps.prisma.$queryRaw<TroubledDocument[]>`
    SELECT d."id", d."orderId", d."partnerId", d."transactionSet", d."correlationId"
    FROM "Document" AS d JOIN "Interchange" AS i ON i."id" = d."interchangeId"
    WHERE i."id" = ${interchangeId} AND i."deliveredAt" IS NULL AND d."state" <> ${state} AND d."acknowledgedAt" IS NULL`;
  await setState(deps, affected, state, refused ? 'rejected' : 'undelivered', () => reason);
  if (!refused) return;
  await deps.prisma.$executeRaw`
    UPDATE "Interchange" SET "state" = 'refused', "evidence" = ${reason}
    WHERE "id" = ${interchangeId} AND "deliveredAt" IS NULL`;
}

/** Documents whose 997 has not come in time. A look that finds none is one statement. */
export async function reportUnacknowledged(
  deps: ReportDependencies,
  { partnerId }: { partnerId: string },
): Promise<void> {
  const overdue = await deps.prisma.$queryRaw<(TroubledDocument & { acknowledgeBy: Date })[]>`
    SELECT "id", "orderId", "partnerId", "transactionSet", "correlationId", "acknowledgeBy" FROM "Document"
    WHERE "partnerId" = ${partnerId} AND "direction" = 'outbound' AND "state" = 'transmitted'
      AND "acknowledgedAt" IS NULL AND "acknowledgeBy" < now()
    LIMIT ${MOST_OVERDUE}`;
  const due = new Map(overdue.map(({ id, acknowledgeBy }) => [id, acknowledgeBy.toISOString()]));
  await setState(deps, overdue, 'unacknowledged', 'unacknowledged', ({ id }) => `no 997 came by ${due.get(id)}`);
}

/** One statement: a document that changes its state meanwhile, such as by its 997, troubles nobody. */
async function setState(
  { prisma, handOff }: ReportDependencies,
  documents: readonly TroubledDocument[],
  state: 'refused' | 'late' | 'unacknowledged',
  trouble: DocumentTrouble['trouble'],
  reasonOf: (document: TroubledDocument) => string,
): Promise<void> {
  if (documents.length === 0) return;
  const orders = tellOrders(documents, trouble, reasonOf);
  const signalled = await prisma.$queryRaw<{ id: string }[]>`
    WITH changed AS (
      UPDATE "Document" SET "state" = ${state}
      WHERE "id" = ANY(${documents.map(({ id }) => id)}) AND "state" <> ${state} AND "acknowledgedAt" IS NULL
      RETURNING "id"
    ),
    ${orders.sql(Prisma.sql`SELECT "id" FROM changed`)}
    SELECT "id" FROM signalled`;
  handOff.committed(orders.inserted(signalled.map(({ id }) => id)));
}
