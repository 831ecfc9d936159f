import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../prisma/migrate.ts';
import { grantPartnerKeys, type Installation, openInstallation, sandboxAddresses } from './installation.ts';
import type { Part } from './part.ts';
import { freePorts } from './ports.ts';
import { connectionUrl, startPostgres } from './postgres.ts';
import { type SandboxSystem, startApi, startSandbox, startWorker } from './processes.ts';
import { startTemporal } from './temporal.ts';
import { findTemporal } from './tools.ts';

export type NetworkPart = 'temporal' | 'postgres' | 'api' | 'worker' | SandboxSystem;

/** The whole product and a sandbox as separate processes in a temporary folder, for tests and benchmarks. */
export interface Network {
  readonly dir: string;
  /** Environment of every process. */
  readonly env: NodeJS.ProcessEnv;
  readonly installation: Installation;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly parts: Readonly<Record<NetworkPart, Part>>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

export interface NetworkOptions {
  /** Runs API and worker from dist/, as in a deployment; requires `npm run build`. */
  readonly built?: boolean;
  /**
   * Starts and stops faster, for runs that kill and restart no part: data are in memory where possible and not forced to the disk, and the
   * three systems of the sandbox share one process.
   */
  readonly brief?: boolean;
  /** Added to the environment of every process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every line that a process writes. */
  readonly onLine?: (part: NetworkPart, line: string) => void;
  readonly log?: (what: string) => void;
  /** Runs after the sandbox is up and before the worker starts, so that its first reads see the changes; the API starts meanwhile. */
  readonly prepare?: (
    soFar: Pick<Network, 'installation' | 'databaseUrl'> & { parts: Record<SandboxSystem, Part> },
  ) => Promise<void>;
}

/** Starts everything on free ports. Each system of the sandbox is a separate process, so that a test can kill it alone. */
export async function startNetwork({
  built = false,
  brief = false,
  env: extra = {},
  onLine,
  log,
  prepare,
}: NetworkOptions = {}): Promise<Network> {
  const dir = mkdtempSync(join(tmpdir(), 'throughline-network-'));
  const [temporalPort = 0, postgres = 0, api = 0, worker = 0, erp = 0, wms = 0, partners = 0] = await freePorts(7);
  const installation = openInstallation(dir);
  const logFile = (name: NetworkPart) => join(dir, `${name}.log`);
  const watch = (name: NetworkPart) => ({
    logFile: logFile(name),
    ...(onLine && { onLine: (line: string) => onLine(name, line) }),
  });

  const { path } = await findTemporal(log);
  const database = { port: postgres, password: installation.postgresPassword };
  const databaseUrl = connectionUrl(database);
  const temporalAddress = `127.0.0.1:${temporalPort}`;
  const apiUrl = `http://127.0.0.1:${api}`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(api),
    PUBLIC_URL: apiUrl,
    API_URL: apiUrl,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    BOOTSTRAP_API_KEY_FILE: installation.demoKeyFile,
    WORKER_HEALTH_PORT: String(worker),
    SANDBOX_DATA_DIR: join(dir, 'sandbox'),
    SANDBOX_SPEED_MS: '0',
    LOG_FORMAT: 'json',
    ...installation.secrets,
    ...sandboxAddresses({ erp, wms, partners }),
    ...extra,
  };
  const [temporalPart, postgresPart, sandbox] = await Promise.all([
    startTemporal({
      executable: path,
      port: temporalPort,
      ...(!brief && { dbFile: join(dir, 'temporal.db') }),
      logFile: logFile('temporal'),
    }),
    startPostgres({
      dataDir: join(dir, 'postgres'),
      ...database,
      logFile: logFile('postgres'),
      ...(brief && { settings: NOT_FORCED_TO_DISK }),
    }).then(async (part) => {
      await applyMigrations(databaseUrl);
      await grantPartnerKeys(installation, databaseUrl);
      return part;
    }),
    brief ? startSandboxAsOne(env, watch('erp')) : startSandboxAlone(env, watch),
  ]);
  const [apiPart, workerPart] = await Promise.all([
    startApi({ built, env, ...watch('api') }),
    (prepare?.({ installation, databaseUrl, parts: sandbox }) ?? Promise.resolve()).then(() =>
      startWorker({ built, env, ...watch('worker') }),
    ),
  ]);
  const parts = {
    temporal: temporalPart,
    postgres: postgresPart,
    api: apiPart,
    worker: workerPart,
    ...sandbox,
  };
  return {
    dir,
    env,
    installation,
    apiUrl,
    databaseUrl,
    temporalAddress,
    parts,
    async stop() {
      for (const group of [['api'], ['worker'], ['erp', 'wms', 'partners'], ['temporal', 'postgres']] as const) {
        await Promise.all(group.map((name) => parts[name].stop()));
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const NOT_FORCED_TO_DISK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

type Watch = Omit<Parameters<typeof startSandbox>[1], 'env'>;

async function startSandboxAlone(
  env: NodeJS.ProcessEnv,
  watch: (name: SandboxSystem) => Watch,
): Promise<Record<SandboxSystem, Part>> {
  const [erp, wms, partners] = await Promise.all([
    startSandbox(['erp'], { env, ...watch('erp') }),
    startSandbox(['wms'], { env, ...watch('wms') }),
    startSandbox(['partners'], { env, ...watch('partners') }),
  ]);
  return { erp, wms, partners };
}

/** One process with an address for each system. */
async function startSandboxAsOne(env: NodeJS.ProcessEnv, watch: Watch): Promise<Record<SandboxSystem, Part>> {
  const process = await startSandbox(['erp', 'wms', 'partners'], { env, ...watch });
  const at = (port: string | undefined): Part => ({
    ...process,
    get pid() {
      return process.pid;
    },
    url: `http://127.0.0.1:${port}`,
  });
  return { erp: process, wms: at(env.SANDBOX_WMS_PORT), partners: at(env.SANDBOX_PARTNERS_PORT) };
}
