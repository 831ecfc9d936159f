/**
 * What is known of steps that a system outside does not answer: written at each failed attempt, removed when the step is
 * through. So an outage is seen at the first call that it fails, with everything that waits for it; an undisturbed step
 * costs nothing.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { Database } from '../../prisma/client.ts';
import { SYSTEM_BUSY } from './activity-failure.ts';
import { BrokenContract, SystemUnavailable } from './http.ts';

/** An attempt of an activity, as Temporal counts it. */
export interface Attempt {
  workflowId: string;
  activityId: string;
  /** From 1. */
  attempt: number;
  /** When the first attempt was due, milliseconds since the epoch. */
  since: number;
  /** From the first attempt to the last one. */
  triedForMs: number;
  retry: { initialMs: number; coefficient: number; maximumMs: number };
}

export interface SystemTrouble {
  /** Such as `erp.main`. */
  system: string;
  reason: string;
  /** The system named the time. */
  retryAfterMs?: number;
}

/** The trouble of a system that made an attempt fail, so that it is tried again; undefined for any other failure. */
export function systemTroubleOf(error: unknown): SystemTrouble | undefined {
  if (error instanceof SystemUnavailable || error instanceof BrokenContract) {
    return { system: error.system, reason: error.message };
  }
  if (!(error instanceof ApplicationFailure) || error.type !== SYSTEM_BUSY) return undefined;
  const retryAfterMs = Number(error.nextRetryDelay);
  return { system: String(error.details?.[0]), reason: error.message, retryAfterMs };
}

/** @returns whether nothing else was held up by the system before. */
export async function noteHeldUp(
  prisma: Database,
  attempt: Attempt,
  { system, reason, retryAfterMs }: SystemTrouble,
  now = Date.now(),
): Promise<boolean> {
  const { workflowId, activityId, since } = attempt;
  const until = since + attempt.triedForMs;
  const next = Math.min(now + (retryAfterMs ?? delayAfter(attempt)), until);
  const [row] = await prisma.$queryRaw<[{ first: boolean }]>`
    WITH noted AS (
      INSERT INTO "HeldUpStep" AS h ("workflowId", "activityId", "system", "since", "attempts",
        "lastAttemptAt", "nextAttemptAt", "triedUntil", "reason")
      VALUES (${workflowId}, ${activityId}, ${system}, ${new Date(since)}, ${attempt.attempt}::int,
        ${new Date(now)}, ${new Date(next)}, ${new Date(until)}, ${reason})
      ON CONFLICT ("workflowId", "activityId") DO UPDATE SET "system" = excluded."system",
        "since" = excluded."since", "attempts" = excluded."attempts",
        "lastAttemptAt" = excluded."lastAttemptAt", "nextAttemptAt" = excluded."nextAttemptAt",
        "triedUntil" = excluded."triedUntil", "reason" = excluded."reason"
      -- A later run of a workflow counts its activities from the beginning.
      WHERE (h."since", h."attempts") <= (excluded."since", excluded."attempts")
    )
    SELECT NOT EXISTS (
      SELECT FROM "HeldUpStep" WHERE "system" = ${system} AND "nextAttemptAt" > ${new Date(now - MISSED_AFTER_MS)}
    ) AS "first"`;
  return row.first;
}

function delayAfter({ attempt, retry }: Attempt): number {
  return Math.min(retry.initialMs * retry.coefficient ** (attempt - 1), retry.maximumMs);
}

/** A short interruption is no news to who reads an order's timeline. */
const WORTH_TELLING = '1 minute';

/**
 * The step is through: it succeeded, or failed for a reason that a retry does not change.
 *
 * @returns the system that held it up, if nothing else waits for it now.
 */
export async function noteThrough(
  prisma: Database,
  { workflowId, activityId }: Pick<Attempt, 'workflowId' | 'activityId'>,
): Promise<string | undefined> {
  const [through] = await prisma.$queryRaw<{ system: string }[]>`
    WITH through AS (
      DELETE FROM "HeldUpStep" WHERE "workflowId" = ${workflowId} AND "activityId" = ${activityId}
      RETURNING *
    ),
    -- Of orders that ended during the outage: nobody tries those steps again.
    forgotten AS (
      DELETE FROM "HeldUpStep" AS h
      WHERE h."system" IN (SELECT "system" FROM through) AND h."nextAttemptAt" < now() - interval '1 day'
        AND NOT (h."workflowId" = ${workflowId} AND h."activityId" = ${activityId})
    ),
    told AS (
      INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "correlationId")
      SELECT o."id", 'held-up/' || t."activityId" || '/' || extract(epoch FROM t."since"), 'system.answered',
        t."system" || ' answered again; it had not since ' ||
          to_char(t."since" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC (' || t."attempts" || ' attempts)',
        'system', o."correlationId"
      FROM through AS t JOIN "Order" AS o ON o."workflowId" = t."workflowId"
      WHERE t."since" < now() - ${WORTH_TELLING}::interval
      ON CONFLICT DO NOTHING
    )
    SELECT "system" FROM through`;
  if (through === undefined) return undefined;
  const others = await prisma.heldUpStep.count({
    where: { system: through.system, nextAttemptAt: { gt: new Date(Date.now() - MISSED_AFTER_MS) } },
  });
  return others > 0 ? undefined : through.system;
}

/**
 * A step whose next attempt has not come by then is not tried any more: its order was cancelled, or it gave up and a person
 * is asked. No process hears of either.
 */
export const MISSED_AFTER_MS = 90_000;
