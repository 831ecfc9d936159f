/**
 * Shared parts of record-keeping steps: stored forms of values, and SQL fragments. A step writes in one
 * statement with data-modifying CTEs, so each fragment fits into a WITH. A fragment takes its rows as one JSON
 * parameter. The statement text is thus independent of their number, and Postgres prepares it once.
 */
import type { Progress } from '../../domain/order/state.ts';
import type { StoreQuantity } from '../../domain/policy/allocations.ts';
import { Prisma } from '../../prisma/generated/client.ts';

/** A transaction of Prisma, or the client itself. */
export type Transaction = Prisma.TransactionClient;

/** Plain JSON for Prisma; undefined members are dropped, as in JSON.stringify. */
export function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}

/** The search form of numbers: upper case, without blanks and dashes. */
export function searchForm(value: string): string {
  return value.toUpperCase().replace(/[\s-]+/g, '');
}

/** The columns of the order that each workflow step sets, so that lists agree with the workflow. */
export function progressColumns(progress: Progress) {
  return {
    status: progress.status,
    waitingFor: progress.waitingFor === '' ? null : progress.waitingFor,
    nextDeadline: progress.nextDeadline === undefined ? null : new Date(progress.nextDeadline),
    jeopardyFrom: progress.jeopardyFrom === undefined ? null : new Date(progress.jeopardyFrom),
  };
}

/** The same for a SET clause of SQL. */
export function setProgress(progress: Progress): Prisma.Sql {
  const { status, waitingFor, nextDeadline, jeopardyFrom } = progressColumns(progress);
  return Prisma.sql`"status" = ${status}, "waitingFor" = ${waitingFor}::text,
    "nextDeadline" = ${nextDeadline}::timestamptz, "jeopardyFrom" = ${jeopardyFrom}::timestamptz, "updatedAt" = now()`;
}

/** Quantities of order lines as stored. */
export interface LineQuantity {
  lineNumber: number;
  /** Base units. */
  quantity: string;
  /** What each store gets of it, where the line is spread over stores. */
  stores?: StoreQuantity[];
}

/** A line of a shipment as stored. */
export interface ShippedLine extends LineQuantity {
  /** Shipped in addition to `quantity`. The release did not ask for it. */
  surplus?: { quantity: string; charged: boolean };
}

/** Sums quantities by line. */
export function byLine(lines: readonly LineQuantity[], add: (a: string, b: string) => string): LineQuantity[] {
  const totals = new Map<number, string>();
  for (const { lineNumber, quantity } of lines) totals.set(lineNumber, add(totals.get(lineNumber) ?? '0', quantity));
  return [...totals].map(([lineNumber, quantity]) => ({ lineNumber, quantity }));
}

// ── Pieces of SQL ─────────────────────────────────────────────────────────────────────────────────────────────────────

const ALWAYS = Prisma.sql`TRUE`;

/**
 * `lines AS t("lineNumber" int, "quantity" numeric)` for a FROM: rows as a table. `columns` is SQL from our
 * own code, never from input.
 */
export function rowsAs(alias: string, columns: string, rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`json_to_recordset(${JSON.stringify(rows)}::json) AS ${Prisma.raw(`${alias}(${columns})`)}`;
}

/** An INSERT for a WITH, conditional on `onlyIf`. Missing columns become NULL. An existing row is an error. */
export function insertRows(
  table: string,
  columns: readonly string[],
  rows: readonly object[],
  onlyIf: Prisma.Sql = ALWAYS,
): Prisma.Sql {
  const names = Prisma.raw(columns.map((name) => `"${name}"`).join(', '));
  const into = Prisma.raw(`"${table}"`);
  return Prisma.sql`
    INSERT INTO ${into} (${names})
    SELECT ${names} FROM json_populate_recordset(NULL::${into}, ${JSON.stringify(rows)}::json)
    WHERE ${onlyIf}`;
}

/** The same, skipping existing rows. */
export function insertMissing(...insert: Parameters<typeof insertRows>): Prisma.Sql {
  return Prisma.sql`${insertRows(...insert)} ON CONFLICT DO NOTHING`;
}

export interface TimelineRow {
  orderId: string;
  /** Unique within the order, so that a repeated step adds no second event. */
  key: string;
  type: string;
  summary: string;
  actor: string;
  correlationId: string;
  detail?: object;
}

const TIMELINE_COLUMNS = ['orderId', 'key', 'type', 'summary', 'actor', 'detail', 'correlationId'];

export function insertTimeline(rows: readonly TimelineRow[], onlyIf?: Prisma.Sql): Prisma.Sql {
  return insertMissing('TimelineEvent', TIMELINE_COLUMNS, rows, onlyIf);
}

/** Numbers by which people search for the order, or for each of several; undefined ones are skipped. */
export function insertReferences(
  orderId: string | readonly string[],
  numbers: readonly (readonly [kind: string, value: string | undefined])[],
  onlyIf?: Prisma.Sql,
): Prisma.Sql {
  const orderIds = typeof orderId === 'string' ? [orderId] : orderId;
  const rows = orderIds.flatMap((id) =>
    numbers.flatMap(([kind, value]) => (value ? [{ orderId: id, kind, value, search: searchForm(value) }] : [])),
  );
  return insertMissing('OrderReference', ['orderId', 'kind', 'value', 'search'], rows, onlyIf);
}
