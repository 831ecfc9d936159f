import { z } from 'zod';
import type { Database } from '../prisma/client.ts';
import { Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor, writeCursor } from './cursor.ts';

/**
 * Finds orders for lists. Built for a million of them: a page walks one index from where the page before ended, whatever the filters.
 */

export interface OrderFilter {
  /** Any number by which somebody knows the order, or how it begins. */
  readonly q: string | undefined;
  readonly status: string | undefined;
  readonly partnerId: string | undefined;
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface OrderPage {
  /** In the order of the list. */
  readonly orderIds: readonly string[];
  readonly nextCursor: string | null;
}

/** How OrderReference.search compares numbers: upper case, without blanks and dashes. */
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
  const rows = await prisma.order.findMany({
    where: {
      ...(filter.status === undefined ? {} : { status: filter.status }),
      ...(filter.partnerId === undefined ? {} : { partnerId: filter.partnerId }),
      ...(after === undefined
        ? {}
        : {
            // The first condition lets the index begin at the cursor; the second leaves out what shares its time.
            receivedAt: { lte: new Date(after[0]) },
            OR: [{ receivedAt: { lt: new Date(after[0]) } }, { id: { gt: after[1] } }],
          }),
    },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    take: filter.limit + 1,
    select: { id: true, receivedAt: true },
  });
  const page = cutPage(rows, filter.limit, (row) => [row.receivedAt.toISOString(), row.id]);
  return { orderIds: page.items.map(({ id }) => id), nextCursor: page.nextCursor };
}

/**
 * Most references that one page looks at. A beginning such as "1" fits a large part of all references; with a filter that few of them
 * pass, a page must not walk them all. Such a page may hold fewer orders than asked for, and its cursor leads on.
 */
const WINDOW = 600;

const searchPlace = z.tuple([z.string(), z.string()]);

interface Match {
  readonly orderId: string;
  readonly search: string;
  /** The order passes the filter, and this is the first of its numbers that fits. */
  readonly wanted: boolean;
  /** How many references were looked at for this page. */
  readonly looked: bigint;
}

/** By number, so that an exact match comes before those that only begin with it. */
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

// Sorts after every text in UTF-8, byte by byte.
const LAST = '\u{10FFFF}';

/**
 * `~<~` and its relatives compare byte by byte, as the index on (search text_pattern_ops, orderId) does. A range and not LIKE, since
 * a plan made for any parameter could not use the index for LIKE.
 */
export function searchQuery(
  number: string,
  filter: Pick<OrderFilter, 'status' | 'partnerId'>,
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
      ${filter.status === undefined ? Prisma.empty : Prisma.sql`AND o.status = ${filter.status}`}
      ${filter.partnerId === undefined ? Prisma.empty : Prisma.sql`AND o."partnerId" = ${filter.partnerId}`}
    ORDER BY l.search COLLATE "C", l."orderId"`;
}
