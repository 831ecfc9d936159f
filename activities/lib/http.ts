import type { z } from 'zod';
import { SystemBusy, SystemRefusal } from './refusal.ts';
import { CORRELATION_HEADER, IDEMPOTENCY_HEADER, REPLAYED_HEADER, type RestOperation } from './rest-operation.ts';

/**
 * The HTTP client of all connectors, based on Node's fetch, whose global pool keeps connections alive.
 *
 * Outcomes: the validated response; {@link SystemRefusal} for a 4xx, which no retry can fix;
 * {@link SystemBusy} if the system names a retry time; {@link SystemUnavailable} for anything that may be
 * retried; {@link BrokenContract} for a response that violates the contract; or the reason of the caller's own
 * signal.
 */

/** One instance of an outside system. */
export interface HttpSystem {
  /** Folder and id, for logs and errors: `erp.main`. */
  readonly id: string;
  /** A trailing slash is optional. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** The timeout of one call, up to the last byte of the response. */
  readonly timeoutSeconds: number;
}

export interface HttpDeps {
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch; for Retry-After dates. */
  readonly now?: () => number;
  /** A signal that aborts the running call, such as the cancellation of the activity. */
  readonly signal?: () => AbortSignal | undefined;
  /** The default correlation id of calls. */
  readonly correlationId?: () => string | undefined;
}

/** The call may be retried. After `system-timeout` and `connection-failed`, the system may have done the work anyway. */
export class SystemUnavailable extends Error {
  override readonly name = 'SystemUnavailable';
  readonly system: string;
  readonly code: 'system-timeout' | 'connection-failed' | 'system-error';
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;

  constructor(
    system: string,
    code: SystemUnavailable['code'],
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.system = system;
    this.code = code;
    this.status = options.status;
  }
}

/** The response violates the contract: a wrong version, a proxy's page, or a defect. */
export class BrokenContract extends Error {
  override readonly name = 'BrokenContract';
  readonly code = 'contract-broken';
  readonly system: string;
  /** Dotted paths into the response; empty if it was not JSON. */
  readonly details: readonly { path: string; message: string }[];

  constructor(system: string, message: string, details: readonly { path: string; message: string }[] = []) {
    super(message);
    this.system = system;
    this.details = details;
  }
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_PROBLEM_BYTES = 256 * 1024;
/** The longest accepted Retry-After; a longer one indicates a wrong header. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Relative to the base URL, with a leading slash, already encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly correlationId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The maximum response size in bytes; default 64 MiB. */
  readonly maxAnswerBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

export interface RestCall<Operation extends RestOperation> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Operation extends { body: infer Body extends z.ZodType } ? z.input<Body> : never;
  /** The idempotency key, for keyed operations. */
  readonly key?: string;
  readonly correlationId?: string;
  readonly signal?: AbortSignal;
}

export interface HttpClient {
  /** Sends any request; resolves only for 2xx. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Calls an operation of a REST contract and validates the response. `replayed`: the system had done it before under the same key. */
  call<Operation extends RestOperation>(
    operation: Operation,
    call: RestCall<Operation>,
  ): Promise<{ answer: z.output<Operation['answer']>; replayed: boolean }>;
  /** Validates a JSON response of {@link send} against a schema. */
  read<Schema extends z.ZodType>(answer: HttpAnswer, schema: Schema): z.output<Schema>;
}

export function createHttpClient(system: HttpSystem, deps: HttpDeps = {}): HttpClient {
  const fetchNow = deps.fetch ?? fetch;
  const now = deps.now ?? Date.now;
  const base = system.baseUrl.replace(/\/+$/, '');

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(Math.ceil(system.timeoutSeconds * 1000));
    const own = [request.signal, deps.signal?.()].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any([timeout, ...own]);
    const correlationId = request.correlationId ?? deps.correlationId?.();
    const what = `${request.method} ${request.path.split('?', 1)[0]}`;
    const limit = request.maxAnswerBytes ?? MAX_ANSWER_BYTES;
    try {
      const response = await fetchNow(`${base}${request.path}`, {
        method: request.method,
        headers: {
          ...request.headers,
          ...(system.token === undefined ? {} : { Authorization: `Bearer ${system.token}` }),
          ...(correlationId === undefined ? {} : { [CORRELATION_HEADER]: correlationId }),
        },
        ...(request.body === undefined ? {} : { body: request.body as string | Uint8Array<ArrayBuffer> }),
        // A redirect would send the token and the document to another host.
        redirect: 'manual',
        signal,
      });
      if (response.ok) {
        return { status: response.status, headers: response.headers, bytes: await readBody(response, limit, what) };
      }
      const text = new TextDecoder().decode(await readBody(response, MAX_PROBLEM_BYTES, what));
      throw refusalOf(response, text, what);
    } catch (error) {
      throw classified(error, own, timeout, what);
    }
  }

  function classified(error: unknown, own: readonly AbortSignal[], timeout: AbortSignal, what: string): unknown {
    if (error instanceof SystemRefusal || error instanceof SystemBusy) return error;
    if (error instanceof SystemUnavailable || error instanceof BrokenContract) return error;
    const ended = own.find((signal) => signal.aborted);
    if (ended) return ended.reason;
    if (timeout.aborted) {
      return new SystemUnavailable(
        system.id,
        'system-timeout',
        `${system.id} did not answer ${what} within ${system.timeoutSeconds} s`,
        { cause: error },
      );
    }
    return new SystemUnavailable(
      system.id,
      'connection-failed',
      `${system.id}: the connection failed during ${what}: ${reasonOf(error)}`,
      { cause: error },
    );
  }

  async function readBody(response: Response, limit: number, what: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    if (response.body === null) return new Uint8Array();
    for await (const part of response.body) {
      length += part.byteLength;
      // Leaving the loop cancels the stream.
      if (length > limit) throw new BrokenContract(system.id, `${system.id} answered ${what} with over ${limit} bytes`);
      parts.push(part);
    }
    return Buffer.concat(parts, length);
  }

  function refusalOf(response: Response, text: string, what: string): Error {
    const { status } = response;
    const problem = problemOf(text);
    const said = problem.message === undefined ? `HTTP ${status}` : `${problem.message} (HTTP ${status})`;
    const message = `${system.id} answered ${what}: ${said}`;
    if (status === 429 || status === 503) {
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), now());
      if (retryAfterMs !== undefined) return new SystemBusy(system.id, message, retryAfterMs);
    }
    if (status >= 500 || status === 408 || status === 425 || status === 429) {
      return new SystemUnavailable(system.id, 'system-error', message, { status });
    }
    if (status >= 400) return new SystemRefusal(system.id, problem.code ?? `http-${status}`, message, problem.details);
    return new BrokenContract(system.id, `${message}; only 2xx, 4xx and 5xx are part of the contract`);
  }

  function read<Schema extends z.ZodType>(answer: HttpAnswer, schema: Schema): z.output<Schema> {
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(answer.bytes));
    } catch {
      throw new BrokenContract(system.id, `${system.id} answered with something that is not JSON`);
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const details = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
    const first = details[0];
    throw new BrokenContract(
      system.id,
      `${system.id} answered with a document that breaks its contract: ${first?.path || 'the document'} ${first?.message ?? ''}`,
      details,
    );
  }

  async function call<Operation extends RestOperation>(operation: Operation, input: RestCall<Operation>) {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(input.params?.[name] ?? ''),
    );
    const query = new URLSearchParams(
      Object.entries(input.query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ).toString();
    const answer = await send({
      method: operation.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        Accept: 'application/json',
        ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(input.key === undefined ? {} : { [IDEMPOTENCY_HEADER]: headerSafe(input.key) }),
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      correlationId: input.correlationId,
      signal: input.signal,
    });
    const replayed = answer.headers.get(REPLAYED_HEADER) === 'true';
    return { answer: read<Operation['answer']>(answer, operation.answer), replayed };
  }

  return { send, call, read };
}

/** Milliseconds to wait, from either form of Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. Undefined if it is neither. */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}

/** Header values are visible ASCII; business keys may contain other characters. */
export function headerSafe(value: string): string {
  return /^[\x21-\x7e]+$/.test(value) ? value : encodeURIComponent(value);
}

interface Problem {
  code: string | undefined;
  message: string | undefined;
  details: { path: string; message: string }[];
}

/** The details in an error's body. Other systems may send anything, so each is optional. */
function problemOf(text: string): Problem {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { code: undefined, message: undefined, details: [] };
  }
  const field = (value: unknown, name: string): unknown =>
    value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined;
  const words = (value: unknown, ...names: string[]) =>
    names.map((name) => field(value, name)).find((word): word is string => typeof word === 'string' && word !== '');
  const errors = field(body, 'errors');
  const code = words(body, 'code');
  return {
    code: code !== undefined && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code) ? code : undefined,
    message: words(body, 'detail', 'title', 'message')?.slice(0, 500),
    details: (Array.isArray(errors) ? errors : []).slice(0, 100).flatMap((item: unknown) => {
      const message = words(item, 'message', 'detail');
      return message === undefined ? [] : [{ path: words(item, 'path', 'pointer') ?? '', message }];
    }),
  };
}

/** fetch says only “fetch failed”; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error.message;
}
