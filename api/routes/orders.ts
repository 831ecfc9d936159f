import { z } from 'zod';
import type { OrderReceipt } from '../../activities/intake/accept-order.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { cancelOrder } from '../../workflows/messages.ts';
import { mayActFor, visiblePartner, visibleTo } from '../auth/visibility.ts';
import { pageOf, pageParameters } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { type HeldUp, heldUpOf } from '../held-up.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { findOrders } from '../order-search.ts';
import { changesOf } from '../representations/change.ts';
import { deadlineViewsOf } from '../representations/deadlines.ts';
import { otherOrdersOf } from '../representations/exception.ts';
import {
  heldUpViewOf,
  orderItem,
  orderItemColumns,
  orderItemOf,
  orderView,
  orderViewOf,
  orderViewRelations,
  partsOf,
  temporalLink,
} from '../representations/order.ts';
import { shownLinesOf } from '../representations/order-line.ts';
import { shownPackagesOf } from '../representations/package.ts';
import { instant, link, orderPath, toInstant } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { updateOrder } from '../workflow-updates.ts';

export const orderParameters = z.object({ orderId: z.string().min(1).max(200) });

const orderAccepted = z
  .object({
    orderId: z.string(),
    workflowId: z.string(),
    duplicate: z.boolean().meta({ description: 'The same order had been accepted before; nothing was done again' }),
    queried: z
      .boolean()
      .meta({ description: 'The PO number was known with other content: a person decides what is meant' }),
    reason: z.string().nullable(),
    links: z.object({ self: link, timeline: link, temporal: link }),
  })
  .meta({ id: 'OrderAccepted' });

const submitOrder = route({
  method: 'post',
  path: '/v1/orders',
  operation: 'submitOrder',
  tag: 'Orders',
  summary: 'Submit an order',
  description:
    'When this answers with 2xx the order is stored and will be processed, whatever dies next. The same PO number with the same content is the same order. A purchase order may come as several orders, each with a `part` that names it.',
  access: withScope('orders:write'),
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: salesOrder },
  answers: {
    200: { description: 'The order had been accepted before', schema: orderAccepted },
    202: { description: 'The order is stored', schema: orderAccepted },
  },
  problems: [
    'partner-not-allowed',
    'unknown-partner',
    'wrong-channel',
    'wrong-currency',
    'number-not-writable',
    'duplicate-order',
    'idempotency-key-reused',
  ],
  handler: async ({ body: order, headers, caller, correlationId }, deps) => {
    await mayActFor(caller, order.partnerId, 'partnerId');
    if (order.channel === 'edi') {
      throw new Problem('wrong-channel', 'An order by EDI is an 850 in an interchange: POST /v1/edi/interchanges.', {
        errors: [{ path: 'channel', message: 'must be the channel that the order came by, and not edi' }],
      });
    }
    return once(deps, caller, headers['idempotency-key'], 'submitOrder', order, async () => {
      const receipt = await deps.intake.acceptOrder({ order, correlationId, source: { kind: 'api' } });
      return answerOf(receipt, order.poNumber, deps);
    });
  },
});

function answerOf(receipt: OrderReceipt, poNumber: string, deps: ApiDependencies) {
  const { outcome, orderId, workflowId, reason } = receipt;
  const self = orderPath(orderId);
  if (outcome === 'refused') {
    throw new Problem('duplicate-order', reason ?? `PO ${poNumber} has been ordered with other content.`, {
      errors: [{ path: 'poNumber', message: 'has been ordered with other content' }],
      members: { orderId, links: { self } },
    });
  }
  const body = {
    orderId,
    workflowId,
    duplicate: outcome === 'duplicate',
    queried: outcome === 'queried',
    reason: reason ?? null,
    links: { self, timeline: `${self}/timeline`, temporal: temporalLink(workflowId, deps) },
  };
  const status = outcome === 'duplicate' ? (200 as const) : (202 as const);
  return { status, body, headers: { Location: self }, subject: orderId };
}

const listOrders = route({
  method: 'get',
  path: '/v1/orders',
  operation: 'listOrders',
  tag: 'Orders',
  summary: 'List and search orders',
  description:
    'Without `q` newest first. With `q` by number, exact matches first: PO, ERP order, release, shipment, bill of lading, SSCC, tracking, invoice, payment, control number, with or without blanks and dashes, whole or its beginning. A page may hold fewer than `limit` items; the list ends where `nextCursor` is null.',
  access: withScope('orders:read'),
  query: z.object({
    q: z.string().trim().max(80).optional().meta({ description: 'Any number of the order, or its beginning' }),
    status: z
      .string()
      .regex(/^[A-Za-z]{1,40}$/, 'must be the name of a state')
      .optional(),
    partner: z.string().min(1).max(80).optional().meta({ description: 'Id of a partner' }),
    heldUpBy: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .meta({ description: 'Only orders that wait for this system, which does not answer: one of `listOutages`' }),
    inJeopardy: z
      .literal('true')
      .optional()
      .meta({ description: 'Only orders that still wait and are predicted to miss a deadline' }),
    ...pageParameters,
  }),
  answers: { 200: { description: 'A page of orders', schema: pageOf(orderItem) } },
  handler: async ({ query, caller }, deps) => {
    const bound = visiblePartner(caller);
    if (bound !== undefined && query.partner !== undefined && query.partner !== bound) {
      await caller.denied('other-partner', query.partner);
      return { status: 200, body: { items: [], nextCursor: null } };
    }
    const { orderIds, nextCursor } = await findOrders(deps.prisma, {
      q: query.q,
      status: query.status,
      partnerId: bound ?? query.partner,
      heldUpBy: query.heldUpBy,
      inJeopardy: query.inJeopardy !== undefined,
      cursor: query.cursor,
      limit: query.limit,
    });
    const [rows, heldUp] = await Promise.all([
      deps.prisma.order.findMany({ where: { id: { in: [...orderIds] } }, select: orderItemColumns }),
      heldUpOf(deps.prisma, orderIds),
    ]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const items = orderIds.flatMap((id) => {
      const row = byId.get(id);
      return row === undefined ? [] : [orderItemOf(row, heldUpViews(heldUp.get(id), caller), deps)];
    });
    return { status: 200, body: { items, nextCursor } };
  },
});

const readOrder = route({
  method: 'get',
  path: '/v1/orders/{orderId}',
  operation: 'readOrder',
  tag: 'Orders',
  summary: 'Read an order',
  access: withScope('orders:read'),
  params: orderParameters,
  answers: { 200: { description: 'The order', schema: orderView } },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const found = await deps.prisma.order.findUnique({ where: { id: params.orderId }, include: orderViewRelations });
    const order = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-order', params.orderId);
    const [parts, lines, packages, othersOf, heldUp, changes, { deadlines, timeZone }] = await Promise.all([
      partsOf(order, deps),
      shownLinesOf(deps.prisma, order.id),
      shownPackagesOf(deps.prisma, order.id),
      otherOrdersOf(deps, [order]),
      heldUpOf(deps.prisma, [order.id]),
      changesOf(deps.prisma, order.id),
      deadlineViewsOf(order, deps),
    ]);
    const related = {
      ...{ parts, lines, packages },
      others: othersOf(order),
      heldUp: heldUpViews(heldUp.get(order.id), caller),
      changes,
      deadlines,
      timeZone,
    };
    return { status: 200, body: orderViewOf(order, related, deps) };
  },
});

/** What a system answers is told to nobody outside. */
function heldUpViews(steps: readonly HeldUp[] = [], caller: Caller) {
  return steps.map((step) => heldUpViewOf(step, visiblePartner(caller) === undefined));
}

/** The columns that determine visibility and the order's workflow. */
export async function visibleOrder(orderId: string, caller: Caller, { prisma }: ApiDependencies) {
  const found = await prisma.order.findUnique({
    where: { id: orderId },
    select: {
      ...{ id: true, partnerId: true, poNumber: true, release: true, channel: true },
      ...{ workflowId: true, status: true, closedAt: true },
    },
  });
  return visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-order', orderId);
}

const readTimeline = route({
  method: 'get',
  path: '/v1/orders/{orderId}/timeline',
  operation: 'readOrderTimeline',
  tag: 'Orders',
  summary: 'What happened to an order, oldest first',
  access: withScope('orders:read'),
  params: orderParameters,
  answers: {
    200: {
      description: 'The timeline',
      schema: z.object({
        items: z.array(
          z
            .object({
              id: z.string(),
              at: instant,
              type: z.string(),
              summary: z.string(),
              actor: z.string(),
              detail: z.unknown(),
              correlationId: z.string(),
            })
            .meta({ id: 'TimelineEvent' }),
        ),
      }),
    },
  },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const order = await visibleOrder(params.orderId, caller, deps);
    const events = await deps.prisma.timelineEvent.findMany({
      where: { orderId: order.id },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
    });
    const items = events.map(({ id, at, type, summary, actor, detail, correlationId }) => ({
      id: id.toString(),
      at: toInstant(at),
      type,
      summary,
      actor,
      detail,
      correlationId,
    }));
    return { status: 200, body: { items } };
  },
});

const cancellation = z.object({ orderId: z.string(), status: z.string(), links: z.object({ self: link }) });

const cancel = route({
  method: 'post',
  path: '/v1/orders/{orderId}/cancel',
  operation: 'cancelOrder',
  tag: 'Orders',
  summary: 'Cancel an order',
  description:
    'A warehouse that has the order is asked first. If it cannot stop its release any more, or goods have left, the cancellation is refused with the reason and the order goes on. A cancellation that is under way, or done, is answered as the same one.',
  access: withScope('orders:write'),
  params: orderParameters,
  body: {
    kind: 'json',
    schema: z.strictObject({ reason: z.string().trim().min(1).max(500) }).meta({ id: 'Cancellation' }),
  },
  answers: {
    200: { description: 'The order is cancelled', schema: cancellation },
    202: {
      description:
        'The order is being cancelled: `cancelling` of the order says so until it is cancelled, or goes on because that was refused.',
      schema: cancellation.extend({ detail: z.string() }),
    },
  },
  problems: ['unknown-order', 'order-closed', 'not-possible-now', 'process-unavailable'],
  handler: async ({ params, body, caller }, deps) => {
    const order = await visibleOrder(params.orderId, caller, deps);
    const links = { self: orderPath(order.id) };
    if (order.status === 'cancelled') {
      return { status: 200, body: { orderId: order.id, status: order.status, links }, subject: order.id };
    }
    if (order.closedAt !== null) throw new Problem('order-closed', `The order is ${order.status}.`);
    const by = caller.client?.name ?? 'unknown';
    const stop = { reason: body.reason, by };
    const done = await updateOrder(deps, order.workflowId, cancelOrder, stop, 'not-possible-now');
    if (done !== undefined) {
      return { status: 200, body: { orderId: order.id, status: done.status, links }, subject: order.id };
    }
    const { status } = await visibleOrder(params.orderId, caller, deps);
    const detail =
      'The order has taken the cancellation and undoes what was done. It shows when it is cancelled, or why it goes on.';
    return { status: 202, body: { orderId: order.id, status, detail, links }, subject: order.id };
  },
});

export const orderRoutes = [submitOrder, listOrders, readOrder, readTimeline, cancel];
