import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import { instant, quantity, toInstant, toQuantity } from '../representations/values.ts';
import { route, withScope } from '../route.ts';

/** Stock that the warehouse has not confirmed for this long is marked as possibly outdated. */
const DELAYED_AFTER_MS = 15 * 60_000;

const availability = z
  .object({
    node: z.string(),
    sku: z.string(),
    onHand: quantity.meta({ description: 'As the warehouse last told, base units' }),
    reserved: quantity.meta({ description: 'Held by orders, base units' }),
    available: quantity.meta({
      description: 'On hand less reserved, base units; below zero when more was promised than is there',
    }),
    asOf: instant,
    ageSeconds: z.int(),
    delayed: z.boolean().meta({ description: 'The warehouse has not told for 15 minutes or more' }),
  })
  .meta({ id: 'Availability' });

const page = pageOf(availability);
const place = z.tuple([z.string(), z.string()]);

const readAvailability = route({
  method: 'get',
  path: '/v1/availability',
  operation: 'readAvailability',
  tag: 'Availability',
  summary: 'What can be promised, by ship-from node and SKU',
  description: 'Answers 304 to If-None-Match while no quantity, time of reading or delay has changed.',
  access: withScope('orders:read'),
  query: z.object({
    sku: z.string().min(1).max(80).optional(),
    node: z.string().min(1).max(80).optional(),
    ...pageParameters,
  }),
  headers: z.object({ 'if-none-match': z.string().max(500).optional() }),
  answers: { 200: { description: 'A page of balances', schema: page }, 304: { description: 'Nothing has changed' } },
  handler: async ({ query, headers }, { prisma }) => {
    const after = readCursor(query.cursor, place);
    const rows = await prisma.inventoryBalance.findMany({
      where: {
        ...(query.sku === undefined ? {} : { sku: query.sku }),
        ...(query.node === undefined ? {} : { node: query.node }),
        ...(after === undefined
          ? {}
          : { AND: [{ node: { gte: after[0] } }, { OR: [{ node: { gt: after[0] } }, { sku: { gt: after[1] } }] }] }),
      },
      orderBy: [{ node: 'asc' }, { sku: 'asc' }],
      take: query.limit + 1,
    });
    const now = Date.now();
    const { items, nextCursor } = cutPage(rows, query.limit, ({ node, sku }) => [node, sku]);
    const balances = items.map(({ node, sku, onHand, reserved, asOf }) => ({
      node,
      sku,
      onHand: toQuantity(onHand),
      reserved: toQuantity(reserved),
      available: toQuantity(onHand.minus(reserved)),
      asOf: toInstant(asOf),
      ageSeconds: Math.max(0, Math.floor((now - asOf.getTime()) / 1000)),
      delayed: now - asOf.getTime() > DELAYED_AFTER_MS,
    }));
    // Exclude the age, which changes by itself.
    const content = JSON.stringify([balances.map(({ ageSeconds: _, ...rest }) => rest), nextCursor]);
    const etag = `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
    const caching = { ETag: etag, 'Cache-Control': 'private, no-cache' };
    const known = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
    if (known.includes(etag) || known.includes('*')) return { status: 304, body: undefined, headers: caching };
    return { status: 200, body: { items: balances, nextCursor }, headers: caching };
  },
});

export const availabilityRoutes = [readAvailability];
