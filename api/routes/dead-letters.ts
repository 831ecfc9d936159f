import { z } from 'zod';
import {
  type Letter,
  type LetterCause,
  letterCauses,
  letterKinds,
  loadLetters,
} from '../../activities/dead-letters/letter.ts';
import { ReplayRefusal } from '../../activities/dead-letters/refusal.ts';
import type { Database } from '../../prisma/client.ts';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import { pageOf, pageParameters } from '../cursor.ts';
import { countDeadLetters, findDeadLetters, letterStates } from '../dead-letter-search.ts';
import { faultsOf, Problem } from '../errors.ts';
import { documentPath } from '../representations/document.ts';
import { interchangePath } from '../representations/interchange.ts';
import { instant, link, toInstant } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';

const deadLetter = z
  .object({
    id: z.string(),
    kind: z.enum(letterKinds),
    cause: z
      .enum(letterCauses)
      .nullable()
      .meta({ description: 'Why it has no effect; null once it has had its effect' }),
    partnerId: z.string().nullable(),
    since: instant,
    what: z.string().meta({ description: 'What it is, for people', examples: ['820 0001 of interchange 000000017'] }),
    reason: z.string().meta({ description: 'Why it has no effect, for people' }),
    state: z.enum(letterStates),
    options: z.array(z.enum(['replay', 'dismiss'])).meta({ description: 'What can be done about it' }),
    links: z.object({ self: link, document: link.nullable(), interchange: link.nullable() }),
  })
  .meta({ id: 'DeadLetter', description: 'Something that came in and had no effect' });

const action = z
  .object({
    action: z.enum(['replayed', 'dismissed']),
    by: z.string(),
    why: z.string(),
    at: instant,
    profileVersion: z.string().nullable(),
    corrected: z.string().nullable().meta({ description: 'The corrected content; the original stays as it came' }),
    effect: z.string().nullable().meta({ description: 'What became of it, for people' }),
  })
  .meta({ id: 'DeadLetterAction' });

const deadLetterView = deadLetter
  .extend({
    correlationId: z.string(),
    content: z.object({
      format: z.enum(['x12', 'json']),
      text: z
        .string()
        .meta({ description: 'As it came: segments of a document, the beginning of a refused file, or JSON' }),
      whole: z.boolean().meta({ description: 'false if only the beginning of a file was kept' }),
    }),
    actions: z.array(action).meta({ description: 'What people did about it, oldest first' }),
  })
  .meta({ id: 'DeadLetterView' });

const reading = z
  .object({
    profileVersion: z.string(),
    verdict: z.enum(['accepted', 'rejected', 'held']),
    faults: z.array(z.string()),
    content: z
      .unknown()
      .meta({ description: 'The canonical orders, payment or change; null where nothing is read of it' }),
  })
  .meta({ id: 'DeadLetterReading' });

const replayed = z
  .object({
    deadLetterId: z.string(),
    dryRun: z.boolean(),
    settled: z.boolean().meta({ description: 'It has, or would have, had its effect' }),
    effect: z.string().meta({ description: 'What became, or would become, of it, for people' }),
    before: reading.nullable().meta({ description: 'By the profile that was in force when it came, if that is known' }),
    now: reading.nullable(),
    differences: z
      .array(z.object({ path: z.string(), before: z.unknown().optional(), now: z.unknown().optional() }))
      .meta({ description: 'The first 200' }),
    differenceCount: z.int().meta({ description: 'How many there are in all' }),
    links: z.object({ self: link }),
  })
  .meta({ id: 'ReplayedDeadLetter' });

const listDeadLetters = route({
  method: 'get',
  path: '/v1/dead-letters',
  operation: 'listDeadLetters',
  tag: 'Dead letters',
  summary: 'List what came in and had no effect, newest first',
  description:
    'Documents that were refused, wait for a correction of our profile or for a person; acknowledgments of what we never sent; files that were refused as a whole; what a warehouse told of no release of ours, of an order that had ended, or that was set aside; payments of unknown invoices, of orders that had ended, or that were set aside.',
  access: withScope('documents:read'),
  query: z.object({
    state: z.enum(letterStates).default('open'),
    kind: z.enum(letterKinds).optional(),
    cause: z.enum(letterCauses).optional(),
    partnerId: z.string().min(1).max(80).optional(),
    since: z.iso.datetime({ offset: true }).optional().meta({ description: 'What came at this time or later' }),
    ...pageParameters,
  }),
  answers: {
    200: { description: 'A page of dead letters', schema: pageOf(deadLetter) },
  },
  handler: async ({ query, caller }, { prisma }) => {
    const bound = await boundTo(caller, query.partnerId);
    if (bound === 'other') return { status: 200, body: { items: [], nextCursor: null } };
    const { state, kind, cause, cursor, limit } = query;
    const filter = {
      state,
      kind,
      cause,
      partnerId: bound,
      since: query.since === undefined ? undefined : new Date(query.since),
    };
    const { ids, nextCursor } = await findDeadLetters(prisma, filter, { cursor, limit });
    const states = await settledStates(prisma, ids);
    const letters = await loadLetters(prisma, ids);
    return { status: 200, body: { items: letters.map((letter) => itemOf(letter, states.get(letter.id))), nextCursor } };
  },
});

const countRoute = route({
  method: 'get',
  path: '/v1/dead-letters/counts',
  operation: 'countDeadLetters',
  tag: 'Dead letters',
  summary: 'How many dead letters wait, by kind and cause',
  access: withScope('documents:read'),
  query: z.object({ partnerId: z.string().min(1).max(80).optional() }),
  answers: {
    200: {
      description: 'The counts of what is open',
      schema: z
        .object({
          total: z.int(),
          counts: z.array(
            z.object({ kind: z.enum(letterKinds), cause: z.enum(letterCauses), count: z.int(), oldest: instant }),
          ),
        })
        .meta({ id: 'DeadLetterCounts' }),
    },
  },
  handler: async ({ query, caller }, { prisma }) => {
    const bound = await boundTo(caller, query.partnerId);
    if (bound === 'other') return { status: 200, body: { total: 0, counts: [] } };
    const counts = await countDeadLetters(prisma, {
      partnerId: bound,
      kind: undefined,
      cause: undefined,
      since: undefined,
    });
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    return { status: 200, body: { total, counts: counts.map((one) => ({ ...one, oldest: toInstant(one.oldest) })) } };
  },
});

/** The partner to look at: undefined for all, `other` for one that the caller may not see. */
async function boundTo(caller: Caller, asked: string | undefined): Promise<string | undefined> {
  const bound = visiblePartner(caller);
  if (bound === undefined || asked === undefined || bound === asked) return bound ?? asked;
  await caller.denied('other-partner', asked);
  return 'other';
}

const parameters = z.object({ deadLetterId: z.string().min(1).max(400) });

async function visibleLetter(caller: Caller, id: string, prisma: Database): Promise<Letter> {
  const [letter] = await loadLetters(prisma, [id]);
  return visibleTo(caller, letter ?? null, ({ partnerId }) => partnerId, 'unknown-dead-letter', id);
}

const readDeadLetter = route({
  method: 'get',
  path: '/v1/dead-letters/{deadLetterId}',
  operation: 'readDeadLetter',
  tag: 'Dead letters',
  summary: 'A dead letter with its content, and what people did about it',
  access: withScope('documents:read'),
  params: parameters,
  answers: { 200: { description: 'The dead letter', schema: deadLetterView } },
  problems: ['unknown-dead-letter'],
  handler: async ({ params, caller }, { prisma }) => {
    const letter = await visibleLetter(caller, params.deadLetterId, prisma);
    return { status: 200, body: await viewOf(letter, prisma) };
  },
});

const why = z.string().trim().min(1).max(1000);

const replay = route({
  method: 'post',
  path: '/v1/dead-letters/{deadLetterId}/replay',
  operation: 'replayDeadLetter',
  tag: 'Dead letters',
  summary: 'Take a dead letter again, as it came or corrected',
  description:
    'It goes the way of everything that comes in: what it says has an effect once, whatever is replayed. With `dryRun` nothing is done; the answer says how it was read then, how it would be read now, and what would follow. The correction is kept beside the original. A document that was refused is not acknowledged again.',
  access: withScope('exceptions:resolve'),
  params: parameters,
  body: {
    kind: 'json',
    schema: z
      .strictObject({
        why: why.optional().meta({ description: 'Why it is replayed; needed unless it is a dry run' }),
        dryRun: z.boolean().default(false),
        profileVersion: z
          .string()
          .min(1)
          .max(80)
          .optional()
          .meta({ description: 'Of a document: a stored version of the profile; without it today’s' }),
        content: z.string().min(1).max(1_000_000).optional().meta({
          description:
            'Corrected content: the segments of a document between ST and SE, a whole file, the JSON of a warehouse event, or of a payment {"invoiceNumber": …}',
        }),
      })
      .meta({ id: 'DeadLetterReplay' }),
  },
  answers: { 200: { description: 'What became of it, or would', schema: replayed } },
  problems: ['unknown-dead-letter', 'not-replayable', 'dead-letter-settled', 'invalid-body'],
  handler: async ({ params, body, caller, correlationId }, deps) => {
    const { id } = await visibleLetter(caller, params.deadLetterId, deps.prisma);
    if (!body.dryRun && body.why === undefined)
      throw invalid({ path: 'why', message: 'says why it is replayed, and is needed' });
    const { profileVersion, content, dryRun } = body;
    const result = await orProblem(() =>
      deps.intake.replayDeadLetter({
        ...{ id, by: caller.client?.name ?? 'unknown', why: body.why ?? '', dryRun, correlationId },
        ...(profileVersion !== undefined && { profileVersion }),
        ...(content !== undefined && { content }),
      }),
    );
    if (result === undefined) throw new Problem('unknown-dead-letter', `Nothing is known under "${id}".`);
    const { effect, settled, before, now, differences, differenceCount } = result;
    return {
      status: 200,
      body: {
        ...{
          deadLetterId: id,
          dryRun,
          effect,
          settled,
          differences: [...differences],
          differenceCount,
          links: { self: pathOf(id) },
        },
        before: before && { ...before, faults: [...before.faults] },
        now: now && { ...now, faults: [...now.faults] },
      },
      subject: id,
      detail: { dryRun, effect },
    };
  },
});

const dismiss = route({
  method: 'post',
  path: '/v1/dead-letters/{deadLetterId}/dismiss',
  operation: 'dismissDeadLetter',
  tag: 'Dead letters',
  summary: 'Say that a dead letter needs nothing, or what was done about it',
  access: withScope('exceptions:resolve'),
  params: parameters,
  body: { kind: 'json', schema: z.strictObject({ note: why }).meta({ id: 'DeadLetterDismissal' }) },
  answers: { 200: { description: 'The dead letter', schema: deadLetterView } },
  problems: ['unknown-dead-letter', 'dead-letter-settled'],
  handler: async ({ params, body, caller }, deps) => {
    const { id } = await visibleLetter(caller, params.deadLetterId, deps.prisma);
    await orProblem(() => deps.intake.dismissDeadLetter({ id, by: caller.client?.name ?? 'unknown', why: body.note }));
    return { status: 200, body: await viewOf(await visibleLetter(caller, id, deps.prisma), deps.prisma), subject: id };
  },
});

async function orProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReplayRefusal)) throw error;
    if (error.code === 'invalid-body') throw invalid(error);
    throw new Problem(error.code, error.message);
  }
}

function invalid({ path, message, cause }: Pick<ReplayRefusal, 'path' | 'message' | 'cause'>): Problem {
  const errors = cause === undefined ? [{ path, message }] : faultsOf(cause, path);
  return new Problem('invalid-body', `${path}: ${message}`, { errors });
}

function pathOf(id: string): string {
  return `/v1/dead-letters/${encodeURIComponent(id)}`;
}

type SettledState = 'replayed' | 'dismissed';

async function settledStates(prisma: Database, ids: readonly string[]): Promise<ReadonlyMap<string, SettledState>> {
  const rows = await prisma.deadLetterAction.findMany({
    where: { letterId: { in: [...ids] }, settles: true },
    orderBy: { id: 'asc' },
    select: { letterId: true, action: true },
  });
  return new Map(rows.map(({ letterId, action: done }) => [letterId, done as SettledState]));
}

function itemOf(letter: Letter, settled: SettledState | undefined): z.output<typeof deadLetter> {
  const { id, kind, cause, partnerId, since, what, reason } = letter;
  // A document that a person said of what was done, and one that was read by itself later, are not in the records of actions.
  const state = settled ?? (letter.settled ? 'dismissed' : cause === undefined ? 'replayed' : 'open');
  const isKeptFile = letter.kind !== 'interchange' || letter.content.whole;
  return {
    ...{ id, kind, partnerId, what, reason, state },
    cause: (cause as LetterCause | undefined) ?? null,
    since: toInstant(since),
    options: state !== 'open' ? [] : isKeptFile ? ['replay', 'dismiss'] : ['dismiss'],
    links: {
      self: pathOf(id),
      document: 'documentId' in letter ? documentPath(letter.documentId) : null,
      interchange: 'interchangeId' in letter ? interchangePath(letter.interchangeId) : null,
    },
  };
}

async function viewOf(letter: Letter, prisma: Database): Promise<z.output<typeof deadLetterView>> {
  const rows = await prisma.deadLetterAction.findMany({ where: { letterId: letter.id }, orderBy: { id: 'asc' } });
  const settled = rows.findLast(({ settles }) => settles)?.action as SettledState | undefined;
  return {
    ...itemOf(letter, settled),
    correlationId: letter.correlationId,
    content: { ...letter.content },
    actions: rows.map((row) => ({
      action: row.action as SettledState,
      ...{ by: row.by, why: row.why, profileVersion: row.profileVersion, corrected: row.corrected },
      at: toInstant(row.at),
      effect: (row.outcome as { effect?: string } | null)?.effect ?? null,
    })),
  };
}

export const deadLetterRoutes = [listDeadLetters, countRoute, readDeadLetter, replay, dismiss];
