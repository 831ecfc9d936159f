import '../runtime/garbage-collection.ts';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { dismissDeadLetter } from '../activities/dead-letters/dismiss.ts';
import { replayDeadLetter } from '../activities/dead-letters/replay.ts';
import { settleKeptDocument } from '../activities/documents/kept-documents.ts';
import { erpConnectors } from '../activities/erp/connector.ts';
import { Dispatcher } from '../activities/handoff/dispatcher.ts';
import { handOffMetrics } from '../activities/handoff/metrics.ts';
import { acceptChange, applyKeptChange } from '../activities/intake/accept-change.ts';
import { acceptOrder } from '../activities/intake/accept-order.ts';
import { acceptPayment } from '../activities/intake/accept-payment.ts';
import { acceptWarehouseEvent } from '../activities/intake/accept-warehouse-event.ts';
import { acceptInterchanges } from '../activities/intake/receive-interchange.ts';
import { refusingLate } from '../activities/orders/refused-change.ts';
import { FollowedProfiles } from '../activities/partners/partner-profiles.ts';
import { ProfileEditor } from '../activities/partners/profile-editor.ts';
import { acceptCarrierEvent } from '../activities/returns/accept-carrier-event.ts';
import { acceptReturnNotice } from '../activities/returns/accept-notice.ts';
import { acceptReturn } from '../activities/returns/accept-return.ts';
import { wmsConnectors } from '../activities/wms/connector.ts';
import { ProfileError } from '../mappings/profile/problem.ts';
import { createPrismaClient, type Database } from '../prisma/client.ts';
import { ConfigError, loadConfig } from '../runtime/config.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { loadSystems } from '../runtime/systems.ts';
import { connectClient } from '../runtime/temporal.ts';
import { ensureApiClient } from './auth/clients.ts';
import { scopeNames } from './auth/scopes.ts';
import { createApp } from './create-app.ts';
import { forgetOldIdempotencyKeys } from './idempotency.ts';
import { partnerDirectory } from './partners.ts';

/**
 * The API process. It starts without Postgres and Temporal. `/readyz` reports which of them answers;
 * requests that need an unavailable one get 503.
 */

const HOUR_MS = 3_600_000;

async function main(log: Logger): Promise<void> {
  const config = loadConfig();
  let stop = async (_reason: string): Promise<void> => process.exit(0);
  // The parent keeps our standard input open, so its end stops this process, even after SIGKILL.
  if (process.env.EXIT_WITH_PARENT === '1') {
    process.stdin.resume();
    process.stdin.once('close', () => void stop('the parent process is gone'));
  }
  const systems = loadSystems(config.systemsFile, { erp: await erpConnectors(), wms: await wmsConnectors() });
  const prisma = createPrismaClient(config.databaseUrl, {
    poolSize: config.databasePoolSize,
    applicationName: 'throughline-api',
  });
  const profiles = await FollowedProfiles.open({ directory: config.partnersDir, prisma, log });
  const temporal = connectClient(config);
  const registry = new Registry();
  const handOff = new Dispatcher({
    prisma,
    refuseLate: refusingLate({ prisma, profiles }),
    temporal,
    profiles,
    log,
    observe: handOffMetrics(registry),
  });
  const intakeDependencies = { prisma, profiles, handOff, log };
  const app = createApp({
    config,
    log,
    prisma,
    temporal,
    systems,
    registry,
    handOff,
    partners: partnerDirectory(profiles),
    profileEditor: new ProfileEditor({ directory: config.partnersDir, profiles, prisma }),
    intake: {
      acceptOrder: (request) => acceptOrder(intakeDependencies, request),
      acceptInterchanges: (request) => acceptInterchanges(intakeDependencies, request),
      acceptWarehouseEvent: (request) => acceptWarehouseEvent(intakeDependencies, request),
      acceptPayment: (request) => acceptPayment(intakeDependencies, request),
      acceptChange: (offered, orderId) => acceptChange(intakeDependencies, offered, orderId),
      applyKeptChange: (documentId, by) => applyKeptChange(intakeDependencies, documentId, by),
      acceptReturn: (request) => acceptReturn(intakeDependencies, { ...request, source: 'api', refuseAtOnce: true }),
      acceptCarrierEvent: (request) => acceptCarrierEvent(intakeDependencies, request),
      acceptReturnNotice: ({ system, ...told }) =>
        acceptReturnNotice(intakeDependencies, { system: `wms.${system}`, wmsSystem: system, ...told }),
      settleKeptDocument: (documentId, settlement) => settleKeptDocument(intakeDependencies, documentId, settlement),
      replayDeadLetter: (request) => replayDeadLetter(intakeDependencies, request),
      dismissDeadLetter: (request) => dismissDeadLetter(intakeDependencies, request),
    },
  });

  const ended = new AbortController();
  const server = app.listen(config.port, config.host);
  // Longer than the usual idle timeout of load balancers (60 s), so that the balancer closes idle connections.
  server.keepAliveTimeout = 65_000;
  server.once('error', (error: NodeJS.ErrnoException) => {
    const taken = error.code === 'EADDRINUSE';
    log.error(taken ? `port ${config.port} is taken; set PORT to another one` : 'cannot listen', { error });
    process.exit(1);
  });
  server.once('listening', () => {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    log.info('listening', { host: config.host, port, url: config.publicUrl });
  });

  handOff.start();
  void grantBootstrapKey(config.bootstrapApiKeyFile, prisma, log, ended.signal);
  const forget = setInterval(() => {
    forgetOldIdempotencyKeys({ prisma }).catch((error: unknown) =>
      log.warn('old idempotency keys are kept', { error }),
    );
  }, HOUR_MS);

  stop = async (reason) => {
    if (ended.signal.aborted) return;
    ended.abort();
    log.info('stopping', { reason });
    clearInterval(forget);
    await closeServer(server, config.shutdownGraceSeconds);
    await handOff.stop();
    await Promise.allSettled([prisma.$disconnect(), temporal.connection.close()]);
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

/** Accepts no more requests, lets running ones finish, and closes the rest when time is up. */
async function closeServer(server: Server, graceSeconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const late = delay(graceSeconds * 1000, undefined, { ref: false }).then(() => server.closeAllConnections());
  await Promise.race([closed, late]);
}

/** Postgres may start after the API; the key is granted once it answers. */
async function grantBootstrapKey(
  file: string | undefined,
  prisma: Database,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  if (file === undefined) return;
  while (!signal.aborted) {
    try {
      const key = readFileSync(file, 'utf8').trim();
      const client = await ensureApiClient(prisma, { name: 'bootstrap', key, scopes: scopeNames });
      log.info('the bootstrap key is granted', { clientId: client.id });
      return;
    } catch (error) {
      log.warn('the bootstrap key could not be granted yet', { file, error });
      await delay(2_000, undefined, { ref: false }).catch(() => undefined);
    }
  }
}

const log = createLogger('api');
main(log).catch((error: unknown) => {
  // These two are written for a terminal.
  if (error instanceof ConfigError || error instanceof ProfileError) console.error(error.message);
  else log.error('the API could not start', { error });
  process.exitCode = 1;
});
