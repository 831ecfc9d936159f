/** Numbers that never repeat: control numbers of interchanges, groups and transaction sets, serials of SSCCs. */
import type { Transaction } from '../lib/records.ts';

/** The first of `count` consecutive numbers, starting at 1. A failed transaction returns them. */
export async function nextNumbers(
  records: Transaction,
  partnerId: string,
  kind: string,
  count: number,
): Promise<number> {
  const [row] = await records.$queryRaw<{ first: bigint }[]>`
    INSERT INTO "ControlNumber" ("partnerId", "kind", "next") VALUES (${partnerId}, ${kind}, ${count} + 1)
    ON CONFLICT ("partnerId", "kind") DO UPDATE SET "next" = "ControlNumber"."next" + ${count}
    RETURNING "next" - ${count} AS "first"`;
  return Number(row?.first ?? 1n);
}
