import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type OrderChange, orderChange, positiveDecimal } from '../../mappings/canonical/v1/index.ts';
import { orderChangeLine } from '../../mappings/canonical/v1/order-change.ts';
import { visiblePartner } from '../auth/visibility.ts';
import { pageOf, pageOfWhole, pageParameters } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { idempotencyHeaders, idUnderKey, once } from '../idempotency.ts';
import {
  type ChangeView,
  changeOutcome,
  changesOf,
  changeView,
  partsOf as partsOfOutcome,
  pointsOf,
} from '../representations/change.ts';
import { link, orderPath } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { orderParameters, visibleOrder } from './orders.ts';

const reason = z.string().trim().min(1).max(500);

const changedLine = z
  .strictObject({
    ...orderChangeLine.shape,
    action: z.enum(['add', 'delete', 'change', 'replace', 'none']).default('change'),
    changes: orderChangeLine.shape.changes.meta({
      description: 'What changes; without it all of quantity, price and dates that the line states',
    }),
  })
  .superRefine(({ lineId, item, quantity, action }, context) => {
    const problem = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (lineId === undefined && (item === undefined || action === 'add')) problem('lineId', 'must name the line');
    if (action === 'add' && item === undefined) problem('item', 'must name the item of the new line');
    if (action === 'add' && quantity?.after === undefined)
      problem('quantity', 'must say how many are wanted (`after`)');
    if (action === 'replace' && item === undefined) problem('item', 'must name the item that comes in its place');
    if (quantity?.stated !== undefined) problem('quantity', '`stated` is only for numbers whose meaning is not known');
  });

const body = z
  .strictObject({
    ...orderChange.omit({
      ...{ schema: true, partnerId: true, channel: true, poNumber: true, release: true },
      ...{ sequence: true, receivedAt: true },
    }).shape,
    action: z.enum(['change', 'replace', 'cancel']).default('change'),
    lines: z.array(changedLine).max(10_000, 'a change has at most 10,000 lines').default([]),
    reason: reason.optional().meta({ description: 'For people; it is kept with the change' }),
  })
  .superRefine(({ action, lines, ...change }, context) => {
    const message = (text: string) => context.addIssue({ code: 'custom', path: ['lines'], message: text });
    if (action === 'replace' && lines.length === 0) message('must state the lines that replace those of the order');
    if (action === 'cancel' && lines.length > 0) message('must be empty: the whole order is cancelled');
    const ids = lines.flatMap(({ lineId }) => lineId ?? []);
    if (new Set(ids).size !== ids.length) message('must name each line once');
    const says = Object.entries(change).some(
      ([name, value]) =>
        !['reason', 'orderedOn', 'changedOn'].includes(name) &&
        value !== undefined &&
        Object.keys(value as object).length > 0,
    );
    if (action === 'change' && lines.length === 0 && !says) message('must say what changes: lines, dates or ship-to');
  })
  .meta({ id: 'OrderChangeRequest', description: 'What is to change about an order. What is not stated stays' });

const applied = z.object({
  orderId: z.string(),
  change: changeView,
  links: z.object({ self: link, changes: link }),
});

const problems = [
  ...(['unknown-order', 'order-closed', 'number-not-writable', 'not-possible-now'] as const),
  ...(['idempotency-key-reused', 'invalid-body'] as const),
];

const changeOrderRoute = route({
  method: 'post',
  path: '/v1/orders/{orderId}/changes',
  operation: 'changeOrder',
  tag: 'Orders',
  summary: 'Change an order: quantities, prices, dates, ship-to, items, more lines and fewer',
  description:
    'As an 860 does. Each part is decided by itself: what has shipped stays, what a warehouse has is called back first, and the ERP is asked before anything is promised. The answer tells what became of each part; the partner is told by 865 or 855. Changes of one order are applied one after another. With the same Idempotency-Key it is the same change.',
  access: withScope('orders:write'),
  params: orderParameters,
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: body },
  answers: {
    200: { description: 'What became of the change', schema: applied },
    202: {
      description: 'The change is stored and not answered yet: it is among the changes of the order',
      schema: applied,
    },
  },
  problems,
  handler: async ({ params, body: asked, headers, caller, correlationId }, deps) => {
    const order = await changeableOrder(params.orderId, caller, deps);
    const key = headers['idempotency-key'];
    return once(deps, caller, key, 'changeOrder', { orderId: order.id, ...asked }, async () => {
      const { reason: why, lines, attributes, ...stated } = asked;
      const change = orderChange.parse({
        ...stated,
        ...identityOf(order),
        attributes: { ...attributes, ...(why !== undefined && { reason: why }) },
        lines: lines.map((line) => ({ ...line, changes: partsOf(line) })),
      });
      const id = idUnderKey(caller, key, 'changeOrder', { orderId: order.id, ...asked });
      const given = { id, change, source: 'api' as const, ...(key !== undefined && { sequence: key }) };
      const view = await apply(deps, caller, order, { ...given, correlationId });
      return answerOf(order.id, view);
    });
  },
});

const listChanges = route({
  method: 'get',
  path: '/v1/orders/{orderId}/changes',
  operation: 'listOrderChanges',
  tag: 'Orders',
  summary: 'The changes of an order and what became of each, in the order in which they are applied',
  access: withScope('orders:read'),
  params: orderParameters,
  answers: { 200: { description: 'The changes', schema: z.object({ items: z.array(changeView) }) } },
  problems: ['unknown-order'],
  handler: async ({ params, caller }, deps) => {
    const { id } = await visibleOrder(params.orderId, caller, deps);
    return { status: 200, body: { items: await changesOf(deps.prisma, id) } };
  },
});

const changeParameters = orderParameters.extend({ changeId: z.string().min(1).max(200) });
const counted = { count: z.int().meta({ description: 'On all pages' }) };

async function storedChange(
  { orderId, changeId }: z.output<typeof changeParameters>,
  caller: Caller,
  deps: ApiDependencies,
) {
  const { id } = await visibleOrder(orderId, caller, deps);
  const change = await deps.prisma.orderChange.findFirst({ where: { id: changeId, orderId: id } });
  if (change === null) throw new Problem('unknown-change', `The order has no change ${changeId}.`);
  return change;
}

const listPoints = route({
  method: 'get',
  path: '/v1/orders/{orderId}/changes/{changeId}/points',
  operation: 'listChangePoints',
  tag: 'Orders',
  summary: 'What a change asks, one sentence each, page by page',
  access: withScope('orders:read'),
  params: changeParameters,
  query: z.object(pageParameters),
  answers: { 200: { description: 'A page of sentences', schema: pageOf(z.string()).extend(counted) } },
  problems: ['unknown-order', 'unknown-change'],
  handler: async ({ params, query, caller }, deps) => {
    const change = await storedChange(params, caller, deps);
    return { status: 200, body: pageOfWhole(pointsOf(change), query) };
  },
});

const listParts = route({
  method: 'get',
  path: '/v1/orders/{orderId}/changes/{changeId}/parts',
  operation: 'listChangeParts',
  tag: 'Orders',
  summary: 'What became of each part of a change, page by page',
  description:
    'Of more than 200 parts, those that are not as asked come first. A change that is not answered has none yet.',
  access: withScope('orders:read'),
  params: changeParameters,
  query: z.object(pageParameters),
  answers: {
    200: { description: 'A page of parts', schema: pageOf(changeOutcome.shape.parts.element).extend(counted) },
  },
  problems: ['unknown-order', 'unknown-change'],
  handler: async ({ params, query, caller }, deps) => {
    const change = await storedChange(params, caller, deps);
    return { status: 200, body: pageOfWhole(partsOfOutcome(change), query) };
  },
});

const cancellation = z
  .strictObject({
    reason,
    lines: z
      .array(
        z.strictObject({
          lineNumber: z.int().positive().max(100_000).meta({ description: 'As in `lines` of the order' }),
          quantity: positiveDecimal.optional().meta({
            description: 'In the ordered unit; without it all of the line that has not shipped',
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

const cancelLines = route({
  method: 'post',
  path: '/v1/orders/{orderId}/lines/cancel',
  operation: 'cancelOrderLines',
  tag: 'Orders',
  summary: 'Cancel lines of an order, or part of them',
  description:
    'A change of the order in which what goes counts as cancelled by us. A warehouse that has the goods is asked first; what it cannot stop any more stays, with the reason of each line. The partner is told the new quantities by 865 or 855, and so is the ERP.',
  access: withScope('orders:write'),
  params: orderParameters,
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: cancellation },
  answers: {
    200: { description: 'What became of it, line by line', schema: applied },
    202: { description: 'It is stored and not answered yet: it is among the changes of the order', schema: applied },
  },
  problems,
  handler: async ({ params, body: asked, headers, caller, correlationId }, deps) => {
    const order = await changeableOrder(params.orderId, caller, deps);
    const key = headers['idempotency-key'];
    return once(deps, caller, key, 'cancelOrderLines', { orderId: order.id, ...asked }, async () => {
      const lines = await cancelledLines(deps, order.id, asked.lines);
      const change = orderChange.parse({
        ...identityOf(order),
        action: 'change',
        attributes: { reason: asked.reason },
        lines,
      });
      const id = idUnderKey(caller, key, 'cancelOrderLines', { orderId: order.id, ...asked });
      // A buyer who cancels lines orders less; what we cancel stays ordered.
      const source = visiblePartner(caller) === undefined ? ('support' as const) : ('api' as const);
      const view = await apply(deps, caller, order, { id, change, source, correlationId });
      return answerOf(order.id, view);
    });
  },
});

type Order = Awaited<ReturnType<typeof changeableOrder>>;

async function changeableOrder(orderId: string, caller: Caller, deps: ApiDependencies) {
  const order = await visibleOrder(orderId, caller, deps);
  if (order.closedAt !== null) throw new Problem('order-closed', `The order is ${order.status}.`);
  return order;
}

function identityOf({ partnerId, poNumber, release, channel }: Order) {
  return { partnerId, poNumber, release, channel, receivedAt: new Date().toISOString() };
}

/** What a line changes: what it says, else everything that it states. */
function partsOf({ action, changes, quantity, unitPrice, item: _, ...dates }: z.output<typeof changedLine>) {
  if (action !== 'change' || changes.length > 0) return changes;
  const days = Object.entries(dates).filter(([name, value]) => DATES.includes(name) && value !== undefined);
  return [
    ...(quantity === undefined ? [] : ['quantity' as const]),
    ...(unitPrice === undefined ? [] : ['price' as const]),
    ...(days.length === 0 ? [] : ['dates' as const]),
  ];
}

const DATES: readonly string[] = [
  ...['requestedShipDate', 'requestedDeliveryDate', 'shipNotBefore', 'shipNotAfter'],
  ...['deliverNotBefore', 'deliverNotAfter', 'cancelAfter'],
];

async function cancelledLines(
  { prisma }: ApiDependencies,
  orderId: string,
  asked: z.output<typeof cancellation>['lines'],
): Promise<OrderChange['lines'][number][]> {
  const known = await prisma.orderLine.findMany({
    where: { orderId },
    select: { lineNumber: true, lineId: true, orderedUnit: true },
  });
  const errors = asked.flatMap(({ lineNumber }, index) =>
    known.some((line) => line.lineNumber === lineNumber)
      ? []
      : [{ path: `lines[${index}].lineNumber`, message: `the order has no line ${lineNumber}`, code: 'unknown-line' }],
  );
  if (errors.length > 0) throw new Problem('invalid-body', 'The order has no such line.', { errors });
  return asked.flatMap(({ lineNumber, quantity }) => {
    const line = known.find((one) => one.lineNumber === lineNumber);
    if (line === undefined) return [];
    const { lineId, orderedUnit: unit } = line;
    const less = { action: 'change' as const, changes: ['quantity' as const] };
    const change =
      quantity === undefined ? { action: 'delete' as const } : { ...less, quantity: { unit, change: `-${quantity}` } };
    return [orderChangeLine.parse({ lineId, ...change })];
  });
}

/** Stores the change, and waits a moment for what becomes of it. */
async function apply(
  deps: ApiDependencies,
  caller: Caller,
  order: Order,
  offered: Omit<Parameters<ApiDependencies['intake']['acceptChange']>[0], 'askedBy'>,
): Promise<ChangeView> {
  const by = caller.client?.name ?? 'unknown';
  const state = await deps.intake.acceptChange({ ...offered, askedBy: by }, order.id);
  if (state === 'refused') throw new Problem('order-closed', 'The order ended at this moment.');
  return answered(deps, order.id, offered.id);
}

/** How long a caller waits for the answer to a change. It may wait for a person, so it must not hold an update of the order. */
const ANSWER_MS = 8_000;
const LOOK_MS = 100;

async function answered({ prisma }: ApiDependencies, orderId: string, changeId: string): Promise<ChangeView> {
  for (const until = Date.now() + ANSWER_MS; ; await delay(LOOK_MS)) {
    const { state } = await prisma.orderChange.findUniqueOrThrow({ where: { id: changeId }, select: { state: true } });
    if (state !== 'answered' && Date.now() < until) continue;
    const view = (await changesOf(prisma, orderId)).find(({ id }) => id === changeId);
    if (view === undefined) throw new Error(`change ${changeId} of order ${orderId} is gone`);
    return view;
  }
}

function answerOf(orderId: string, change: ChangeView) {
  const self = orderPath(orderId);
  const status = change.outcome === null ? (202 as const) : (200 as const);
  return { status, body: { orderId, change, links: { self, changes: `${self}/changes` } }, subject: orderId };
}

export const orderChangeRoutes = [changeOrderRoute, listChanges, listPoints, listParts, cancelLines];
