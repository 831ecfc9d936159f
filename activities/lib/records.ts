/**
 * The parts that record-keeping steps share: the forms in which values are stored, and pieces of SQL. A step writes in one statement with
 * data-modifying CTEs, so these pieces are built to stand in a WITH. Each takes its rows as one JSON parameter: the text of a statement does
 * not depend on their number, so Postgres prepares it once.
 */
import type { Progress } from '../../domain/order/state.ts';
import { Prisma } from '../../prisma/generated/client.ts';

/** A transaction of Prisma, or the client itself. */
export type Transaction = Prisma.TransactionClient;

/** Plain JSON as Prisma wants it; undefined members vanish as they do on the wire. */
export function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}

/** The form in which numbers are compared by search: upper case, without blanks and dashes. */
export function searchForm(value: string): string {
  return value.toUpperCase().replace(/[\s-]+/g, '');
}

/** Columns of the order's row that each step of the workflow sets, so that lists agree with it. */
export function progressColumns(progress: Progress) {
  return {
    status: progress.status,
    waitingFor: progress.waitingFor === '' ? null : progress.waitingFor,
    nextDeadline: progress.nextDeadline === undefined ? null : new Date(progress.nextDeadline),
  };
}

/** The same for a SET clause of SQL. */
export function setProgress(progress: Progress): Prisma.Sql {
  const { status, waitingFor, nextDeadline } = progressColumns(progress);
  return Prisma.sql`"status" = ${status}, "waitingFor" = ${waitingFor}::text,
    "nextDeadline" = ${nextDeadline}::timestamptz, "updatedAt" = now()`;
}

/** Quantities of order lines as stored. */
export interface LineQuantity {
  lineNumber: number;
  /** Base units. */
  quantity: string;
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
 * `lines AS t("lineNumber" int, "quantity" numeric)` in a FROM: rows of ours as a table. `columns` is SQL, written by hand and never given
 * from outside.
 */
export function rowsAs(alias: string, columns: string, rows: readonly object[]): Prisma.Sql {
  return Prisma.sql`json_to_recordset(${JSON.stringify(rows)}::json) AS ${Prisma.raw(`${alias}(${columns})`)}`;
}

/** An INSERT, for a WITH; of nothing unless `onlyIf` holds. A column that a row does not name is NULL. A row that is there is an error. */
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

/** The same, of the rows that are not there yet. */
export function insertMissing(...insert: Parameters<typeof insertRows>): Prisma.Sql {
  return Prisma.sql`${insertRows(...insert)} ON CONFLICT DO NOTHING`;
}

export interface TimelineRow {
  orderId: string;
  /** Unique within the order, so that a repeated step tells nothing twice. */
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

/** Numbers by which somebody may ask for the order; those that are absent are left out. */
export function insertReferences(
  orderId: string,
  numbers: readonly (readonly [kind: string, value: string | undefined])[],
  onlyIf?: Prisma.Sql,
): Prisma.Sql {
  const rows = numbers.flatMap(([kind, value]) => (value ? [{ orderId, kind, value, search: searchForm(value) }] : []));
  return insertMissing('OrderReference', ['orderId', 'kind', 'value', 'search'], rows, onlyIf);
}
