/** Detects that a partner has acknowledged every document of an order, and signals the order. */
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import type { Transaction } from '../lib/records.ts';

/** A document `d` that is not sent yet, or whose agreed acknowledgment is missing. */
export const PENDING = Prisma.sql`d."direction" = 'outbound' AND (
  d."state" IN ('queued', 'prepared')
  OR d."state" = 'transmitted' AND d."acknowledgedAt" IS NULL AND d."acknowledgeBy" IS NOT NULL
)`;

/** The same for returns. */
export async function signalReturnsAnswered(
  records: Transaction,
  returns: readonly { returnId: string; partnerId: string }[],
): Promise<HandOffRow[]> {
  if (returns.length === 0) return [];
  const rows = handOffRows(
    returns.map(({ returnId, partnerId }) => ({
      kind: 'signal-return',
      partnerId,
      returnId,
      signal: 'documentsAnswered',
    })),
  );
  const answered = Prisma.sql`"target" IN (
    SELECT r."id" FROM "Return" AS r
    WHERE r."id" = ANY(${returns.map(({ returnId }) => returnId)}) AND r."awaitsAnswers"
      AND NOT EXISTS (SELECT FROM "Document" AS d WHERE d."returnId" = r."id" AND ${PENDING})
  )`;
  const inserted = await records.$queryRaw<{ id: string }[]>`
    ${insertHandOffs(rows, answered)} RETURNING "id"`;
  const ids = new Set(inserted.map(({ id }) => id));
  return rows.filter(({ id }) => ids.has(id));
}

/**
 * Signals each of these orders that waits for answers and now has all of them. Call it after the commit of an
 * acknowledgment or delivery, and again if that write is repeated. An order that starts waiting meanwhile
 * looks again after it has recorded that (finish-order.ts), so one of the two sees the other. The rows are
 * inserted; pass them to `committed`.
 */
export async function signalAnswered(
  records: Transaction,
  orders: readonly { orderId: string; partnerId: string }[],
): Promise<HandOffRow[]> {
  if (orders.length === 0) return [];
  const rows = handOffRows(
    orders.map(({ orderId, partnerId }) => ({
      kind: 'signal-order',
      partnerId,
      orderId,
      signal: 'documentsAnswered',
    })),
  );
  const answered = Prisma.sql`"target" IN (
    SELECT o."id" FROM "Order" AS o
    WHERE o."id" = ANY(${orders.map(({ orderId }) => orderId)}) AND o."awaitsAnswers"
      AND NOT EXISTS (SELECT FROM "Document" AS d WHERE d."orderId" = o."id" AND ${PENDING})
  )`;
  const inserted = await records.$queryRaw<{ id: string }[]>`
    ${insertHandOffs(rows, answered)} RETURNING "id"`;
  const ids = new Set(inserted.map(({ id }) => id));
  return rows.filter(({ id }) => ids.has(id));
}
