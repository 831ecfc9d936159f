/** Signals orders whose documents need a decision. */
import type { DocumentTrouble } from '../../domain/order/messages.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { insertTimeline, rowsAs } from '../lib/records.ts';

export interface TroubledDocument {
  id: string;
  orderId: string | null;
  /** Set instead of `orderId` if the document is about a return. */
  returnId: string | null;
  partnerId: string;
  transactionSet: string;
  correlationId: string;
}

export interface TellOrders {
  /**
   * CTEs `signalled (id)` and `noted`: a signal for a running order or return, a timeline event for an order that has
   * ended. They process the documents whose ids the subquery returns.
   */
  sql(documentIds: Prisma.Sql): Prisma.Sql;
  /** The hand-offs whose ids `signalled` returned, for `committed`. */
  inserted(ids: readonly string[]): HandOffRow[];
}

/** Signals the order or return of each document in the write that records the trouble. Others are skipped. */
export function tellOrders<Troubled extends TroubledDocument>(
  documents: readonly Troubled[],
  trouble: DocumentTrouble['trouble'],
  reasonOf: (document: Troubled) => string,
): TellOrders {
  const ofOrders = documents.flatMap((document) =>
    document.orderId === null ? [] : [{ ...document, orderId: document.orderId }],
  );
  const ofReturns = documents.flatMap((document) =>
    document.returnId === null ? [] : [{ ...document, returnId: document.returnId }],
  );
  const returnRows = handOffRows(
    ofReturns.map((document) => {
      const { id: documentId, returnId, partnerId, transactionSet } = document;
      const payload: DocumentTrouble = { documentId, transactionSet, trouble, reason: reasonOf(document) };
      return { kind: 'signal-return', partnerId, returnId, signal: 'documentTrouble', payload };
    }),
  );
  const returnPairs = returnRows.map(({ id }, index) => ({ id, documentId: ofReturns[index]?.id }));
  const rows = handOffRows(
    ofOrders.map((document) => {
      const { id: documentId, orderId, partnerId, transactionSet } = document;
      const payload: DocumentTrouble = { documentId, transactionSet, trouble, reason: reasonOf(document) };
      return { kind: 'signal-order', partnerId, orderId, signal: 'documentTrouble', payload };
    }),
  );
  const pairs = rows.map(({ id }, index) => ({
    id,
    documentId: ofOrders[index]?.id,
    orderId: ofOrders[index]?.orderId,
  }));
  const columns = '"id" text, "documentId" text, "orderId" text';
  const events = ofOrders.map((document) => ({
    orderId: document.orderId,
    key: `trouble/${document.id}/${trouble}`,
    type: `document.${trouble}`,
    summary: `${document.transactionSet} ${trouble} after the order had ended: ${reasonOf(document)}`,
    actor: 'outbox',
    correlationId: document.correlationId,
  }));
  return {
    sql: (documentIds) => Prisma.sql`
      about AS MATERIALIZED (
        SELECT t."id", o."id" AS "orderId", o."closedAt" IS NOT NULL AS "ended", 'trouble/' || t."documentId" || ${`/${trouble}`} AS "key"
        FROM ${rowsAs('t', columns, pairs)} JOIN "Order" AS o ON o."id" = t."orderId"
        WHERE t."documentId" IN (${documentIds})
      ),
      of_returns AS MATERIALIZED (
        SELECT t."id" FROM ${rowsAs('t', '"id" text, "documentId" text', returnPairs)}
        WHERE t."documentId" IN (${documentIds})
      ),
      signalled AS (
        ${insertHandOffs(
          [...rows, ...returnRows],
          Prisma.sql`"id" IN (SELECT a."id" FROM about AS a WHERE NOT a."ended" UNION ALL SELECT r."id" FROM of_returns AS r)`,
        )}
        RETURNING "id"
      ),
      noted AS (${insertTimeline(events, Prisma.sql`"key" IN (SELECT a."key" FROM about AS a WHERE a."ended")`)})`,
    inserted: (ids) => [...rows, ...returnRows].filter(({ id }) => ids.includes(id)),
  };
}
