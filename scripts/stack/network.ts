import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMigrations } from '../../prisma/migrate.ts';
import { grantPartnerKeys, type Installation, openInstallation, sandboxAddresses } from './installation.ts';
import { type Part, StartFailed, waitFor } from './part.ts';
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
  /** Runs after the sandbox is up and before the worker starts, so that its first reads see the changes. */
  readonly prepare?: (
    soFar: Pick<Network, 'installation' | 'databaseUrl'> & { parts: Record<SandboxSystem, Part> },
  ) => Promise<void>;
}

/** Times that a start is tried: between the choice of a free port and its use, another program may take it. */
const STARTS = 3;

/** Starts everything on free ports. Each system of the sandbox is a separate process, so that a test can kill it alone. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  for (let tried = 1; ; tried += 1) {
    const started: Part[] = [];
    const dir = mkdtempSync(join(tmpdir(), 'throughline-network-'));
    try {
      return await startIn(dir, options, started);
    } catch (error) {
      // What is left running would keep this process alive.
      await Promise.allSettled(started.map((part) => part.stop()));
      rmSync(dir, { recursive: true, force: true });
      const portTaken = error instanceof StartFailed && error.output.includes('EADDRINUSE');
      if (!portTaken || tried === STARTS) throw error;
    }
  }
}

/** `started` receives every part that has started, so that the caller can stop them if another one fails. */
async function startIn(
  dir: string,
  { built = false, brief = false, env: extra = {}, onLine, log, prepare }: NetworkOptions,
  started: Part[],
): Promise<Network> {
  const [temporalPort = 0, postgres = 0, api = 0, worker = 0, erp = 0, wms = 0, partners = 0] = await freePorts(7);
  const installation = openInstallation(dir);
  const logFile = (name: NetworkPart) => join(dir, `${name}.log`);
  const watch = (name: NetworkPart) => ({
    logFile: logFile(name),
    ...(onLine && { onLine: (line: string) => onLine(name, line) }),
  });
  const keep = async (starting: Promise<Part>): Promise<Part> => {
    const part = await starting;
    started.push(part);
    return part;
  };

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
  const startDatabase = async (): Promise<Part> => {
    const settings = brief && { settings: NOT_FORCED_TO_DISK };
    const part = await keep(
      startPostgres({ dataDir: join(dir, 'postgres'), ...database, logFile: logFile('postgres'), ...settings }),
    );
    await applyMigrations(databaseUrl);
    await grantPartnerKeys(installation, databaseUrl);
    return part;
  };
  const startSandboxes = async (): Promise<Record<SandboxSystem, Part>> => {
    const start = (...systems: SandboxSystem[]) => keep(startSandbox(systems, { env, ...watch(systems[0] ?? 'erp') }));
    if (brief) return asOne(await start('erp', 'wms', 'partners'), env);
    const [erp, wms, partners] = await all([start('erp'), start('wms'), start('partners')]);
    return { erp, wms, partners };
  };
  const startOthers = async () => {
    const [temporalPart, postgresPart, sandbox] = await all([
      keep(
        startTemporal({
          executable: path,
          port: temporalPort,
          ...(!brief && { dbFile: join(dir, 'temporal.db') }),
          logFile: logFile('temporal'),
        }),
      ),
      startDatabase(),
      startSandboxes(),
    ]);
    await prepare?.({ installation, databaseUrl, parts: sandbox });
    const workerPart = await keep(startWorker({ built, env, ...watch('worker') }));
    return [temporalPart, postgresPart, sandbox, workerPart] as const;
  };
  // The API starts without its database, so that it loads while the others start.
  const [apiPart, [temporalPart, postgresPart, sandbox, workerPart]] = await all([
    keep(startApi({ built, env, ...watch('api') })),
    startOthers(),
  ]);
  await waitFor(() => isGranted(apiUrl, installation.demoKey), AbortSignal.timeout(KEY_MS));
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
      if (brief) {
        // Nothing of it is kept. Postgres at least detaches its shared memory.
        const { postgres, ...others } = parts;
        await Promise.all([postgres.kill('SIGQUIT'), ...Object.values(others).map((part) => part.kill('SIGKILL'))]);
      }
      for (const group of [['api'], ['worker'], ['erp', 'wms', 'partners'], ['temporal', 'postgres']] as const) {
        await Promise.all(group.map((name) => parts[name].stop()));
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const KEY_MS = 30_000;

/** Whether the API knows the key that it grants at its start; it does so once it finds the tables. */
async function isGranted(apiUrl: string, key: string): Promise<boolean> {
  const { ok } = await fetch(`${apiUrl}/v1/partners`, { headers: { Authorization: `Bearer ${key}` } });
  return ok;
}

const NOT_FORCED_TO_DISK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** One process of all three systems, with the address of each. */
function asOne(process: Part, env: NodeJS.ProcessEnv): Record<SandboxSystem, Part> {
  const at = (port: string | undefined): Part => ({
    ...process,
    get pid() {
      return process.pid;
    },
    url: `http://127.0.0.1:${port}`,
  });
  return { erp: process, wms: at(env.SANDBOX_WMS_PORT), partners: at(env.SANDBOX_PARTNERS_PORT) };
}

/** Promise.all that fails only once all have settled, so that nothing starts after a failure was reported. */
async function all<T extends readonly unknown[]>(
  starting: {
    [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> {
  const results = await Promise.allSettled(starting);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(starting) as Promise<T>;
}
