/**
 * A partner's own names for our items, ship-tos (its stores and distribution centers), units, and packs. They
 * arrive by file, API or command, all through {@link loadCrossReferences}.
 */
import { isDecimal, isPositive } from '../../domain/decimal.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { accountsOf } from '../../mappings/profile/sides.ts';
import type { Database } from '../../prisma/client.ts';
import type { Transaction } from '../lib/records.ts';

export const CROSS_REFERENCE_KINDS = ['item', 'ship-to', 'unit', 'pack'] as const;
export type CrossReferenceKind = (typeof CROSS_REFERENCE_KINDS)[number];

export const CROSS_REFERENCE_COLUMNS = ['kind', 'external', 'internal', 'sku', 'quantity'] as const;
export type CrossReferenceColumn = (typeof CROSS_REFERENCE_COLUMNS)[number];

/** An unchecked row. */
export interface StatedRow {
  /** Its line in the file or position in the list, from 1. */
  readonly line: number;
  readonly values: { readonly [Column in CrossReferenceColumn]?: unknown };
  /** The structural error, if the row cannot be read as columns. */
  readonly misshapen?: string;
}

/** The source of rows. Only the partner's file can change rows that it defines. */
export type CrossReferenceSource = 'file' | 'api';

export interface RefusedRow {
  readonly line: number;
  /** Null if the fault concerns the whole row. */
  readonly column: CrossReferenceColumn | null;
  readonly code:
    | 'misshapen-row'
    | 'unknown-kind'
    | 'missing-value'
    | 'needless-value'
    | 'bad-value'
    | 'bad-unit'
    | 'bad-quantity'
    | 'duplicate-row'
    | 'unknown-item'
    | 'unknown-ship-to'
    | 'stated-by-file'
    | 'known-otherwise';
  readonly reason: string;
}

export interface CrossReferenceReport {
  /** Rows that are new or changed. */
  readonly loaded: number;
  /** Unchanged rows. */
  readonly unchanged: number;
  /** Rows that the file no longer states. */
  readonly removed: number;
  readonly refusedCount: number;
  /** The first of them, by line. */
  readonly refused: readonly RefusedRow[];
}

/** The partner's side that uses these names. */
type Side = Pick<PartnerProfile, 'id' | 'usage'>;

/** A row with its faults. Values that cannot be part of a stored row are null. */
interface CheckedRow {
  readonly line: number;
  readonly kind: string | null;
  readonly external: string | null;
  readonly sku: string | null;
  readonly internal: string | null;
  readonly quantity: string | null;
  readonly fault: Omit<RefusedRow, 'line'> | null;
}

const LONGEST = 80;
const UNIT = /^[A-Z0-9]{2}$/;
/** Characters that Postgres, a report or a terminal cannot represent: controls and lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
/** The default number of reported rejected rows. */
const REFUSED_SHOWN = 10_000;
/** Includes the wait for another load of the same partner. */
const LONGEST_LOAD_MS = 15 * 60_000;

/**
 * Checks rows and stores the valid ones in one transaction; each invalid row is rejected with line, column and
 * reason. Loading is idempotent. The rows of a file are its complete content: rows that it no longer states are
 * removed, unless the row is still there and merely rejected.
 *
 * Rows arrive in batches and go to a temporary table, where Postgres compares them with each other, with master
 * data and with stored rows. A million rows thus need no more memory than a thousand, and the process does other
 * work between batches. Concurrent readers see the earlier rows. An error of `rows` rolls everything back.
 */
export async function loadCrossReferences(
  { prisma }: { prisma: Database },
  given: {
    profile: Side;
    rows: AsyncIterable<readonly StatedRow[]> | Iterable<readonly StatedRow[]>;
    source: CrossReferenceSource;
    /** The maximum number of rejected rows in the report, which also states their count. */
    refusedShown?: number;
    /** Refuses a name that is known already as something else. */
    onlyNew?: true;
  },
): Promise<CrossReferenceReport> {
  const { profile, rows, source, refusedShown = REFUSED_SHOWN, onlyNew } = given;
  return prisma.$transaction(
    async (records) => {
      await stateRows(records, rows);
      await refuseRepeats(records);
      await refuseWhatIsNotOurs(records, profile);
      // Serialize loads of a partner: two processes may find the same changed file.
      await records.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`cross-references/${profile.id}`}))`;
      if (source === 'api') await refuseStatedByFile(records, profile.id);
      if (onlyNew) await refuseKnownOtherwise(records, profile.id);
      const { refusedCount, refused, sound } = await outcome(records, refusedShown);
      const loaded = await store(records, profile.id, source);
      const removed = source === 'file' ? await removeOthers(records, profile.id) : 0;
      return { loaded, unchanged: sound - loaded, removed, refusedCount, refused };
    },
    { timeout: LONGEST_LOAD_MS },
  );
}

/** Makes any text safe for a report: shortened, with unprintable characters as codes. */
export function printable(text: string): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.slice(0, 300).replace(new RegExp(UNPRINTABLE, 'gu'), code);
}

// ── Reading rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

function readRow({ line, values, misshapen }: StatedRow): CheckedRow {
  const text = (column: CrossReferenceColumn) => String(values[column] ?? '').trim();
  const storable = (column: CrossReferenceColumn) =>
    text(column).length <= LONGEST && !UNPRINTABLE.test(text(column)) ? text(column) : null;
  const fault = misshapen === undefined ? faultOfShape(text, storable) : misshapenRow(misshapen);
  const pack = text('kind') === 'pack';
  return {
    line,
    kind: storable('kind'),
    external: storable('external'),
    sku: pack ? storable('sku') : '',
    internal: storable('internal'),
    quantity: pack && fault === null ? text('quantity') : null,
    fault,
  };
}

function misshapenRow(reason: string): Omit<RefusedRow, 'line'> {
  return { column: null, code: 'misshapen-row', reason: printable(reason) };
}

/** The errors that can be found in the row alone. */
function faultOfShape(
  text: (column: CrossReferenceColumn) => string,
  storable: (column: CrossReferenceColumn) => string | null,
): Omit<RefusedRow, 'line'> | null {
  const refuse = (column: CrossReferenceColumn, code: RefusedRow['code'], reason: string) => ({ column, code, reason });
  const unfit = CROSS_REFERENCE_COLUMNS.find((column) => storable(column) === null);
  if (unfit !== undefined) {
    return refuse(unfit, 'bad-value', `must be at most ${LONGEST} characters, none of them a control character`);
  }
  const kind = CROSS_REFERENCE_KINDS.find((known) => known === text('kind'));
  if (kind === undefined) {
    return refuse('kind', 'unknown-kind', `"${text('kind')}" is none of ${CROSS_REFERENCE_KINDS.join(', ')}`);
  }
  const ofPacks = ['sku', 'quantity'] as const;
  const needed =
    kind === 'pack' ? (['external', 'internal', ...ofPacks] as const) : (['external', 'internal'] as const);
  for (const column of needed) {
    if (text(column) === '') return refuse(column, 'missing-value', `is needed for ${kind}`);
  }
  const needless = kind === 'pack' ? undefined : ofPacks.find((column) => text(column) !== '');
  if (needless !== undefined) return refuse(needless, 'needless-value', `belongs to packs, this is ${kind}`);
  if (kind === 'unit' || kind === 'pack') {
    const column = (['external', 'internal'] as const).find((name) => !UNIT.test(text(name)));
    if (column !== undefined) return refuse(column, 'bad-unit', `"${text(column)}" is not a unit such as EA or CA`);
  }
  if (kind === 'pack' && !(isDecimal(text('quantity')) && isPositive(text('quantity')))) {
    return refuse('quantity', 'bad-quantity', `"${text('quantity')}" is not a number above zero`);
  }
  return null;
}

/** Stores the rows in a temporary table of the transaction. */
async function stateRows(
  records: Transaction,
  pieces: AsyncIterable<readonly StatedRow[]> | Iterable<readonly StatedRow[]>,
): Promise<void> {
  await records.$executeRaw`
    CREATE TEMPORARY TABLE "StatedCrossReference" (
      "line" integer, "kind" text, "external" text, "sku" text, "internal" text, "quantity" numeric(27, 9),
      "column" text, "code" text, "reason" text
    ) ON COMMIT DROP`;
  for await (const piece of pieces) {
    const rows = piece.map(readRow).map(({ fault, ...row }) => ({ ...row, ...fault }));
    await records.$executeRaw`
      INSERT INTO "StatedCrossReference"
      SELECT t.* FROM json_to_recordset(${JSON.stringify(rows)}::json) AS t(
        "line" integer, "kind" text, "external" text, "sku" text, "internal" text, "quantity" numeric,
        "column" text, "code" text, "reason" text)`;
  }
  // The planner does not know the size of a temporary table otherwise.
  await records.$executeRaw`ANALYZE "StatedCrossReference"`;
}

/** Of several rows with one name, the first one counts. */
function refuseRepeats(records: Transaction): Promise<number> {
  return records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "column" = 'external', "code" = 'duplicate-row',
        "reason" = 'repeats ' || s."kind" || ' ' || s."external" || ' of line ' || named."first"
    FROM (
      SELECT ctid AS "place", row_number() OVER same AS "nth", first_value("line") OVER same AS "first"
      FROM "StatedCrossReference" WHERE "code" IS NULL
      WINDOW same AS (PARTITION BY "kind" COLLATE "C", "external" COLLATE "C", "sku" COLLATE "C" ORDER BY "line")
    ) AS named
    WHERE s.ctid = named."place" AND named."nth" > 1`;
}

/** A row must name items, units and ship-tos of this partner that one of our ERPs knows. */
async function refuseWhatIsNotOurs(records: Transaction, profile: Side): Promise<void> {
  await records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "column" = CASE "kind" WHEN 'pack' THEN 'sku' ELSE 'internal' END, "code" = 'unknown-item',
        "reason" = CASE "kind" WHEN 'pack' THEN "sku" ELSE "internal" END || ' is no item of ours'
    WHERE "code" IS NULL AND "kind" IN ('item', 'pack')
      AND NOT EXISTS (SELECT FROM "Item" AS i WHERE i."sku" = CASE s."kind" WHEN 'pack' THEN s."sku" ELSE s."internal" END)`;
  await records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "column" = 'internal', "code" = 'unknown-ship-to',
        "reason" = "internal" || ' is no ship-to of ' || ${profile.id}
    WHERE "code" IS NULL AND "kind" = 'ship-to' AND NOT EXISTS (
      SELECT FROM "ShipTo" AS t JOIN "Customer" AS c USING ("erpSystem", "customerNumber")
      WHERE t."shipToNumber" = s."internal" AND c."partnerId" = ANY(${accountsOf(profile)}::text[]))`;
  await records.$executeRaw`
    UPDATE "StatedCrossReference"
    SET "column" = 'internal', "code" = 'bad-unit', "reason" = 'nothing of ours is sold by ' || "internal"
    WHERE "code" IS NULL AND "kind" = 'unit' AND "internal" NOT IN (
      SELECT "baseUnit" FROM "Item"
      UNION SELECT u->>'unit' FROM "Item", jsonb_array_elements("units") AS u WHERE u->>'unit' IS NOT NULL)`;
  await records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "column" = 'internal', "code" = 'bad-unit', "reason" = s."sku" || ' is not sold by ' || s."internal"
    WHERE "code" IS NULL AND "kind" = 'pack' AND NOT EXISTS (
      SELECT FROM "Item" AS i
      WHERE i."sku" = s."sku" AND (i."baseUnit" = s."internal"
        OR i."units" @> jsonb_build_array(jsonb_build_object('unit', s."internal"))))`;
}

// ── Storing rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

function refuseStatedByFile(records: Transaction, partnerId: string): Promise<number> {
  return records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "code" = 'stated-by-file', "reason" = 'is stated by the file of ' || ${partnerId} || '; change it there'
    FROM "CrossReference" AS c
    WHERE s."code" IS NULL AND c."partnerId" = ${partnerId} AND c."source" = 'file'
      AND c."kind" = s."kind" AND c."external" = s."external" AND c."sku" = s."sku"
      AND (c."internal" <> s."internal" OR c."quantity" IS DISTINCT FROM s."quantity")`;
}

function refuseKnownOtherwise(records: Transaction, partnerId: string): Promise<number> {
  return records.$executeRaw`
    UPDATE "StatedCrossReference" AS s
    SET "code" = 'known-otherwise', "reason" = 'is known already as ' || c."internal"
    FROM "CrossReference" AS c
    WHERE s."code" IS NULL AND c."partnerId" = ${partnerId}
      AND c."kind" = s."kind" AND c."external" = s."external" AND c."sku" = s."sku"
      AND (c."internal" <> s."internal" OR c."quantity" IS DISTINCT FROM s."quantity")`;
}

async function outcome(records: Transaction, refusedShown: number) {
  const [counts] = await records.$queryRaw<{ sound: number; refused: number }[]>`
    SELECT (count(*) - count("code"))::int AS "sound", count("code")::int AS "refused" FROM "StatedCrossReference"`;
  const refused = await records.$queryRaw<RefusedRow[]>`
    SELECT "line", "column", "code", "reason" FROM "StatedCrossReference" WHERE "code" IS NOT NULL
    ORDER BY "line" LIMIT ${refusedShown}`;
  return { sound: counts?.sound ?? 0, refusedCount: counts?.refused ?? 0, refused };
}

/** Stores valid rows that are new or changed. Rows that a file states become owned by the file. */
function store(records: Transaction, partnerId: string, source: CrossReferenceSource): Promise<number> {
  return records.$executeRaw`
    INSERT INTO "CrossReference" ("partnerId", "kind", "external", "sku", "internal", "quantity", "source")
    SELECT ${partnerId}, s."kind", s."external", s."sku", s."internal", s."quantity", ${source}
    FROM "StatedCrossReference" AS s LEFT JOIN "CrossReference" AS c
      ON c."partnerId" = ${partnerId} AND c."kind" = s."kind" AND c."external" = s."external" AND c."sku" = s."sku"
    WHERE s."code" IS NULL AND (c."partnerId" IS NULL OR c."internal" <> s."internal"
      OR c."quantity" IS DISTINCT FROM s."quantity" OR (${source} = 'file' AND c."source" <> 'file'))
    ON CONFLICT ("partnerId", "kind", "external", "sku")
    DO UPDATE SET "internal" = EXCLUDED."internal", "quantity" = EXCLUDED."quantity", "source" = EXCLUDED."source", "updatedAt" = now()`;
}

/** A row that is still in the file but now rejected keeps its last valid content. */
function removeOthers(records: Transaction, partnerId: string): Promise<number> {
  return records.$executeRaw`
    DELETE FROM "CrossReference" AS c
    WHERE c."partnerId" = ${partnerId} AND c."source" = 'file' AND NOT EXISTS (
      SELECT FROM "StatedCrossReference" AS s
      WHERE s."kind" = c."kind" AND s."external" = c."external" AND s."sku" = c."sku")`;
}

// ── Using them ────────────────────────────────────────────────────────────────────────────────────────────────────────

function keyOf({ kind, external, sku }: { kind: string; external: string; sku: string }): string {
  return JSON.stringify([kind, external, sku]);
}

/** Translates a partner's names into ours. */
export interface KnownNames {
  item(external: string): string | undefined;
  shipTo(external: string): string | undefined;
  /** Our unit for the partner's unit, independent of the item. */
  unit(external: string): string | undefined;
  /** The quantity and unit of ours that the partner's unit holds of this item. */
  pack(external: string, sku: string): { unit: string; quantity: string } | undefined;
}

/** Looks names up in the stored rows of one partner. */
export function knownNames(
  rows: readonly { kind: string; external: string; sku: string; internal: string; quantity: string | null }[],
): KnownNames {
  const known = new Map(rows.map((row) => [keyOf(row), row]));
  const find = (kind: CrossReferenceKind, external: string, sku = '') => known.get(keyOf({ kind, external, sku }));
  return {
    item: (external) => find('item', external)?.internal,
    shipTo: (external) => find('ship-to', external)?.internal,
    unit: (external) => find('unit', external)?.internal,
    pack: (external, sku) => {
      const row = find('pack', external, sku);
      return row && { unit: row.internal, quantity: row.quantity ?? '1' };
    },
  };
}
