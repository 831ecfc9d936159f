import { STATUS_CODES } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { ApiClient } from './auth/clients.ts';
import type { Scope } from './auth/scopes.ts';
import type { ApiDependencies } from './dependencies.ts';
import { type Fault, faultsOf, jsonPath, Problem, type ProblemCode } from './errors.ts';

/**
 * One definition per route supplies its validation, its types and its OpenAPI entry.
 */

/** How the caller authenticates. */
export type Access =
  /** An API key with any one of these scopes; an empty list admits every valid key. */
  | { readonly kind: 'key'; readonly scopes: readonly Scope[] }
  /** Standard Webhooks headers over the raw body; the handler verifies them. */
  | { readonly kind: 'signature' }
  | { readonly kind: 'public' };

export function withScope(...scopes: Scope[]): Access {
  return { kind: 'key', scopes };
}

export type BodyDefinition =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  /** The raw bytes of any content type; at most `limit` of the configuration. */
  | {
      readonly kind: 'bytes';
      readonly limit: 'maxInterchangeBytes' | 'maxJsonBytes';
      /** If there are several, the handler reads the header. */
      readonly contentType: string | readonly string[];
      readonly description: string;
      /** The schema of the bytes, for documentation: the handler parses them itself. */
      readonly schema?: z.ZodType;
    };

export interface AnswerDefinition {
  readonly description: string;
  /** Absent: no body, unless `contentType` says otherwise. */
  readonly schema?: z.ZodType;
  /** If there are several, the response's `Content-Type` header tells which one it is. */
  readonly contentType?: string | readonly string[];
}

type Answers = Readonly<Record<number, AnswerDefinition>>;

type BodyOf<B extends BodyDefinition | undefined> = B extends { kind: 'json'; schema: infer S extends z.ZodType }
  ? z.output<S>
  : B extends { kind: 'bytes' }
    ? Buffer
    : undefined;

type ParametersOf<S extends z.ZodObject | undefined> = S extends z.ZodObject ? z.output<S> : Record<never, never>;

type AnswerBody<A extends AnswerDefinition> = A extends { schema: infer S extends z.ZodType }
  ? z.output<S>
  : A extends { contentType: string | readonly string[] }
    ? string | Uint8Array
    : undefined;

export type AnswerOf<A extends Answers> = {
  [S in keyof A & number]: {
    readonly status: S;
    readonly body: AnswerBody<A[S]>;
    readonly headers?: Readonly<Record<string, string>>;
    /** The subject of a write's audit entry; the path by default. */
    readonly subject?: string;
    /** Details of the audit entry beside the status. */
    readonly detail?: Readonly<Record<string, unknown>>;
  };
}[keyof A & number];

export interface RouteRequest<
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  H extends z.ZodObject | undefined,
  B extends BodyDefinition | undefined,
> {
  readonly params: ParametersOf<P>;
  readonly query: ParametersOf<Q>;
  readonly headers: ParametersOf<H>;
  readonly body: BodyOf<B>;
  readonly caller: Caller;
  readonly correlationId: string;
  /** Ends when the caller has gone: nobody waits for long work any more. */
  readonly signal: AbortSignal;
  /** A raw header, for headers without a schema. */
  header(name: string): string | undefined;
}

/** The caller after the key check; anonymous on routes without a key. */
export interface Caller {
  readonly client: ApiClient | undefined;
  /** Records a request for something that is not the caller's. Never fails the request. */
  denied(reason: string, subject: string): Promise<void>;
}

export interface RouteDefinition<
  P extends z.ZodObject | undefined = z.ZodObject | undefined,
  Q extends z.ZodObject | undefined = z.ZodObject | undefined,
  H extends z.ZodObject | undefined = z.ZodObject | undefined,
  B extends BodyDefinition | undefined = BodyDefinition | undefined,
  A extends Answers = Answers,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With parameters in braces, as OpenAPI writes them: `/v1/orders/{orderId}`. */
  readonly path: string;
  /** Names the operation in OpenAPI and in the audit. */
  readonly operation: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** It only answers, although its method is not GET: no entry in the audit. */
  readonly changesNothing?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: H;
  readonly body?: B;
  readonly answers: A;
  /** Problem codes beyond those of every route of its kind. */
  readonly problems?: readonly ProblemCode[];
  readonly handler: (request: RouteRequest<P, Q, H, B>, deps: ApiDependencies) => Promise<AnswerOf<NoInfer<A>>>;
}

/** A route without its type parameters, as the application and the OpenAPI document use it. */
export interface Route extends Omit<RouteDefinition, 'handler'> {
  readonly handler: (
    request: RouteRequest<undefined, undefined, undefined, undefined>,
    deps: ApiDependencies,
  ) => Promise<RouteAnswer>;
}

export interface RouteAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export function route<
  const A extends Answers,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  H extends z.ZodObject | undefined = undefined,
  B extends BodyDefinition | undefined = undefined,
>(definition: RouteDefinition<P, Q, H, B, A>): Route {
  // The handler only receives values that this definition's schemas produced (readRequest below).
  return { ...definition, ...(definition.query && { query: definition.query.strict() }) } as unknown as Route;
}

/** The path as Express writes it: `/v1/orders/:orderId`. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Reads the body of a route; the error handler turns parser errors into problems. */
export function bodyReader(route: Route, deps: ApiDependencies): RequestHandler {
  const { body } = route;
  if (body === undefined) return (_request, _response, next) => next();
  if (body.kind === 'bytes') return express.raw({ type: () => true, limit: deps.config[body.limit] });
  const json = express.json({
    limit: deps.config.maxJsonBytes,
    type: ['application/json', 'application/*+json'],
    strict: false,
  });
  return (request, response, next) => {
    // The parser would read an empty body as an empty object.
    if (request.get('content-length') === '0') return next(new Problem('empty-body', 'A JSON body is needed.'));
    if (request.is(['application/json', 'application/*+json']) === false) {
      const found = request.get('content-type');
      return next(
        new Problem(
          'unsupported-media-type',
          found === undefined
            ? 'Send Content-Type: application/json.'
            : `"${found}" is not read here; send application/json.`,
        ),
      );
    }
    json(request, response, next);
  };
}

/** The query of a route that declares none. */
const NO_QUERY = z.strictObject({});

/** Checks all schemas of the route, so that one response lists every fault. */
export function readRequest(route: Route, request: Request): Record<'params' | 'query' | 'headers' | 'body', unknown> {
  const faults: Fault[] = [];
  const part = (schema: z.ZodObject | undefined, value: unknown) => {
    if (schema === undefined) return {};
    const unprintable = unprintableIn(value);
    if (unprintable.length > 0) {
      faults.push(...unprintable);
      return {};
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) faults.push(...faultsOf(parsed.error));
    return parsed.data;
  };
  const params = part(route.params, request.params);
  const query = part(route.query ?? NO_QUERY, request.query);
  const headers = part(route.headers, request.headers);
  if (faults.length > 0) {
    throw new Problem('invalid-parameters', describeFaults(faults), { errors: faults });
  }
  return { params, query, headers, body: readBody(route, request.body) };
}

function readBody(route: Route, body: unknown): unknown {
  if (route.body === undefined) return undefined;
  if (route.body.kind === 'bytes') {
    if (!Buffer.isBuffer(body) || body.length === 0) throw new Problem('empty-body', 'The request has no bytes.');
    return body;
  }
  if (body === undefined) throw new Problem('empty-body', 'A JSON body is needed.');
  return parseBody(route.body.schema, body);
}

/** @throws Problem `invalid-body` with a JSON path for each fault. */
export function parseBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const unprintable = unprintableIn(value);
  const parsed = unprintable.length > 0 ? undefined : schema.safeParse(value);
  if (parsed?.success) return parsed.data;
  const found = parsed === undefined ? unprintable : faultsOf(parsed.error);
  const faults = found.map((fault) => ({ ...fault, path: fault.path === '' ? '$' : fault.path }));
  throw new Problem('invalid-body', describeFaults(faults), { errors: faults });
}

/** Control characters other than tab and line breaks: no field needs them, and Postgres cannot store a NUL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: to find them is the purpose
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
/** An unpaired UTF-16 surrogate, which no encoding can represent. */
const HALF_CHARACTER = /\p{Surrogate}/u;
const MOST_UNPRINTABLE = 20;
/** Deeper than any schema reads. */
const DEPTH = 32;

/** Finds texts with characters that cannot be stored, at any depth. Iterative, because a caller may nest without limit. */
function unprintableIn(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const open: { value: unknown; path: readonly PropertyKey[] }[] = [{ value, path: [] }];
  for (let next = open.pop(); next !== undefined && faults.length < MOST_UNPRINTABLE; next = open.pop()) {
    const { value: held, path } = next;
    if (typeof held === 'string') {
      if (CONTROL.test(held)) faults.push({ path: jsonPath(path), message: 'must not hold control characters' });
      else if (HALF_CHARACTER.test(held))
        faults.push({ path: jsonPath(path), message: 'holds half of a character pair' });
    } else if (typeof held === 'object' && held !== null && path.length < DEPTH) {
      for (const [key, below] of Object.entries(held)) {
        const step = Array.isArray(held) ? Number(key) : key;
        if (typeof step === 'string' && (CONTROL.test(step) || HALF_CHARACTER.test(step))) {
          faults.push({ path: jsonPath(path), message: 'has a key with control characters' });
        } else if (typeof below === 'string' || typeof below === 'object') {
          open.push({ value: below, path: [...path, step] });
        }
      }
    }
  }
  return faults;
}

function describeFaults(faults: readonly Fault[]): string {
  const [first] = faults;
  const rest = faults.length - 1;
  return `${first?.path}: ${first?.message}${rest > 0 ? `, and ${rest} more` : ''}`;
}

export function sendAnswer(response: Response, route: Route, answer: RouteAnswer): void {
  response.status(answer.status).set(answer.headers ?? {});
  const definition = route.answers[answer.status];
  if (definition === undefined) {
    throw new Error(
      `${route.operation} answered ${answer.status} ${STATUS_CODES[answer.status]}, which it does not declare`,
    );
  }
  if (answer.body === undefined) response.end();
  else if (definition.schema === undefined) {
    const { contentType = 'application/octet-stream' } = definition;
    if (typeof contentType === 'string') response.type(contentType);
    response.send(answer.body instanceof Uint8Array ? Buffer.from(answer.body) : answer.body);
  } else response.json(answer.body);
}
