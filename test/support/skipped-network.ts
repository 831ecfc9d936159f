import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createLogger } from 'winston';
import { erpConnectors } from '../../activities/erp/connector.ts';
import { Dispatcher } from '../../activities/handoff/dispatcher.ts';
import { refusingLate } from '../../activities/orders/refused-change.ts';
import { FollowedProfiles } from '../../activities/partners/partner-profiles.ts';
import { wmsConnectors } from '../../activities/wms/connector.ts';
import { type ApiUnderTest, startApi, WEBHOOK_SECRET } from '../../api/testing/api-under-test.ts';
import type { Database } from '../../prisma/client.ts';
import { parseSystems } from '../../runtime/systems.ts';
import { startErp } from '../../sandbox/erp/server.ts';
import { startPartners } from '../../sandbox/partners/server.ts';
import type { RunningServer } from '../../sandbox/server.ts';
import { call, TOKEN, temporaryFolder } from '../../sandbox/testing.ts';
import { startWms } from '../../sandbox/wms/server.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { createWorkers } from '../../workers/create-workers.ts';
import { createTimeSkippingEnvironment } from './temporal.ts';

/** The real processes, records and connectors, with the sandbox's ERP and warehouse, on a Temporal server that skips time. */
export interface SkippedNetwork {
  readonly api: ApiUnderTest;
  /** What our processes logged. */
  readonly logged: readonly { level: string; message: string; system?: string }[];
  readonly erp: System;
  readonly wms: System;
  /** Lets time pass for workflows, timers and retries; what runs in it takes as long as it takes. */
  pass(duration: string): Promise<void>;
  /** The scheduled reading of master data and stock. */
  readSystems(): Promise<void>;
  /** Resolves once nothing is handed over, called or stored any more. */
  quiet(): Promise<void>;
  /** The time of workflows. */
  now(): Promise<number>;
  readonly temporal: Client;
  stop(): Promise<void>;
}

/** So long without a statement of a worker: nothing is under way but calls that get no answer. */
const QUIET_MS = 60;

async function untilQuiet(prisma: Database, unusedMs: () => number): Promise<void> {
  for (;;) {
    while (unusedMs() < QUIET_MS) await delay(QUIET_MS / 4);
    if ((await prisma.handOff.count()) === 0 && unusedMs() >= QUIET_MS) return;
    await delay(QUIET_MS / 4);
  }
}

async function startMailboxes(
  api: ApiUnderTest,
  partnerIds: readonly string[],
  options: { port: number; dataDir: string; token: string },
): Promise<RunningServer> {
  const keys = partnerIds.map(async (id) => [id, await api.key(['edi:write', 'payments:write'], id)] as const);
  const apiKeys = Object.fromEntries(await Promise.all(keys));
  const partners = await startPartners({ ...options, apiUrl: api.url, apiKeys, speedMs: 0 });
  for (const id of partnerIds) {
    await call(`${partners.url}/_control/partners/${id}`, { method: 'PUT', body: { autopay: false } });
  }
  return partners;
}

/** A call to a system of the sandbox. */
// biome-ignore lint/suspicious/noExplicitAny: answers of several servers, whose schemas have tests of their own
type System = (path: string, options?: { method?: string; body?: unknown }) => Promise<{ status: number; body: any }>;

export interface SkippedNetworkOptions {
  /** Partners whose mailbox takes our documents and answers each by a 997; without any, what goes to partners waits in the outbox. */
  readonly mailboxes?: readonly string[];
  readonly nodes?: readonly string[];
}

export async function startSkippedNetwork({
  mailboxes = [],
  nodes = ['RNO'],
}: SkippedNetworkOptions = {}): Promise<SkippedNetwork> {
  // Steps fail on purpose here, hundreds of times.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
  const env = await createTimeSkippingEnvironment();
  const mailboxPort = mailboxes.length > 0 ? await freePort() : 1;
  const partnersUrl = `http://127.0.0.1:${mailboxPort}/partners`;
  Object.assign(process.env, { PARTNERS_URL: partnersUrl, SANDBOX_TOKEN: TOKEN });
  const api = await startApi({
    ...{ temporalAddress: env.address, systemsServe: ['test', 'production'], rateLimitPerMinute: 1_000_000 },
  });
  const folder = temporaryFolder();
  const common = { port: 0, dataDir: folder.path, token: TOKEN };
  const partners = mailboxes.length > 0 && (await startMailboxes(api, mailboxes, { ...common, port: mailboxPort }));
  const erp = await startErp(common);
  const wms = await startWms({ ...common, apiUrl: api.url, webhookSecret: WEBHOOK_SECRET, speedMs: 0 });

  const logged: { level: string; message: string; system?: string }[] = [];
  const log = createLogger({ silent: true });
  const note =
    (level: string) =>
    (message: string, more: object = {}) =>
      void logged.push({ level, message, ...more });
  const noting = Object.assign(Object.create(log), { info: note('info'), warn: note('warn'), error: note('error') });
  const serves = ['test', 'production'];
  const systems = parseSystems(
    JSON.stringify({
      erp: [{ id: 'main', kind: 'rest', baseUrl: erp.url, token: TOKEN, timeoutSeconds: 1, serves }],
      wms: [
        {
          id: 'main',
          kind: 'rest',
          baseUrl: wms.url,
          token: TOKEN,
          nodes,
          webhookSecret: WEBHOOK_SECRET,
          serves,
        },
      ],
    }),
    'systems',
    { erp: await erpConnectors(), wms: await wmsConnectors() },
    {},
  );
  let lastUse = performance.now();
  const prisma = api.prisma.$extends({
    query: {
      $allOperations({ args, query }) {
        lastUse = performance.now();
        return query(args);
      },
    },
  }) as unknown as Database;
  const profiles = await FollowedProfiles.open({ directory: 'mappings/partners', prisma, log, env: process.env });
  const handOff = new Dispatcher({
    prisma,
    refuseLate: refusingLate({ prisma, profiles }),
    temporal: env.client,
    profiles,
    log,
  });
  const workers = await createWorkers({
    ...{ native: env.nativeConnection, temporal: env.client, namespace: env.namespace ?? 'default' },
    ...{ prisma, profiles, handOff, systems, roles: ['all'], log: noting },
    ...{ databasePoolSize: 5, maxCachedWorkflows: 100, shutdownGraceSeconds: 1 },
  });
  const running = workers.map((worker) => worker.run());
  handOff.start();
  return {
    api,
    logged,
    erp: (path, options) => call(erp.url + path, options),
    wms: (path, options) => call(wms.url + path, options),
    pass: (duration) => env.sleep(duration as '1 hour'),
    now: () => env.currentTimeMs(),
    temporal: env.client,
    quiet: () => untilQuiet(api.prisma, () => performance.now() - lastUse),
    async readSystems() {
      await env.client.workflow.execute('inventorySync', {
        taskQueue: 'orders',
        workflowId: `read-${Date.now()}`,
        args: [
          { erp: systems.erp.map(({ taskQueue }) => taskQueue), wms: systems.wms.map(({ taskQueue }) => taskQueue) },
        ],
      });
    },
    async stop() {
      await Promise.all([erp.close(), wms.close(), ...(partners ? [partners.close()] : [])]);
      await handOff.stop();
      profiles.stop();
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await api.stop();
      await env.teardown();
      folder.remove();
    },
  };
}
