import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { positiveDecimal } from '../../mappings/canonical/v1/common.ts';
import { cancelLines as cancelLinesUpdate } from '../../workflows/messages.ts';
import { Problem } from '../errors.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { link, orderPath } from '../representations/values.ts';
import { route, withScope } from '../route.ts';
import { updateOrder } from '../workflow-updates.ts';
import { orderParameters, visibleOrder } from './orders.ts';

const body = z
  .strictObject({
    reason: z.string().trim().min(1).max(500),
    lines: z
      .array(
        z.strictObject({
          lineNumber: z.int().positive().max(100_000).meta({ description: 'As in `lines` of the order' }),
          quantity: positiveDecimal.optional().meta({
            description: 'In the ordered unit; without it all of the line that is still open',
          }),
        }),
      )
      .min(1)
      .max(10_000)
      .refine((lines) => new Set(lines.map(({ lineNumber }) => lineNumber)).size === lines.length, {
        message: 'must name each line once',
      }),
  })
  .meta({ id: 'LineCancellation' });

const answer = z.object({ orderId: z.string(), status: z.string(), links: z.object({ self: link }) });

export const cancelLines = route({
  method: 'post',
  path: '/v1/orders/{orderId}/lines/cancel',
  operation: 'cancelOrderLines',
  tag: 'Orders',
  summary: 'Cancel lines of an order, or part of them',
  description:
    'All of the request or nothing. What waits for stock is cancelled; what a warehouse has, or is about to get, is refused with the reason of each line. If nothing of an order would be left, the order is cancelled as a whole. The partner gets an 855 with the new quantities, and the ERP is told.',
  access: withScope('orders:write'),
  params: orderParameters,
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: body },
  answers: {
    200: { description: 'The lines are cancelled', schema: answer },
    202: { description: 'The order has taken the request and is not done with it yet', schema: answer },
  },
  problems: ['unknown-order', 'order-closed', 'not-possible-now', 'process-unavailable', 'idempotency-key-reused'],
  handler: async ({ params, body: asked, headers, caller }, deps) => {
    const order = await visibleOrder(params.orderId, caller, deps);
    const links = { self: orderPath(order.id) };
    const key = headers['idempotency-key'];
    return once(deps, caller, key, 'cancelOrderLines', { orderId: order.id, ...asked }, async () => {
      if (order.closedAt !== null) throw new Problem('order-closed', `The order is ${order.status}.`);
      const by = caller.client?.name ?? 'unknown';
      // A repetition whose first answer was lost is the same request to the order as well.
      const id = key === undefined ? randomUUID() : digestOf(`${caller.client?.id}\n${key}`);
      const done = await updateOrder(
        deps,
        order.workflowId,
        cancelLinesUpdate,
        { id, by, ...asked },
        'not-possible-now',
      );
      const { status } = done ?? (await visibleOrder(params.orderId, caller, deps));
      const result = { orderId: order.id, status, links };
      return { status: done === undefined ? (202 as const) : (200 as const), body: result, subject: order.id };
    });
  },
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
