import { z } from 'zod';
import { salesOrder, salesOrderLine } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { cutPage, pageOf, pageParameters, readCursor, SHOWN } from '../cursor.ts';
import { route, withScope } from '../route.ts';
import { orderParameters, visibleOrder } from './orders.ts';

/** As an answer all defaults are filled in, so that it is another schema than that of a submission. */
const orderAsOrdered = z
  .strictObject({
    ...salesOrder.shape,
    lines: z.array(salesOrderLine).meta({ description: `The first ${SHOWN}; \`listLinesAsOrdered\` has all` }),
    lineCount: z.int(),
    linesNextCursor: z.string().nullable().meta({
      description: 'The cursor of `listLinesAsOrdered` for the lines that follow; null if there are no more',
    }),
  })
  .meta({ id: 'OrderAsOrdered', description: 'The canonical order, as it was taken in' });

const readAsOrdered = route({
  method: 'get',
  path: '/v1/orders/{orderId}/as-ordered',
  operation: 'readOrderAsOrdered',
  tag: 'Orders',
  summary: 'The order as it was taken in: what the buyer asked for, with dates, notes and attributes',
  description:
    'The canonical order. It never changes: what people corrected since, and the lines with what became of them, are in `readOrder`. Attributes are kept for people and for the expressions of a profile: no system of ours acts on them, unless the reference of the set says so.',
  access: withScope('orders:read'),
  params: orderParameters,
  answers: { 200: { description: 'The canonical order', schema: orderAsOrdered } },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const { id } = await visibleOrder(params.orderId, caller, deps);
    const [rows, { items, nextCursor, count }] = await Promise.all([
      deps.prisma.$queryRaw<{ head: object }[]>`
        SELECT coalesce("asOrdered", "canonical") - 'lines' AS head FROM "Order" WHERE "id" = ${id}`,
      linesAsOrdered(deps.prisma, id, { limit: SHOWN }),
    ]);
    const order = salesOrder.parse({ ...rows[0]?.head, lines: items });
    return { status: 200, body: { ...order, lineCount: count, linesNextCursor: nextCursor } };
  },
});

const listLinesAsOrdered = route({
  method: 'get',
  path: '/v1/orders/{orderId}/as-ordered/lines',
  operation: 'listLinesAsOrdered',
  tag: 'Orders',
  summary: 'The lines of an order as they were taken in, page by page',
  access: withScope('orders:read'),
  params: orderParameters,
  query: z.object({
    q: z.string().trim().max(80).optional().meta({
      description: 'The beginning of the buyer’s line number, or a part of a number of the item or of its description',
    }),
    ...pageParameters,
  }),
  answers: {
    200: {
      description: 'A page of lines',
      schema: pageOf(salesOrderLine).extend({
        count: z.int().meta({ description: 'Lines that match, on all pages' }),
      }),
    },
  },
  problems: ['unknown-order'],
  handler: async ({ params, query, caller }, deps) => {
    const { id } = await visibleOrder(params.orderId, caller, deps);
    return { status: 200, body: await linesAsOrdered(deps.prisma, id, query) };
  },
});

interface Wanted {
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const place = z.tuple([z.int()]);

/** Reads only the lines of the page: the canonical order may be megabytes. */
async function linesAsOrdered(prisma: Database, orderId: string, { q = '', cursor, limit }: Wanted) {
  const after = readCursor(cursor, place)?.[0] ?? 0;
  const like = q.replace(/[\\%_]/g, '\\$&');
  const matching = Prisma.sql`
    SELECT x.line, x.position::int AS position
    FROM "Order" AS o,
      jsonb_array_elements(coalesce(o."asOrdered", o."canonical")->'lines') WITH ORDINALITY AS x (line, position)
    WHERE o."id" = ${orderId} AND (
      ${q === ''} OR x.line->>'lineId' LIKE ${`${like}%`} OR concat_ws(' ', x.line->'item'->>'sku',
        x.line->'item'->>'customerSku', x.line->'item'->>'gtin', x.line->'item'->>'manufacturerPart',
        x.line->'item'->>'description') ILIKE ${`%${like}%`})`;
  const [rows, counts] = await Promise.all([
    prisma.$queryRaw<{ line: unknown; position: number }[]>`
      SELECT * FROM (${matching}) AS m WHERE m.position > ${after} ORDER BY m.position LIMIT ${limit + 1}`,
    prisma.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM (${matching}) AS m`,
  ]);
  const { items, nextCursor } = cutPage(rows, limit, ({ position }) => [position]);
  return { items: items.map(({ line }) => salesOrderLine.parse(line)), nextCursor, count: counts[0]?.count ?? 0 };
}

export const asOrderedRoutes = [readAsOrdered, listLinesAsOrdered];
