import { z } from 'zod';
import type { Database } from '../prisma/client.ts';
import { Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor, writeCursor } from './cursor.ts';
import { ordersHeldUpBy } from './held-up.ts';

/**
 * Finds orders for lists, for a million orders: with any filter, a page continues in one index where the
 * previous page ended.
 */

export interface OrderFilter {
  /** Any number of the order, or a prefix of one. */
  readonly q: string | undefined;
  readonly status: string | undefined;
  readonly partnerId: string | undefined;
  /** Only orders that wait for this system, which does not answer. */
  readonly heldUpBy: string | undefined;
  /** Only orders that are predicted to be late. */
  readonly inJeopardy: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
}

type Conditions = Pick<OrderFilter, 'status' | 'partnerId' | 'heldUpBy' | 'inJeopardy'>;

export interface OrderPage {
  /** In the order of the list. */
  readonly orderIds: readonly string[];
  readonly nextCursor: string | null;
}

/** The form of OrderReference.search: upper case, without blanks and dashes. */
export function normalizeNumber(text: string): string {
  return text.toUpperCase().replace(/[\s-]+/g, '');
}

export function findOrders(prisma: Database, filter: OrderFilter): Promise<OrderPage> {
  const number = filter.q === undefined ? '' : normalizeNumber(filter.q);
  return number === '' ? listOrders(prisma, filter) : searchOrders(prisma, filter, number);
}

const listPlace = z.tuple([z.iso.datetime(), z.string()]);

/** Newest first. */
async function listOrders(prisma: Database, filter: OrderFilter): Promise<OrderPage> {
  const after = readCursor(filter.cursor, listPlace);
  const rows = await prisma.$queryRaw<{ id: string; receivedAt: Date }[]>`
    SELECT o."id", o."receivedAt" FROM "Order" AS o
    WHERE TRUE ${conditions(filter)}
    ${
      // The first condition lets the index start at the cursor; the second skips items with the same time.
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND o."receivedAt" <= ${new Date(after[0])}
          AND (o."receivedAt" < ${new Date(after[0])} OR o."id" > ${after[1]})`
    }
    ORDER BY o."receivedAt" DESC, o."id"
    LIMIT ${filter.limit + 1}`;
  const page = cutPage(rows, filter.limit, (row) => [row.receivedAt.toISOString(), row.id]);
  return { orderIds: page.items.map(({ id }) => id), nextCursor: page.nextCursor };
}

/** Of an order `o`. */
function conditions({ status, partnerId, heldUpBy, inJeopardy }: Conditions): Prisma.Sql {
  return Prisma.sql`
    ${status === undefined ? Prisma.empty : Prisma.sql`AND o."status" = ${status}`}
    ${partnerId === undefined ? Prisma.empty : Prisma.sql`AND o."partnerId" = ${partnerId}`}
    ${inJeopardy ? Prisma.sql`AND o."jeopardyFrom" <= now() AND o."closedAt" IS NULL` : Prisma.empty}
    ${heldUpBy === undefined ? Prisma.empty : Prisma.sql`AND o."id" IN (${ordersHeldUpBy(heldUpBy)})`}`;
}

/**
 * The maximum number of references that one page examines. A prefix such as "1" matches many references,
 * and a page must not walk them all to satisfy a narrow filter. Such a page may hold fewer orders than
 * requested; its cursor continues.
 */
const WINDOW = 600;

const searchPlace = z.tuple([z.string(), z.string()]);

interface Match {
  readonly orderId: string;
  readonly search: string;
  /** The order passes the filter, and this is its first matching number. */
  readonly wanted: boolean;
  /** The number of references examined for this page. */
  readonly looked: bigint;
}

/** Sorted by number, so that an exact match precedes longer ones. */
async function searchOrders(prisma: Database, filter: OrderFilter, number: string): Promise<OrderPage> {
  const after = readCursor(filter.cursor, searchPlace);
  const matches = await prisma.$queryRaw<Match[]>(searchQuery(number, filter, after));
  const wanted = matches.filter((match) => match.wanted);
  const items = wanted.slice(0, filter.limit);
  const orderIds = items.map(({ orderId }) => orderId);
  const lastItem = items.at(-1);
  const lastLooked = matches.at(-1);
  if (wanted.length > filter.limit && lastItem !== undefined) {
    return { orderIds, nextCursor: writeCursor([lastItem.search, lastItem.orderId]) };
  }
  const more = lastLooked !== undefined && Number(lastLooked.looked) === WINDOW;
  return { orderIds, nextCursor: more ? writeCursor([lastLooked.search, lastLooked.orderId]) : null };
}

// Sorts after every UTF-8 text in byte order.
const LAST = '\u{10FFFF}';

/** References `r` whose number begins so. */
export function searchRange(number: string): Prisma.Sql {
  return Prisma.sql`r."search" ~>=~ ${number} AND r."search" ~<~ ${number + LAST}`;
}

/**
 * `~<~` and the like compare by bytes, as the index on (search text_pattern_ops, orderId) does. A range
 * instead of LIKE, because a generic plan cannot use the index for LIKE.
 */
export function searchQuery(
  number: string,
  filter: Conditions,
  after?: readonly [search: string, orderId: string],
): Prisma.Sql {
  return Prisma.sql`
    WITH looked AS MATERIALIZED (
      SELECT r."orderId", r.search
      FROM "OrderReference" r
      WHERE r.search ~>=~ ${after?.[0] ?? number} AND r.search ~<~ ${number + LAST}
      ${after === undefined ? Prisma.empty : Prisma.sql`AND (r.search ~>~ ${after[0]} OR r."orderId" > ${after[1]})`}
      ORDER BY r.search USING ~<~, r."orderId"
      LIMIT ${WINDOW}
    )
    SELECT DISTINCT ON (l.search COLLATE "C", l."orderId")
      l."orderId", l.search,
      (
        o.id IS NOT NULL AND NOT EXISTS (
          SELECT FROM "OrderReference" e
          WHERE e."orderId" = l."orderId" AND e.search ~>=~ ${number} AND e.search ~<~ l.search
        )
      ) AS wanted,
      count(*) OVER () AS looked
    FROM looked l
    LEFT JOIN "Order" o ON o.id = l."orderId"
      ${conditions(filter)}
    ORDER BY l.search COLLATE "C", l."orderId"`;
}
