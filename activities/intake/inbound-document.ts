/** The row of an inbound transaction set, written once with its verdict, together with its effect. */
import type { OrderChange } from '../../mappings/canonical/v1/index.ts';
import type { NotUsed } from '../../mappings/edi/not-used.ts';
import type { Encoding } from '../../mappings/x12/encoding.ts';
import type { X12Error } from '../../mappings/x12/types.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Settlement } from '../documents/kept-documents.ts';
import { insertMissing, type Transaction } from '../lib/records.ts';

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
  /** Absent for ASCII. */
  encoding?: Encoding;
  hash: string;
  correlationId: string;
}

export interface InboundVerdict {
  /** `received`: kept until our profile can read it. */
  state: 'received' | 'accepted' | 'duplicate' | 'rejected' | 'unmatched' | 'kept' | 'handled';
  errors: readonly X12Error[];
  /** Content that the mapping left out. */
  notUsed?: readonly NotUsed[];
  /** The order that a kept document names. */
  poNumber?: string;
  /** The change of its order that it asks for. */
  change?: OrderChange;
  /** Set if the profile refused the document at once. */
  handled?: Settlement;
}

const ALWAYS = Prisma.sql`TRUE`;

/** Part of a statement that stores a document with its verdict, if `onlyIf` holds. */
export function storingDocument(
  document: InboundDocument,
  { state, errors, notUsed = [], poNumber, change, handled }: InboundVerdict,
  onlyIf: Prisma.Sql = ALWAYS,
) {
  return Prisma.sql`
    INSERT INTO "Document" ("id", "direction", "partnerId", "transactionSet", "version", "state", "interchangeId",
      "position", "groupControl", "transactionControl", "body", "delimiters", "encoding", "hash", "correlationId", "errors",
      "notUsed", "poNumber", "change", "handledAt", "handledBy", "handledNote", "handledOutcome")
    SELECT ${document.id}, 'inbound', ${document.partnerId}, ${document.set}, ${document.version}, ${state},
      ${document.interchangeId}, ${document.position}::int, ${document.groupControl}, ${document.transactionControl},
      ${document.body}, ${document.delimiters}, ${document.encoding ?? null}, ${document.hash}, ${document.correlationId},
      ${errors.length > 0 ? JSON.stringify(errors) : null}::jsonb,
      ${notUsed.length > 0 ? JSON.stringify(notUsed) : null}::jsonb, ${poNumber ?? null}::text,
      ${change === undefined ? null : JSON.stringify(change)}::jsonb, CASE WHEN ${handled !== undefined} THEN now() END,
      ${handled?.by ?? null}, ${handled?.note ?? null}, ${handled?.outcome ?? null}
    WHERE ${onlyIf}
    ON CONFLICT ("interchangeId", "position")
    DO UPDATE SET "state" = EXCLUDED."state", "errors" = EXCLUDED."errors", "notUsed" = EXCLUDED."notUsed",
      "poNumber" = EXCLUDED."poNumber", "change" = EXCLUDED."change",
      "handledAt" = EXCLUDED."handledAt", "handledBy" = EXCLUDED."handledBy", "handledNote" = EXCLUDED."handledNote",
      "handledOutcome" = EXCLUDED."handledOutcome"`;
}

/** Part of a statement that notes which orders a document became or repeats. */
export function relatingDocument(documentId: string, orderIds: readonly string[], onlyIf?: Prisma.Sql): Prisma.Sql {
  const rows = orderIds.map((orderId) => ({ documentId, orderId }));
  return insertMissing('DocumentOrder', ['documentId', 'orderId'], rows, onlyIf);
}

/** Stores a document without any other effect. */
export async function storeDocument(
  prisma: Database | Transaction,
  document: InboundDocument,
  { orderIds = [], ...verdict }: InboundVerdict & { orderIds?: readonly string[] },
): Promise<void> {
  await prisma.$executeRaw`
    WITH related AS (${relatingDocument(document.id, orderIds)})
    ${storingDocument(document, verdict)}`;
}
