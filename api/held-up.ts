/** What waits for a system outside that does not answer: of orders, and by system. */
import { MISSED_AFTER_MS } from '../activities/lib/held-up-steps.ts';
import type { Database } from '../prisma/client.ts';
import { Prisma } from '../prisma/generated/client.ts';

export interface HeldUp {
  system: string;
  since: Date;
  attempts: number;
  nextAttemptAt: Date;
  triedUntil: Date;
  reason: string;
}

export interface Outage {
  system: string;
  since: Date;
  attempts: number;
  nextAttemptAt: Date;
  reason: string;
  orders: number;
  returns: number;
}

const LIVE = Prisma.sql`h."nextAttemptAt" > now() - ${`${MISSED_AFTER_MS} milliseconds`}::interval`;

/**
 * Steps with the orders that wait for them: their own order, or for a step that sends files to a partner the orders with
 * documents that have not left.
 */
const HELD = Prisma.sql`(
  SELECT o."id" AS "orderId", o."partnerId", h.*
  FROM "HeldUpStep" AS h JOIN "Order" AS o ON o."workflowId" = h."workflowId"
  WHERE ${LIVE} AND o."closedAt" IS NULL
  UNION ALL
  SELECT DISTINCT d."orderId", d."partnerId", h.*
  FROM "HeldUpStep" AS h JOIN "Document" AS d ON d."partnerId" = substr(h."workflowId", length('outbox/') + 1)
    AND d."direction" = 'outbound' AND d."state" IN ('queued', 'prepared', 'late')
  WHERE h."workflowId" LIKE 'outbox/%' AND d."orderId" IS NOT NULL AND ${LIVE}
)`;

/** The ids of the orders that wait for it, for an IN. */
export function ordersHeldUpBy(system: string): Prisma.Sql {
  return Prisma.sql`SELECT held."orderId" FROM ${HELD} AS held WHERE held."system" = ${system}`;
}

/** By order; each system once, by the step that is tried next. */
export async function heldUpOf(prisma: Database, orderIds: readonly string[]): Promise<Map<string, HeldUp[]>> {
  const found = new Map<string, HeldUp[]>();
  if (orderIds.length === 0) return found;
  const rows = await prisma.$queryRaw<(HeldUp & { orderId: string })[]>`
    SELECT DISTINCT ON ("orderId", "system") "orderId", "system", "since", "attempts", "nextAttemptAt", "triedUntil", "reason"
    FROM ${HELD} AS held
    WHERE "orderId" = ANY(${orderIds}::text[])
    ORDER BY "orderId", "system", "nextAttemptAt" DESC`;
  for (const { orderId, ...step } of rows) found.set(orderId, [...(found.get(orderId) ?? []), step]);
  return found;
}

/** What holds up the process of a return. */
export async function heldUpOfReturn(prisma: Database, workflowId: string): Promise<HeldUp[]> {
  const live = new Date(Date.now() - MISSED_AFTER_MS);
  return prisma.heldUpStep.findMany({ where: { workflowId, nextAttemptAt: { gt: live } }, orderBy: { system: 'asc' } });
}

/** @param partnerId only what holds up orders of this partner */
export function outages(prisma: Database, partnerId: string | undefined): Promise<Outage[]> {
  const visible = partnerId === undefined ? Prisma.sql`TRUE` : Prisma.sql`"partnerId" = ${partnerId}`;
  return prisma.$queryRaw<Outage[]>`
    WITH steps AS (
      SELECT h."system", min(h."since") AS "since", max(h."attempts") AS "attempts",
        -- One that is past is of a step that nobody tries any more, or is being made.
        coalesce(min(h."nextAttemptAt") FILTER (WHERE h."nextAttemptAt" > now()), max(h."nextAttemptAt")) AS "nextAttemptAt",
        (array_agg(h."reason" ORDER BY h."lastAttemptAt" DESC))[1] AS "reason"
      FROM "HeldUpStep" AS h
      WHERE ${LIVE} AND NOT EXISTS (
        SELECT FROM "Order" AS o WHERE o."workflowId" = h."workflowId" AND o."closedAt" IS NOT NULL
      )
      GROUP BY h."system"
    ),
    of_returns AS (
      SELECT h."system", count(DISTINCT r."id")::int AS "returns"
      FROM "HeldUpStep" AS h JOIN "Return" AS r ON r."workflowId" = h."workflowId"
      WHERE ${LIVE} AND r."closedAt" IS NULL AND ${visible} GROUP BY h."system"
    ),
    waiting AS (
      SELECT "system", count(DISTINCT "orderId")::int AS "orders" FROM ${HELD} AS held WHERE ${visible} GROUP BY "system"
    )
    SELECT steps.*, coalesce(waiting."orders", 0) AS "orders", coalesce(of_returns."returns", 0) AS "returns"
    FROM steps LEFT JOIN waiting USING ("system") LEFT JOIN of_returns USING ("system")
    ${partnerId === undefined ? Prisma.empty : Prisma.sql`WHERE waiting."orders" > 0 OR of_returns."returns" > 0`}
    ORDER BY "since", "system"`;
}
