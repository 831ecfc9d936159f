import { z } from 'zod';
import { OPEN_STATE } from '../activities/orders/bulk-resolution.ts';
import type { Database } from '../prisma/client.ts';
import { type OrderException, Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor } from './cursor.ts';
import { normalizeNumber, searchRange } from './order-search.ts';

/** The inbox: exceptions of all orders, those that are due first at the top. A page continues in one index. */

/** As an assignee in a filter: an exception that nobody has taken. No client may be assigned under this name. */
export const NOBODY = 'nobody';

const name = z.string().trim().min(1).max(80).optional();

/** Filters of the inbox, the same for the list, its counts and a bulk resolution. */
export const exceptionFilter = {
  owner: name.meta({ description: 'The team that it is shown to' }),
  type: name.meta({ description: 'Such as `price-outside-tolerance`' }),
  category: name,
  partnerId: name,
  assignee: name.meta({ description: `Name of the client that works on it; \`${NOBODY}\` for those that nobody took` }),
  dueBefore: z.iso.datetime({ offset: true, message: 'must be an ISO 8601 date and time with a zone' }).optional(),
  snoozed: z
    .enum(['hidden', 'included', 'only'])
    .default('hidden')
    .meta({ description: 'What of those that are snoozed now' }),
  q: z.string().trim().max(80).optional().meta({ description: 'PO number or its beginning' }),
};

export type ExceptionFilter = { [N in keyof typeof exceptionFilter]?: z.output<(typeof exceptionFilter)[N]> } & {
  /** The partner whose exceptions the caller may see; undefined for all. */
  visible: string | undefined;
};

export interface FoundException extends OrderException {
  readonly partnerId: string;
  /** Of the order; empty for a return of an order that nobody knows. */
  readonly poNumber: string;
  readonly rmaNumber: string | null;
  readonly release: string;
  readonly repeat: string;
  readonly part: string;
  readonly status: string;
  readonly currency: string;
  readonly goodsTotal: bigint | null;
  /** Decimal in major units of the lines whose price the buyer stated; null if the order is priced, or if no line has one. */
  readonly orderedAmount: string | null;
  /** Some line has no price. */
  readonly partial: boolean | null;
  readonly commentCount: number;
}

const place = z.tuple([z.iso.datetime(), z.string()]);

const ALL = Prisma.sql`TRUE`;

function equals(column: string, value: string | undefined): Prisma.Sql {
  return value === undefined ? ALL : Prisma.sql`${Prisma.raw(column)} = ${value}`;
}

/** Of an exception `e` and its order `o` or return `r`; owner, type and snoozing apart, because the counts vary them. */
function conditionsOf(filter: ExceptionFilter) {
  const { owner, type, category, partnerId, assignee, dueBefore, snoozed, q, visible } = filter;
  const number = normalizeNumber(q ?? '');
  const isSnoozed = Prisma.sql`coalesce(e."snoozedUntil" > now(), FALSE)`;
  const always = [
    equals('e."category"', category),
    equals(PARTNER, partnerId),
    equals(PARTNER, visible),
    assignee === NOBODY ? Prisma.sql`e."assignee" IS NULL` : equals('e."assignee"', assignee),
    dueBefore === undefined ? ALL : Prisma.sql`e."dueAt" < ${new Date(dueBefore)}`,
    number === ''
      ? ALL
      : Prisma.sql`(
          o."id" IN (SELECT r."orderId" FROM "OrderReference" AS r WHERE r."kind" = 'po' AND ${searchRange(number)})
          OR starts_with(rma."rmaNumber", ${number})
          OR rma."orderId" IN (SELECT r."orderId" FROM "OrderReference" AS r WHERE r."kind" = 'po' AND ${searchRange(number)})
        )`,
  ];
  return {
    always: Prisma.join(always, ' AND '),
    owner: equals('e."owner"', owner),
    type: equals('e."type"', type),
    isSnoozed,
    snoozing: snoozed === 'included' ? ALL : snoozed === 'only' ? isSnoozed : Prisma.sql`NOT ${isSnoozed}`,
  };
}

/** An exception is of an order or of a return. */
const OF = Prisma.sql`LEFT JOIN "Order" AS o ON o."id" = e."orderId" LEFT JOIN "Return" AS rma ON rma."id" = e."returnId"`;
const PARTNER = 'coalesce(o."partnerId", rma."partnerId")';

/** Of an exception `e` and its order `o` or return `rma`, for a WHERE. */
function matches(filter: ExceptionFilter): Prisma.Sql {
  const { always, owner, type, snoozing } = conditionsOf(filter);
  return Prisma.sql`${always} AND ${owner} AND ${type} AND ${snoozing}`;
}

/**
 * What the buyer states for the lines of order `o`, while we have no price of our own. A price for another unit than the
 * ordered one counts as none.
 */
const ORDERED = Prisma.sql`
  SELECT round(sum(priced."quantity" * priced."price"), 9)::text AS "amount", count(*) > count(priced."price") AS "partial"
  FROM jsonb_array_elements(o."canonical"->'lines') AS l,
    LATERAL (
      SELECT (l->'quantity'->>'value')::numeric AS "quantity",
        (l->>'unitPrice')::numeric / CASE
          WHEN l->'priceBasis' IS NULL THEN 1
          WHEN l->'priceBasis'->>'unit' = l->'quantity'->>'unit' THEN nullif((l->'priceBasis'->>'value')::numeric, 0)
        END AS "price"
    ) AS priced`;

/** What is shown of an exception `page` beside its own columns. */
const SHOWN = Prisma.sql`
      coalesce(o."partnerId", rma."partnerId") AS "partnerId",
      coalesce(o."poNumber", rma."poNumber", '') AS "poNumber", rma."rmaNumber",
      coalesce(o."release", '') AS "release", coalesce(o."repeat", '') AS "repeat", coalesce(o."part", '') AS "part",
      coalesce(o."status", rma."status") AS "status", coalesce(o."currency", '') AS "currency", o."goodsTotal",
      ordered."amount" AS "orderedAmount", ordered."partial",
      (SELECT count(*)::int FROM "ExceptionComment" AS c WHERE c."exceptionId" = page."id") AS "commentCount"`;
const WITH_SUBJECT = Prisma.sql`
      LEFT JOIN "Order" AS o ON o."id" = page."orderId" LEFT JOIN "Return" AS rma ON rma."id" = page."returnId"
      LEFT JOIN LATERAL (${ORDERED}) AS ordered ON o."id" IS NOT NULL AND o."goodsTotal" IS NULL`;

export async function findExceptions(
  prisma: Database,
  filter: ExceptionFilter & { state: string; cursor: string | undefined; limit: number },
) {
  const after = readCursor(filter.cursor, place);
  const rows = await prisma.$queryRaw<FoundException[]>(exceptionQuery(filter, after));
  return cutPage(rows, filter.limit, (row) => [row.dueAt.toISOString(), row.id]);
}

export function exceptionQuery(
  filter: ExceptionFilter & { state: string; limit: number },
  after?: readonly [dueAt: string, id: string],
): Prisma.Sql {
  return Prisma.sql`
    WITH page AS (
      SELECT e.* FROM "OrderException" AS e ${OF}
      WHERE e."state" = ${filter.state} AND ${matches(filter)}
      ${after === undefined ? Prisma.empty : Prisma.sql`AND (e."dueAt", e."id") > (${new Date(after[0])}, ${after[1]})`}
      ORDER BY e."dueAt", e."id"
      LIMIT ${filter.limit + 1}
    )
    SELECT page.*, ${SHOWN}
    FROM page ${WITH_SUBJECT}
    ORDER BY page."dueAt", page."id"`;
}

/** One exception with what a list tells of it. */
export async function findException(prisma: Database, id: string): Promise<FoundException | null> {
  const [row] = await prisma.$queryRaw<FoundException[]>`
    SELECT page.*, ${SHOWN}
    FROM "OrderException" AS page ${WITH_SUBJECT}
    WHERE page."id" = ${id}`;
  return row ?? null;
}

export interface ExceptionCounts {
  total: number;
  overdue: number;
  snoozed: number;
  byOwner: { owner: string; count: number }[];
  byType: { type: string; count: number }[];
}

interface CountRow {
  /** Unset in the rows of the other groupings. */
  owner: string | null;
  type: string | null;
  total: number;
  overdue: number;
  snoozed: number;
  ofOwner: number;
  ofType: number;
}

/** Open ones. Owners are counted without the filter by owner, types without that by type: so many would be found instead. */
export async function countExceptions(prisma: Database, filter: ExceptionFilter): Promise<ExceptionCounts> {
  const { always, owner, type, snoozing, isSnoozed } = conditionsOf(filter);
  const rows = await prisma.$queryRaw<CountRow[]>`
    SELECT e."owner", e."type",
      count(*) FILTER (WHERE ${owner} AND ${type} AND ${snoozing})::int AS "total",
      count(*) FILTER (WHERE ${owner} AND ${type} AND ${snoozing} AND e."dueAt" <= now())::int AS "overdue",
      count(*) FILTER (WHERE ${owner} AND ${type} AND ${isSnoozed})::int AS "snoozed",
      count(*) FILTER (WHERE ${type} AND ${snoozing})::int AS "ofOwner",
      count(*) FILTER (WHERE ${owner} AND ${snoozing})::int AS "ofType"
    FROM "OrderException" AS e ${OF}
    WHERE e."state" = ${OPEN_STATE} AND ${always}
    GROUP BY GROUPING SETS ((), (e."owner"), (e."type"))
    ORDER BY e."owner", e."type"`;
  const all = rows.find((row) => row.owner === null && row.type === null);
  return {
    total: all?.total ?? 0,
    overdue: all?.overdue ?? 0,
    snoozed: all?.snoozed ?? 0,
    byOwner: rows.flatMap((row) =>
      row.owner === null || row.ofOwner === 0 ? [] : [{ owner: row.owner, count: row.ofOwner }],
    ),
    byType: rows.flatMap((row) =>
      row.type === null || row.ofType === 0 ? [] : [{ type: row.type, count: row.ofType }],
    ),
  };
}

/** An exception that a bulk resolution is asked about. */
export interface Candidate {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly resolutions: readonly string[];
  readonly orderId: string | null;
  readonly returnId: string | null;
  readonly partnerId: string;
}

/** The named ones that the caller may see, or the open ones of the filter, due first; at most `limit`. */
export function candidates(
  prisma: Database,
  {
    exceptionIds,
    filter,
    visible,
    limit,
  }: {
    exceptionIds?: readonly string[] | undefined;
    filter?: Omit<ExceptionFilter, 'visible'> | undefined;
    visible: string | undefined;
    limit: number;
  },
): Promise<Candidate[]> {
  const wanted =
    exceptionIds === undefined
      ? Prisma.sql`e."state" = ${OPEN_STATE} AND ${matches({ ...filter, visible })}`
      : Prisma.sql`e."id" = ANY(${exceptionIds}::text[]) AND ${equals(PARTNER, visible)}`;
  return prisma.$queryRaw<Candidate[]>`
    SELECT e."id", e."type", e."state", e."resolutions", e."orderId", e."returnId", ${Prisma.raw(PARTNER)} AS "partnerId"
    FROM "OrderException" AS e ${OF}
    WHERE ${wanted}
    ORDER BY e."dueAt", e."id"
    LIMIT ${limit}`;
}
