import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createLogger } from 'winston';
import { erpConnectors } from '../../activities/erp/connector.ts';
import { Dispatcher } from '../../activities/handoff/dispatcher.ts';
import { FollowedProfiles } from '../../activities/partners/partner-profiles.ts';
import { wmsConnectors } from '../../activities/wms/connector.ts';
import { type ApiUnderTest, startApi, WEBHOOK_SECRET } from '../../api/testing/api-under-test.ts';
import { parseSystems } from '../../runtime/systems.ts';
import { startErp } from '../../sandbox/erp/server.ts';
import { call, TOKEN, temporaryFolder } from '../../sandbox/testing.ts';
import { startWms } from '../../sandbox/wms/server.ts';
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
  stop(): Promise<void>;
}

/** A call to a system of the sandbox. */
// biome-ignore lint/suspicious/noExplicitAny: answers of several servers, whose schemas have tests of their own
type System = (path: string, options?: { method?: string; body?: unknown }) => Promise<{ status: number; body: any }>;

export async function startSkippedNetwork(): Promise<SkippedNetwork> {
  // Steps fail on purpose here, hundreds of times.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
  });
  const env = await createTimeSkippingEnvironment();
  // No mailbox: what goes to partners waits in the outbox.
  Object.assign(process.env, { PARTNERS_URL: 'http://127.0.0.1:1', SANDBOX_TOKEN: TOKEN });
  const api = await startApi({ temporalAddress: env.address, systemsServe: ['test', 'production'] });
  const folder = temporaryFolder();
  const common = { port: 0, dataDir: folder.path, token: TOKEN };
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
          nodes: ['RNO'],
          webhookSecret: WEBHOOK_SECRET,
          serves,
        },
      ],
    }),
    'systems',
    { erp: await erpConnectors(), wms: await wmsConnectors() },
    {},
  );
  const { prisma } = api;
  const profiles = await FollowedProfiles.open({ directory: 'mappings/partners', prisma, log, env: process.env });
  const handOff = new Dispatcher({ prisma, temporal: env.client, profiles, log });
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
      await Promise.all([erp.close(), wms.close()]);
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
