/**
 * One decision about many exceptions. The decision, its exceptions and a hand-off for each are one statement, so that a
 * crash after it loses nothing: any process delivers the hand-offs. Each order decides for itself whether it can take it.
 */
import type { ResolveExceptionInput } from '../../domain/order/messages.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { decisionFor, type HandOff, handOffRows, insertHandOffs } from '../handoff/hand-off.ts';
import { insertRows } from '../lib/records.ts';

export const OPEN_STATE = 'open';

/** One decision for all exceptions: a resolution, its note and further input. */
export type BulkDecision = Omit<ResolveExceptionInput, 'exceptionId' | 'by'>;

export interface BulkRefusal {
  /** Unset for exceptions that are unknown to the one who decides. */
  type: string | null;
  code: string;
  reason: string;
  count: number;
  /** The first of them. */
  exceptionIds: string[];
}

export interface BulkOutcome {
  taken: { count: number; byType: { type: string; count: number }[] };
  refused: { count: number; groups: BulkRefusal[] };
}

export interface BulkResolutionRequest {
  /** The same for a repetition of the request. */
  id: string;
  clientId: string;
  by: string;
  decision: BulkDecision;
  outcome: BulkOutcome;
  items: readonly { exceptionId: string; orderId: string | null; returnId: string | null; partnerId: string }[];
}

/** Stores the decision and tells the orders. A repetition does nothing. */
export async function resolveTogether(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  { id, clientId, by, decision, outcome, items }: BulkResolutionRequest,
): Promise<void> {
  const rows = handOffRows(
    items.map((item) => {
      const payload: ResolveExceptionInput = { exceptionId: item.exceptionId, by, ...decision };
      return decisionFor(item, payload);
    }),
  );
  const parts = items.map(({ exceptionId }, index) => ({
    bulkResolutionId: id,
    exceptionId,
    handOffId: rows[index]?.id,
  }));
  const isNew = Prisma.sql`EXISTS (SELECT FROM bulk)`;
  const [stored] = await prisma.$queryRaw<{ count: number }[]>`
    WITH bulk AS (
      INSERT INTO "BulkResolution" ("id", "clientId", "by", "decision", "outcome")
      VALUES (${id}, ${clientId}, ${by}, ${JSON.stringify(decision)}::jsonb, ${JSON.stringify(outcome)}::jsonb)
      ON CONFLICT DO NOTHING
      RETURNING "id"
    ),
    parts AS (${insertRows('BulkResolutionItem', ['bulkResolutionId', 'exceptionId', 'handOffId'], parts, isNew)}),
    told AS (${insertHandOffs(rows, isNew)})
    SELECT count(*)::int AS "count" FROM bulk`;
  if (stored?.count === 1) handOff.committed(rows);
}

export interface BulkProgress {
  clientId: string;
  by: string;
  decision: BulkDecision;
  outcome: BulkOutcome;
  createdAt: Date;
  total: number;
  /** As decided here. */
  resolved: number;
  /** By another decision, or because their cause has gone. */
  otherwise: number;
  /** Their orders have not been told yet. */
  waiting: number;
  /** Their orders have been told, and have not taken it yet or cannot. */
  open: number;
}

/** Exceptions `e` that were resolved as bulk resolution `b` says. */
const AS_DECIDED = Prisma.sql`(e."resolution"->>'resolution' = b."decision"->>'resolution' AND e."resolvedBy" = b."by"
  AND e."resolvedAt" >= b."createdAt")`;

export async function bulkProgressOf(prisma: Database, id: string): Promise<BulkProgress | undefined> {
  const [found] = await prisma.$queryRaw<BulkProgress[]>`
    SELECT b."clientId", b."by", b."decision", b."outcome", b."createdAt",
      count(e."id")::int AS "total",
      count(*) FILTER (WHERE e."state" <> ${OPEN_STATE} AND coalesce(${AS_DECIDED}, FALSE))::int AS "resolved",
      count(*) FILTER (WHERE e."state" <> ${OPEN_STATE} AND NOT coalesce(${AS_DECIDED}, FALSE))::int AS "otherwise",
      count(*) FILTER (WHERE e."state" = ${OPEN_STATE} AND h."id" IS NOT NULL)::int AS "waiting",
      count(*) FILTER (WHERE e."state" = ${OPEN_STATE} AND h."id" IS NULL)::int AS "open"
    FROM "BulkResolution" AS b
      LEFT JOIN "BulkResolutionItem" AS i ON i."bulkResolutionId" = b."id"
      LEFT JOIN "OrderException" AS e ON e."id" = i."exceptionId"
      LEFT JOIN "HandOff" AS h ON h."id" = i."handOffId"
    WHERE b."id" = ${id}
    GROUP BY b."id"`;
  return found;
}

export interface Unresolved {
  exceptionId: string;
  /** Unset for one of a return. */
  orderId: string | null;
  returnId: string | null;
  /** Of the order; the number of the return for one of a return. */
  poNumber: string;
  type: string;
  state: string;
  /** How it was resolved instead, if it was. */
  resolution: string | null;
  resolvedBy: string | null;
}

/** The exceptions that are not resolved as decided, oldest due first. */
export function unresolvedOf(prisma: Database, id: string, limit: number): Promise<Unresolved[]> {
  return prisma.$queryRaw<Unresolved[]>`
    SELECT e."id" AS "exceptionId", e."orderId", e."returnId", coalesce(o."poNumber", r."rmaNumber") AS "poNumber", e."type", e."state", e."resolution"->>'resolution' AS "resolution",
      e."resolvedBy"
    FROM "BulkResolution" AS b
      JOIN "BulkResolutionItem" AS i ON i."bulkResolutionId" = b."id"
      JOIN "OrderException" AS e ON e."id" = i."exceptionId"
      LEFT JOIN "Order" AS o ON o."id" = e."orderId"
      LEFT JOIN "Return" AS r ON r."id" = e."returnId"
    WHERE b."id" = ${id} AND (e."state" = ${OPEN_STATE} OR NOT coalesce(${AS_DECIDED}, FALSE))
    ORDER BY e."dueAt", e."id"
    LIMIT ${limit}`;
}
