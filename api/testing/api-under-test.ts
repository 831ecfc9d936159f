import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from 'winston';
import type { z } from 'zod';
import { dismissDeadLetter } from '../../activities/dead-letters/dismiss.ts';
import { replayDeadLetter } from '../../activities/dead-letters/replay.ts';
import { settleKeptDocument } from '../../activities/documents/kept-documents.ts';
import { erpConnectors } from '../../activities/erp/connector.ts';
import { Dispatcher } from '../../activities/handoff/dispatcher.ts';
import { acceptChange, applyKeptChange } from '../../activities/intake/accept-change.ts';
import { acceptOrder } from '../../activities/intake/accept-order.ts';
import { acceptPayment } from '../../activities/intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../../activities/intake/accept-warehouse-event.ts';
import { acceptInterchanges } from '../../activities/intake/receive-interchange.ts';
import { refusingLate } from '../../activities/orders/refused-change.ts';
import { FollowedProfiles } from '../../activities/partners/partner-profiles.ts';
import { ProfileEditor } from '../../activities/partners/profile-editor.ts';
import { acceptCarrierEvent } from '../../activities/returns/accept-carrier-event.ts';
import { acceptReturnNotice } from '../../activities/returns/accept-notice.ts';
import { acceptReturn } from '../../activities/returns/accept-return.ts';
import { wmsConnectors } from '../../activities/wms/connector.ts';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { applyMigrations } from '../../prisma/migrate.ts';
import { loadConfig } from '../../runtime/config.ts';
import { parseSystems } from '../../runtime/systems.ts';
import { connectClient } from '../../runtime/temporal.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startPostgres } from '../../scripts/stack/postgres.ts';
import { createApiClient } from '../auth/clients.ts';
import type { Scope } from '../auth/scopes.ts';
import { createApp } from '../create-app.ts';
import type { ApiConfig } from '../dependencies.ts';
import { problemSchema } from '../errors.ts';
import { problemsFor } from '../openapi.ts';
import { partnerDirectory } from '../partners.ts';
import type { Route } from '../route.ts';
import { routes } from '../routes/index.ts';

/** For tests: the API over HTTP with the real intake and its own Postgres database. */

export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of the warehouse, long enough').toString('base64')}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape `call` has checked against the route's schema.
  readonly body: any;
}

export interface Call {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly bytes?: string | Uint8Array<ArrayBuffer>;
}

export interface ApiUnderTest {
  readonly url: string;
  readonly prisma: Database;
  /** One look at the files of partners; a change is taken at the second one. */
  look(): void;
  /** Operations that have been called, by the path of their route. */
  readonly called: Set<string>;
  key(scopes: readonly Scope[], partnerId?: string): Promise<string>;
  /** Calls and checks that the answer is one that the route declares: status, content type, schema, or problem with a declared code. */
  call(method: string, path: string, options?: Call): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startApi(
  overrides: Partial<ApiConfig> & { temporalAddress?: string; systemsServe?: ('test' | 'production')[] } = {},
): Promise<ApiUnderTest> {
  const { temporalAddress = '127.0.0.1:1', partnersDir = 'mappings/partners', ...rest } = overrides;
  const { systemsServe: serves, ...configOverrides } = rest;
  const folder = await mkdtemp(join(tmpdir(), 'throughline-api-'));
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password: 'api',
    logFile: join(folder, 'postgres.log'),
    settings: { fsync: 'off' },
  });
  await applyMigrations(postgres.url);
  const prisma = createPrismaClient(postgres.url);
  const config = loadConfig({
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporalAddress,
    PUBLIC_URL: 'http://127.0.0.1',
  });
  const temporal = connectClient(config);
  const log = createLogger({ silent: process.env.API_TEST_LOG !== '1' });
  const consoleDir = join(folder, 'console');
  await writeConsole(consoleDir);
  const env = { PARTNERS_URL: 'http://127.0.0.1:1', SANDBOX_TOKEN: 'token', ...process.env };
  const profiles = await FollowedProfiles.open({
    directory: partnersDir,
    prisma,
    log,
    env,
  });
  const systems = parseSystems(
    JSON.stringify({
      erp: [{ id: 'main', kind: 'rest', baseUrl: 'http://127.0.0.1:1', serves }],
      wms: [
        {
          ...{ id: 'main', kind: 'rest', baseUrl: 'http://127.0.0.1:1', nodes: ['RNO'] },
          webhookSecret: WEBHOOK_SECRET,
          serves,
        },
      ],
    }),
    'systems',
    { erp: await erpConnectors(), wms: await wmsConnectors() },
    {},
  );
  const handOff = new Dispatcher({ prisma, refuseLate: refusingLate({ prisma, profiles }), temporal, profiles, log });
  const intake = { prisma, profiles, handOff, log };
  const app = createApp({
    config: { ...config, consoleDir, partnersDir, ...configOverrides },
    log,
    prisma,
    temporal,
    systems,
    handOff,
    partners: partnerDirectory(profiles),
    profileEditor: new ProfileEditor({ directory: partnersDir, profiles, prisma, env }),
    intake: {
      acceptOrder: (request) => acceptOrder(intake, request),
      acceptInterchanges: (request) => acceptInterchanges(intake, request),
      acceptWarehouseEvent: (request) => acceptWarehouseEvent(intake, request),
      acceptPayment: (request) => acceptPayment(intake, request),
      acceptChange: (offered, orderId) => acceptChange(intake, offered, orderId),
      applyKeptChange: (documentId, by) => applyKeptChange(intake, documentId, by),
      acceptReturn: (request) => acceptReturn(intake, { ...request, source: 'api', refuseAtOnce: true }),
      acceptCarrierEvent: (request) => acceptCarrierEvent(intake, request),
      acceptReturnNotice: ({ system, ...told }) =>
        acceptReturnNotice(intake, { system: `wms.${system}`, wmsSystem: system, ...told }),
      settleKeptDocument: (documentId, settlement) => settleKeptDocument(intake, documentId, settlement),
      replayDeadLetter: (request) => replayDeadLetter(intake, request),
      dismissDeadLetter: (request) => dismissDeadLetter(intake, request),
    },
  });
  const server = await listen(app);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const called = new Set<string>();
  return {
    url,
    prisma,
    look: () => profiles.look(),
    called,
    key: async (scopes, partnerId) =>
      (
        await createApiClient(
          prisma,
          { name: 'test', scopes, ...(partnerId === undefined ? {} : { partnerId }) },
          'test',
        )
      ).key,
    call: async (method, path, options = {}) => {
      const answer = await send(url, method, path, options);
      check(method, path, answer, called);
      return answer;
    },
    stop: async () => {
      profiles.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handOff.stop();
      await prisma.$disconnect();
      // The connection stays open: a retry that the SDK has scheduled would throw on a closed one.
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(app: ReturnType<typeof createApp>): Promise<Server> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function writeConsole(folder: string): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'void 0;');
}

async function send(
  url: string,
  method: string,
  path: string,
  { key, headers = {}, body, bytes }: Call,
): Promise<Answer> {
  const payload = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { body: payload }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

function check(method: string, path: string, answer: Answer, called: Set<string>): void {
  if (answer.headers.get('x-correlation-id') === null) throw new Error(`${method} ${path} has no X-Correlation-Id`);
  const route = routeOf(method, path);
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) {
    const problem = problemSchema.parse(answer.body);
    if (problem.status !== answer.status)
      throw new Error(`the problem says ${problem.status}, the answer ${answer.status}`);
    if (route !== undefined && !problemsFor(route).includes(problem.code)) {
      throw new Error(`${route.operation} answered ${problem.code}, which it does not declare: ${answer.text}`);
    }
    return;
  }
  if (route === undefined) return;
  called.add(route.operation);
  const declared = route.answers[answer.status];
  if (declared === undefined)
    throw new Error(`${route.operation} answered ${answer.status}, which it does not declare`);
  if (declared.schema !== undefined) parseStrictly(declared.schema, answer.body);
}

/** Also finds members that the schema does not know: parsing must preserve everything. */
function parseStrictly(schema: z.ZodType, body: unknown): void {
  const parsed = schema.parse(body);
  const [known, sent] = [JSON.stringify(parsed), JSON.stringify(body)];
  if (known.length !== sent.length) throw new Error(`the answer holds more than its schema: ${sent}`);
}

function routeOf(method: string, path: string): Route | undefined {
  const [pathname = ''] = path.split('?');
  const fits = (route: Route) => new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  return routes.find((route) => route.method === method.toLowerCase() && fits(route));
}
