/** The workers of one process: one per task queue of its roles. */
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import {
  type BundleOptions,
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createEdiActivities, createOutboxRecords } from '../activities/edi/activities.ts';
import { createHttpsTransport } from '../activities/edi/https-transport.ts';
import type { TransportPort } from '../activities/edi/port.ts';
import { createErpActivities } from '../activities/erp/activities.ts';
import { type ErpConnector, erpConnectors } from '../activities/erp/connector.ts';
import { createErpReturnActivities } from '../activities/erp/returns.ts';
import { ORDERS_QUEUE } from '../activities/handoff/delivery.ts';
import type { HandOff } from '../activities/handoff/hand-off.ts';
import { createOrderRecords } from '../activities/orders/activities.ts';
import { retryAnswered } from '../activities/orders/corrections.ts';
import type { PartnerProfiles } from '../activities/partners/partner-profiles.ts';
import { createReturnRecords } from '../activities/returns/activities.ts';
import { createWmsActivities } from '../activities/wms/activities.ts';
import { type WmsConnector, wmsConnectors } from '../activities/wms/connector.ts';
import { createWmsReturnActivities } from '../activities/wms/returns.ts';
import { millisecondsOf } from '../domain/calendar/duration.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { Database } from '../prisma/client.ts';
import type { WorkerRole } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ErpSystem, Systems, WmsSystem } from '../runtime/systems.ts';
import { correlateActivities } from './correlation.ts';
import { noteHeldUpSteps } from './held-up-steps.ts';
import { refuseImpossibleData } from './impossible-data.ts';

export interface WorkerDependencies {
  native: NativeConnection;
  temporal: Client;
  namespace: string;
  prisma: Database;
  profiles: PartnerProfiles;
  handOff: HandOff;
  systems: Systems;
  roles: readonly WorkerRole[];
  /** A prebuilt bundle (`npm run build`); without it, workflows/ is bundled now. */
  workflowBundle?: string;
  /** The maximum number of database connections of this process. */
  databasePoolSize: number;
  /** Workflows kept in memory; others are replayed when they continue. */
  maxCachedWorkflows: number;
  shutdownGraceSeconds: number;
  log: Logger;
}

export async function createWorkers(deps: WorkerDependencies): Promise<Worker[]> {
  const has = (role: WorkerRole) => deps.roles.includes('all') || deps.roles.includes(role);
  const options: WorkerOptions[] = [];
  if (has('orders')) options.push(await ordersWorker(deps));
  if (has('edi')) options.push(ediWorker(deps));
  const kinds = { erp: await erpConnectors(), wms: await wmsConnectors() };
  if (has('erp')) options.push(...deps.systems.erp.map((system) => erpWorker(deps, system, kinds.erp)));
  if (has('wms')) options.push(...deps.systems.wms.map((system) => wmsWorker(deps, system, kinds.wms)));
  return Promise.all(
    options.map((option) =>
      Worker.create({
        connection: deps.native,
        interceptors: { activity: [correlateActivities, noteHeldUpSteps(deps), refuseImpossibleData] },
        namespace: deps.namespace,
        shutdownGraceTime: `${deps.shutdownGraceSeconds} seconds`,
        ...option,
      }),
    ),
  );
}

/**
 * Enough to keep a processor busy while tasks wait for record keeping. A worker processes tasks in the order of
 * fetching. More would lengthen that queue and weaken the server's fairness between partners.
 */
const WORKFLOW_TASKS_AT_ONCE = 20;

/** Workflows, with record keeping as local activities in the same process. */
async function ordersWorker(deps: WorkerDependencies): Promise<WorkerOptions> {
  const { prisma, temporal, profiles, handOff, systems } = deps;
  const records = { prisma, temporal, profiles, handOff, ...systems };
  return {
    taskQueue: ORDERS_QUEUE,
    maxCachedWorkflows: deps.maxCachedWorkflows,
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS_AT_ONCE,
    // Queue record keeping here: while it waits for a database connection, its timeout would run.
    maxConcurrentLocalActivityExecutions: deps.databasePoolSize,
    // During a burst, a busy worker is faster than another one that must replay the history. But the cached
    // orders of a killed worker wait this long, so it is no longer than the heartbeat timeout of activities.
    stickyQueueScheduleToStartTimeout: '20 seconds',
    ...(deps.workflowBundle === undefined
      ? { workflowBundle: await bundleWorkflows() }
      : { workflowBundle: { codePath: deps.workflowBundle } }),
    activities: {
      ...createOrderRecords(records),
      ...createReturnRecords(records),
      ...createOutboxRecords({ ...records, transportFor: transports() }),
    },
  };
}

/** `configure` changes how sources are read; the replay guard uses it to break the process on purpose. */
export function bundleWorkflows(configure?: BundleOptions['webpackConfigHook']) {
  const path = (module: string) => fileURLToPath(new URL(module, import.meta.url));
  return bundleWorkflowCode({
    workflowsPath: path('../workflows/index.ts'),
    preloadModules: [path('../workflows/kernel/stack-traces.ts')],
    workflowInterceptorModules: [path('../workflows/kernel/correlation.ts')],
    ...(configure && { webpackConfigHook: configure }),
    // Suppress webpack's output for a valid bundle.
    logger: new DefaultLogger('WARN'),
  });
}

/** Files read or sent concurrently; each may be tens of megabytes. */
const FILES_AT_ONCE = 20;

function ediWorker(deps: WorkerDependencies): WorkerOptions {
  return {
    taskQueue: 'edi',
    maxConcurrentActivityTaskExecutions: FILES_AT_ONCE,
    activities: createEdiActivities({ ...deps, transportFor: transports() }),
  };
}

/** The server enforces a system's rate for its whole queue, so every worker states the same figure. */
function rateOf(system: ErpSystem | WmsSystem): WorkerOptions | Record<string, never> {
  return system.ratePerSecond === undefined
    ? {}
    : { taskQueue: system.taskQueue, maxTaskQueueActivitiesPerSecond: system.ratePerSecond };
}

function erpWorker(
  { prisma, profiles, handOff, systems }: WorkerDependencies,
  system: ErpSystem,
  kinds: ReadonlyMap<string, ErpConnector>,
): WorkerOptions {
  const { capabilities, connect } = connectorOf(kinds, system.kind);
  const port = connect(system);
  const records = { prisma, profiles, handOff };
  return {
    ...rateOf(system),
    taskQueue: system.taskQueue,
    activities: {
      ...createErpActivities({
        system: system.id,
        port,
        capabilities,
        records,
        onRead: () => retryAnswered({ prisma, profiles, handOff, systems }),
      }),
      ...createErpReturnActivities({ system: system.id, port, records }),
    },
  };
}

function wmsWorker(
  { prisma, profiles, handOff }: WorkerDependencies,
  system: WmsSystem,
  kinds: ReadonlyMap<string, WmsConnector>,
): WorkerOptions {
  const { capabilities, connect } = connectorOf(kinds, system.kind);
  const { id, nodes } = system;
  const port = connect(system);
  return {
    ...rateOf(system),
    taskQueue: system.taskQueue,
    activities: {
      ...createWmsActivities({ system: id, nodes, port, capabilities, prisma, profiles, handOff }),
      ...createWmsReturnActivities({ port, capabilities, prisma, profiles }),
    },
  };
}

/** The systems file was validated against these kinds. */
function connectorOf<Connector>(kinds: ReadonlyMap<string, Connector>, kind: string): Connector {
  const connector = kinds.get(kind);
  if (connector === undefined) throw new Error(`there is no connector of kind ${kind}`);
  return connector;
}

/** One transport per partner, created on first use and again when the profile's transport changes. */
function transports(): (profile: PartnerProfile) => TransportPort {
  const made = new Map<string, { transport: TransportPort; as: string }>();
  return (profile) => {
    const as = JSON.stringify(profile.transport);
    const known = made.get(profile.id);
    if (known?.as === as) return known.transport;
    const { url, tokenEnv, timeout } = profile.transport;
    const token = tokenEnv && process.env[tokenEnv];
    const transport = createHttpsTransport({
      id: profile.id,
      baseUrl: url,
      ...(token && { token }),
      timeoutSeconds: millisecondsOf(timeout) / 1000,
    });
    made.set(profile.id, { transport, as });
    return transport;
  };
}
