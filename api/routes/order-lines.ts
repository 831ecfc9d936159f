import { z } from 'zod';
import { visibleTo } from '../auth/visibility.ts';
import { pageOf, pageParameters, readCursor } from '../cursor.ts';
import { countLines, findLines, LINE_STATES } from '../line-search.ts';
import { lineViewsOf, orderLine } from '../representations/order-line.ts';
import { packagePage, shippedPackage } from '../representations/package.ts';
import { route, withScope } from '../route.ts';
import { orderParameters, visibleOrder } from './orders.ts';

const listLines = route({
  method: 'get',
  path: '/v1/orders/{orderId}/lines',
  operation: 'listOrderLines',
  tag: 'Orders',
  summary: 'The lines of an order, page by page',
  description:
    'In the order of the document. An order that waits for its check has no lines yet: `readOrderAsOrdered` shows what was asked for.',
  access: withScope('orders:read'),
  params: orderParameters,
  query: z.object({
    q: z.string().trim().max(80).optional().meta({
      description:
        'The beginning of the buyer’s line number, or a part of our item number, the buyer’s, the GTIN or the description',
    }),
    state: z.enum(LINE_STATES).optional().meta({
      description: 'Only lines of which something is in this state, or that an open exception names',
    }),
    questionsFirst: z.literal('true').optional().meta({ description: 'Lines that an open exception names come first' }),
    ...pageParameters,
  }),
  answers: {
    200: {
      description: 'A page of lines',
      schema: pageOf(orderLine).extend({ count: z.int().meta({ description: 'Lines that match, on all pages' }) }),
    },
  },
  problems: ['unknown-order'],
  handler: async ({ params, query, caller }, deps) => {
    const { id } = await visibleOrder(params.orderId, caller, deps);
    const filter = { ...query, questionsFirst: query.questionsFirst !== undefined };
    const [{ items, nextCursor }, count] = await Promise.all([
      findLines(deps.prisma, id, filter),
      countLines(deps.prisma, id, filter),
    ]);
    return { status: 200, body: { items: await lineViewsOf(deps.prisma, id, items), nextCursor, count } };
  },
});

const packagePlace = z.tuple([z.string()]);

const listPackages = route({
  method: 'get',
  path: '/v1/shipments/{shipmentId}/packages',
  operation: 'listShipmentPackages',
  tag: 'Shipments',
  summary: 'The packages of a shipment, page by page',
  access: withScope('orders:read'),
  params: z.object({ shipmentId: z.string().min(1).max(200) }),
  query: z.object(pageParameters),
  answers: { 200: { description: 'A page of packages', schema: pageOf(shippedPackage) } },
  problems: ['unknown-shipment'],
  handler: async ({ params: { shipmentId }, query, caller }, deps) => {
    const found = await deps.prisma.shipment.findUnique({
      where: { id: shipmentId },
      select: { order: { select: { partnerId: true } } },
    });
    await visibleTo(caller, found, ({ order }) => order.partnerId, 'unknown-shipment', shipmentId);
    const after = readCursor(query.cursor, packagePlace)?.[0];
    return { status: 200, body: await packagePage(deps.prisma, shipmentId, after, query.limit) };
  },
});

export const orderLineRoutes = [listLines, listPackages];
