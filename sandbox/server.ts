import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import type { z } from 'zod';
import {
  CORRELATION_HEADER,
  IDEMPOTENCY_HEADER,
  openApiDocument,
  REPLAYED_HEADER,
  type RestOperation,
} from '../activities/lib/rest-operation.ts';
import { type FaultEntry, Faults, faultSettings } from './faults.ts';
import { Journal } from './journal.ts';
import { Problem, sendProblem } from './problem.ts';

/** An answer for an idempotency key, stored in the same transaction as its effect. */
export interface AnswerEntry {
  type: 'answer';
  operation: string;
  key: string;
  bodyHash: string;
  answer: unknown;
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The validated input of a contract route. */
export interface OperationInput<Operation extends RestOperation> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Operation extends { query: infer Query extends z.ZodType } ? z.output<Query> : undefined;
  readonly body: Operation extends { body: infer Body extends z.ZodType } ? z.output<Body> : undefined;
  readonly key: string;
}

/**
 * The result of a keyed route: journal entries and the answer. The route is synchronous and pure.
 */
export interface Outcome<Entry, Operation extends RestOperation> {
  readonly entries: readonly Entry[];
  readonly answer: z.input<Operation['answer']>;
}

/**
 * Shared parts of the sandbox servers: bearer token, correlation id, faults, `/_control`, problem
 * details, idempotency keys. {@link read} and {@link create} add contract routes; others go to
 * `app`.
 */
export class SandboxServer<Entry> {
  readonly app: Express = express();
  readonly faults = new Faults();
  /** Routes under `/_control`; faults never affect them. */
  readonly control: Router = express.Router();
  readonly #answers = new Map<string, AnswerEntry>();
  readonly #operations: Record<string, RestOperation> = {};
  readonly #routes: Router = express.Router();
  #journal: Journal<Entry | FaultEntry | AnswerEntry> | undefined;

  constructor(options: { title: string; description: string; token: string }) {
    const { app, control } = this;
    app.disable('x-powered-by');
    app.set('etag', false);
    app.use(correlate);
    app.get('/healthz', (_, response) => void response.json({ status: 'ok' }));
    app.get('/openapi.json', (request, response) => {
      const serverUrl = `http://${request.headers.host ?? 'localhost'}`;
      response.json(
        openApiDocument(
          { title: options.title, version: '1.0.0', description: options.description, serverUrl },
          this.#operations,
        ),
      );
    });
    app.use('/_control', requireToken(options.token), express.json({ limit: '1mb' }), control);
    app.use(this.faults.middleware(), requireToken(options.token), this.#routes);
    control
      .route('/faults')
      .get((_, response) => void response.json(this.faults.describe()))
      .put(async (request, response) => {
        await this.#store.commit([Faults.entry(check(faultSettings, request.body ?? {}))]);
        response.json(this.faults.describe());
      })
      .delete(async (_, response) => {
        await this.#store.commit([Faults.entry(null)]);
        response.json(this.faults.describe());
      });
  }

  /** Routes outside the contract, also subject to faults and the token. */
  get routes(): Router {
    return this.#routes;
  }

  get #store(): Journal<Entry | FaultEntry | AnswerEntry> {
    if (this.#journal === undefined) throw new Error('the server has no journal yet');
    return this.#journal;
  }

  /**
   * Opens the journal and rebuilds the state; `apply` receives all entries except the built-in
   * ones.
   */
  openJournal(path: string, apply: (entry: Entry) => void): Journal<Entry | FaultEntry | AnswerEntry> {
    this.#journal = new Journal<Entry | FaultEntry | AnswerEntry>(path, (entry) => {
      const { type } = entry as { type: string };
      if (type === 'faults') this.faults.apply(entry as FaultEntry);
      else if (type === 'answer') {
        const answer = entry as AnswerEntry;
        this.#answers.set(`${answer.operation} ${answer.key}`, answer);
      } else apply(entry as Entry);
    });
    return this.#journal;
  }

  read<Operation extends RestOperation>(
    name: string,
    operation: Operation,
    handler: (input: OperationInput<Operation>) => z.input<Operation['answer']>,
  ): void {
    this.#route(name, operation, async (input, response) => {
      const answer = handler(input);
      // The result may include recent writes: answer only after they are durable.
      await this.#store.durable();
      response.json(answer);
    });
  }

  create<Operation extends RestOperation>(
    name: string,
    operation: Operation,
    handler: (input: OperationInput<Operation>) => Outcome<Entry, Operation>,
  ): void {
    this.#route(name, operation, async (input, response) => {
      const { key } = input;
      const bodyHash = fingerprint([input.params, input.body]);
      const before = this.#answers.get(`${name} ${key}`);
      if (before) {
        if (before.bodyHash !== bodyHash) {
          throw new Problem(422, 'idempotency-key-reused', `Key "${key}" was already used with another body`);
        }
        await this.#store.durable();
        response.status(200).setHeader(REPLAYED_HEADER, 'true').json(before.answer);
        return;
      }
      const { entries, answer } = handler(input);
      await this.#store.commit([...entries, { type: 'answer', operation: name, key, bodyHash, answer }]);
      response.status(201).json(answer);
    });
  }

  #route<Operation extends RestOperation>(
    name: string,
    operation: Operation,
    handler: (input: OperationInput<Operation>, response: express.Response) => Promise<void>,
  ): void {
    this.#operations[name] = operation;
    const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
    const run: RequestHandler = async (request, response) => {
      const key = request.get(IDEMPOTENCY_HEADER) ?? '';
      if (operation.keyed && (key === '' || key.length > 255)) {
        throw new Problem(
          400,
          'idempotency-key-missing',
          `${IDEMPOTENCY_HEADER} of at most 255 characters is required`,
        );
      }
      const input = {
        params: request.params as Record<string, string>,
        query: operation.query === undefined ? undefined : check(operation.query, request.query),
        body: operation.body === undefined ? undefined : check(operation.body, request.body),
        key,
      } as OperationInput<Operation>;
      await handler(input, response);
    };
    if (operation.method === 'GET') this.#routes.get(path, run);
    else this.#routes.post(path, express.json({ limit: '20mb' }), run);
  }

  /** Starts listening on 127.0.0.1; port 0 selects a free port. */
  async listen(port: number, close: () => Promise<void>): Promise<RunningServer> {
    this.app.use((request, response) => {
      sendProblem(response, new Problem(404, 'no-such-route', `There is no ${request.method} ${request.path}`));
    });
    this.app.use(renderError);
    const server = createServer(this.app);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const { port: taken } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${taken}`,
      close: async () => {
        await closeServer(server);
        await close();
      },
    };
  }
}

/** Returns the parsed value, or throws a {@link Problem} with status 400. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw Problem.ofSchema(parsed.error);
  return parsed.data;
}

/** SHA-256 of JSON with sorted keys, so that the field order does not matter. */
export function fingerprint(value: unknown): string {
  const sorted = JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(sorted).digest('hex');
}

/** Gives running requests a moment, then closes connections, such as those hung by a fault. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), 500);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

const correlate: RequestHandler = (request, response, next) => {
  const id = request.get(CORRELATION_HEADER);
  if (id !== undefined) response.setHeader(CORRELATION_HEADER, id);
  next();
};

function requireToken(token: string): RequestHandler {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${token}`);
  return (request, response, next) => {
    if (timingSafeEqual(digest(request.get('authorization') ?? ''), wanted)) return next();
    response.setHeader('WWW-Authenticate', 'Bearer');
    sendProblem(response, new Problem(401, 'not-authenticated', 'A valid bearer token is required'));
  };
}

const renderError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof Problem) return sendProblem(response, error);
  // Errors of the express body parsers carry their status.
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
  if (status >= 500) console.error(error);
  const code = status === 413 ? 'body-too-large' : status < 500 ? 'body-unreadable' : 'internal-error';
  sendProblem(response, new Problem(status, code, status < 500 ? (error as Error).message : 'The server failed'));
};
