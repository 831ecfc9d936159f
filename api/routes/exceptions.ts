import { z } from 'zod';
import { refuseUnwritable } from '../../activities/intake/writable.ts';
import { OPEN_STATE } from '../../activities/orders/bulk-resolution.ts';
import { type ExceptionType, type Resolution, resolutions } from '../../domain/exceptions.ts';
import { whyNotSkip } from '../../domain/order/skipping.ts';
import { resolveException, resolveReturnException } from '../../workflows/messages.ts';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import { checkCorrections, goOnWithNames, rememberNames } from '../corrections.ts';
import { pageOf, pageParameters, SHOWN } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { countExceptions, exceptionFilter, findException, findExceptions } from '../exception-search.ts';
import { readAgainFor } from '../fresh-data.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { affectedLine, affectedLinesOf, exceptionDetail } from '../representations/affected-lines.ts';
import { statedCorrections } from '../representations/correction.ts';
import { exceptionItem, exceptionItemOf, otherOrdersOf, subjectLinks } from '../representations/exception.ts';
import { forecastOf, resolutionForecast } from '../representations/forecast.ts';
import { otherNodesOf } from '../representations/other-nodes.ts';
import { link } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { statedUntil, untilOf } from '../waiting.ts';
import { updateOrder } from '../workflow-updates.ts';

export const exceptionParameters = z.object({ exceptionId: z.string().min(1).max(200) });

/** Other orders that a list names; the order itself shows all. */
const MOST_OTHER_ORDERS = 20;

const listExceptions = route({
  method: 'get',
  path: '/v1/exceptions',
  operation: 'listExceptions',
  tag: 'Exceptions',
  summary: 'What orders wait for a person to decide, due first',
  description:
    'The inbox, of all orders that the key may see. Exceptions that are snoozed now are hidden unless `snoozed` says otherwise.',
  access: withScope('orders:read', 'exceptions:resolve'),
  query: z.object({
    state: z
      .string()
      .regex(/^[a-z-]{1,20}$/, 'must be the name of a state')
      .default(OPEN_STATE),
    ...exceptionFilter,
    ...pageParameters,
  }),
  answers: { 200: { description: 'A page of exceptions', schema: pageOf(exceptionItem) } },
  handler: async ({ query, caller }, deps) => {
    const { items, nextCursor } = await findExceptions(deps.prisma, {
      ...query,
      cursor: query.cursor,
      visible: visiblePartner(caller),
    });
    const othersOf = await otherOrdersOf(
      deps,
      items.filter(({ type }) => type === 'repeated-po-number'),
    );
    const views = items.map((row) => exceptionItemOf(row, othersOf(row).slice(0, MOST_OTHER_ORDERS), deps));
    return { status: 200, body: { items: views, nextCursor } };
  },
});

const readException = route({
  method: 'get',
  path: '/v1/exceptions/{exceptionId}',
  operation: 'readException',
  tag: 'Exceptions',
  summary: 'An exception with the lines that it is about',
  access: withScope('orders:read', 'exceptions:resolve'),
  params: exceptionParameters,
  answers: { 200: { description: 'The exception', schema: exceptionDetail } },
  problems: ['unknown-exception'],
  handler: async ({ params, caller }, deps) => {
    const { exceptionId } = params;
    const found = await findException(deps.prisma, exceptionId);
    const row = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-exception', exceptionId);
    const othersOf = await otherOrdersOf(deps, row.type === 'repeated-po-number' ? [row] : []);
    const lines = await affectedLinesOf(deps.prisma, row, { limit: SHOWN });
    const otherNodes = await otherNodesOf(deps, row);
    const item = exceptionItemOf(row, othersOf(row), deps);
    const { currency } = row;
    const shown = { lines: lines.items, linesNextCursor: lines.nextCursor };
    return { status: 200, body: { ...item, currency, ...shown, otherNodes } };
  },
});

const listLines = route({
  method: 'get',
  path: '/v1/exceptions/{exceptionId}/lines',
  operation: 'listExceptionLines',
  tag: 'Exceptions',
  summary: 'The lines that an exception is about, page by page',
  access: withScope('orders:read', 'exceptions:resolve'),
  params: exceptionParameters,
  query: z.object({
    q: z.string().trim().max(80).optional().meta({ description: 'The beginning of the buyer’s line number' }),
    ...pageParameters,
  }),
  answers: {
    200: {
      description: 'A page of lines',
      schema: pageOf(affectedLine).extend({
        count: z.int().meta({ description: 'Lines that match, on all pages' }),
        currency: z.string(),
      }),
    },
  },
  problems: ['unknown-exception'],
  handler: async ({ params: { exceptionId }, query, caller }, deps) => {
    const found = await findException(deps.prisma, exceptionId);
    const row = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-exception', exceptionId);
    const { currency } = row;
    return { status: 200, body: { ...(await affectedLinesOf(deps.prisma, row, query)), currency } };
  },
});

const count = z.int();

const exceptionCounts = z
  .object({
    total: count,
    overdue: count.meta({ description: 'Those that are escalated, or about to be' }),
    snoozed: count.meta({ description: 'Those that are snoozed now, whatever `snoozed` says' }),
    byOwner: z
      .array(z.object({ owner: z.string(), count }))
      .meta({ description: 'How many there would be with each owner instead of the one of the filter' }),
    byType: z
      .array(z.object({ type: z.string(), count }))
      .meta({ description: 'How many there would be with each type instead of the one of the filter' }),
  })
  .meta({ id: 'ExceptionCounts' });

const readCounts = route({
  method: 'get',
  path: '/v1/exceptions/counts',
  operation: 'countExceptions',
  tag: 'Exceptions',
  summary: 'How many open exceptions there are, by owner and by type',
  access: withScope('orders:read', 'exceptions:resolve'),
  query: z.object(exceptionFilter),
  answers: { 200: { description: 'The counts', schema: exceptionCounts } },
  handler: async ({ query, caller }, { prisma }) => ({
    status: 200,
    body: await countExceptions(prisma, { ...query, visible: visiblePartner(caller) }),
  }),
});

const givenCarrier = z
  .strictObject({
    scac: z.string().regex(/^[A-Z]{2,4}$/, 'must be a Standard Carrier Alpha Code'),
    method: z
      .string()
      .regex(/^[A-Z0-9]{1,2}$/, 'must be a transport method of X12 element 91, such as M')
      .optional()
      .meta({ description: 'Without it as the routing guide says' }),
    shipmentPayment: z
      .enum(['CC', 'PP', 'PC', 'TP'])
      .optional()
      .meta({ description: 'Who pays the carrier: collect, prepaid, prepaid and charged, third party' }),
    authorization: z
      .string()
      .trim()
      .regex(/^[\x20-\x7e]{1,30}$/, 'must be 1 to 30 printable ASCII characters')
      .optional()
      .meta({ description: 'Number under which the partner allowed the shipment: for the warehouse and the 856' }),
  })
  .meta({ id: 'GivenCarrier', description: 'The carrier of a release, with the resolution `use-carrier`' });

const exceptionDecision = z
  .strictObject({
    resolution: z.string().min(1).max(60),
    note: z.string().trim().max(1000).optional(),
    carrier: givenCarrier.optional(),
    corrections: statedCorrections.optional().meta({ description: 'With `correct`' }),
    until: statedUntil.optional(),
    node: z.string().trim().min(1).max(80).optional().meta({ description: 'With `other-node`: one of `otherNodes`' }),
  })
  .superRefine((decision, context) => {
    const { resolution: wanted, note } = decision;
    const unexplained = wanted === 'skip' ? whyNotSkip({ resolution: wanted, ...(note && { note }) }) : undefined;
    if (unexplained !== undefined) context.addIssue({ code: 'custom', path: ['note'], message: unexplained.reason });
    for (const [field, resolution] of [
      ['carrier', 'use-carrier'],
      ['corrections', 'correct'],
      ['until', 'wait'],
      ['node', 'other-node'],
    ] as const) {
      const isStated = decision[field] !== undefined;
      if ((decision.resolution === resolution) === isStated) continue;
      const message = isStated ? `can only be stated with ${resolution}` : `is needed with ${resolution}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  })
  .meta({ id: 'ExceptionDecision' });

const resolved = z.object({
  exceptionId: z.string(),
  resolution: z.string(),
  orderId: z.string().nullable(),
  returnId: z.string().nullable(),
  status: z.string(),
  notRemembered: z
    .array(z.string())
    .meta({ description: 'Names that could not be kept, because they became known as something else meanwhile' }),
  links: z.object({ order: link.nullable(), return: link.nullable() }),
});

const resolve = route({
  method: 'post',
  path: '/v1/exceptions/{exceptionId}/resolve',
  operation: 'resolveException',
  tag: 'Exceptions',
  summary: 'Decide how an order goes on',
  description: 'A resolution that is not legal for the exception answers 409 with those that are, in `resolutions`.',
  access: withScope('exceptions:resolve'),
  params: exceptionParameters,
  headers: idempotencyHeaders,
  body: {
    kind: 'json',
    schema: exceptionDecision,
  },
  answers: {
    200: { description: 'The order goes on', schema: resolved },
    202: {
      description: 'The order has taken the decision, but is not done with it yet. Look at the order.',
      schema: resolved,
    },
  },
  problems: [
    'unknown-exception',
    'illegal-resolution',
    'exception-resolved',
    'number-not-writable',
    'invalid-body',
    'idempotency-key-reused',
    'process-unavailable',
  ],
  handler: async ({ params, body, headers, caller }, deps) => {
    const { exceptionId } = params;
    const exception = await visibleException(caller, exceptionId, deps);
    return once(deps, caller, headers['idempotency-key'], `resolveException ${exceptionId}`, body, async () => {
      if (exception.state !== OPEN_STATE) throw resolvedAlready(exception);
      const resolution = legalResolution(body.resolution, exception.resolutions);
      const { subject } = exception;
      const profile = exception.order === null ? undefined : await deps.partners.forOrder(exception.order);
      if (profile !== undefined) refuseUnwritable([['carrier.authorization', body.carrier?.authorization]], profile);
      const corrected = body.corrections && (await checkCorrections(deps, asked(exception), body.corrections));
      const type = exception.type as ExceptionType;
      const until = body.until && untilOf(body.until, type, profile);
      const by = caller.client?.name ?? 'unknown';
      const note = body.note === undefined || body.note === '' ? {} : { note: body.note };
      const input = {
        ...{ exceptionId, resolution, by, ...note },
        ...(body.carrier && { carrier: body.carrier }),
        ...(corrected && { corrections: corrected.corrections }),
        ...(until && { until }),
        ...(body.node && { node: body.node }),
      };
      const done =
        exception.returnId === null
          ? await updateOrder(deps, subject.workflowId, resolveException, input, 'illegal-resolution')
          : await updateOrder(deps, subject.workflowId, resolveReturnException, input, 'illegal-resolution');
      readAgainFor(resolution, deps);
      const notRemembered = await rememberNames(deps, subject.partnerId, corrected?.remembered ?? []);
      if (corrected?.remembered.length) goOnWithNames(deps, subject.partnerId);
      return {
        status: done === undefined ? (202 as const) : (200 as const),
        body: {
          exceptionId,
          resolution,
          orderId: exception.orderId,
          returnId: exception.returnId,
          status: done?.status ?? subject.status,
          notRemembered,
          links: subjectLinks(exception),
        },
        subject: exceptionId,
      };
    });
  },
});

const forecast = route({
  method: 'post',
  path: '/v1/exceptions/{exceptionId}/forecast',
  operation: 'forecastResolution',
  tag: 'Exceptions',
  summary: 'What a decision would lead to',
  description:
    'Takes the same body as the decision and does nothing. What the check of the order would say next is known exactly; of other steps, what the resolution does.',
  access: withScope('exceptions:resolve'),
  params: exceptionParameters,
  body: { kind: 'json', schema: exceptionDecision },
  answers: { 200: { description: 'What it would lead to', schema: resolutionForecast } },
  problems: ['unknown-exception', 'illegal-resolution', 'exception-resolved', 'invalid-body'],
  handler: async ({ params, body, caller }, deps) => {
    const exception = await visibleException(caller, params.exceptionId, deps);
    if (exception.state !== OPEN_STATE) throw resolvedAlready(exception);
    const resolution = legalResolution(body.resolution, exception.resolutions);
    return { status: 200, body: await forecastOf(deps, exception, resolution, body.corrections) };
  },
});

function asked({ orderId, type }: { orderId: string | null; type: string }): { orderId: string; type: ExceptionType } {
  if (orderId === null) throw new Problem('illegal-resolution', 'Only orders can be corrected.');
  return { orderId, type: type as ExceptionType };
}

/** With what the decision about it needs of its order or return. */
export async function visibleException(caller: Caller, id: string, { prisma }: Pick<ApiDependencies, 'prisma'>) {
  const found = await prisma.orderException.findUnique({
    where: { id },
    include: { order: { select: SUBJECT }, return: { select: SUBJECT } },
  });
  const subject = found?.order ?? found?.return ?? undefined;
  const known = found === null || subject === undefined ? null : { ...found, subject };
  return visibleTo(caller, known, (exception) => exception.subject.partnerId, 'unknown-exception', id);
}

const SUBJECT = { partnerId: true, workflowId: true, status: true, profileVersion: true } as const;

export function resolvedAlready({ state }: { state: string }): Problem {
  return new Problem('exception-resolved', `It is ${state}.`, { members: { state } });
}

function legalResolution(wanted: string, legal: readonly string[]): Resolution {
  const found = resolutions.find((resolution) => resolution === wanted);
  if (found !== undefined && legal.includes(found)) return found;
  throw new Problem('illegal-resolution', `"${wanted}" is not possible here; ${legal.join(', ') || 'nothing'} is.`, {
    errors: [{ path: 'resolution', message: `must be one of ${legal.join(', ')}` }],
    members: { resolutions: legal },
  });
}

// The last one, because its address is also that of what is no exception, such as counts.
export const exceptionRoutes = [listExceptions, readCounts, resolve, forecast, readException, listLines];
