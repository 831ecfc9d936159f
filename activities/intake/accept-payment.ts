/** Intake of payments: matches them to invoices and signals the orders. */
import { createHash, randomUUID } from 'node:crypto';
import type { Payment } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { HandOffRow } from '../handoff/hand-off.ts';
import type { IntakeDependencies } from './dependencies.ts';

/**
 * Accepts a payment once per payer and reference. One statement stores it, matches its lines to our invoices
 * and writes a hand-off for each match. A line with an unknown invoice waits for the invoice, among the dead letters.
 */
export async function acceptPayment(
  { prisma, handOff }: IntakeDependencies,
  { payment, source, correlationId }: { payment: Payment; source: string; correlationId: string },
): Promise<{ outcome: 'accepted' | 'duplicate' | 'conflict'; paymentId: string }> {
  const { partnerId, reference } = payment;
  const hash = createHash('sha256').update(JSON.stringify(payment)).digest('hex');
  const id = randomUUID();
  const lines = mergeByInvoice(payment.invoices);
  const taken = await prisma.$queryRaw<(HandOffRow | { id: null })[]>`
    WITH taken AS (
      INSERT INTO "Payment" ("id", "partnerId", "reference", "method", "currency", "amount", "paidOn", "source",
        "contentHash", "correlationId")
      VALUES (${id}, ${partnerId}, ${reference}, ${payment.method}, ${payment.currency}, ${payment.amount}::bigint,
        ${payment.paidOn}::date, ${source}, ${hash}, ${correlationId})
      ON CONFLICT ("partnerId", "reference") DO NOTHING
      RETURNING "id"
    ), allocated AS (
      INSERT INTO "PaymentAllocation" ("id", "paymentId", "invoiceNumber", "amount", "adjustment", "adjustmentReason",
        "invoiceId", "orderId", "noEffect")
      SELECT l."id", taken."id", l."invoiceNumber", l."amount", l."adjustment", l."reason", i."id", i."orderId",
        CASE WHEN i."id" IS NULL THEN 'unknown-invoice' END
      FROM taken, UNNEST(${lines.map(() => randomUUID())}::text[], ${lines.map((line) => line.invoiceNumber)}::text[],
        ${lines.map(({ amount }) => amount)}::bigint[], ${lines.map(({ adjustment }) => adjustment)}::bigint[],
        ${lines.map(({ adjustmentReason }) => adjustmentReason ?? null)}::text[])
        AS l("id", "invoiceNumber", "amount", "adjustment", "reason")
      LEFT JOIN "Invoice" i ON i."partnerId" = ${partnerId} AND i."invoiceNumber" = l."invoiceNumber"
      RETURNING "id", "invoiceNumber", "amount", "adjustment", "orderId"
    ), handed AS (${signallingOrders(partnerId)})
    SELECT handed.* FROM taken LEFT JOIN handed ON true`;
  if (taken.length > 0) {
    const matched = taken.flatMap((row) => (row.id === null ? [] : [row]));
    handOff.committed(matched);
    if (matched.length < lines.length) handOff.committed(await invoicesMeanwhile(prisma, partnerId, id));
    return { outcome: 'accepted', paymentId: id };
  }
  const earlier = await prisma.payment.findUniqueOrThrow({
    where: { partnerId_reference: { partnerId, reference } },
    select: { id: true, contentHash: true },
  });
  return { outcome: earlier.contentHash === hash ? 'duplicate' : 'conflict', paymentId: earlier.id };
}

/** INSERT of a signal for each row of `allocated` whose order is known, for a WITH. */
export function signallingOrders(partnerId: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "HandOff" ("id", "kind", "partnerId", "target", "payload")
    SELECT gen_random_uuid(), 'signal-order', ${partnerId}, a."orderId",
      jsonb_build_object('signal', 'paymentReceived', 'payload', jsonb_build_object('allocationId', a."id",
        'invoiceNumber', a."invoiceNumber", 'amount', a."amount", 'adjustment', a."adjustment"))
    FROM allocated a WHERE a."orderId" IS NOT NULL
    RETURNING "id", "kind", "partnerId", "target", "payload"`;
}

/** Invoices that were committed concurrently: neither write could see the other, so each side looks again. */
function invoicesMeanwhile(prisma: Database, partnerId: string, paymentId: string): Promise<HandOffRow[]> {
  return prisma.$queryRaw<HandOffRow[]>`
    WITH allocated AS (
      UPDATE "PaymentAllocation" AS a SET "invoiceId" = i."id", "orderId" = i."orderId", "noEffect" = NULL
      FROM "Invoice" AS i
      WHERE a."paymentId" = ${paymentId} AND a."invoiceId" IS NULL
        AND i."partnerId" = ${partnerId} AND i."invoiceNumber" = a."invoiceNumber" AND a."settledAt" IS NULL
      RETURNING a."id", a."invoiceNumber", a."amount", a."adjustment", a."orderId"
    )
    ${signallingOrders(partnerId)}`;
}

/** A remittance may name an invoice more than once; we sum the amounts. */
function mergeByInvoice(lines: Payment['invoices']) {
  const merged = new Map<
    string,
    { invoiceNumber: string; amount: number; adjustment: number; adjustmentReason?: string }
  >();
  for (const line of lines) {
    const entry = merged.get(line.invoiceNumber) ?? { invoiceNumber: line.invoiceNumber, amount: 0, adjustment: 0 };
    entry.amount += line.amount;
    entry.adjustment += line.adjustment ?? 0;
    if (line.adjustmentReason !== undefined) entry.adjustmentReason = line.adjustmentReason;
    merged.set(line.invoiceNumber, entry);
  }
  return [...merged.values()];
}
