import { z } from 'zod';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import { instant, toInstant } from '../representations/values.ts';
import { route, withScope } from '../route.ts';
import { orderParameters, visibleOrder } from './orders.ts';

const place = z.tuple([z.string().regex(/^\d{1,18}$/)]);

const decision = z
  .object({
    id: z.string(),
    at: instant,
    rule: z.string(),
    ruleVersion: z.string(),
    inputs: z.unknown(),
    outcome: z.string(),
  })
  .meta({ id: 'Decision' });

const explainOrder = route({
  method: 'get',
  path: '/v1/orders/{orderId}/explain',
  operation: 'explainOrder',
  tag: 'Orders',
  summary: 'Which rules decided what about an order, and from which facts, page by page',
  access: withScope('orders:read'),
  params: orderParameters,
  query: z.object(pageParameters),
  answers: {
    200: {
      description: 'A page of decisions, oldest first',
      schema: pageOf(decision).extend({ count: z.int().meta({ description: 'Decisions on all pages' }) }),
    },
  },
  problems: ['unknown-order'],
  handler: async ({ params, query, caller }, deps) => {
    const { id: orderId } = await visibleOrder(params.orderId, caller, deps);
    const after = readCursor(query.cursor, place)?.[0];
    const [rows, count] = await Promise.all([
      deps.prisma.decision.findMany({
        where: { orderId, ...(after !== undefined && { id: { gt: BigInt(after) } }) },
        orderBy: { id: 'asc' },
        take: query.limit + 1,
      }),
      deps.prisma.decision.count({ where: { orderId } }),
    ]);
    const { items, nextCursor } = cutPage(rows, query.limit, ({ id }) => [id.toString()]);
    const decisions = items.map(({ id, at, rule, ruleVersion, inputs, outcome }) => ({
      id: id.toString(),
      at: toInstant(at),
      ...{ rule, ruleVersion, inputs, outcome },
    }));
    return { status: 200, body: { items: decisions, nextCursor, count } };
  },
});

export const orderDecisionRoutes = [explainOrder];
