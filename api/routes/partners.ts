import { z } from 'zod';
import { CERTIFICATION_BASES, CERTIFICATION_STATES, certificationOf } from '../../activities/partners/certification.ts';
import {
  CrossReferenceFileError,
  crossReferencesOfCsv,
  requireUtf8,
} from '../../activities/partners/cross-reference-csv.ts';
import type { CrossReferenceFault } from '../../activities/partners/cross-reference-files.ts';
import {
  CROSS_REFERENCE_COLUMNS,
  CROSS_REFERENCE_KINDS,
  loadCrossReferences,
  type RefusedRow,
  type StatedRow,
} from '../../activities/partners/cross-references.ts';
import type { ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { CrossReference, CrossReferenceFile, Prisma } from '../../prisma/generated/client.ts';
import { visiblePartner, visibleTo } from '../auth/visibility.ts';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { instant, link, quantity, toInstant, toQuantity } from '../representations/values.ts';
import { type Caller, route, withScope } from '../route.ts';

// ── Profiles ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const placedFault = {
  code: z.string(),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  key: z.string(),
  reason: z.string(),
};

const profileWarning = z.object(placedFault).meta({
  id: 'ProfileWarning',
  description: 'A likely mistake in a profile, which is used nevertheless',
});

const profileProblem = z.object(placedFault).meta({
  id: 'ProfileProblem',
  description:
    'Why a file, or a part of it, is not taken; its partner goes on with the last good profile, or with its other cross-references',
});

const usage = z
  .enum(['test', 'production'])
  .meta({ description: 'The side of the partner: ISA15 of what is sent and accepted' });

const partnerItem = z
  .object({
    id: z.string(),
    name: z.string(),
    profileVersion: z.string(),
    usage,
    problemCount: z.int().meta({ description: 'Faults in its files; each refused cross-reference counts' }),
    links: z.object({ self: link }),
  })
  .meta({ id: 'Partner' });

const partnerList = z.object({
  items: z.array(partnerItem),
  problems: z.array(profileProblem).meta({ description: 'Faults in any file; empty for a key bound to one partner' }),
  warnings: z.array(profileWarning).meta({ description: 'Of the partners listed' }),
});

const listPartners = route({
  method: 'get',
  path: '/v1/partners',
  operation: 'listPartners',
  tag: 'Partners',
  summary: 'The trading partners of this installation; a key bound to one sees that one',
  access: withScope('orders:read', 'partners:read', 'partners:write'),
  answers: { 200: { description: 'The partners', schema: partnerList } },
  handler: async ({ caller }, { partners, prisma }) => {
    const bound = visiblePartner(caller);
    const listed = partners.list().filter(({ id }) => bound === undefined || id === bound);
    const files = await filesRead(
      prisma,
      listed.map(({ id }) => id),
    );
    const items = listed.map(({ id, name, profileVersion, usage: side }) => {
      const problemCount = partners.problemsOf(id).length + faultsIn(files.get(id));
      return { id, name, profileVersion, usage: side, problemCount, links: { self: partnerPath(id) } };
    });
    const ofFiles = [...files.values()].flatMap(problemsOfFile);
    const problems = bound === undefined ? [...partners.problems().map(problemView), ...ofFiles] : [];
    const warnings = listed.flatMap(({ id }) => partners.warningsOf(id).map(problemView));
    return { status: 200, body: { items, problems, warnings } };
  },
});

/** A cross-reference file, as a worker last read it. */
type FileRead = Pick<CrossReferenceFile, 'partnerId' | 'file' | 'refusedCount'> & {
  readonly fault: CrossReferenceFault | null;
  readonly firstRefused: RefusedRow | null;
};

async function filesRead(prisma: Database, partnerIds: readonly string[]): Promise<Map<string, FileRead>> {
  const rows = await prisma.$queryRaw<FileRead[]>`
    SELECT "partnerId", "file", "refusedCount", "fault", "refused"->0 AS "firstRefused" FROM "CrossReferenceFile"
    WHERE "partnerId" = ANY(${partnerIds}::text[]) ORDER BY "partnerId"`;
  return new Map(rows.map((row) => [row.partnerId, row]));
}

/** The same of a whole row. */
function fileReadOf({ partnerId, file, refusedCount, fault, refused }: CrossReferenceFile): FileRead {
  const [firstRefused = null] = refused as unknown as RefusedRow[];
  return { partnerId, file, refusedCount, fault: fault as CrossReferenceFault | null, firstRefused };
}

function faultsIn(read: FileRead | undefined): number {
  if (read === undefined) return 0;
  return read.fault === null ? read.refusedCount : 1;
}

/** One error for the file, at its first row. */
function problemsOfFile({ file, fault, refusedCount, firstRefused }: FileRead): z.output<typeof profileProblem>[] {
  const at = (line: number, code: string, key: string, reason: string) => [
    { code, file, line, column: 1, key, reason },
  ];
  if (fault !== null) return at(fault.line, `cross-references-${fault.code}`, '', fault.reason);
  if (firstRefused === null) return [];
  const { line, column, reason } = firstRefused;
  const others = refusedCount === 1 ? '' : `; ${refusedCount} rows are refused, this is the first`;
  return at(line, 'cross-references-refused', column ?? '', `${reason}${others}`);
}

const refusedRow = z
  .object({
    line: z.int().meta({ description: 'Line of the CSV, or place in the list, from 1' }),
    column: z.enum(CROSS_REFERENCE_COLUMNS).nullable().meta({ description: 'null where the whole row is at fault' }),
    code: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'RefusedCrossReference' });

const crossReferenceFile = z
  .object({
    file: z.string(),
    readAt: instant,
    fault: z
      .object({ code: z.string(), line: z.int(), reason: z.string() })
      .nullable()
      .meta({ description: 'Why nothing of the file was taken: what it stated before stays' }),
    loaded: z.int().meta({ description: 'Rows that were new or said something else than before' }),
    unchanged: z.int(),
    removed: z
      .int()
      .meta({ description: 'Rows that it does not state any more; of a file that is gone, all that it stated' }),
    refusedCount: z.int(),
    refused: z.array(refusedRow).meta({ description: 'The first 500 of the refused rows' }),
  })
  .nullable()
  .meta({
    id: 'CrossReferenceFile',
    description:
      'The partner’s file of cross-references as it was last read; of one that is gone, what went with it and when. null without one',
  });

const duration = z
  .string()
  .meta({ description: 'ISO 8601 duration, with `business` where it runs in opening hours only' });

const partnerView = partnerItem
  .extend({
    ordersBy: z.array(z.string()),
    documents: z.object({
      inbound: z.array(z.string()).meta({ description: 'Transaction sets that are accepted' }),
      outbound: z.array(
        z.object({
          set: z.string(),
          deadline: duration,
          after: z.string().meta({ description: 'The event from which the deadline counts' }),
          acknowledgeWithin: duration.nullable().meta({ description: 'null where no acknowledgment is expected' }),
        }),
      ),
    }),
    shipWithin: duration,
    profile: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The whole profile, templates and defaults filled in; it holds no secrets' }),
    versions: z
      .array(z.object({ version: z.string(), firstUsedAt: instant }))
      .meta({ description: 'Versions under which orders have come, the latest first, 50 at most' }),
    certification: z.object({
      state: z.enum(CERTIFICATION_STATES),
      changed: z
        .array(z.enum(CERTIFICATION_BASES))
        .meta({ description: 'What has changed since the result; empty unless `outdated`: certify again' }),
      profileVersion: z.string().nullable(),
      finishedAt: instant.nullable(),
      passed: z.int(),
      failed: z.int(),
      notRun: z.int(),
    }),
    problems: z.array(profileProblem),
    warnings: z.array(profileWarning),
    crossReferenceFile,
    links: z.object({ self: link, crossReferences: link }),
  })
  .meta({ id: 'PartnerView', description: 'A partner, what is agreed with it and how its profile stands' });

export const partnerParameter = { partnerId: z.string().min(1).max(60) };

const readPartner = route({
  method: 'get',
  path: '/v1/partners/{partnerId}',
  operation: 'readPartner',
  tag: 'Partners',
  summary: 'Read a partner: profile, documents and deadlines, certification, and what is wrong with its files',
  access: withScope('partners:read', 'partners:write'),
  params: z.object(partnerParameter),
  answers: { 200: { description: 'The partner', schema: partnerView } },
  problems: ['no-such-partner'],
  handler: async ({ params, caller }, deps) => {
    const profile = await partnerOf(caller, params.partnerId, deps);
    const versions = await deps.prisma.profileVersion.findMany({
      where: { partnerId: profile.id, firstUsedAt: { not: null } },
      orderBy: { firstUsedAt: 'desc' },
      select: { version: true, firstUsedAt: true },
      take: 50,
    });
    const file = await deps.prisma.crossReferenceFile.findUnique({ where: { partnerId: profile.id } });
    const read = file === null ? undefined : fileReadOf(file);
    const ofProfile = deps.partners.problemsOf(profile.id).map(problemView);
    const { documents, version: profileVersion, ...content } = profile;
    const body = {
      id: profile.id,
      name: profile.name,
      profileVersion,
      usage: profile.usage,
      ordersBy: [...profile.ordersBy],
      documents: { inbound: [...documents.inbound], outbound: outboundOf(profile) },
      shipWithin: profile.shipWithin,
      profile: JSON.parse(JSON.stringify({ ...content, documents })) as Record<string, unknown>,
      versions: versions.flatMap(({ version, firstUsedAt }) =>
        firstUsedAt === null ? [] : [{ version, firstUsedAt: toInstant(firstUsedAt) }],
      ),
      certification: certificationView(deps.config, profile),
      problemCount: ofProfile.length + faultsIn(read),
      problems: [...ofProfile, ...(read === undefined ? [] : problemsOfFile(read))],
      warnings: deps.partners.warningsOf(profile.id).map(problemView),
      crossReferenceFile: file && crossReferenceFileView(file),
      links: { self: partnerPath(profile.id), crossReferences: `${partnerPath(profile.id)}/cross-references` },
    };
    return { status: 200, body };
  },
});

function outboundOf({ documents }: PartnerProfile) {
  return Object.entries(documents.outbound).flatMap(([set, rule]) =>
    rule?.send === true
      ? [
          {
            set,
            deadline: rule.deadline,
            after: rule.after,
            // A functional acknowledgment is itself never acknowledged.
            acknowledgeWithin: rule.acknowledgment?.expected === true ? rule.acknowledgment.within : null,
          },
        ]
      : [],
  );
}

function certificationView({ certificationDir, partnersDir }: ApiDependencies['config'], profile: PartnerProfile) {
  const { state, result, changed } = certificationOf(certificationDir, partnersDir, profile);
  const count = (wanted: string) => result?.scenarios.filter((scenario) => scenario.state === wanted).length ?? 0;
  return {
    state,
    changed: [...changed],
    profileVersion: result?.fingerprint.profile ?? null,
    finishedAt: result === undefined ? null : toInstant(new Date(result.finishedAt)),
    passed: count('passed'),
    failed: count('failed'),
    notRun: count('not-run'),
  };
}

function crossReferenceFileView({ partnerId: _, readAt, fault, refused, ...counted }: CrossReferenceFile) {
  return {
    ...counted,
    readAt: toInstant(readAt),
    fault: fault as CrossReferenceFault | null,
    refused: refused as unknown as RefusedRow[],
  };
}

function problemView({ code, file, line, column, key, reason }: ProfileProblem) {
  return { code, file, line, column, key, reason };
}

function partnerPath(id: string): string {
  return `/v1/partners/${encodeURIComponent(id)}`;
}

/** @throws Problem `no-such-partner`, also for a key that is bound to another partner */
export async function partnerOf(
  caller: Caller,
  partnerId: string,
  { partners }: ApiDependencies,
): Promise<PartnerProfile> {
  const profile = partners.profile(partnerId) ?? null;
  const bound = visiblePartner(caller);
  const problems = profile === null && (bound ?? partnerId) === partnerId ? partners.problemsOf(partnerId) : [];
  const [first] = problems;
  if (first !== undefined) {
    const { file, line, column, key, reason } = first;
    const place = `${file}:${line}:${column}: ${key === '' ? 'the file' : key}`;
    const detail = `There is no partner ${partnerId} before its profile is right: ${place} ${reason}`;
    throw new Problem('no-such-partner', detail, { members: { problems: problems.map(problemView) } });
  }
  return visibleTo(caller, profile, ({ id }) => id, 'no-such-partner', partnerId);
}

// ── Cross-references ──────────────────────────────────────────────────────────────────────────────────────────────────

const kind = z.enum(CROSS_REFERENCE_KINDS).meta({
  description:
    'item: the partner’s number of an item → our SKU; ship-to: number of a store or distribution center → our ship-to; unit → our unit; pack: the partner’s unit of one item → so many of our unit',
});

const crossReferenceView = z
  .object({
    kind,
    external: z.string().meta({ description: 'What the partner calls it' }),
    internal: z.string().meta({ description: 'What we call it' }),
    sku: z.string().nullable().meta({ description: 'Of a pack: our item' }),
    quantity: quantity.nullable().meta({ description: 'Of a pack: so many of `internal`' }),
    source: z.enum(['file', 'api']).meta({ description: 'file: stated by the partner’s file and changed only there' }),
    updatedAt: instant,
  })
  .meta({ id: 'CrossReference', description: 'A partner’s own name for something of ours' });

const listCrossReferences = route({
  method: 'get',
  path: '/v1/partners/{partnerId}/cross-references',
  operation: 'listCrossReferences',
  tag: 'Partners',
  summary: 'What the partner calls our items, ship-tos and units',
  access: withScope('partners:read', 'partners:write'),
  params: z.object(partnerParameter),
  query: z.object({ kind: kind.optional(), external: z.string().min(1).max(80).optional(), ...pageParameters }),
  answers: { 200: { description: 'A page of cross-references', schema: pageOf(crossReferenceView) } },
  problems: ['no-such-partner'],
  handler: async ({ params, query, caller }, deps) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, deps);
    const after = readCursor(query.cursor, z.tuple([z.string(), z.string(), z.string()]));
    const rows = await deps.prisma.crossReference.findMany({
      where: {
        partnerId,
        ...(query.kind === undefined ? {} : { kind: query.kind }),
        ...(query.external === undefined ? {} : { external: query.external }),
        ...(after === undefined ? {} : { AND: behind(after) }),
      },
      orderBy: [{ kind: 'asc' }, { external: 'asc' }, { sku: 'asc' }],
      take: query.limit + 1,
    });
    const { items, nextCursor } = cutPage(rows, query.limit, (row) => [row.kind, row.external, row.sku]);
    return { status: 200, body: { items: items.map(crossReferenceOf), nextCursor } };
  },
});

/** The rows after a position in the list. */
function behind([after, external, sku]: readonly [string, string, string]): Prisma.CrossReferenceWhereInput {
  return {
    OR: [
      { kind: { gt: after } },
      { kind: after, external: { gt: external } },
      { kind: after, external, sku: { gt: sku } },
    ],
  };
}

function crossReferenceOf(row: CrossReference): z.output<typeof crossReferenceView> {
  return {
    kind: row.kind as z.output<typeof kind>,
    external: row.external,
    internal: row.internal,
    sku: row.sku === '' ? null : row.sku,
    quantity: row.quantity === null ? null : toQuantity(row.quantity),
    source: row.source as 'file' | 'api',
    updatedAt: toInstant(row.updatedAt),
  };
}

const crossReferenceParameters = z.object({ ...partnerParameter, kind, external: z.string().min(1).max(80) });
const packOf = z.object({ sku: z.string().max(80).default('').meta({ description: 'Of a pack: our item' }) });

const putCrossReference = route({
  method: 'put',
  path: '/v1/partners/{partnerId}/cross-references/{kind}/{external}',
  operation: 'putCrossReference',
  tag: 'Partners',
  summary: 'Say what one name of the partner means',
  access: withScope('partners:write'),
  params: crossReferenceParameters,
  query: packOf,
  body: {
    kind: 'json',
    schema: z
      .strictObject({ internal: z.string(), quantity: z.string().optional() })
      .meta({ id: 'CrossReferenceInput', description: '`quantity` is for packs alone' }),
  },
  answers: { 200: { description: 'The cross-reference as it is now', schema: crossReferenceView } },
  problems: ['no-such-partner', 'cross-reference-refused', 'stated-by-file'],
  handler: async ({ params, query, body, caller }, deps) => {
    const profile = await partnerOf(caller, params.partnerId, deps);
    const values = { kind: params.kind, external: params.external, sku: query.sku, ...body };
    const { refused } = await loadCrossReferences(deps, { profile, rows: [[{ line: 1, values }]], source: 'api' });
    const [refusal] = refused;
    if (refusal !== undefined) throw refusalProblem(refusal);
    const key = { partnerId: profile.id, kind: params.kind, external: params.external.trim(), sku: query.sku.trim() };
    const row = await deps.prisma.crossReference.findUniqueOrThrow({ where: { partnerId_kind_external_sku: key } });
    return { status: 200, body: crossReferenceOf(row), detail: { ...body } };
  },
});

function refusalProblem({ code, column, reason }: RefusedRow): Problem {
  const path = column ?? '';
  return new Problem(
    code === 'stated-by-file' ? 'stated-by-file' : 'cross-reference-refused',
    `${path} ${reason}`.trim(),
    {
      errors: [{ path, message: reason, code }],
    },
  );
}

const deleteCrossReference = route({
  method: 'delete',
  path: '/v1/partners/{partnerId}/cross-references/{kind}/{external}',
  operation: 'deleteCrossReference',
  tag: 'Partners',
  summary: 'Forget one name of the partner',
  access: withScope('partners:write'),
  params: crossReferenceParameters,
  query: packOf,
  answers: { 204: { description: 'It is forgotten' } },
  problems: ['no-such-partner', 'unknown-cross-reference', 'stated-by-file'],
  handler: async ({ params, query, caller }, deps) => {
    const { id: partnerId } = await partnerOf(caller, params.partnerId, deps);
    const key = { partnerId, kind: params.kind, external: params.external, sku: query.sku };
    const { count } = await deps.prisma.crossReference.deleteMany({ where: { ...key, source: 'api' } });
    if (count > 0) return { status: 204, body: undefined };
    const known = await deps.prisma.crossReference.findUnique({ where: { partnerId_kind_external_sku: key } });
    if (known !== null) throw new Problem('stated-by-file', `The file of ${partnerId} states it; change it there.`);
    throw new Problem('unknown-cross-reference', `${partnerId} has no ${params.kind} "${params.external}".`);
  },
});

const statedRows = z
  .array(
    z.strictObject({
      kind: z.string(),
      external: z.string(),
      internal: z.string(),
      sku: z.string().optional(),
      quantity: z.string().optional(),
    }),
  )
  .meta({ id: 'CrossReferenceRows' });

const loadReport = z
  .object({
    loaded: z.int().meta({ description: 'Rows that are new or say something else than before' }),
    unchanged: z.int(),
    refusedCount: z.int(),
    refused: z.array(refusedRow).meta({ description: 'The first 10 000 of the refused rows' }),
  })
  .meta({ id: 'CrossReferenceReport' });

const postCrossReferences = route({
  method: 'post',
  path: '/v1/partners/{partnerId}/cross-references',
  operation: 'loadCrossReferences',
  tag: 'Partners',
  summary: 'Load many cross-references at once',
  description:
    'All good rows are loaded, in one transaction; each of the others is refused with its line, column and reason. A body that is not UTF-8, or no rows at all, is refused as a whole. Sending the same again changes nothing. What is not named stays as it is.',
  access: withScope('partners:write'),
  params: z.object(partnerParameter),
  body: {
    kind: 'bytes',
    limit: 'maxInterchangeBytes',
    contentType: ['text/csv', 'application/json'],
    description: `CSV with the columns ${CROSS_REFERENCE_COLUMNS.join(', ')} (the last two for packs), or a JSON list of such rows`,
    schema: statedRows,
  },
  answers: { 200: { description: 'What became of the rows', schema: loadReport } },
  problems: ['no-such-partner', 'malformed-json', 'invalid-body'],
  handler: async ({ params, body, caller, header }, deps) => {
    const profile = await partnerOf(caller, params.partnerId, deps);
    const { loaded, unchanged, refusedCount, refused } = await orInvalidBody(() => {
      const rows = rowsOf(body, header('content-type') ?? '');
      return loadCrossReferences(deps, { profile, rows, source: 'api' });
    });
    return {
      status: 200,
      body: { loaded, unchanged, refusedCount, refused: [...refused] },
      detail: { loaded, unchanged, refused: refusedCount },
    };
  },
});

async function orInvalidBody<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CrossReferenceFileError)) throw error;
    const fault = { path: `line ${error.line}`, message: error.message, code: error.code };
    throw new Problem('invalid-body', `line ${error.line}: ${error.message}`, { errors: [fault] });
  }
}

const ROWS_AT_ONCE = 2_000;

function rowsOf(body: Buffer, contentType: string): AsyncIterable<StatedRow[]> | StatedRow[][] {
  if (/^text\/csv\b/i.test(contentType)) return crossReferencesOfCsv([body]);
  if (!/^application\/json\b/i.test(contentType)) {
    throw new Problem('unsupported-media-type', 'Send Content-Type: text/csv or application/json.');
  }
  requireUtf8(body);
  let list: unknown;
  try {
    // Drops a byte order mark, which JSON does not allow.
    list = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new Problem('malformed-json', (error as Error).message);
  }
  if (!Array.isArray(list)) {
    throw new Problem('invalid-body', '$: must be a list of rows', {
      errors: [{ path: '$', message: 'must be a list' }],
    });
  }
  const rows = list.map((row: unknown, index) => rowOf(row, index + 1));
  const pieces = Math.ceil(rows.length / ROWS_AT_ONCE);
  return Array.from({ length: pieces }, (_, piece) => rows.slice(piece * ROWS_AT_ONCE, (piece + 1) * ROWS_AT_ONCE));
}

/** A row of the wrong shape is rejected individually, as in a CSV. */
function rowOf(row: unknown, line: number): StatedRow {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return { line, values: {}, misshapen: 'is not an object' };
  }
  const known: readonly string[] = CROSS_REFERENCE_COLUMNS;
  const fault = Object.entries(row).find(
    ([name, value]) => !known.includes(name) || !['string', 'number'].includes(typeof value),
  );
  if (fault === undefined) return { line, values: row };
  const misshapen = known.includes(fault[0]) ? `has no text under ${fault[0]}` : `has an unknown member ${fault[0]}`;
  return { line, values: {}, misshapen };
}

export const partnerRoutes = [
  listPartners,
  readPartner,
  listCrossReferences,
  postCrossReferences,
  putCrossReference,
  deleteCrossReference,
];
