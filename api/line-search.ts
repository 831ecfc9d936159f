import { z } from 'zod';
import type { Database } from '../prisma/client.ts';
import { type OrderLine, Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor } from './cursor.ts';

/** Finds lines of one order, which may have ten thousand. */

export const LINE_STATES = ['open', 'backordered', 'shipped', 'cancelled', 'rejected', 'in-question'] as const;
export type LineState = (typeof LINE_STATES)[number];

export interface LineFilter {
  /** Part of a number of the item or of its description, or the beginning of the buyer's line number. */
  readonly q?: string | undefined;
  readonly state?: LineState | undefined;
  /** Lines that an open exception names come first. */
  readonly questionsFirst?: boolean;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export type FoundLine = OrderLine & { readonly inQuestion: boolean };

export interface LinePage {
  readonly items: FoundLine[];
  readonly nextCursor: string | null;
}

const place = z.tuple([z.union([z.literal(0), z.literal(1)]), z.int()]);

/** Of a line `l`. */
const QUANTITY: Readonly<Record<Exclude<LineState, 'in-question'>, Prisma.Sql>> = {
  open: Prisma.sql`l.open > 0`,
  backordered: Prisma.sql`l.backordered > 0`,
  shipped: Prisma.sql`l.shipped > 0`,
  // A line that a change has taken off orders nothing, so that nothing of it counts as cancelled.
  cancelled: Prisma.sql`(l.cancelled > 0 OR l.ordered = 0)`,
  rejected: Prisma.sql`l.rejected > 0`,
};

export async function findLines(prisma: Database, orderId: string, filter: LineFilter): Promise<LinePage> {
  const { questionsFirst = false, limit } = filter;
  const after = readCursor(filter.cursor, place);
  const rank = questionsFirst ? Prisma.sql`(CASE WHEN f."inQuestion" THEN 0 ELSE 1 END)` : Prisma.sql`0`;
  const rows = await prisma.$queryRaw<FoundLine[]>`
    WITH found AS (${matching(orderId, filter)})
    SELECT f.* FROM found f
    ${after === undefined ? Prisma.empty : Prisma.sql`WHERE (${rank}, f."lineNumber") > (${after[0]}, ${after[1]})`}
    ORDER BY ${questionsFirst ? Prisma.sql`${rank}, ` : Prisma.empty} f."lineNumber"
    LIMIT ${limit + 1}`;
  const { items, nextCursor } = cutPage(rows, limit, ({ inQuestion, lineNumber }) => [
    questionsFirst && !inQuestion ? 1 : 0,
    lineNumber,
  ]);
  return { items, nextCursor };
}

export async function countLines(prisma: Database, orderId: string, filter: Pick<LineFilter, 'q' | 'state'>) {
  const [found] = await prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (${matching(orderId, filter)}) AS found`;
  return found?.count ?? 0;
}

function matching(orderId: string, { q = '', state }: Pick<LineFilter, 'q' | 'state'>): Prisma.Sql {
  const like = q.replace(/[\\%_]/g, '\\$&');
  const part = `%${like}%`;
  return Prisma.sql`
    SELECT l.*, (questions.line IS NOT NULL) AS "inQuestion"
    FROM "OrderLine" l
    LEFT JOIN (
      SELECT DISTINCT jsonb_array_elements_text(e.detail->'lineIds') AS line
      FROM "OrderException" e
      WHERE e."orderId" = ${orderId} AND e.state = 'open' AND jsonb_typeof(e.detail->'lineIds') = 'array'
    ) AS questions ON questions.line = l."lineId"
    WHERE l."orderId" = ${orderId}
    ${
      q === ''
        ? Prisma.empty
        : Prisma.sql`AND (l."lineId" LIKE ${`${like}%`} OR l.sku ILIKE ${part} OR l."customerSku" ILIKE ${part}
            OR l.gtin LIKE ${part} OR l.description ILIKE ${part})`
    }
    ${
      state === undefined
        ? Prisma.empty
        : Prisma.sql`AND ${state === 'in-question' ? Prisma.sql`questions.line IS NOT NULL` : QUANTITY[state]}`
    }`;
}

export interface LineSums {
  readonly baseUnit: string;
  readonly count: number;
  readonly ordered: Prisma.Decimal;
  readonly cancelled: Prisma.Decimal;
  readonly rejected: Prisma.Decimal;
  readonly backordered: Prisma.Decimal;
  readonly open: Prisma.Decimal;
  readonly shipped: Prisma.Decimal;
}

/** Over all lines, for each base unit. */
export async function lineSumsOf(prisma: Database, orderId: string): Promise<LineSums[]> {
  return prisma.$queryRaw<LineSums[]>`
    SELECT "baseUnit", count(*)::int AS count, sum(ordered) AS ordered, sum(cancelled) AS cancelled,
      sum(rejected) AS rejected, sum(backordered) AS backordered, sum(open) AS open, sum(shipped) AS shipped
    FROM "OrderLine" WHERE "orderId" = ${orderId} GROUP BY "baseUnit" ORDER BY min("lineNumber")`;
}

/** The two highest numbers of lines, the highest first: a new line is numbered after them. */
export async function highestLineIdsOf(prisma: Database, orderId: string): Promise<string[]> {
  const highest = await prisma.$queryRaw<{ number: bigint }[]>`
    SELECT "lineId"::bigint AS number FROM "OrderLine"
    WHERE "orderId" = ${orderId} AND "lineId" ~ '^[0-9]{1,15}$' ORDER BY 1 DESC LIMIT 2`;
  return highest.map(({ number }) => String(number));
}
