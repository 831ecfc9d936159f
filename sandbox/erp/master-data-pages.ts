import type { ErpMasterData, ErpMasterDataPage } from '../../activities/erp/port.ts';
import { Problem } from '../problem.ts';

/**
 * Pages of the master data. Rows are sorted by key, and a cursor is the key of the last row, so that a row added between two pages does not
 * shift the others. A row that changes meanwhile is part of the next reading.
 */

interface Reading {
  asOf: string;
  since?: string | undefined;
  /** Key of the last returned row. */
  after: string;
}

const kinds = ['items', 'customers', 'prices', 'taxRates'] as const;

export function pageOf(
  query: { since?: string | undefined; cursor?: string | undefined; limit: number },
  now: string,
  dataSince: (since: string | undefined) => ErpMasterData,
): ErpMasterDataPage {
  const reading = query.cursor === undefined ? { asOf: now, since: query.since, after: '' } : read(query.cursor);
  const left = rowsOf(dataSince(reading.since)).filter(({ key }) => key > reading.after);
  const rows = left.slice(0, query.limit);
  const last = rows.at(-1);
  const page: ErpMasterDataPage = { asOf: reading.asOf, items: [], customers: [], prices: [], taxRates: [] };
  for (const row of rows) row.addTo(page);
  return last === undefined || left.length <= rows.length
    ? page
    : { ...page, next: Buffer.from(JSON.stringify({ ...reading, after: last.key })).toString('base64url') };
}

function rowsOf({ items, customers, prices, taxRates }: ErpMasterData) {
  const key = (kind: (typeof kinds)[number], ...parts: string[]) => JSON.stringify([kinds.indexOf(kind), ...parts]);
  type Row = { key: string; addTo: (page: ErpMasterData) => void };
  const rows: Row[] = [
    ...items.map((row): Row => ({ key: key('items', row.sku), addTo: (page) => void page.items.push(row) })),
    ...customers.map(
      (row): Row => ({ key: key('customers', row.customerNumber), addTo: (page) => void page.customers.push(row) }),
    ),
    ...prices.map(
      (row): Row => ({
        key: key('prices', row.customerNumber, row.sku, row.unit, row.validFrom),
        addTo: (page) => void page.prices.push(row),
      }),
    ),
    ...taxRates.map(
      (row): Row => ({ key: key('taxRates', row.region), addTo: (page) => void page.taxRates.push(row) }),
    ),
  ];
  return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function read(cursor: string): Reading {
  try {
    const { asOf, since, after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Reading;
    if (typeof asOf === 'string' && typeof after === 'string') return { asOf, since, after };
  } catch {
    // Rejected below.
  }
  throw new Problem(422, 'unknown-cursor', 'The cursor is unknown', [{ path: 'cursor', message: 'is unknown' }]);
}
