import { z } from 'zod';
import { Problem } from './errors.ts';

/** Keyset pagination: a cursor holds the sort key of the last item, so every page costs the same. */

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

const LIMIT_RANGE = `must be a whole number from 1 to ${MAX_LIMIT}`;

export const pageParameters = {
  cursor: z.string().max(600).optional().meta({ description: '`nextCursor` of the page before' }),
  limit: z.coerce
    .number(LIMIT_RANGE)
    .int(LIMIT_RANGE)
    .min(1, LIMIT_RANGE)
    .max(MAX_LIMIT, LIMIT_RANGE)
    .default(DEFAULT_LIMIT)
    .meta({ description: `Most items of a page, ${MAX_LIMIT} at most` }),
};

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'null on the last page' }),
  });
}

export function writeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws Problem `invalid-parameters` for a cursor that this API did not create. */
export function readCursor<S extends z.ZodType>(cursor: string | undefined, place: S): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new Problem('invalid-parameters', 'cursor: is not one that this list gave', {
      errors: [{ path: 'cursor', message: 'is not one that this list gave' }],
    });
  }
}

/** Most entries of a long list that its owner shows of itself; the others are asked for page by page. */
export const SHOWN = 200;

const position = z.tuple([z.int().min(0)]);

/** A page of a list that is stored as a whole and never changes. */
export function pageOfWhole<T>(all: readonly T[], { cursor, limit }: { cursor?: string | undefined; limit: number }) {
  const from = readCursor(cursor, position)?.[0] ?? 0;
  const until = from + limit;
  const nextCursor = until < all.length ? writeCursor([until]) : null;
  return { items: all.slice(from, until), nextCursor, count: all.length };
}

/** Cuts a page out of `limit + 1` rows. */
export function cutPage<T>(rows: readonly T[], limit: number, place: (row: T) => readonly (string | number)[]) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? writeCursor(place(last)) : null };
}
