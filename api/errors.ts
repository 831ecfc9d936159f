import { isGrpcServiceError } from '@temporalio/client';
import { z } from 'zod';
import { IntakeRefusal } from '../activities/intake/intake-refusal.ts';
import { dataFaultOf } from '../activities/lib/database.ts';
import { Prisma } from '../prisma/generated/client.ts';

/**
 * Every error response is problem details (RFC 9457). Programs use the stable `code`; `title` says the same
 * for people. `detail` and `errors` describe the faults of this request.
 *
 * This is the only table of errors: code → status and title.
 */
export const problemCodes = {
  'malformed-url': { status: 400, title: 'The address cannot be decoded' },
  'invalid-parameters': { status: 400, title: 'A parameter is missing or wrong' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'empty-body': { status: 400, title: 'The request has no body' },
  'incomplete-body': { status: 400, title: 'The body ended before its announced length' },
  'missing-key': { status: 401, title: 'An API key is needed' },
  'invalid-key': { status: 401, title: 'The API key is not valid' },
  'signature-invalid': { status: 401, title: 'The signature does not prove who sent this' },
  'signature-expired': { status: 401, title: 'The signature is too old or from the future' },
  'missing-scope': { status: 403, title: 'The API key does not allow this' },
  'partner-not-allowed': { status: 403, title: 'The API key acts for another partner' },
  'unknown-route': { status: 404, title: 'There is nothing at this address' },
  'unknown-order': { status: 404, title: 'There is no such order' },
  'unknown-return': { status: 404, title: 'There is no such return' },
  'unknown-document': { status: 404, title: 'There is no such document' },
  'unknown-interchange': { status: 404, title: 'There is no such interchange' },
  'unknown-dead-letter': { status: 404, title: 'There is no such dead letter' },
  'unknown-exception': { status: 404, title: 'There is no such exception' },
  'unknown-bulk-resolution': { status: 404, title: 'There is no such bulk resolution' },
  'unknown-payment': { status: 404, title: 'There is no such payment' },
  'unknown-release': { status: 404, title: 'No order released this number to a warehouse' },
  'unknown-shipment': { status: 404, title: 'There is no such shipment' },
  'no-such-partner': { status: 404, title: 'There is no such partner' },
  'unknown-cross-reference': { status: 404, title: 'The partner has no such cross-reference' },
  'unknown-content': { status: 404, title: 'Nobody decided about this content of the partner' },
  'unknown-change': { status: 404, title: 'The order has no such change' },
  'method-not-allowed': { status: 405, title: 'This address does not know that method' },
  'not-acceptable': { status: 406, title: 'This is not there in any form that the request accepts' },
  'duplicate-order': { status: 409, title: 'This PO number has been ordered with other content' },
  'payment-conflict': { status: 409, title: 'This payment reference is known with other content' },
  'illegal-resolution': { status: 409, title: 'The exception cannot be resolved in that way' },
  'exception-resolved': { status: 409, title: 'The exception has been resolved already' },
  'not-replayable': { status: 409, title: 'The dead letter cannot be taken again as it is' },
  'dead-letter-settled': { status: 409, title: 'The dead letter waits for nobody any more' },
  'document-not-kept': { status: 409, title: 'The document does not wait for a person' },
  'not-returnable': { status: 409, title: 'These goods cannot be returned' },
  'return-ended': { status: 409, title: 'The return has ended' },
  'order-closed': { status: 409, title: 'The order is closed' },
  'not-possible-now': { status: 409, title: 'The order is past the point where this is possible' },
  'shipment-not-labelled': { status: 409, title: 'The shipment has no such label' },
  'label-invalid': { status: 409, title: 'A label of the shipment would be wrong, so none is given' },
  'profile-changed-meanwhile': { status: 409, title: 'The profile has changed since it was read' },
  'profile-not-editable': { status: 409, title: 'The file of this profile is not changed here' },
  'profile-folder-read-only': { status: 409, title: 'The folder of profiles cannot be written to' },
  'stated-by-file': { status: 409, title: 'A file states this, and it is changed there' },
  'payload-too-large': { status: 413, title: 'The body is larger than this installation accepts' },
  'unsupported-media-type': { status: 415, title: 'The body is of a type that is not read here' },
  'invalid-body': { status: 422, title: 'The body does not fit its schema' },
  'profile-invalid': { status: 422, title: 'The profile has errors' },
  'cross-reference-refused': { status: 422, title: 'The cross-reference names what is not ours, or is none' },
  'value-impossible': { status: 422, title: 'A value can never be kept' },
  'workflow-id-taken': { status: 409, title: 'Another order has the workflow id of this one' },
  'number-not-writable': { status: 422, title: 'A number holds what our documents to the partner cannot carry' },
  'wrong-channel': { status: 422, title: 'Orders of this channel do not come by this address' },
  'wrong-currency': { status: 422, title: 'The currency is not the one agreed with this partner' },
  'unknown-assignee': { status: 422, title: 'Nobody of that name may decide about this exception' },
  'too-many-exceptions': { status: 422, title: 'More exceptions than one decision may be about' },
  'unknown-partner': { status: 422, title: 'There is no partner of that id' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key came before with another request' },
  'interchange-refused': { status: 422, title: 'No interchange of this file can be processed' },
  'x12-not-readable': { status: 422, title: 'The envelope of the X12 file is faulty' },
  'x12-not-writable': { status: 422, title: 'The JSON cannot be written as X12' },
  'too-many-requests': { status: 429, title: 'More requests than allowed' },
  'internal-error': { status: 500, title: 'Something failed on our side' },
  'records-unavailable': { status: 503, title: 'The records cannot be reached at the moment' },
  'process-unavailable': { status: 503, title: 'The order process cannot be reached at the moment' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** One fault. `path` is a JSON path into the body (`lines[0].item`), a parameter name, or a place in an X12 file (`BEG[2].03`). */
export const fault = z
  .object({
    path: z.string(),
    message: z.string(),
    code: z.string().optional().meta({ description: 'Stable code of this fault, where it has one of its own' }),
    place: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Segment, position, element and component of a fault in an X12 file' }),
  })
  .meta({ id: 'Fault' });
export type Fault = z.infer<typeof fault>;

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    correlationId: z.string(),
    errors: z.array(fault),
  })
  .meta({ id: 'Problem', description: 'Problem details, RFC 9457. Program against `code`.' });

interface ProblemExtras {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the response, such as the legal resolutions. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {}, members = {}, cause }: ProblemExtras = {},
  ) {
    super(detail, { cause });
    this.code = code;
    this.errors = errors;
    this.headers = headers;
    this.members = members;
  }

  get status(): number {
    return problemCodes[this.code].status;
  }

  toJSON(correlationId: string) {
    const { status, title } = problemCodes[this.code];
    return {
      type: `urn:throughline:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      correlationId,
      errors: this.errors,
      ...this.members,
    };
  }
}

/** A readable path: `lines[0].item.gtin`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

export function faultsOf(error: z.ZodError, prefix = ''): Fault[] {
  const pathOf = (path: readonly PropertyKey[]) => [prefix, jsonPath(path)].filter((part) => part !== '').join('.');
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: pathOf([...issue.path, key]),
          message: 'is not a field that is known here',
          code: 'unknown-field',
        }))
      : [{ path: pathOf(issue.path), message: issue.message }],
  );
}

// Seconds until the caller should retry. A restart of Postgres or Temporal takes a few of these.
const RETRY_AFTER_SECONDS = '5';

export function recordsUnavailable(cause: unknown): Problem {
  return new Problem('records-unavailable', 'Nothing was changed by this request, or it is safe to send it again.', {
    headers: { 'Retry-After': RETRY_AFTER_SECONDS },
    cause,
  });
}

export function processUnavailable(detail: string, cause?: unknown): Problem {
  return new Problem('process-unavailable', detail, { headers: { 'Retry-After': RETRY_AFTER_SECONDS }, cause });
}

/** Maps a thrown value to a problem. Details of an unexpected error stay in the process. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof URIError)
    return new Problem('malformed-url', 'The path holds a percent sequence that is not UTF-8.');
  if (error instanceof IntakeRefusal) {
    return new Problem(error.code, error.message, { errors: [{ path: error.path, message: error.message }] });
  }
  const fromBody = bodyProblem(error);
  if (fromBody !== undefined) return fromBody;
  const impossible = dataFaultOf(error);
  if (impossible !== undefined) return new Problem('value-impossible', impossible, { cause: error });
  if (isDatabaseAway(error)) return recordsUnavailable(error);
  if (isGrpcServiceError(error)) return processUnavailable('Temporal does not answer; try again.', error);
  return new Problem('internal-error', 'The fault was logged under the correlation id of this answer.', {
    cause: error,
  });
}

/** The errors of Express' body parsers, by their documented `type`. */
function bodyProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && String(error.code).startsWith('Z_'))
    return new Problem('incomplete-body', 'The body is not compressed as Content-Encoding says.');
  if (!('type' in error)) return undefined;
  switch (error.type) {
    case 'entity.parse.failed':
      return new Problem('malformed-json', error.message, { errors: [{ path: '', message: error.message }] });
    case 'entity.too.large': {
      const limit = 'limit' in error ? Number(error.limit) : undefined;
      return new Problem('payload-too-large', `At most ${limit} bytes are accepted.`, {
        members: { limit },
        // The client need not send the rest of the body.
        headers: { Connection: 'close' },
      });
    }
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem('unsupported-media-type', error.message);
    case 'request.aborted':
    case 'request.size.invalid':
      return new Problem('incomplete-body', error.message);
    default:
      return undefined;
  }
}

// https://www.prisma.io/docs/orm/reference/error-reference: cannot reach, timed out, closed, pool exhausted.
const DATABASE_AWAY = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

function isDatabaseAway(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return DATABASE_AWAY.has(error.code) || isConnectionLost(error);
  return isConnectionLost(error);
}

/** The driver's messages for a failed or lost connection, in whichever error Prisma puts them. */
function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|Connection terminated|timeout exceeded when trying to connect|terminating connection|the database system is (starting up|shutting down|in recovery)|Can't reach database server/i.test(
      error.message,
    )
  );
}
