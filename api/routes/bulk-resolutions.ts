import { z } from 'zod';
import {
  type BulkDecision,
  type BulkOutcome,
  type BulkRefusal,
  bulkProgressOf,
  OPEN_STATE,
  resolveTogether,
  unresolvedOf,
} from '../../activities/orders/bulk-resolution.ts';
import { type Resolution, resolutions } from '../../domain/exceptions.ts';
import { whyNotSkip } from '../../domain/order/skipping.ts';
import { visiblePartner } from '../auth/visibility.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { type Candidate, candidates, exceptionFilter } from '../exception-search.ts';
import { readAgainFor } from '../fresh-data.ts';
import { idempotencyHeaders, idUnderKey, once } from '../idempotency.ts';
import { subjectLinks } from '../representations/exception.ts';
import { instant, link, toInstant } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';
import { refuseUnlessPossible, statedInstant } from '../waiting.ts';

/** One decision about many exceptions: what it would do, that it is done, and how far it is. */

const MOST_NAMED = 500;
const MOST_FILTERED = 5_000;
/** Exceptions that a group of refusals, or the progress, names. */
const MOST_LISTED = 50;

/** Resolutions that need more than the decision: the same carrier or correction cannot be stated for many. */
const NEEDS_INPUT: ReadonlySet<Resolution> = new Set(['use-carrier', 'correct', 'other-node']);

const bulkResolution = z
  .strictObject({
    exceptionIds: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(MOST_NAMED)
      .optional()
      .meta({ description: `1 to ${MOST_NAMED} of them` }),
    filter: z
      .strictObject(exceptionFilter)
      .optional()
      .meta({
        description: `Instead of ids: all open ones that \`listExceptions\` would list, ${MOST_FILTERED} at most`,
      }),
    resolution: z.enum(resolutions),
    note: z.string().trim().max(1000).optional(),
    until: statedInstant.optional(),
    dryRun: z.boolean().default(false).meta({ description: 'Only tell what would be done' }),
  })
  .superRefine(({ resolution, note, dryRun }, context) => {
    const unexplained = dryRun ? undefined : whyNotSkip({ resolution, ...(note && { note }) });
    if (unexplained !== undefined) context.addIssue({ code: 'custom', path: ['note'], message: unexplained.reason });
  })
  .superRefine(({ resolution, until, dryRun }, context) => {
    // Nobody has to know the time to see what would be decided.
    if ((resolution === 'wait') === (until !== undefined) || (until === undefined && dryRun)) return;
    const message = until === undefined ? 'is needed with wait' : 'can only be stated with wait';
    context.addIssue({ code: 'custom', path: ['until'], message });
  })
  .superRefine(({ exceptionIds, filter }, context) => {
    if ((exceptionIds === undefined) !== (filter === undefined)) return;
    const message = exceptionIds === undefined ? 'is needed, or a filter' : 'cannot be stated with a filter';
    context.addIssue({ code: 'custom', path: ['exceptionIds'], message });
  })
  .meta({ id: 'BulkResolution' });

const count = z.int();

const refusal = z
  .object({
    type: z.string().nullable(),
    code: z.string().meta({
      description: '`unknown-exception`, `exception-resolved`, `illegal-resolution` or `input-needed`',
    }),
    reason: z.string(),
    count,
    exceptionIds: z.array(z.string()).meta({ description: `The first ${MOST_LISTED} of them` }),
  })
  .meta({ id: 'BulkRefusal', description: 'Exceptions that are left alone, for one reason' });

const outcomeView = z
  .object({
    bulkResolutionId: z.string().nullable().meta({ description: 'null for a dry run' }),
    resolution: z.string(),
    taken: z.object({ count, byType: z.array(z.object({ type: z.string(), count })) }),
    refused: z.object({ count, groups: z.array(refusal) }),
    links: z.object({ progress: link.nullable() }),
  })
  .meta({ id: 'BulkOutcome', description: 'What one decision about many exceptions does, or would do' });

const resolveMany = route({
  method: 'post',
  path: '/v1/exceptions/resolutions',
  operation: 'resolveExceptions',
  tag: 'Exceptions',
  summary: 'Decide about many exceptions at once',
  description:
    'Each exception that allows the resolution is decided; the others are left alone and named with the reason. When this answers with 202 the decision is stored and reaches every order, whatever dies next. An order may have gone on meanwhile: it has the last word, and `readBulkResolution` tells what became of it. Resolutions that need further input are for one exception at a time.',
  access: withScope('exceptions:resolve'),
  headers: idempotencyHeaders,
  body: { kind: 'json', schema: bulkResolution },
  answers: {
    200: { description: 'What would be done; nothing was', schema: outcomeView },
    202: { description: 'The decision is stored', schema: outcomeView },
  },
  problems: ['illegal-resolution', 'too-many-exceptions', 'idempotency-key-reused'],
  handler: async ({ headers, body, caller }, deps) => {
    const { dryRun, exceptionIds, filter, note, resolution, until } = body;
    const decision: BulkDecision = { resolution, ...(note && { note }), ...(until && { until }) };
    if (decision.until !== undefined) refuseUnlessPossible(decision.until);
    const wanted = { exceptionIds: exceptionIds && [...new Set(exceptionIds)], filter };
    if (dryRun) {
      const { outcome } = await sort(wanted, decision.resolution, caller, deps);
      return { status: 200, body: viewOf(null, decision.resolution, outcome) };
    }
    const key = headers['idempotency-key'];
    return once(deps, caller, key, 'resolveExceptions', body, async () => {
      const id = idUnderKey(caller, key, 'resolveExceptions', body);
      const outcome = (await outcomeOf(id, deps)) ?? (await store(id));
      return {
        status: 202 as const,
        body: viewOf(id, decision.resolution, outcome),
        headers: { Location: bulkPath(id) },
        subject: id,
        detail: { resolution: decision.resolution, exceptions: outcome.taken.count },
      };
    });

    async function store(id: string): Promise<BulkOutcome> {
      const { taken, outcome } = await sort(wanted, decision.resolution, caller, deps);
      if (taken.length === 0) throw nothingTaken(outcome);
      await resolveTogether(deps, {
        ...{ id, decision, outcome },
        clientId: caller.client?.id ?? 'unknown',
        by: caller.client?.name ?? 'unknown',
        items: taken.map(({ id: exceptionId, orderId, returnId, partnerId }) => ({
          ...{ exceptionId, orderId, returnId, partnerId },
        })),
      });
      readAgainFor(decision.resolution, deps);
      return outcome;
    }
  },
});

/** Of an earlier request under the same key, whose answer may have been lost. */
async function outcomeOf(id: string, { prisma }: ApiDependencies): Promise<BulkOutcome | undefined> {
  const stored = await prisma.bulkResolution.findUnique({ where: { id }, select: { outcome: true } });
  return stored === null ? undefined : (stored.outcome as unknown as BulkOutcome);
}

interface Sorted {
  readonly taken: readonly Candidate[];
  readonly outcome: BulkOutcome;
}

/** Which exceptions the decision is about, and which of them do not allow it. */
async function sort(
  wanted: Pick<Parameters<typeof candidates>[1], 'exceptionIds' | 'filter'>,
  resolution: Resolution,
  caller: Caller,
  { prisma }: Pick<ApiDependencies, 'prisma'>,
): Promise<Sorted> {
  const visible = visiblePartner(caller);
  const found = await candidates(prisma, { ...wanted, visible, limit: MOST_FILTERED + 1 });
  if (found.length > MOST_FILTERED) {
    throw new Problem('too-many-exceptions', `More than ${MOST_FILTERED} match; narrow the filter.`, {
      errors: [{ path: 'filter', message: `must match at most ${MOST_FILTERED} exceptions` }],
    });
  }
  const groups = new Map<string, BulkRefusal>();
  const refuse = (exceptionId: string, refusal: Pick<BulkRefusal, 'type' | 'code' | 'reason'>) => {
    const id = JSON.stringify(refusal);
    const group = groups.get(id) ?? { ...refusal, count: 0, exceptionIds: [] };
    group.count += 1;
    if (group.exceptionIds.length < MOST_LISTED) group.exceptionIds.push(exceptionId);
    groups.set(id, group);
  };
  const taken = found.filter((one) => {
    const why = whyNot(one, resolution);
    if (why !== undefined) refuse(one.id, { type: one.type, ...why });
    return why === undefined;
  });
  const known = new Set(found.map(({ id }) => id));
  for (const id of wanted.exceptionIds ?? []) {
    if (known.has(id)) continue;
    // One of another partner looks like one that does not exist.
    refuse(id, { type: null, code: 'unknown-exception', reason: 'there is no such exception' });
  }
  const byType = new Map<string, number>();
  for (const { type } of taken) byType.set(type, (byType.get(type) ?? 0) + 1);
  const refused = [...groups.values()];
  const outcome = {
    taken: { count: taken.length, byType: [...byType].map(([type, number]) => ({ type, count: number })) },
    refused: { count: refused.reduce((sum, group) => sum + group.count, 0), groups: refused },
  };
  return { taken, outcome };
}

function whyNot(
  { state, resolutions: legal }: Candidate,
  resolution: Resolution,
): Pick<BulkRefusal, 'code' | 'reason'> | undefined {
  if (state !== OPEN_STATE) return { code: 'exception-resolved', reason: `it is ${state} already` };
  if (!legal.includes(resolution)) {
    return { code: 'illegal-resolution', reason: `it can be resolved by ${legal.join(', ') || 'nothing'}` };
  }
  if (!NEEDS_INPUT.has(resolution)) return undefined;
  return { code: 'input-needed', reason: `${resolution} needs further input, for one exception at a time` };
}

function nothingTaken({ refused }: BulkOutcome): Problem {
  const reasons = [...new Set(refused.groups.map(({ reason }) => reason))];
  const why = reasons.length === 0 ? 'nothing matches the filter' : reasons.slice(0, 3).join('; ');
  return new Problem('illegal-resolution', `None of the exceptions can be resolved so: ${why}.`, {
    members: { refused: refused.groups },
  });
}

function viewOf(
  id: string | null,
  resolution: Resolution,
  { taken, refused }: BulkOutcome,
): z.output<typeof outcomeView> {
  return {
    bulkResolutionId: id,
    resolution,
    taken,
    refused: { count: refused.count, groups: refused.groups },
    links: { progress: id === null ? null : bulkPath(id) },
  };
}

function bulkPath(id: string): string {
  return `/v1/exceptions/resolutions/${encodeURIComponent(id)}`;
}

const progress = z
  .object({
    bulkResolutionId: z.string(),
    resolution: z.string(),
    note: z.string().nullable(),
    by: z.string(),
    decidedAt: instant,
    total: count,
    resolved: count.meta({ description: 'As decided here' }),
    otherwise: count.meta({ description: 'By another decision, or because their cause went away' }),
    waiting: count.meta({ description: 'Their orders have not been told yet; they will be' }),
    open: count.meta({
      description: 'Their orders have been told and are still open: they have yet to take it, or cannot any more',
    }),
    rest: z
      .array(
        z.object({
          exceptionId: z.string(),
          orderId: z.string().nullable(),
          returnId: z.string().nullable(),
          poNumber: z.string().meta({ description: 'Of the order, or the number of the return' }),
          type: z.string(),
          state: z.string(),
          resolution: z.string().nullable().meta({ description: 'How it was resolved instead' }),
          resolvedBy: z.string().nullable(),
          links: z.object({ order: link.nullable(), return: link.nullable() }),
        }),
      )
      .meta({ description: `The first ${MOST_LISTED} that are not resolved as decided here` }),
    refused: z.array(refusal),
  })
  .meta({ id: 'BulkProgress', description: 'How far one decision about many exceptions is' });

const readProgress = route({
  method: 'get',
  path: '/v1/exceptions/resolutions/{bulkResolutionId}',
  operation: 'readBulkResolution',
  tag: 'Exceptions',
  summary: 'How far a decision about many exceptions is',
  description: 'A key of one partner reads its own decisions.',
  access: withScope('exceptions:resolve'),
  params: z.object({ bulkResolutionId: z.string().min(1).max(100) }),
  answers: { 200: { description: 'The progress', schema: progress } },
  problems: ['unknown-bulk-resolution'],
  handler: async ({ params: { bulkResolutionId: id }, caller }, { prisma }) => {
    const [found, rest] = await Promise.all([bulkProgressOf(prisma, id), unresolvedOf(prisma, id, MOST_LISTED)]);
    const isForeign = visiblePartner(caller) !== undefined && found?.clientId !== caller.client?.id;
    if (found !== undefined && isForeign) await caller.denied('other-client', id);
    if (found === undefined || isForeign) {
      throw new Problem('unknown-bulk-resolution', `Nothing is known under "${id}".`);
    }
    const { decision, by, createdAt, total, resolved, otherwise, waiting, open, outcome } = found;
    return {
      status: 200,
      body: {
        bulkResolutionId: id,
        resolution: decision.resolution,
        note: decision.note ?? null,
        by,
        decidedAt: toInstant(createdAt),
        ...{ total, resolved, otherwise, waiting, open },
        rest: rest.map((one) => ({ ...one, links: subjectLinks(one) })),
        refused: outcome.refused.groups,
      },
    };
  },
});

export const bulkResolutionRoutes = [resolveMany, readProgress];
