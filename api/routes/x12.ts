import { z } from 'zod';
import { guideOf } from '../../mappings/edi/documents/registry.ts';
import { ENCODINGS } from '../../mappings/x12/encoding.ts';
import { x12Document } from '../../mappings/x12/json/document.ts';
import { X12JsonError, X12ShapeError } from '../../mappings/x12/json/faults.ts';
import { readX12Json } from '../../mappings/x12/json/read.ts';
import { writeX12Json } from '../../mappings/x12/json/write.ts';
import { Problem, type ProblemCode } from '../errors.ts';
import { route, withScope } from '../route.ts';

/** X12 as JSON and back, for callers without an X12 library. */

/**
 * A conversion runs in one go in the process that takes orders in: this many bytes hold it for about a
 * third of a second, and so do this many of the shortest segments. `npm run x12 -- --tree` has no limit.
 */
const MOST_BYTES = 1_000_000;
const limits = { file: 50_000, transactionSet: 50_000 };

const parseX12 = route({
  method: 'post',
  path: '/v1/x12/parse',
  operation: 'parseX12',
  tag: 'EDI',
  summary: 'Any X12 file as JSON, by loops, segments and positions',
  description:
    'Nothing is stored or processed. Transaction sets follow their guide; one without a guide, or out of its order, is a list of segments. Values are not judged: what was sent is given. A file with a fault in its envelope is refused, because writing the JSON could not give it back.',
  access: withScope('edi:write', 'documents:read'),
  changesNothing: true,
  query: z.object({
    encoding: z
      .enum(['detect', ...ENCODINGS])
      .default('detect')
      .meta({ description: 'Of the file; by default UTF-8 if its bytes are that, else windows-1252 or latin-1' }),
    names: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Adds the names of the guides, and why a set is a list' }),
  }),
  body: {
    kind: 'bytes',
    limit: 'maxJsonBytes',
    contentType: 'application/edi-x12',
    description: 'X12 as it is, under any content type; at most 1,000,000 bytes',
  },
  answers: { 200: { description: 'The file as JSON', schema: x12Document } },
  problems: ['x12-not-readable'],
  handler: async ({ body, query }) => {
    const { document } = await orProblem('x12-not-readable', () =>
      readX12Json(withinLimit(body), {
        guideOf,
        limits,
        encodingOf: () => query.encoding,
        names: query.names === 'true',
      }),
    );
    return { status: 200, body: document };
  },
});

const writeX12 = route({
  method: 'post',
  path: '/v1/x12/write',
  operation: 'writeX12',
  tag: 'EDI',
  summary: 'The X12 of JSON as `parseX12` gives it',
  description:
    'Nothing is stored or sent. Counts and control numbers of trailers are filled in. Text beyond ASCII is written in the `encoding` of its interchange. The result is read again and must be the same JSON, without regard to names and remarks; otherwise it is refused with the place.',
  access: withScope('edi:write', 'documents:read'),
  changesNothing: true,
  body: {
    kind: 'bytes',
    limit: 'maxJsonBytes',
    contentType: 'application/json',
    description: 'JSON of at most 1,000,000 bytes of X12',
    schema: x12Document,
  },
  answers: { 200: { description: 'X12', contentType: 'application/edi-x12' } },
  problems: ['malformed-json', 'invalid-body', 'x12-not-writable'],
  handler: async ({ body, header }) => {
    if (!/^application\/([\w.-]+\+)?json\b/i.test(header('content-type') ?? '')) {
      throw new Problem('unsupported-media-type', 'Send Content-Type: application/json.');
    }
    const json = jsonOf(body);
    const bytes = await orProblem('x12-not-writable', () =>
      writeX12Json(json, { guideOf, limits, maxBytes: MOST_BYTES }),
    );
    return { status: 200, body: bytes };
  },
});

export function withinLimit(body: Buffer): Buffer {
  if (body.length <= MOST_BYTES) return body;
  throw new Problem('payload-too-large', `At most ${MOST_BYTES} bytes are read here.`, {
    members: { limit: MOST_BYTES },
  });
}

/** Not the reader of other JSON bodies: it refuses control characters, which are usual as delimiters. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const message = error instanceof Error ? error.message : 'is not JSON';
    throw new Problem('malformed-json', message, { errors: [{ path: '', message }] });
  }
}

async function orProblem<T>(code: ProblemCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof X12JsonError)) throw error;
    const errors = error.faults.map(({ path, message, code: fault, place }) => ({
      path,
      message,
      code: fault,
      ...(place && { place: { ...place } }),
    }));
    throw new Problem(error instanceof X12ShapeError ? 'invalid-body' : code, error.message, { errors });
  }
}

export const x12Routes = [parseX12, writeX12];
