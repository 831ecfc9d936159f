import { z } from 'zod';
import type { Database } from '../prisma/client.ts';
import { Prisma } from '../prisma/generated/client.ts';
import { cutPage, readCursor } from './cursor.ts';
import { DIRECTION_OF_STATE, type InterchangeState } from './representations/interchange.ts';

/** Finds files for lists. A page continues in an index where the previous page ended, and never reads file contents. */

export interface InterchangeFilter {
  readonly direction: string | undefined;
  readonly state: InterchangeState | undefined;
  readonly partnerId: string | undefined;
  readonly controlNumber: string | undefined;
  /** Rejected or faulty, or with a transaction set that was rejected or acknowledges something never sent. */
  readonly withErrors: boolean;
  /** With a set that is kept until a person says what was done. */
  readonly kept: boolean;
  /** Unfinished since before this time. */
  readonly unfinishedSince: Date | undefined;
  readonly receivedSince: Date | undefined;
}

export interface InterchangePage {
  /** In the order of the list. */
  readonly interchangeIds: readonly string[];
  readonly nextCursor: string | null;
}

const listPlace = z.tuple([z.iso.datetime(), z.string()]);
type Place = z.output<typeof listPlace>;

/** Newest first. */
export async function findInterchanges(
  prisma: Database,
  filter: InterchangeFilter,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<InterchangePage> {
  const after = readCursor(page.cursor, listPlace);
  const rows = await prisma.$queryRaw<{ id: string; receivedAt: Date }[]>(
    interchangesQuery(filter, page.limit + 1, after),
  );
  const { items, nextCursor } = cutPage(rows, page.limit, (row) => [row.receivedAt.toISOString(), row.id]);
  return { interchangeIds: items.map(({ id }) => id), nextCursor };
}

/**
 * Errors of a file are in three places, each with its own index. A query with OR could use none of
 * these indexes, and would read all valid files to list a few faulty ones.
 */
const FAULTY: readonly Prisma.Sql[] = [
  Prisma.sql`i.errors IS NOT NULL`,
  Prisma.sql`i.direction = 'outbound' AND i.state = 'refused'`,
  Prisma.sql`EXISTS (SELECT FROM "Document" d WHERE d."interchangeId" = i.id AND d.state IN ('rejected', 'unmatched'))`,
];

export function interchangesQuery(filter: InterchangeFilter, most: number, after?: Place): Prisma.Sql {
  const common = conditionsOf(filter, after);
  const branch = (conditions: readonly Prisma.Sql[]) => Prisma.sql`
    (SELECT i.id, i."receivedAt" FROM "Interchange" i
    ${conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`}
    ORDER BY i."receivedAt" DESC, i.id
    LIMIT ${most})`;
  if (!filter.withErrors) return branch(common);
  const branches = FAULTY.map((faulty) => branch([...common, faulty]));
  return Prisma.sql`${Prisma.join(branches, ' UNION ')} ORDER BY "receivedAt" DESC, id LIMIT ${most}`;
}

// Pass times as text with a zone: a raw query would pass a Date without one.
const at = (time: Date | string) =>
  Prisma.sql`${typeof time === 'string' ? time : time.toISOString()}::text::timestamptz`;

function conditionsOf(filter: InterchangeFilter, after: Place | undefined): Prisma.Sql[] {
  const { state, direction, partnerId, controlNumber, kept, unfinishedSince, receivedSince } = filter;
  return [
    // A state belongs to one direction, and the index by state begins with it.
    ...(state === undefined ? [] : [Prisma.sql`i.direction = ${DIRECTION_OF_STATE[state]} AND i.state = ${state}`]),
    ...(direction === undefined ? [] : [Prisma.sql`i.direction = ${direction}`]),
    ...(partnerId === undefined ? [] : [Prisma.sql`i."partnerId" = ${partnerId}`]),
    ...(controlNumber === undefined ? [] : [Prisma.sql`i."controlNumber" = ${controlNumber}`]),
    // Few documents wait, and they have an index of their own.
    ...(kept ? [Prisma.sql`i.id IN (SELECT d."interchangeId" FROM "Document" d WHERE d.state = 'kept')`] : []),
    ...(unfinishedSince === undefined
      ? []
      : [
          Prisma.sql`(i.direction = 'inbound' AND i.state = 'received' OR i.direction = 'outbound' AND i.state = 'prepared')
            AND i."receivedAt" < ${at(unfinishedSince)}`,
        ]),
    ...(receivedSince === undefined ? [] : [Prisma.sql`i."receivedAt" >= ${at(receivedSince)}`]),
    // The first condition lets the index start at the cursor; the second skips items with the same time.
    ...(after === undefined
      ? []
      : [Prisma.sql`i."receivedAt" <= ${at(after[0])} AND (i."receivedAt" < ${at(after[0])} OR i.id > ${after[1]})`]),
  ];
}
