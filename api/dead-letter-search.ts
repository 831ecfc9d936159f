import { z } from 'zod';
import { DEAD_DOCUMENT_STATES, type LetterCause, type LetterKind } from '../activities/dead-letters/letter.ts';
import type { Database } from '../prisma/client.ts';
import { Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor } from './cursor.ts';

/**
 * Finds what came in and had no effect. Each kind has a partial index of what is open, newest first; a page continues in each of them where
 * the page before ended. What people settled is found by what they did.
 */

export const letterStates = ['open', 'replayed', 'dismissed'] as const;

export interface DeadLetterFilter {
  readonly state: (typeof letterStates)[number];
  readonly kind: LetterKind | undefined;
  readonly cause: LetterCause | undefined;
  readonly partnerId: string | undefined;
  readonly since: Date | undefined;
}

const listPlace = z.tuple([z.iso.datetime(), z.string()]);
type Place = z.output<typeof listPlace>;

export async function findDeadLetters(
  prisma: Database,
  filter: DeadLetterFilter,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<{ ids: readonly string[]; nextCursor: string | null }> {
  const after = readCursor(page.cursor, listPlace);
  const rows = await prisma.$queryRaw<{ id: string; at: Date }[]>(deadLettersQuery(filter, page.limit + 1, after));
  const { items, nextCursor } = cutPage(rows, page.limit, (row) => [row.at.toISOString(), row.id]);
  return { ids: items.map(({ id }) => id), nextCursor };
}

export interface DeadLetterCount {
  readonly kind: LetterKind;
  readonly cause: LetterCause;
  readonly count: number;
  readonly oldest: Date;
}

/** Of what is open. */
export function countDeadLetters(
  prisma: Database,
  filter: Omit<DeadLetterFilter, 'state'>,
): Promise<readonly DeadLetterCount[]> {
  const all = Prisma.join(
    branchesOf(filter).map(
      ({ from, conditions }) => Prisma.sql`${from} WHERE ${Prisma.join([...conditions], ' AND ')}`,
    ),
    ' UNION ALL ',
  );
  return prisma.$queryRaw<DeadLetterCount[]>`
    SELECT l.kind, l.cause, count(*)::int AS "count", min(l.at) AS "oldest" FROM (${all}) l
    GROUP BY l.kind, l.cause ORDER BY l.kind, l.cause`;
}

export function deadLettersQuery(filter: DeadLetterFilter, most: number, after?: Place): Prisma.Sql {
  const parts = filter.state === 'open' ? branchesOf(filter) : [settledBy(filter.state, filter)];
  if (parts.length === 0) return Prisma.sql`SELECT NULL::text AS id, NULL::timestamptz AS at WHERE FALSE`;
  const branches = parts.map(
    ({ from, at, id, conditions }) => Prisma.sql`
      (SELECT b.id, b.at FROM (${from} WHERE ${Prisma.join([...conditions, ...beyond(at, id, after)], ' AND ')}) b
      ORDER BY b.at DESC, b.id COLLATE "C" LIMIT ${most})`,
  );
  return Prisma.sql`SELECT a.id, a.at FROM (${Prisma.join(branches, ' UNION ALL ')}) a
    ORDER BY a.at DESC, a.id COLLATE "C" LIMIT ${most}`;
}

interface Branch {
  /** SELECT of id, at, kind and cause, without its WHERE. */
  readonly from: Prisma.Sql;
  readonly at: Prisma.Sql;
  readonly id: Prisma.Sql;
  readonly conditions: readonly Prisma.Sql[];
}

function branch(
  table: Prisma.Sql,
  names: { id: string; at: string; kind: string; cause: string },
  conditions: Prisma.Sql[],
): Branch {
  const [id, at] = [Prisma.raw(names.id), Prisma.raw(names.at)];
  const from = Prisma.sql`SELECT ${id} AS id, ${at} AS at, ${Prisma.raw(names.kind)} AS kind, ${Prisma.raw(names.cause)} AS cause FROM ${table}`;
  return { from, at, id, conditions };
}

function branchesOf({ kind, cause, partnerId, since }: Omit<DeadLetterFilter, 'state'>): Branch[] {
  const from = (at: Prisma.Sql) => (since === undefined ? [] : [Prisma.sql`${at} >= ${timestamp(since)}`]);
  const of = (column: Prisma.Sql) => (partnerId === undefined ? [] : [Prisma.sql`${column} = ${partnerId}`]);
  const because = (column: Prisma.Sql) => (cause === undefined ? [] : [Prisma.sql`${column} = ${cause}`]);
  const documentCause = Prisma.raw(DOCUMENT_CAUSE);
  const isWanted = (...kinds: LetterKind[]) => kind === undefined || kinds.includes(kind);
  const branches: (Branch | false)[] = [
    isWanted('document', 'acknowledgment') &&
      branch(
        Prisma.sql`"Document" d`,
        { id: `'document:' || d.id`, at: 'd."createdAt"', kind: DOCUMENT_KIND, cause: DOCUMENT_CAUSE },
        [
          // As the partial index says it.
          Prisma.sql`d.direction = 'inbound' AND d."handledAt" IS NULL AND d.state IN (${Prisma.raw(DEAD_DOCUMENT_STATES.map((state) => `'${state}'`).join(', '))})`,
          ...(kind === undefined ? [] : [Prisma.sql`${Prisma.raw(DOCUMENT_KIND)} = ${kind}`]),
          ...because(documentCause),
          ...of(Prisma.sql`d."partnerId"`),
          ...from(Prisma.sql`d."createdAt"`),
        ],
      ),
    isWanted('interchange') &&
      branch(
        Prisma.sql`"Interchange" i`,
        { id: `'interchange:' || i.id`, at: 'i."receivedAt"', kind: `'interchange'`, cause: `'refused'` },
        [
          Prisma.sql`i.direction = 'inbound' AND i.state = 'rejected' AND i."settledAt" IS NULL`,
          ...because(Prisma.sql`'refused'`),
          ...of(Prisma.sql`i."partnerId"`),
          ...from(Prisma.sql`i."receivedAt"`),
        ],
      ),
    isWanted('warehouse-event') &&
      branch(
        Prisma.sql`"WarehouseEvent" w`,
        {
          id: `'warehouse-event:' || w.system || '/' || w."eventId"`,
          at: 'w."receivedAt"',
          kind: `'warehouse-event'`,
          cause: 'w."noEffect"',
        },
        [
          Prisma.sql`w."noEffect" IS NOT NULL AND w."settledAt" IS NULL`,
          ...because(Prisma.sql`w."noEffect"`),
          ...of(Prisma.sql`(SELECT o."partnerId" FROM "Fulfillment" f JOIN "Order" o ON o.id = f."orderId"
            WHERE f."wmsSystem" = w.system AND (f."releaseNumber" = w."releaseNumber" OR f."refusedNumbers" @> ARRAY[w."releaseNumber"]) LIMIT 1)`),
          ...from(Prisma.sql`w."receivedAt"`),
        ],
      ),
    isWanted('carrier-event') &&
      branch(
        Prisma.sql`"CarrierEvent" c`,
        {
          id: `'carrier-event:' || c.system || '/' || c."eventId"`,
          at: 'c."receivedAt"',
          kind: `'carrier-event'`,
          cause: 'c."noEffect"',
        },
        [
          Prisma.sql`c."noEffect" IS NOT NULL AND c."settledAt" IS NULL`,
          ...because(Prisma.sql`c."noEffect"`),
          // It is of no shipment, and so of no partner.
          ...of(Prisma.sql`NULL::text`),
          ...from(Prisma.sql`c."receivedAt"`),
        ],
      ),
    isWanted('payment') &&
      branch(
        Prisma.sql`"PaymentAllocation" p JOIN "Payment" y ON y.id = p."paymentId"`,
        { id: `'payment:' || p.id`, at: 'p."createdAt"', kind: `'payment'`, cause: 'p."noEffect"' },
        [
          Prisma.sql`p."noEffect" IS NOT NULL AND p."settledAt" IS NULL`,
          ...because(Prisma.sql`p."noEffect"`),
          ...of(Prisma.sql`y."partnerId"`),
          ...from(Prisma.sql`p."createdAt"`),
        ],
      ),
  ];
  return branches.filter((one) => one !== false);
}

const DOCUMENT_KIND = `CASE d.state WHEN 'unmatched' THEN 'acknowledgment' ELSE 'document' END`;
const DOCUMENT_CAUSE = `CASE d.state WHEN 'rejected' THEN 'refused' WHEN 'received' THEN 'held' ELSE d.state END`;

function settledBy(state: 'replayed' | 'dismissed', { kind, cause, partnerId, since }: DeadLetterFilter): Branch {
  return branch(
    Prisma.sql`"DeadLetterAction" x`,
    { id: 'x."letterId"', at: 'x.at', kind: 'x.kind', cause: 'x.cause' },
    [
      Prisma.sql`x.settles AND x.action = ${state}`,
      ...(kind === undefined ? [] : [Prisma.sql`x.kind = ${kind}`]),
      ...(cause === undefined ? [] : [Prisma.sql`x.cause = ${cause}`]),
      ...(partnerId === undefined ? [] : [Prisma.sql`x."partnerId" = ${partnerId}`]),
      ...(since === undefined ? [] : [Prisma.sql`x.since >= ${timestamp(since)}`]),
    ],
  );
}

/** The first condition lets the index start at the cursor; the second skips items with the same time. */
function beyond(at: Prisma.Sql, id: Prisma.Sql, after: Place | undefined): Prisma.Sql[] {
  if (after === undefined) return [];
  const place = timestamp(after[0]);
  return [Prisma.sql`${at} <= ${place} AND (${at} < ${place} OR (${id}) COLLATE "C" > ${after[1]})`];
}

// Pass times as text with a zone: a raw query would pass a Date without one.
function timestamp(time: Date | string): Prisma.Sql {
  return Prisma.sql`${typeof time === 'string' ? time : time.toISOString()}::text::timestamptz`;
}
