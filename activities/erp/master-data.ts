/** Items, customers, prices and tax rates of one ERP, as last read. */
import { countryCode, regionCode } from '../../domain/places.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { insertRows } from '../lib/records.ts';
import type { ErpMasterData } from './port.ts';

/**
 * Stores one page in one statement. Idempotent, so an interrupted reading restarts from its first
 * page. Only changed rows are written, because most rows that an ERP sends are known.
 *
 * `completed` is given with the last page. The next reading then requests later changes only.
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
    customers.flatMap(({ customerNumber, shipTos }) =>
      shipTos.map((shipTo) => ({ ...shipTo, ...placeOf(shipTo), customerNumber })),
    ),
    ({ shipToNumber }) => shipToNumber,
  );
  const prices = unique(page.prices, ({ customerNumber, sku, unit, validFrom }) =>
    JSON.stringify([customerNumber, sku, unit, validFrom]),
  );
  const taxRates = unique(
    page.taxRates.map((rate) => ({ ...rate, ...placeOf(rate) })),
    ({ country, region }) => `${country}/${region}`,
  );
  const source = `erp.${erpSystem}`;
  const readings = completed === undefined ? [] : [{ source, asOf: completed.asOf, completedAt: new Date() }];
  const upsert = (table: string, key: readonly string[], columns: readonly string[], rows: readonly object[]) =>
    upsertRows(
      table,
      ['erpSystem', ...key],
      columns,
      rows.map((row) => ({ ...row, erpSystem })),
    );
  await prisma.$executeRaw`
    WITH items AS (${upsert('Item', ['sku'], ITEM, items)}),
    customers AS (${upsert('Customer', ['customerNumber'], CUSTOMER, customers)}),
    "shipTos" AS (${upsert('ShipTo', ['shipToNumber'], SHIP_TO, shipTos)}),
    prices AS (${upsert('ContractPrice', ['customerNumber', 'sku', 'unit', 'validFrom'], ['validTo', 'unitPrice'], prices)}),
    "taxRates" AS (${upsert('TaxRate', ['country', 'region'], ['percent'], taxRates)})
    ${upsertRows('Synchronization', ['source'], ['asOf', 'completedAt'], readings)}`;
}

/** ERPs write the same place in different ways; orders and tax rates must meet in one. */
function placeOf({ country = '', region }: { country?: string; region: string }) {
  const code = countryCode(country);
  return { country: code, region: regionCode(code, region) };
}

const ITEM = ['description', 'baseUnit', 'gtin', 'weight', 'listPrice', 'taxable', 'units'];
const CUSTOMER = ['partnerId', 'name', 'blocked', 'taxExempt', 'currency', 'terms'];
const SHIP_TO = [
  ...['customerNumber', 'codes', 'name', 'lines', 'city', 'region', 'postalCode', 'country'],
  'preferredNodes',
];

/**
 * Inserts the rows and updates those that differ. A column that a row does not name becomes NULL.
 */
function upsertRows(
  table: string,
  key: readonly string[],
  columns: readonly string[],
  rows: readonly object[],
): Prisma.Sql {
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const changes = columns.map((name) => `"${name}" = EXCLUDED."${name}"`).join(', ');
  const conflict = Prisma.raw(
    `ON CONFLICT (${quoted(key)}) DO UPDATE SET ${changes} WHERE "${table}".* IS DISTINCT FROM EXCLUDED.*`,
  );
  return Prisma.sql`${insertRows(table, [...key, ...columns], rows)} ${conflict}`;
}

/** Keeps the last row of each key, because one statement cannot write a row twice. */
function unique<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
