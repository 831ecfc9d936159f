import { z } from 'zod';
import { OPEN_STATE } from '../../activities/orders/bulk-resolution.ts';
import { visiblePartner } from '../auth/visibility.ts';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { NOBODY } from '../exception-search.ts';
import { idempotencyHeaders, idUnderKey, once } from '../idempotency.ts';
import { exceptionPath, subjectLinks } from '../representations/exception.ts';
import { instant, link, toInstant, toInstantOrNull } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { exceptionParameters, resolvedAlready, visibleException } from './exceptions.ts';

/** Work on an exception before it is decided: who does it, when, and what people say about it. */

const DAY_MS = 86_400_000;
const MOST_SNOOZED_DAYS = 30;

const exceptionWork = z
  .object({
    exceptionId: z.string(),
    assignee: z.string().nullable(),
    snoozedUntil: instant.nullable(),
    dueAt: instant.meta({ description: 'When it is escalated, also while it is snoozed' }),
    escalatedAt: instant.nullable(),
    links: z.object({ order: link.nullable(), return: link.nullable(), comments: link }),
  })
  .meta({ id: 'ExceptionWork' });

/** Changes an exception that is open. */
async function changed(
  caller: Caller,
  id: string,
  change: { assignee: string | null } | { snoozedUntil: Date | null },
  deps: ApiDependencies,
) {
  const { count } = await deps.prisma.orderException.updateMany({ where: { id, state: OPEN_STATE }, data: change });
  const now = await visibleException(caller, id, deps);
  if (count === 0) throw resolvedAlready(now);
  const body = {
    exceptionId: id,
    assignee: now.assignee,
    snoozedUntil: toInstantOrNull(now.snoozedUntil),
    dueAt: toInstant(now.dueAt),
    escalatedAt: toInstantOrNull(now.escalatedAt),
    links: { ...subjectLinks(now), comments: `${exceptionPath(id)}/comments` },
  };
  return { status: 200 as const, body, subject: id };
}

const assign = route({
  method: 'put',
  path: '/v1/exceptions/{exceptionId}/assignee',
  operation: 'assignException',
  tag: 'Exceptions',
  summary: 'Say who works on an exception',
  description:
    'By the name of a client whose key may resolve it; null frees it. Others may decide about it all the same.',
  access: withScope('exceptions:resolve'),
  params: exceptionParameters,
  body: {
    kind: 'json',
    schema: z
      .strictObject({ assignee: z.string().trim().min(1).max(80).nullable() })
      .meta({ id: 'ExceptionAssignment' }),
  },
  answers: { 200: { description: 'The exception', schema: exceptionWork } },
  problems: ['unknown-exception', 'exception-resolved', 'unknown-assignee'],
  handler: async ({ params, body: { assignee }, caller }, deps) => {
    const exception = await visibleException(caller, params.exceptionId, deps);
    if (assignee !== null) await refuseUnknownAssignee(assignee, exception.subject.partnerId, caller, deps);
    const answer = await changed(caller, exception.id, { assignee }, deps);
    return { ...answer, detail: { assignee } };
  },
});

/** A key of one partner does not learn who else has keys. */
async function refuseUnknownAssignee(
  name: string,
  partnerId: string,
  caller: Caller,
  { prisma }: ApiDependencies,
): Promise<void> {
  const bound = visiblePartner(caller);
  const known =
    name !== NOBODY &&
    (await prisma.apiClient.findFirst({
      where: {
        name,
        revokedAt: null,
        scopes: { hasSome: ['exceptions:resolve', 'admin'] },
        ...(bound === undefined ? { OR: [{ partnerId: null }, { partnerId }] } : { partnerId: bound }),
      },
      select: { id: true },
    })) !== null;
  if (known) return;
  const message = 'must be the name of a client whose key may resolve this exception';
  throw new Problem('unknown-assignee', `"${name}" is none.`, { errors: [{ path: 'assignee', message }] });
}

const snooze = route({
  method: 'put',
  path: '/v1/exceptions/{exceptionId}/snooze',
  operation: 'snoozeException',
  tag: 'Exceptions',
  summary: 'Hide an exception from the inbox for a while',
  description: `Until an instant in the future, ${MOST_SNOOZED_DAYS} days at most; null shows it again. Its deadline does not move: a snoozed exception is escalated as any other. The order page shows it throughout.`,
  access: withScope('exceptions:resolve'),
  params: exceptionParameters,
  body: {
    kind: 'json',
    schema: z
      .strictObject({
        until: z.iso.datetime({ offset: true, message: 'must be an ISO 8601 date and time with a zone' }).nullable(),
      })
      .meta({ id: 'ExceptionSnooze' }),
  },
  answers: { 200: { description: 'The exception', schema: exceptionWork } },
  problems: ['unknown-exception', 'exception-resolved'],
  handler: async ({ params, body, caller }, deps) => {
    const exception = await visibleException(caller, params.exceptionId, deps);
    const until = body.until === null ? null : new Date(body.until);
    if (until !== null) refuseUnlessSoon(until);
    const answer = await changed(caller, exception.id, { snoozedUntil: until }, deps);
    return { ...answer, detail: { until: toInstantOrNull(until) } };
  },
});

function refuseUnlessSoon(until: Date): void {
  const ahead = until.getTime() - Date.now();
  if (ahead > 0 && ahead <= MOST_SNOOZED_DAYS * DAY_MS) return;
  const message = `must be in the future, and at most ${MOST_SNOOZED_DAYS} days from now`;
  throw new Problem('invalid-body', `until: ${message}`, { errors: [{ path: 'until', message }] });
}

const comment = z
  .object({ id: z.string(), at: instant, author: z.string(), text: z.string() })
  .meta({ id: 'ExceptionComment' });

const commentPlace = z.tuple([z.iso.datetime(), z.string()]);

const listComments = route({
  method: 'get',
  path: '/v1/exceptions/{exceptionId}/comments',
  operation: 'listExceptionComments',
  tag: 'Exceptions',
  summary: 'What people wrote about an exception, oldest first',
  access: withScope('orders:read', 'exceptions:resolve'),
  params: exceptionParameters,
  query: z.object(pageParameters),
  answers: { 200: { description: 'A page of comments', schema: pageOf(comment) } },
  problems: ['unknown-exception'],
  handler: async ({ params, query, caller }, deps) => {
    const { id: exceptionId } = await visibleException(caller, params.exceptionId, deps);
    const after = readCursor(query.cursor, commentPlace);
    const at = after && new Date(after[0]);
    const rows = await deps.prisma.exceptionComment.findMany({
      where: {
        exceptionId,
        ...(at && { at: { gte: at }, OR: [{ at: { gt: at } }, { id: { gt: after[1] } }] }),
      },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
      take: query.limit + 1,
    });
    const { items, nextCursor } = cutPage(rows, query.limit, (row) => [row.at.toISOString(), row.id]);
    return { status: 200, body: { items: items.map(commentOf), nextCursor } };
  },
});

function commentOf({ id, at, author, text }: { id: string; at: Date; author: string; text: string }) {
  return { id, at: toInstant(at), author, text };
}

const addComment = route({
  method: 'post',
  path: '/v1/exceptions/{exceptionId}/comments',
  operation: 'commentOnException',
  tag: 'Exceptions',
  summary: 'Write something about an exception',
  description:
    'For those who work on it. A comment is never changed or removed. No document tells it, but a key of the partner of the order reads it as well.',
  access: withScope('exceptions:resolve'),
  params: exceptionParameters,
  headers: idempotencyHeaders,
  body: {
    kind: 'json',
    schema: z.strictObject({ text: z.string().trim().min(1).max(2000) }).meta({ id: 'NewExceptionComment' }),
  },
  answers: { 201: { description: 'The comment', schema: comment } },
  problems: ['unknown-exception', 'exception-resolved', 'idempotency-key-reused'],
  handler: async ({ params, headers, body, caller }, deps) => {
    const exception = await visibleException(caller, params.exceptionId, deps);
    const exceptionId = exception.id;
    const key = headers['idempotency-key'];
    const operation = `commentOnException ${exceptionId}`;
    return once(deps, caller, key, operation, body, async () => {
      if (exception.state !== OPEN_STATE) throw resolvedAlready(exception);
      const id = idUnderKey(caller, key, operation, body);
      const author = caller.client?.name ?? 'unknown';
      await deps.prisma.exceptionComment.createMany({
        data: [{ id, exceptionId, author, text: body.text }],
        skipDuplicates: true,
      });
      const stored = await deps.prisma.exceptionComment.findUniqueOrThrow({ where: { id } });
      return { status: 201 as const, body: commentOf(stored), subject: exceptionId };
    });
  },
});

export const exceptionWorkRoutes = [assign, snooze, listComments, addComment];
