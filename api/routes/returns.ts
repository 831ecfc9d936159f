import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { returnReasons } from '../../domain/returns/policy.ts';
import { disposition, positiveDecimal, quantity } from '../../mappings/canonical/v1/index.ts';
import { cancelReturn, decideReturn, disposeReturn, linkReturn } from '../../workflows/messages.ts';
import { mayActFor, visiblePartner, visibleTo } from '../auth/visibility.ts';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { heldUpOfReturn } from '../held-up.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { heldUpViewOf } from '../representations/order.ts';
import {
  returnItem,
  returnItemColumns,
  returnItemOf,
  returnView,
  returnViewOf,
  returnViewRelations,
} from '../representations/return.ts';
import { link, returnPath } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { updateOrder } from '../workflow-updates.ts';
import { visibleOrder } from './orders.ts';

const text = z.string().trim().min(1).max(500);

const asked = z
  .strictObject({
    orderId: z.string().min(1).max(200),
    reason: z.enum(returnReasons),
    note: text.optional().meta({ description: 'In the partner’s words' }),
    lines: z
      .array(
        z.strictObject({
          lineId: z.string().min(1).max(80).meta({ description: 'Line number of the buyer' }),
          quantity: positiveDecimal,
          unit: quantity.shape.unit
            .optional()
            .meta({ description: 'The ordered unit or our base unit; without it the ordered unit' }),
        }),
      )
      .min(1)
      .max(1_000)
      .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, {
        message: 'must name each line once',
      }),
  })
  .meta({ id: 'AskedReturn' });

const accepted = z
  .object({
    returnId: z.string(),
    rmaNumber: z.string(),
    duplicate: z.boolean(),
    links: z.object({ self: link }),
  })
  .meta({ id: 'ReturnAccepted' });

const askForReturn = route({
  method: 'post',
  path: '/v1/returns',
  operation: 'askForReturn',
  tag: 'Returns',
  summary: 'Ask to send goods of an order back',
  description:
    'What the order or the agreement does not allow is refused with each reason, and nothing is stored. Otherwise the return is stored, and authorized at once or after a person has approved it, as the agreement says.',
  access: withScope('orders:write'),
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: asked },
  answers: {
    200: { description: 'The return had been asked for before', schema: accepted },
    202: { description: 'The return is stored', schema: accepted },
  },
  problems: ['unknown-order', 'partner-not-allowed', 'not-returnable', 'idempotency-key-reused'],
  handler: async ({ body, headers, caller, correlationId }, deps) => {
    const order = await visibleOrder(body.orderId, caller, deps);
    await mayActFor(caller, order.partnerId, 'orderId');
    const key = headers['idempotency-key'];
    return once(deps, caller, key, 'askForReturn', body, async () => {
      const { poNumber, lines } = await deps.prisma.order.findUniqueOrThrow({
        where: { id: order.id },
        select: { poNumber: true, lines: { select: { lineId: true, orderedUnit: true } } },
      });
      const receipt = await deps.intake.acceptReturn({
        orderId: order.id,
        request: {
          schema: 'returnRequest/v1',
          partnerId: order.partnerId,
          poNumber,
          // A repetition whose first answer was lost is the same request.
          ...(key !== undefined && { requestNumber: numberOf(caller, key) }),
          reason: body.reason,
          ...(body.note !== undefined && { note: body.note }),
          lines: body.lines.map(({ lineId, quantity: value, unit }) => ({
            lineId,
            quantity: { value, unit: unit ?? lines.find((line) => line.lineId === lineId)?.orderedUnit ?? 'EA' },
          })),
        },
        askedBy: caller.client?.name ?? 'unknown',
        correlationId,
      });
      if (receipt.outcome === 'refused') {
        throw new Problem('not-returnable', receipt.refusals.map(({ reason }) => reason).join('; '), {
          errors: receipt.refusals.map(({ code, lineId, reason }) => {
            const index = body.lines.findIndex((line) => line.lineId === lineId);
            return { path: index < 0 ? '$' : `lines[${index}]`, message: reason, code };
          }),
        });
      }
      if (receipt.outcome === 'conflict') {
        throw new Problem('idempotency-key-reused', 'Use a new key for another request.');
      }
      const { returnId, rmaNumber } = receipt;
      const duplicate = receipt.outcome === 'duplicate';
      const self = returnPath(returnId);
      return {
        status: duplicate ? (200 as const) : (202 as const),
        body: { returnId, rmaNumber, duplicate, links: { self } },
        headers: { Location: self },
        subject: returnId,
      };
    });
  },
});

function numberOf(caller: Caller, key: string): string {
  return createHash('sha256').update(`${caller.client?.id}\n${key}`).digest('hex').slice(0, 32);
}

const place = z.tuple([z.iso.datetime(), z.string()]);

const listReturns = route({
  method: 'get',
  path: '/v1/returns',
  operation: 'listReturns',
  tag: 'Returns',
  summary: 'Returns, newest first',
  access: withScope('orders:read'),
  query: z.object({
    status: z
      .string()
      .regex(/^[a-z]{1,20}$/, 'must be the name of a state')
      .optional(),
    partner: z.string().min(1).max(80).optional(),
    orderId: z.string().min(1).max(200).optional(),
    q: z.string().trim().max(80).optional().meta({ description: 'Number of the return, or of the order' }),
    ...pageParameters,
  }),
  answers: { 200: { description: 'A page of returns', schema: pageOf(returnItem) } },
  handler: async ({ query, caller }, deps) => {
    const bound = visiblePartner(caller);
    const after = readCursor(query.cursor, place);
    const q = query.q === undefined || query.q === '' ? undefined : query.q;
    const rows = await deps.prisma.return.findMany({
      where: {
        AND: [
          bound === undefined ? {} : { partnerId: bound },
          query.partner === undefined ? {} : { partnerId: query.partner },
          query.status === undefined ? {} : { status: query.status },
          query.orderId === undefined ? {} : { orderId: query.orderId },
          q === undefined
            ? {}
            : { OR: [{ rmaNumber: { startsWith: q.toUpperCase() } }, { poNumber: { startsWith: q } }] },
          after === undefined
            ? {}
            : {
                OR: [{ askedAt: { lt: new Date(after[0]) } }, { askedAt: new Date(after[0]), id: { gt: after[1] } }],
              },
        ],
      },
      select: returnItemColumns,
      orderBy: [{ askedAt: 'desc' }, { id: 'asc' }],
      take: query.limit + 1,
    });
    const { items, nextCursor } = cutPage(rows, query.limit, (row) => [row.askedAt.toISOString(), row.id]);
    return { status: 200, body: { items: items.map((row) => returnItemOf(row, deps)), nextCursor } };
  },
});

const returnParameters = z.object({ returnId: z.string().min(1).max(200) });

const readReturn = route({
  method: 'get',
  path: '/v1/returns/{returnId}',
  operation: 'readReturn',
  tag: 'Returns',
  summary: 'A return with its lines, what came, credits and timeline',
  access: withScope('orders:read'),
  params: returnParameters,
  answers: { 200: { description: 'The return', schema: returnView } },
  problems: ['unknown-return'],
  handler: async ({ params: { returnId }, caller }, deps) => {
    const found = await deps.prisma.return.findUnique({ where: { id: returnId }, include: returnViewRelations });
    const row = await visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-return', returnId);
    const steps = await heldUpOfReturn(deps.prisma, row.workflowId);
    const heldUp = steps.map((step) => heldUpViewOf(step, visiblePartner(caller) === undefined));
    return { status: 200, body: returnViewOf(row, heldUp, deps) };
  },
});

async function visibleReturn(returnId: string, caller: Caller, { prisma }: Pick<ApiDependencies, 'prisma'>) {
  const found = await prisma.return.findUnique({
    where: { id: returnId },
    select: { id: true, partnerId: true, workflowId: true, status: true, closedAt: true, lines: true },
  });
  return visibleTo(caller, found, ({ partnerId }) => partnerId, 'unknown-return', returnId);
}

const done = z
  .object({ returnId: z.string(), status: z.string(), links: z.object({ self: link }) })
  .meta({ id: 'ReturnDone' });

const answers = {
  200: { description: 'It is done', schema: done },
  202: { description: 'The return has taken it, but is not done with it yet. Look at the return.', schema: done },
} as const;

/** Sends an update to the process of a return, and answers with its status. */
async function update<Input>(
  { returnId }: { returnId: string },
  caller: Caller,
  deps: ApiDependencies,
  definition: Parameters<typeof updateOrder<{ status: string }, Input>>[2],
  input: (by: string) => Input,
) {
  const rma = await visibleReturn(returnId, caller, deps);
  if (rma.closedAt !== null) throw new Problem('return-ended', `The return is ${rma.status}.`);
  const by = caller.client?.name ?? 'unknown';
  const result = await updateOrder(deps, rma.workflowId, definition, input(by), 'not-possible-now');
  const status = result?.status ?? (await visibleReturn(returnId, caller, deps)).status;
  return {
    status: result === undefined ? (202 as const) : (200 as const),
    body: { returnId, status, links: { self: returnPath(returnId) } },
    subject: returnId,
  };
}

const cancel = route({
  method: 'post',
  path: '/v1/returns/{returnId}/cancel',
  operation: 'cancelReturn',
  tag: 'Returns',
  summary: 'Cancel a return whose goods have not come',
  description:
    'The warehouse is asked first. If goods have come, the cancellation is refused with the reason and the return goes on.',
  access: withScope('orders:write'),
  params: returnParameters,
  body: { kind: 'json', schema: z.strictObject({ reason: text }).meta({ id: 'ReturnCancellation' }) },
  answers,
  problems: ['unknown-return', 'return-ended', 'not-possible-now', 'process-unavailable'],
  handler: async ({ params, body: { reason }, caller }, deps) => {
    const rma = await visibleReturn(params.returnId, caller, deps);
    if (rma.status === 'cancelled' && rma.closedAt !== null) {
      const { id: returnId, status } = rma;
      return {
        status: 200 as const,
        body: { returnId, status, links: { self: returnPath(returnId) } },
        subject: returnId,
      };
    }
    return update(params, caller, deps, cancelReturn, (by) => ({ reason, by }));
  },
});

const approve = route({
  method: 'post',
  path: '/v1/returns/{returnId}/approve',
  operation: 'approveReturn',
  tag: 'Returns',
  summary: 'Approve or refuse a return that waits for a person',
  access: withScope('exceptions:resolve'),
  params: returnParameters,
  body: {
    kind: 'json',
    schema: z
      .strictObject({
        approved: z.boolean(),
        note: text.optional().meta({ description: 'With a refusal, the reason that the partner is told' }),
      })
      .refine(({ approved, note }) => approved || note !== undefined, {
        path: ['note'],
        message: 'is needed with a refusal',
      })
      .meta({ id: 'ReturnApproval' }),
  },
  answers,
  problems: ['unknown-return', 'return-ended', 'not-possible-now', 'process-unavailable'],
  handler: ({ params, body: { approved, note }, caller }, deps) =>
    update(params, caller, deps, decideReturn, (by) => ({ approved, by, ...(note !== undefined && { note }) })),
});

const dispose = route({
  method: 'post',
  path: '/v1/returns/{returnId}/dispositions',
  operation: 'disposeReturn',
  tag: 'Returns',
  summary: 'Say what becomes of goods that came back',
  description: 'All of a request or nothing. What is kept is credited; what is sent back is not.',
  access: withScope('exceptions:resolve'),
  params: returnParameters,
  headers: idempotencyHeaders,
  body: {
    kind: 'json',
    schema: z
      .strictObject({
        lines: z
          .array(
            z.strictObject({
              lineNumber: z.int().min(1).meta({ description: 'As in `lines` of the return' }),
              quantity: positiveDecimal.meta({ description: 'In the unit of the line' }),
              disposition,
            }),
          )
          .min(1)
          .max(1_000),
      })
      .meta({ id: 'Dispositions' }),
  },
  answers,
  problems: ['unknown-return', 'return-ended', 'not-possible-now', 'process-unavailable', 'idempotency-key-reused'],
  handler: async ({ params, body, headers, caller }, deps) => {
    const key = headers['idempotency-key'];
    return once(deps, caller, key, `disposeReturn ${params.returnId}`, body, () => {
      const id = key === undefined ? randomUUID() : numberOf(caller, key);
      return update(params, caller, deps, disposeReturn, (by) => ({ id, lines: body.lines, by }));
    });
  },
});

const linkToOrder = route({
  method: 'post',
  path: '/v1/returns/{returnId}/order',
  operation: 'linkReturn',
  tag: 'Returns',
  summary: 'Say of which order goods are that came without a return',
  description: 'They become a return of the lines with the same items, as far as those have shipped.',
  access: withScope('exceptions:resolve'),
  params: returnParameters,
  body: { kind: 'json', schema: z.strictObject({ orderId: z.string().min(1).max(200) }).meta({ id: 'ReturnOrder' }) },
  answers,
  problems: ['unknown-return', 'unknown-order', 'return-ended', 'not-possible-now', 'process-unavailable'],
  handler: async ({ params, body, caller }, deps) => {
    const { id: orderId } = await visibleOrder(body.orderId, caller, deps);
    return update(params, caller, deps, linkReturn, (by) => ({ orderId, by }));
  },
});

export const returnRoutes = [askForReturn, listReturns, readReturn, cancel, approve, dispose, linkToOrder];
