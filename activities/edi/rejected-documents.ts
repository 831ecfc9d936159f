/**
 * Signals orders whose documents a partner rejected, in the statement that records the rejection.
 */
import type { DocumentTrouble } from '../../domain/order/messages.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows } from '../handoff/hand-off.ts';

interface RejectedDocument {
  readonly id: string;
  readonly orderId: string;
  readonly transactionSet: string;
  readonly reason: string;
}

/** A hand-off and the document that it concerns. */
type Rejection = HandOffRow & { documentId: string };

export function rejectionsOf(documents: readonly RejectedDocument[], partnerId: string): Rejection[] {
  const rows = handOffRows(
    documents.map(({ id: documentId, orderId, transactionSet, reason }) => {
      const payload: DocumentTrouble = { documentId, transactionSet, trouble: 'rejected', reason };
      return { kind: 'signal-order', partnerId, orderId, signal: 'documentTrouble', payload };
    }),
  );
  return rows.map((row, index) => ({ ...row, documentId: documents[index]?.id ?? '' }));
}

/**
 * Inserts the hand-offs of documents in the CTE `answered`. A repeated write finds none there and
 * inserts nothing.
 */
export function insertingRejections(rejections: readonly Rejection[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "HandOff" ("id", "kind", "partnerId", "target", "payload")
    SELECT h."id", h."kind", h."partnerId", h."target", h."payload"
    FROM jsonb_to_recordset(${JSON.stringify(rejections)}::jsonb)
      AS h("documentId" text, "id" text, "kind" text, "partnerId" text, "target" text, "payload" jsonb)
    JOIN answered ON answered."id" = h."documentId"`;
}

/** The inserted rows, for {@link HandOff.committed}. */
export function committedOf(rejections: readonly Rejection[], inserted: readonly { id: string }[]): HandOffRow[] {
  const ids = new Set(inserted.map(({ id }) => id));
  return rejections.filter(({ id }) => ids.has(id)).map(({ documentId: _, ...row }) => row);
}
