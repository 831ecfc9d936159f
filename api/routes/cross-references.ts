import { z } from 'zod';
import {
  CrossReferenceFileError,
  crossReferencesOfCsv,
  requireUtf8,
} from '../../activities/partners/cross-reference-csv.ts';
import {
  CROSS_REFERENCE_COLUMNS,
  CROSS_REFERENCE_KINDS,
  loadCrossReferences,
  type RefusedRow,
  type StatedRow,
} from '../../activities/partners/cross-references.ts';
import type { CrossReference, Prisma } from '../../prisma/generated/client.ts';
import { goOnWithNames } from '../corrections.ts';
import { cutPage, pageOf, pageParameters, readCursor } from '../cursor.ts';
import { Problem } from '../errors.ts';
import { refusedRow } from '../representations/cross-reference-file.ts';
import { instant, quantity, toInstant, toQuantity } from '../representations/values.ts';
import { route, withScope } from '../route.ts';
import { partnerOf, partnerParameter } from './partners.ts';

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
  access: withScope('partners:read', 'partners:write', 'profiles:write'),
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
    goOnWithNames(deps, profile.id);
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
    if (loaded > 0) goOnWithNames(deps, profile.id);
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

export const crossReferenceRoutes = [listCrossReferences, postCrossReferences, putCrossReference, deleteCrossReference];
