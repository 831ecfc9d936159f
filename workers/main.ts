/** The worker process: configuration, connections, workers, orderly shutdown. */
import '../runtime/garbage-collection.ts';
import { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { erpConnectors } from '../activities/erp/connector.ts';
import { Dispatcher } from '../activities/handoff/dispatcher.ts';
import { handOffMetrics } from '../activities/handoff/metrics.ts';
import { retryAnswered } from '../activities/orders/corrections.ts';
import { refusingLate } from '../activities/orders/refused-change.ts';
import { CrossReferenceFiles } from '../activities/partners/cross-reference-files.ts';
import { FollowedProfiles } from '../activities/partners/partner-profiles.ts';
import { wmsConnectors } from '../activities/wms/connector.ts';
import { ProfileError } from '../mappings/profile/problem.ts';
import { createPrismaClient } from '../prisma/client.ts';
import { ConfigError, loadConfig } from '../runtime/config.ts';
import { createLogger, temporalLogger } from '../runtime/logger.ts';
import { searchAttributeKeys } from '../runtime/search-attributes.ts';
import { loadSystems } from '../runtime/systems.ts';
import { connectNative, ensureSearchAttributes } from '../runtime/temporal.ts';
import { createWorkers } from './create-workers.ts';
import { healthServer } from './health.ts';
import { ensureSchedules } from './schedules.ts';

const log = createLogger('worker');

async function main(): Promise<void> {
  const config = loadConfig();
  const systems = loadSystems(config.systemsFile, { erp: await erpConnectors(), wms: await wmsConnectors() });
  Runtime.install({
    logger: temporalLogger('worker'),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    ...(config.metricsPort !== undefined && {
      telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${config.metricsPort}` } } },
    }),
  });
  const native = await connectNative(config);
  // Calls of our own go over the workers' connection: its protocol work is done outside of JavaScript.
  const temporal = new Client({ connection: native, namespace: config.temporal.namespace });
  const prisma = createPrismaClient(config.databaseUrl, {
    poolSize: config.databasePoolSize,
    applicationName: 'worker',
  });
  const profiles = await FollowedProfiles.open({ directory: config.partnersDir, prisma, log });
  await ensureSearchAttributes(native, config.temporal.namespace, searchAttributeKeys);

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const handOff = new Dispatcher({
    prisma,
    refuseLate: refusingLate({ prisma, profiles }),
    temporal,
    profiles,
    log,
    observe: handOffMetrics(registry),
  });
  const crossReferences = new CrossReferenceFiles({
    ...{ directory: config.partnersDir, prisma, profiles, log },
    onLoaded: (partnerId) => retryAnswered({ prisma, profiles, handOff, systems }, partnerId),
  });
  const workers = await createWorkers({
    native,
    temporal,
    namespace: config.temporal.namespace,
    prisma,
    profiles,
    handOff,
    systems,
    roles: config.workerRoles,
    ...(config.workflowBundle && { workflowBundle: config.workflowBundle }),
    databasePoolSize: config.databasePoolSize,
    maxCachedWorkflows: config.maxCachedWorkflows,
    shutdownGraceSeconds: config.shutdownGraceSeconds,
    log,
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  handOff.start();
  await ensureSchedules(temporal, systems);
  crossReferences.watch();

  const health =
    config.workerHealthPort === undefined
      ? undefined
      : healthServer({
          queues: () => workers.map((worker) => ({ queue: worker.options.taskQueue, state: worker.getState() })),
          profileProblems: () => profiles.problems,
          registry,
        }).listen(config.workerHealthPort);
  log.info('worker ready', { queues: workers.map((worker) => worker.options.taskQueue) });

  await running;
  health?.close();
  await handOff.stop();
  await crossReferences.stop();
  profiles.stop();
  await prisma.$disconnect();
  await native.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof ConfigError || error instanceof ProfileError) process.stderr.write(`${error.message}\n`);
    else log.error('worker stopped', { error });
    process.exit(1);
  },
);
