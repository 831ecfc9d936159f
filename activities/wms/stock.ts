/** Physical stock as counted by a warehouse system. */
import type { Database } from '../../prisma/client.ts';
import { type HandOff, handOffRows } from '../handoff/hand-off.ts';
import type { StockSnapshot } from './port.ts';

/**
 * Stores a reading. It sets the quantity on hand; reservations are ours and stay.
 *
 * If more of a SKU is free than at the last signal, the orders that wait for it get `stockArrived`, the oldest
 * first, in the transaction of the reading. The orders then compete for the stock under locks.
 */
export async function storeStock(
  { prisma, handOff }: { prisma: Database; handOff: HandOff },
  source: string,
  { asOf, balances }: StockSnapshot,
): Promise<void> {
  const signals = await prisma.$transaction(async (records) => {
    await records.$executeRaw`
      INSERT INTO "Synchronization" ("source", "asOf", "completedAt") VALUES (${source}, ${asOf}, now())
      ON CONFLICT ("source") DO UPDATE SET "asOf" = EXCLUDED."asOf", "completedAt" = EXCLUDED."completedAt"`;
    // Balances are locked in order of SKU and node, as everywhere. The snapshot supplies `offered` before this statement.
    const waiting = await records.$queryRaw<{ orderId: string; partnerId: string }[]>`
      WITH stored AS (
        INSERT INTO "InventoryBalance" AS b ("node", "sku", "onHand", "offered", "asOf")
        SELECT t."node", t."sku", t."onHand", t."onHand", ${new Date(asOf)}
        FROM UNNEST(${balances.map(({ node }) => node)}::text[], ${balances.map(({ sku }) => sku)}::text[], ${balances.map(({ onHand }) => onHand)}::numeric[])
          AS t("node", "sku", "onHand")
        ORDER BY t."sku", t."node"
        ON CONFLICT ("node", "sku") DO UPDATE SET "onHand" = EXCLUDED."onHand", "asOf" = EXCLUDED."asOf",
          "offered" = greatest(EXCLUDED."onHand" - b."reserved", 0)
        WHERE b."asOf" <= EXCLUDED."asOf"
        RETURNING "node", "sku", "offered"
      ), more AS (
        SELECT DISTINCT s."sku"
        FROM stored AS s LEFT JOIN "InventoryBalance" AS b ON b."node" = s."node" AND b."sku" = s."sku"
        WHERE s."offered" > coalesce(b."offered", 0)
      )
      SELECT o."id" AS "orderId", o."partnerId"
      FROM "Order" AS o
      WHERE o."closedAt" IS NULL AND o."id" IN (
        SELECT l."orderId" FROM "OrderLine" AS l JOIN more USING ("sku") WHERE l."backordered" > 0)
      ORDER BY o."receivedAt", o."id"`;
    const rows = handOffRows(
      waiting.map(({ orderId, partnerId }) => ({ kind: 'signal-order', partnerId, orderId, signal: 'stockArrived' })),
    );
    if (rows.length > 0) await records.handOff.createMany({ data: rows });
    return rows;
  });
  handOff.committed(signals);
}
