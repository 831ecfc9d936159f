/**
 * A partner's own names for things of ours: items, ship-tos (its stores and distribution centers), units, and what a unit holds of one
 * item. They come by file, by API or by command, all through {@link loadCrossReferences}.
 */
import { isDecimal, isPositive } from '../../mappings/canonical/decimal.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { accountsOf } from '../../mappings/profile/sides.ts';
import type { Database } from '../../prisma/client.ts';
import type { CrossReference } from '../../prisma/generated/client.ts';
import type { Transaction } from '../orders/records.ts';

export const CROSS_REFERENCE_KINDS = ['item', 'ship-to', 'unit', 'pack'] as const;
export type CrossReferenceKind = (typeof CROSS_REFERENCE_KINDS)[number];

export const CROSS_REFERENCE_COLUMNS = ['kind', 'external', 'internal', 'sku', 'quantity'] as const;
export type CrossReferenceColumn = (typeof CROSS_REFERENCE_COLUMNS)[number];

/** A row as somebody states it, not yet checked. */
export interface StatedRow {
  /** Where it stands in its file or list, from 1. */
  readonly line: number;
  readonly values: { readonly [Column in CrossReferenceColumn]?: unknown };
  /** What is wrong with its shape, where it cannot be read as values of columns. */
  readonly misshapen?: string;
}

/** Who states rows. What a partner's file states is changed in the file alone. */
export type CrossReferenceSource = 'file' | 'api';

export interface RefusedRow {
  readonly line: number;
  /** Null where the whole row is at fault. */
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
    | 'stated-by-file';
  readonly reason: string;
}

export interface CrossReferenceReport {
  /** Rows that are new or say something else than before. */
  readonly loaded: number;
  /** Rows that said the same before. */
  readonly unchanged: number;
  /** Rows that the file stated before and does not any more. */
  readonly removed: number;
  readonly refused: readonly RefusedRow[];
}

/** The partner's side whose names they are. */
type Side = Pick<PartnerProfile, 'id' | 'usage'>;

interface CheckedRow {
  line: number;
  kind: CrossReferenceKind;
  external: string;
  internal: string;
  sku: string;
  quantity: string | null;
}

const LONGEST = 80;
const UNIT = /^[A-Z0-9]{2}$/;

/**
 * Checks rows and stores the good ones, all of them in one transaction; each of the others is refused with its line, column and reason.
 * Loading the same again changes nothing. From a file, the rows are everything that the file states: what it stated before and does not
 * any more is removed, except where the row is still there and only refused.
 */
export async function loadCrossReferences(
  { prisma }: { prisma: Database },
  given: { profile: Side; rows: readonly StatedRow[]; source: CrossReferenceSource },
): Promise<CrossReferenceReport> {
  const { profile, rows, source } = given;
  const refused: RefusedRow[] = [];
  const wellFormed = rows.flatMap((row) => {
    const read = readRow(row);
    if ('code' in read) refused.push(read);
    return 'code' in read ? [] : [read];
  });
  const sound = await checkAgainstMasterData(prisma, profile, withoutRepeats(wellFormed, refused), refused);
  return prisma.$transaction(
    async (records) => {
      // One load of a partner's rows at a time: two processes may find the same changed file.
      await records.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`cross-references/${profile.id}`}))`;
      const known = new Map((await rowsUnder(records, profile.id, sound)).map((row) => [keyOf(row), row]));
      const mine = sound.filter((row) => {
        const earlier = known.get(keyOf(row));
        if (source === 'file' || earlier?.source !== 'file' || says(earlier, row)) return true;
        const reason = `is stated by the file of ${profile.id}; change it there`;
        refused.push({ line: row.line, column: null, code: 'stated-by-file', reason });
        return false;
      });
      const changed = mine.filter((row) => {
        const earlier = known.get(keyOf(row));
        return earlier === undefined || !says(earlier, row) || (source === 'file' && earlier.source !== 'file');
      });
      await store(records, profile.id, changed, source);
      const removed = source === 'file' ? await removeOthers(records, profile.id, rows) : 0;
      refused.sort((one, other) => one.line - other.line);
      return { loaded: changed.length, unchanged: mine.length - changed.length, removed, refused };
    },
    { timeout: 60_000 },
  );
}

// ── Reading rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

function readRow({ line, values, misshapen }: StatedRow): CheckedRow | RefusedRow {
  const refuse = (column: CrossReferenceColumn | null, code: RefusedRow['code'], reason: string): RefusedRow => ({
    line,
    column,
    code,
    reason,
  });
  if (misshapen !== undefined) return refuse(null, 'misshapen-row', misshapen);
  const text = (column: CrossReferenceColumn) => String(values[column] ?? '').trim();
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
  for (const column of needed) {
    if (text(column).length > LONGEST || /\p{Cc}/u.test(text(column))) {
      return refuse(column, 'bad-value', `must be at most ${LONGEST} characters, none of them a control character`);
    }
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
  const quantity = kind === 'pack' ? text('quantity') : null;
  const sku = kind === 'pack' ? text('sku') : '';
  return { line, kind, external: text('external'), internal: text('internal'), sku, quantity };
}

function withoutRepeats(rows: readonly CheckedRow[], refused: RefusedRow[]): CheckedRow[] {
  const first = new Map<string, number>();
  return rows.filter((row) => {
    const earlier = first.get(keyOf(row));
    if (earlier === undefined) {
      first.set(keyOf(row), row.line);
      return true;
    }
    const reason = `repeats ${row.kind} ${row.external} of line ${earlier}`;
    refused.push({ line: row.line, column: 'external', code: 'duplicate-row', reason });
    return false;
  });
}

/** What one row names must be ours: items, ship-tos of this partner, units in which we sell. */
async function checkAgainstMasterData(
  prisma: Database,
  profile: Side,
  rows: readonly CheckedRow[],
  refused: RefusedRow[],
): Promise<CheckedRow[]> {
  const named = (kind: CrossReferenceKind, column: 'internal' | 'sku') => [
    ...new Set(rows.flatMap((row) => (row.kind === kind ? [row[column]] : []))),
  ];
  const skus = [...named('item', 'internal'), ...named('pack', 'sku')];
  const items = new Map(
    (await chunked(skus, (some) => prisma.item.findMany({ where: { sku: { in: some } } }))).map((item) => [
      item.sku,
      [item.baseUnit, ...(item.units as { unit: string }[]).map(({ unit }) => unit)],
    ]),
  );
  const customer = { partnerId: { in: accountsOf(profile) } };
  const shipTos = new Set(
    (
      await chunked(named('ship-to', 'internal'), (some) =>
        prisma.shipTo.findMany({ where: { shipToNumber: { in: some }, customer }, select: { shipToNumber: true } }),
      )
    ).map(({ shipToNumber }) => shipToNumber),
  );
  const units = named('unit', 'internal').length === 0 ? new Set<string>() : await unitsInUse(prisma);
  return rows.filter((row) => {
    const fault = faultOf(row, items, shipTos, units, profile.id);
    if (fault !== undefined) refused.push({ line: row.line, ...fault });
    return fault === undefined;
  });
}

function faultOf(
  { kind, internal, sku }: CheckedRow,
  items: ReadonlyMap<string, readonly string[]>,
  shipTos: ReadonlySet<string>,
  units: ReadonlySet<string>,
  partnerId: string,
): Omit<RefusedRow, 'line'> | undefined {
  const item = kind === 'pack' ? sku : internal;
  if ((kind === 'item' || kind === 'pack') && !items.has(item)) {
    const column = kind === 'pack' ? 'sku' : 'internal';
    return { column, code: 'unknown-item', reason: `${item} is no item of ours` };
  }
  if (kind === 'ship-to' && !shipTos.has(internal)) {
    return { column: 'internal', code: 'unknown-ship-to', reason: `${internal} is no ship-to of ${partnerId}` };
  }
  if (kind === 'unit' && !units.has(internal)) {
    return { column: 'internal', code: 'bad-unit', reason: `nothing of ours is sold by ${internal}` };
  }
  if (kind === 'pack' && !items.get(sku)?.includes(internal)) {
    return { column: 'internal', code: 'bad-unit', reason: `${sku} is not sold by ${internal}` };
  }
  return undefined;
}

async function unitsInUse(prisma: Database): Promise<Set<string>> {
  const rows = await prisma.$queryRaw<{ unit: string }[]>`
    SELECT "baseUnit" AS "unit" FROM "Item"
    UNION SELECT u->>'unit' FROM "Item", jsonb_array_elements("units") AS u`;
  return new Set(rows.map(({ unit }) => unit));
}

/** Postgres takes some 32 000 parameters in one statement. */
async function chunked<T>(values: readonly string[], find: (some: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; from < values.length; from += 10_000)
    found.push(...(await find(values.slice(from, from + 10_000))));
  return found;
}

// ── Storing rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

function keyOf({ kind, external, sku }: { kind: string; external: string; sku: string }): string {
  return JSON.stringify([kind, external, sku]);
}

function says(known: CrossReference, { internal, quantity }: CheckedRow): boolean {
  if (known.internal !== internal) return false;
  return quantity === null ? known.quantity === null : known.quantity?.equals(quantity) === true;
}

function rowsUnder(records: Transaction, partnerId: string, rows: readonly CheckedRow[]): Promise<CrossReference[]> {
  return chunked([...new Set(rows.map(({ external }) => external))], (some) =>
    records.crossReference.findMany({ where: { partnerId, external: { in: some } } }),
  );
}

async function store(
  records: Transaction,
  partnerId: string,
  rows: readonly CheckedRow[],
  source: CrossReferenceSource,
): Promise<void> {
  if (rows.length === 0) return;
  await records.$executeRaw`
    INSERT INTO "CrossReference" ("partnerId", "kind", "external", "sku", "internal", "quantity", "source")
    SELECT ${partnerId}, t."kind", t."external", t."sku", t."internal", NULLIF(t."quantity", '')::numeric, ${source}
    FROM UNNEST(${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ external }) => external)}::text[],
                ${rows.map(({ sku }) => sku)}::text[], ${rows.map(({ internal }) => internal)}::text[],
                ${rows.map(({ quantity }) => quantity ?? '')}::text[])
      AS t("kind", "external", "sku", "internal", "quantity")
    ON CONFLICT ("partnerId", "kind", "external", "sku")
    DO UPDATE SET "internal" = EXCLUDED."internal", "quantity" = EXCLUDED."quantity", "source" = EXCLUDED."source", "updatedAt" = now()`;
}

/** A row that is still in the file and only refused now keeps what it said when it was good. */
async function removeOthers(records: Transaction, partnerId: string, rows: readonly StatedRow[]): Promise<number> {
  const text = (value: unknown) => String(value ?? '').trim();
  const stated = new Set(
    rows.map(({ values }) =>
      keyOf({ kind: text(values.kind), external: text(values.external), sku: text(values.sku) }),
    ),
  );
  const stored = await records.crossReference.findMany({ where: { partnerId, source: 'file' } });
  const gone = stored.filter((row) => !stated.has(keyOf(row)));
  if (gone.length === 0) return 0;
  return records.$executeRaw`
    DELETE FROM "CrossReference" AS c
    USING UNNEST(${gone.map(({ kind }) => kind)}::text[], ${gone.map(({ external }) => external)}::text[], ${gone.map(({ sku }) => sku)}::text[])
      AS t("kind", "external", "sku")
    WHERE c."partnerId" = ${partnerId} AND c."kind" = t."kind" AND c."external" = t."external" AND c."sku" = t."sku"`;
}

// ── Using them ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the partner's names in one order mean. */
export interface KnownNames {
  item(external: string): string | undefined;
  shipTo(external: string): string | undefined;
  /** Ours for the partner's unit, whatever the item. */
  unit(external: string): string | undefined;
  /** How many of which of our units the partner's unit holds of this item. */
  pack(external: string, sku: string): { unit: string; quantity: string } | undefined;
}

/** One query for everything that an order names. */
export async function knownNames(
  prisma: Database,
  partnerId: string,
  named: { items: readonly string[]; shipTos: readonly string[]; units: readonly string[] },
): Promise<KnownNames> {
  const { items, shipTos, units } = named;
  const rows = await prisma.crossReference.findMany({
    where: {
      partnerId,
      OR: [
        { kind: 'item', external: { in: [...new Set(items)] } },
        { kind: 'ship-to', external: { in: [...new Set(shipTos)] } },
        { kind: { in: ['unit', 'pack'] }, external: { in: [...new Set(units)] } },
      ],
    },
  });
  const known = new Map(rows.map((row) => [keyOf(row), row]));
  const find = (kind: CrossReferenceKind, external: string, sku = '') => known.get(keyOf({ kind, external, sku }));
  return {
    item: (external) => find('item', external)?.internal,
    shipTo: (external) => find('ship-to', external)?.internal,
    unit: (external) => find('unit', external)?.internal,
    pack: (external, sku) => {
      const row = find('pack', external, sku);
      return row && { unit: row.internal, quantity: row.quantity?.toFixed() ?? '1' };
    },
  };
}
