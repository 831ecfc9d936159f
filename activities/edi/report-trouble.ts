/**
 * Reports undelivered or unacknowledged documents to their orders, once, in the statement that
 * records the problem.
 */
import type { DocumentTrouble } from '../../domain/order/messages.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type TroubledDocument, tellOrders } from '../documents/trouble.ts';
import type { HandOff } from '../handoff/hand-off.ts';

interface ReportDependencies {
  prisma: Database;
  handOff: HandOff;
}

/** Maximum number of documents per call. */
const MOST_OVERDUE = 500;

/**
 * Handles an interchange that the partner rejected, or that could not be delivered by its deadline.
 * A rejected interchange is set aside so that others can be sent. An undelivered one remains next
 * in line.
 */
export async function reportUndelivered(
  deps: ReportDependencies,
  { interchangeId, refused, reason }: { interchangeId: string; refused: boolean; reason: string },
): Promise<void> {
  const state = refused ? 'refused' : 'late';
  // An acknowledged document was delivered, even if the confirmation of the delivery was lost.
  const affected = await deps.prisma.$queryRaw<TroubledDocument[]>`
    SELECT d."id", d."orderId", d."returnId", d."partnerId", d."transactionSet", d."correlationId"
    FROM "Document" AS d JOIN "Interchange" AS i ON i."id" = d."interchangeId"
    WHERE i."id" = ${interchangeId} AND i."deliveredAt" IS NULL AND d."state" <> ${state} AND d."acknowledgedAt" IS NULL`;
  await setState(deps, affected, state, refused ? 'rejected' : 'undelivered', () => reason);
  if (!refused) return;
  await deps.prisma.$executeRaw`
    UPDATE "Interchange" SET "state" = 'refused', "evidence" = ${reason}
    WHERE "id" = ${interchangeId} AND "deliveredAt" IS NULL`;
}

/** Reports documents whose 997 is overdue. If there are none, this costs one statement. */
export async function reportUnacknowledged(
  deps: ReportDependencies,
  { partnerId }: { partnerId: string },
): Promise<void> {
  const overdue = await deps.prisma.$queryRaw<(TroubledDocument & { acknowledgeBy: Date })[]>`
    SELECT "id", "orderId", "returnId", "partnerId", "transactionSet", "correlationId", "acknowledgeBy" FROM "Document"
    WHERE "partnerId" = ${partnerId} AND "direction" = 'outbound' AND "state" = 'transmitted'
      AND "acknowledgedAt" IS NULL AND "acknowledgeBy" < now()
    LIMIT ${MOST_OVERDUE}`;
  const due = new Map(overdue.map(({ id, acknowledgeBy }) => [id, acknowledgeBy.toISOString()]));
  await setState(deps, overdue, 'unacknowledged', 'unacknowledged', ({ id }) => `no 997 came by ${due.get(id)}`);
}

/**
 * One statement: a document whose state changes concurrently, for example by its 997, is not
 * reported.
 */
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
