/**
 * A purchase order that came again with other content, where the partner's rule is to ask. All orders of the document
 * that repeats it are under one question: the decision about one of them is the decision about all.
 */
import type { Resolution } from '../../domain/exceptions.ts';
import type { ResolveExceptionInput } from '../../domain/order/messages.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { handOffRows } from '../handoff/hand-off.ts';
import type { RecordDependencies } from './dependencies.ts';

/** FROM and WHERE of the orders `e` under the number of order `o` that another document brought; none if `o` was the first. */
export const OTHER_ORDERS = Prisma.sql`
  FROM "Order" AS e WHERE o."repeat" <> '' AND e."partnerId" = o."partnerId" AND e."poNumber" = o."poNumber"
    AND e."release" = o."release" AND e."repeat" <> o."repeat"`;

/** The purchase order `p` of order `o`, where that repeats an earlier one. */
export const REPEATED = Prisma.sql`
  o."repeat" <> '' AND p."partnerId" = o."partnerId" AND p."poNumber" = o."poNumber" AND p."release" = o."release"
    AND p."repeat" = o."repeat"`;

export interface RepetitionDecision {
  resolution: Resolution;
  by: string;
  note?: string;
}

type Dependencies = Pick<RecordDependencies, 'prisma' | 'handOff'>;

interface Asked {
  exceptionId: string;
  orderId: string;
  partnerId: string;
}

/**
 * Keeps the first decision and tells it to the other orders of the document that were asked. It locks the purchase
 * order before it looks for them: an order that asks later looks at the decision after its question was stored.
 */
export async function settleRepetition(
  { prisma, handOff }: Dependencies,
  orderId: string,
  { resolution, by, note }: RepetitionDecision,
): Promise<void> {
  const decision: RepetitionDecision = { resolution, by, ...(note !== undefined && { note }) };
  const signals = await prisma.$transaction(async (records) => {
    const first = await records.$executeRaw`
      UPDATE "PurchaseOrder" AS p SET "decision" = ${JSON.stringify(decision)}::jsonb
      FROM "Order" AS o WHERE o."id" = ${orderId} AND p."decision" IS NULL AND ${REPEATED}`;
    if (first === 0) return [];
    const asked = await records.$queryRaw<Asked[]>`
      SELECT x."id" AS "exceptionId", e."id" AS "orderId", e."partnerId"
      FROM "Order" AS o
        JOIN "Order" AS e USING ("partnerId", "poNumber", "release", "repeat")
        JOIN "OrderException" AS x ON x."orderId" = e."id" AND x."type" = 'repeated-po-number' AND x."state" = 'open'
      WHERE o."id" = ${orderId} AND e."id" <> o."id"
      ORDER BY e."partNumber", e."part"`;
    const rows = handOffRows(asked.map((one) => toldOf(one, decision)));
    if (rows.length > 0) await records.handOff.createMany({ data: rows });
    return rows;
  });
  handOff.committed(signals);
}

/** Tells an order the decision that was taken while it was about to ask. Called after its question was stored. */
export async function tellIfSettled({ prisma, handOff }: Dependencies, orderId: string, exceptionId: string) {
  const [settled] = await prisma.$queryRaw<{ partnerId: string; decision: RepetitionDecision | null }[]>`
    SELECT p."partnerId", p."decision" FROM "Order" AS o, "PurchaseOrder" AS p
    WHERE o."id" = ${orderId} AND ${REPEATED} FOR SHARE OF p`;
  if (settled === undefined || settled.decision === null) return;
  const rows = handOffRows([toldOf({ exceptionId, orderId, partnerId: settled.partnerId }, settled.decision)]);
  await prisma.handOff.createMany({ data: rows });
  handOff.committed(rows);
}

function toldOf({ exceptionId, orderId, partnerId }: Asked, { resolution, by, note }: RepetitionDecision) {
  const together = 'decided for all orders of the document';
  const payload: ResolveExceptionInput = {
    ...{ exceptionId, resolution, by },
    note: note === undefined ? together : `${note}; ${together}`,
  };
  return { kind: 'signal-order' as const, partnerId, orderId, signal: 'exceptionDecided' as const, payload };
}
