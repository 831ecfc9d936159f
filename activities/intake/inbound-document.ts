/** The row of an inbound transaction set, written once with its verdict, together with its effect. */
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';

export interface InboundDocument {
  /** Identical in every attempt to read the interchange. */
  id: string;
  partnerId: string;
  set: string;
  version: string;
  interchangeId: string;
  /** Within its interchange, from 1. */
  position: number;
  groupControl: string;
  transactionControl: string;
  body: string;
  delimiters: string;
  hash: string;
  correlationId: string;
}

export interface InboundVerdict {
  /** `received`: kept until our profile can read it. */
  state: 'received' | 'accepted' | 'duplicate' | 'rejected' | 'unmatched' | 'kept';
  errors: readonly X12Error[];
  /** Content that the mapping left out. */
  notUsed?: readonly NotUsed[];
  /** The order that a kept document names. */
  poNumber?: string;
}

/**
 * Part of a statement that stores a document with its verdict. `order` is a table with one row, the order's
 * id; if it is empty, nothing is stored.
 */
export function storingDocument(
  document: InboundDocument,
  { state, errors, notUsed = [], poNumber }: InboundVerdict,
  order: Prisma.Sql,
) {
  return Prisma.sql`
    INSERT INTO "Document" ("id", "direction", "partnerId", "transactionSet", "version", "state", "interchangeId",
      "position", "groupControl", "transactionControl", "body", "delimiters", "hash", "correlationId", "errors", "notUsed",
      "poNumber", "orderId")
    SELECT ${document.id}, 'inbound', ${document.partnerId}, ${document.set}, ${document.version}, ${state},
      ${document.interchangeId}, ${document.position}::int, ${document.groupControl}, ${document.transactionControl},
      ${document.body}, ${document.delimiters}, ${document.hash}, ${document.correlationId},
      ${errors.length > 0 ? JSON.stringify(errors) : null}::jsonb,
      ${notUsed.length > 0 ? JSON.stringify(notUsed) : null}::jsonb, ${poNumber ?? null}::text, o."id"
    FROM ${order} AS o("id")
    ON CONFLICT ("interchangeId", "position")
    DO UPDATE SET "state" = EXCLUDED."state", "errors" = EXCLUDED."errors", "notUsed" = EXCLUDED."notUsed",
      "poNumber" = EXCLUDED."poNumber", "orderId" = EXCLUDED."orderId"`;
}

/** Stores a document without any other effect. */
export async function storeDocument(
  prisma: Database,
  document: InboundDocument,
  verdict: InboundVerdict & { orderId?: string },
): Promise<void> {
  await prisma.$executeRaw(storingDocument(document, verdict, Prisma.sql`(VALUES (${verdict.orderId ?? null}::text))`));
}
