/** Items, customers, prices and tax rates of one ERP, as last read. */
import type { Database } from '../../prisma/client.ts';
import type { ErpMasterData } from './port.ts';

/**
 * Stores one page in one statement, by sets. A page that is stored twice changes nothing, so a reading that broke off starts again from
 * its first page. Only rows that differ are written: most of what an ERP sends again is known.
 *
 * `completed` is given with the last page: from then on the next reading asks for later changes alone.
 */
export async function storeMasterData(
  prisma: Database,
  erpSystem: string,
  page: ErpMasterData,
  completed?: { asOf: string },
): Promise<void> {
  const items = unique(page.items, ({ sku }) => sku);
  const customers = unique(page.customers, ({ customerNumber }) => customerNumber);
  const shipTos = unique(
    customers.flatMap(({ customerNumber, shipTos }) => shipTos.map((shipTo) => ({ ...shipTo, customerNumber }))),
    ({ shipToNumber }) => shipToNumber,
  );
  const prices = unique(page.prices, ({ customerNumber, sku, unit, validFrom }) =>
    JSON.stringify([customerNumber, sku, unit, validFrom]),
  );
  const taxRates = unique(page.taxRates, ({ region }) => region);
  await prisma.$executeRaw`
    WITH items AS (
      INSERT INTO "Item" ("erpSystem", "sku", "description", "baseUnit", "gtin", "weight", "listPrice", "taxable", "units")
      SELECT ${erpSystem}, t.*
      FROM jsonb_to_recordset(${JSON.stringify(items)}::jsonb) AS t(
        "sku" text, "description" text, "baseUnit" text, "gtin" text, "weight" numeric, "listPrice" numeric,
        "taxable" boolean, "units" jsonb)
      ON CONFLICT ("erpSystem", "sku") DO UPDATE SET
        "description" = EXCLUDED."description", "baseUnit" = EXCLUDED."baseUnit", "gtin" = EXCLUDED."gtin",
        "weight" = EXCLUDED."weight", "listPrice" = EXCLUDED."listPrice", "taxable" = EXCLUDED."taxable",
        "units" = EXCLUDED."units"
      WHERE "Item".* IS DISTINCT FROM EXCLUDED.*
    ), customers AS (
      INSERT INTO "Customer" ("erpSystem", "customerNumber", "partnerId", "name", "blocked", "taxExempt", "currency", "terms")
      SELECT ${erpSystem}, t.*
      FROM jsonb_to_recordset(${JSON.stringify(customers)}::jsonb) AS t(
        "customerNumber" text, "partnerId" text, "name" text, "blocked" boolean, "taxExempt" boolean, "currency" text,
        "terms" jsonb)
      ON CONFLICT ("erpSystem", "customerNumber") DO UPDATE SET
        "partnerId" = EXCLUDED."partnerId", "name" = EXCLUDED."name", "blocked" = EXCLUDED."blocked",
        "taxExempt" = EXCLUDED."taxExempt", "currency" = EXCLUDED."currency", "terms" = EXCLUDED."terms"
      WHERE "Customer".* IS DISTINCT FROM EXCLUDED.*
    ), "shipTos" AS (
      INSERT INTO "ShipTo" ("erpSystem", "shipToNumber", "customerNumber", "codes", "name", "lines", "city", "region",
        "postalCode", "country", "preferredNodes")
      SELECT ${erpSystem}, t.*
      FROM jsonb_to_recordset(${JSON.stringify(shipTos)}::jsonb) AS t(
        "shipToNumber" text, "customerNumber" text, "codes" text[], "name" text, "lines" text[], "city" text,
        "region" text, "postalCode" text, "country" text, "preferredNodes" text[])
      ON CONFLICT ("erpSystem", "shipToNumber") DO UPDATE SET
        "customerNumber" = EXCLUDED."customerNumber", "codes" = EXCLUDED."codes", "name" = EXCLUDED."name",
        "lines" = EXCLUDED."lines", "city" = EXCLUDED."city", "region" = EXCLUDED."region",
        "postalCode" = EXCLUDED."postalCode", "country" = EXCLUDED."country",
        "preferredNodes" = EXCLUDED."preferredNodes"
      WHERE "ShipTo".* IS DISTINCT FROM EXCLUDED.*
    ), prices AS (
      INSERT INTO "ContractPrice" ("erpSystem", "customerNumber", "sku", "unit", "validFrom", "validTo", "unitPrice")
      SELECT ${erpSystem}, t.*
      FROM jsonb_to_recordset(${JSON.stringify(prices)}::jsonb) AS t(
        "customerNumber" text, "sku" text, "unit" text, "validFrom" date, "validTo" date, "unitPrice" numeric)
      ON CONFLICT ("erpSystem", "customerNumber", "sku", "unit", "validFrom") DO UPDATE SET
        "validTo" = EXCLUDED."validTo", "unitPrice" = EXCLUDED."unitPrice"
      WHERE "ContractPrice".* IS DISTINCT FROM EXCLUDED.*
    ), "taxRates" AS (
      INSERT INTO "TaxRate" ("erpSystem", "region", "percent")
      SELECT ${erpSystem}, t.*
      FROM jsonb_to_recordset(${JSON.stringify(taxRates)}::jsonb) AS t("region" text, "percent" numeric)
      ON CONFLICT ("erpSystem", "region") DO UPDATE SET "percent" = EXCLUDED."percent"
      WHERE "TaxRate".* IS DISTINCT FROM EXCLUDED.*
    )
    INSERT INTO "Synchronization" ("source", "asOf", "completedAt")
    SELECT ${`erp.${erpSystem}`}, t."asOf", now()
    FROM jsonb_to_recordset(${JSON.stringify(completed === undefined ? [] : [completed])}::jsonb) AS t("asOf" text)
    ON CONFLICT ("source") DO UPDATE SET "asOf" = EXCLUDED."asOf", "completedAt" = EXCLUDED."completedAt"`;
}

/** The last row of each key: one statement cannot write the same row twice. */
function unique<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
