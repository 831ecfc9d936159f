/** The table of hand-offs as a queue with leases. All times are database times. */
import type { Database } from '../../prisma/client.ts';
import { rowsAs } from '../lib/records.ts';
import type { HandOffRow } from './hand-off.ts';

/** A lease is renewed every second, so two renewals may fail before others claim the row. */
const LEASE_SECONDS = 3;

export interface ClaimedRow extends HandOffRow {
  attempts: number;
}

export interface FailedRow {
  id: string;
  /** Answered with a failure so often; what was never answered says nothing about the row. */
  attempts: number;
  retryMs: number;
}

/**
 * Claims up to `most` free rows, alternating between partners, so that one partner's backlog does not hide
 * another's few rows. Rows that another process is claiming are skipped.
 */
export async function claim(prisma: Database, most: number): Promise<(ClaimedRow & { createdAt: Date })[]> {
  return prisma.$queryRaw`
    UPDATE "HandOff" SET "nextAttemptAt" = now() + ${LEASE_SECONDS} * interval '1 second'
    WHERE "id" IN (
      SELECT "id" FROM "HandOff"
      WHERE "nextAttemptAt" <= now() AND "id" IN (
        SELECT "id" FROM (
          SELECT "id", row_number() OVER (PARTITION BY "partnerId" ORDER BY "createdAt", "id") AS "turn"
          FROM "HandOff" WHERE "nextAttemptAt" <= now()
        ) AS due
        ORDER BY "turn" LIMIT ${most}
      )
      FOR UPDATE SKIP LOCKED
    )
    RETURNING "id", "kind", "partnerId", "target", "payload", "attempts", "createdAt"`;
}

/** Deletes delivered rows. */
export async function remove(prisma: Database, ids: readonly string[]): Promise<void> {
  await prisma.$executeRaw`DELETE FROM "HandOff" WHERE "id" = ANY(${ids})`;
}

/** Releases rows after a failed attempt; any process may make the next one. */
export async function putBack(prisma: Database, rows: readonly FailedRow[]): Promise<void> {
  await prisma.$executeRaw`
    UPDATE "HandOff" AS h
    SET "attempts" = f."attempts", "nextAttemptAt" = now() + f."retryMs" * interval '1 millisecond'
    FROM ${rowsAs('f', '"id" text, "attempts" int, "retryMs" int', rows)}
    WHERE h."id" = f."id"`;
}

export async function renew(prisma: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await prisma.$executeRaw`
    UPDATE "HandOff" SET "nextAttemptAt" = now() + ${LEASE_SECONDS} * interval '1 second' WHERE "id" = ANY(${ids})`;
}

/** Releases untried rows at once, because this process ends. */
export async function release(prisma: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await prisma.$executeRaw`UPDATE "HandOff" SET "nextAttemptAt" = now() WHERE "id" = ANY(${ids})`;
}
