/** Physical stock, as a warehouse system counts it. */
import type { Database } from '../../prisma/client.ts';
import type { StockSnapshot } from './port.ts';

/** Stores a reading in one statement. The quantity on hand is the warehouse’s word; what is reserved is ours and stays. */
export async function storeStock(prisma: Database, source: string, { asOf, balances }: StockSnapshot): Promise<void> {
  await prisma.$executeRaw`
    WITH stored AS (
      INSERT INTO "InventoryBalance" ("node", "sku", "onHand", "asOf")
      SELECT t."node", t."sku", t."onHand", ${new Date(asOf)}
      FROM UNNEST(${balances.map(({ node }) => node)}::text[], ${balances.map(({ sku }) => sku)}::text[], ${balances.map(({ onHand }) => onHand)}::numeric[])
        AS t("node", "sku", "onHand")
      ORDER BY t."sku", t."node"
      ON CONFLICT ("node", "sku") DO UPDATE SET "onHand" = EXCLUDED."onHand", "asOf" = EXCLUDED."asOf"
      WHERE "InventoryBalance"."asOf" <= EXCLUDED."asOf"
    )
    INSERT INTO "Synchronization" ("source", "asOf", "completedAt") VALUES (${source}, ${asOf}, now())
    ON CONFLICT ("source") DO UPDATE SET "asOf" = EXCLUDED."asOf", "completedAt" = EXCLUDED."completedAt"`;
}
