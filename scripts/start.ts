import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Connection } from '@temporalio/client';
import { ProfileError } from '../mappings/profile/problem.ts';
import { applyMigrations } from '../prisma/migrate.ts';
import { type Config, ConfigError, loadConfig } from '../runtime/config.ts';
import { searchAttributeKeys } from '../runtime/search-attributes.ts';
import { connectClient, ensureSearchAttributes } from '../runtime/temporal.ts';
import { ensureConsole, StepFailed } from './bootstrap.mjs';
import { identityOf } from './stack/identity.mjs';
import { grantPartnerKeys, keptPorts, openInstallation, sandboxAddresses } from './stack/installation.ts';
import {
  endEverything,
  endLeftovers,
  killEverything,
  type Part,
  projectDir,
  recordProcesses,
  StartFailed,
} from './stack/part.ts';
import { PortTaken, requireFreePort } from './stack/ports.ts';
import { startPostgres } from './stack/postgres.ts';
import { startApi, startNode, startSandbox, startWorker } from './stack/processes.ts';
import { startTemporal } from './stack/temporal.ts';
import { findTemporal, ToolNotFound } from './stack/tools.ts';

/**
 * `npm start`: runs the whole product on one machine, with a sandbox of trading partners and systems. It uses an existing server if the
 * environment names one (TEMPORAL_ADDRESS, DATABASE_URL, SYSTEMS_FILE), and starts it otherwise.
 */

const usage = `npm start [-- options]
  --no-demo   submit no sample orders
  --verbose   show every log line, not only warnings and errors
Settings (environment):
  PORT                  port of API and console; default 3000
  TEMPORAL_PORT, TEMPORAL_UI_PORT
                        ports of the Temporal server started here; default 7233 and 8233
  TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, …  an existing Temporal server
  DATABASE_URL          an existing Postgres
  SYSTEMS_FILE          your own ERP and WMS; the sandbox is not started
  THROUGHLINE_DATA_DIR  folder of data, keys and logs; default .throughline
All other settings of runtime/config.ts are passed on.`;

let flags: { 'no-demo'?: boolean; verbose?: boolean; help?: boolean };
try {
  flags = parseArgs({
    options: { 'no-demo': { type: 'boolean' }, verbose: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  }).values;
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exit(2);
}
if (flags.help) {
  console.log(usage);
  process.exit(0);
}

const began = Date.now();
const dir = resolve(projectDir, process.env.THROUGHLINE_DATA_DIR || '.throughline');
const supervisorFile = join(dir, 'supervisor.json');
const processesFile = join(dir, 'processes.json');
const logFile = (name: string) => join(dir, 'logs', `${name}.log`);
const say = (text: string) => console.log(text);

class AlreadyRunning extends Error {}

/** Order of stopping: sources of new work first, storage last. */
const stopOrder = [['demo'], ['api'], ['worker'], ['sandbox'], ['temporal', 'postgres']];
const parts = new Map<string, Part>();
let stopping = false;
let ownsFolder = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) {
      say('Killing everything.');
      killEverything();
      leaveFolder();
      process.exit(130);
    }
    say('\nStopping. Press Ctrl-C again to kill everything at once.');
    void stopEverything().then(() => process.exit(0));
  });
}

try {
  await start();
} catch (error) {
  // A part that is stopped during its start fails to start, which is expected.
  if (!stopping) {
    console.error(`\n${explain(error)}`);
    await stopEverything();
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const ownTemporal = !process.env.TEMPORAL_ADDRESS;
  const ownPostgres = !process.env.DATABASE_URL;
  const ownSystems = !process.env.SYSTEMS_FILE;
  // Report configuration errors before starting anything. Missing addresses are filled in below.
  const config = loadConfig({
    ...process.env,
    DATABASE_URL: process.env.DATABASE_URL || 'postgresql://localhost/throughline',
  });
  const temporalPort = portSetting('TEMPORAL_PORT', 7233);
  const uiPort = portSetting('TEMPORAL_UI_PORT', 8233);

  await enterFolder(ownTemporal ? `127.0.0.1:${temporalPort}` : config.temporal.address);
  await requireFreePort(config.port, 'the API', 'PORT', config.host);
  if (ownTemporal) {
    await requireFreePort(temporalPort, 'the Temporal server', 'TEMPORAL_PORT');
    await requireFreePort(uiPort, 'the Temporal UI', 'TEMPORAL_UI_PORT');
  }
  const installation = openInstallation(dir);
  const ports = await keptPorts(join(dir, 'ports.json'), ['postgres', 'erp', 'wms', 'partners', 'worker']);

  const [address, databaseUrl] = await Promise.all([
    ownTemporal ? temporalServer(temporalPort, uiPort, config) : config.temporal.address,
    ownPostgres ? postgresServer(ports.postgres, installation.postgresPassword) : config.databaseUrl,
    ensureConsole(),
  ]);
  if (stopping) return;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: process.env.NODE_OPTIONS ?? '',
    HOST: config.host,
    PORT: String(config.port),
    PUBLIC_URL: config.publicUrl,
    API_URL: `http://${config.host}:${config.port}`,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_UI_URL: process.env.TEMPORAL_UI_URL || `http://localhost:${uiPort}`,
    BOOTSTRAP_API_KEY_FILE: installation.demoKeyFile,
    WORKER_HEALTH_PORT: String(ports.worker),
    SANDBOX_DATA_DIR: join(dir, 'sandbox'),
    ...(ownSystems ? { ...installation.secrets, ...sandboxAddresses(ports) } : {}),
  };
  const complete = loadConfig(env);

  const applied = await applyMigrations(databaseUrl);
  say(applied.length === 0 ? 'Migrations: up to date' : `Migrations: applied ${applied.join(', ')}`);
  await registerSearchAttributes(complete);
  if (ownSystems) {
    await grantPartnerKeys(installation, databaseUrl);
    await keepRunning('sandbox', (onUnexpectedEnd) =>
      startSandbox(['erp', 'wms', 'partners'], { env, logFile: logFile('sandbox'), onUnexpectedEnd }),
    );
  }
  if (stopping) return;
  await Promise.all([
    keepRunning('worker', (onUnexpectedEnd) =>
      startWorker({ env, logFile: logFile('worker'), onLine: show('worker'), onUnexpectedEnd }),
    ),
    keepRunning('api', (onUnexpectedEnd) =>
      startApi({ env, logFile: logFile('api'), onLine: show('api'), onUnexpectedEnd }),
    ),
  ]);
  if (stopping) return;
  const feeding = ownSystems && !flags['no-demo'];
  closingLines(complete, installation.demoKeyFile, feeding);
  if (feeding) await feedDemo(env);
}

async function temporalServer(port: number, uiPort: number, config: Config): Promise<string> {
  const { path, origin } = await findTemporal((what) => say(`Temporal: ${what} …`));
  const part = await keepRunning(
    'temporal',
    (onUnexpectedEnd) =>
      startTemporal({
        executable: path,
        port,
        uiPort,
        dbFile: join(dir, 'temporal.db'),
        namespace: config.temporal.namespace,
        logFile: logFile('temporal'),
        onUnexpectedEnd,
      }),
    `${origin}`,
  );
  return part.url;
}

async function postgresServer(port: number, password: string): Promise<string> {
  const part = await keepRunning('postgres', (onUnexpectedEnd) =>
    startPostgres({ dataDir: join(dir, 'postgres'), port, password, logFile: logFile('postgres'), onUnexpectedEnd }),
  );
  return part.url;
}

async function registerSearchAttributes(config: Config): Promise<void> {
  const client = connectClient(config);
  try {
    await ensureSearchAttributes(client.connection as Connection, config.temporal.namespace, searchAttributeKeys);
  } finally {
    await client.connection.close();
  }
}

/** Starts a part and restarts it after every unexpected end, with exponential backoff. */
async function keepRunning(
  name: string,
  startPart: (onUnexpectedEnd: (how: string) => void) => Promise<Part>,
  remark = '',
): Promise<Part> {
  const startedAt = Date.now();
  let upSince = startedAt;
  let failures = 0;
  const revive = async (part: Part, cause: string) => {
    let how = cause;
    while (!stopping) {
      failures = Date.now() - upSince > 60_000 ? 0 : failures;
      const seconds = Math.min(30, 0.5 * 2 ** failures);
      failures += 1;
      say(`${name} ${how} (${relative(projectDir, logFile(name))}); restarting in ${seconds} s`);
      await delay(seconds * 1000);
      if (stopping) return;
      try {
        await part.restart();
        upSince = Date.now();
        say(`${name} is running again`);
        return;
      } catch (error) {
        how = error instanceof StartFailed ? error.message : `could not be started: ${explain(error)}`;
      }
    }
  };
  const part = await startPart((how) => {
    const running = parts.get(name);
    if (running && !stopping) void revive(running, how);
  });
  parts.set(name, part);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`${capitalised(name)}: ready in ${seconds} s${remark ? ` (${remark})` : ''}`);
  return part;
}

async function feedDemo(env: NodeJS.ProcessEnv): Promise<void> {
  const part = await startNode('demo', 'sandbox/demo.ts', {
    env,
    logFile: logFile('demo'),
    onLine: (line) => say(line === '' ? '' : `demo │ ${line}`),
    onUnexpectedEnd: (how) => {
      parts.delete('demo');
      say(
        how === 'ended with code 0' ? 'demo │ every order is closed' : `demo │ the feed ${how}; see ${logFile('demo')}`,
      );
    },
    ready: async () => '',
  });
  parts.set('demo', part);
}

function closingLines(config: Config, keyFile: string, feeding: boolean): void {
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  say(`
Throughline is running (started in ${seconds} s)
  Console       ${config.publicUrl}
  API           ${config.publicUrl}/docs
  Temporal UI   ${config.temporal.uiUrl}
  API key       ${relative(process.cwd(), keyFile)}   (curl -H "Authorization: Bearer $(cat ${relative(process.cwd(), keyFile)})" ${config.publicUrl}/v1/orders)
  Logs          ${relative(process.cwd(), join(dir, 'logs'))}
${feeding ? 'Sample orders are being submitted. ' : ''}Ctrl-C stops everything; the data stay until \`npm run reset\`.
`);
}

/** Prints warnings and errors of a process, or every line with --verbose. The log files contain every line. */
function show(name: string): (line: string) => void {
  return (line) => {
    const text = flags.verbose ? line : noteworthy(line);
    if (text !== undefined) say(`${name} │ ${text}`);
  };
}

function noteworthy(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, message, sdkComponent, workflowId, summary, method, path, correlationId } = JSON.parse(
      line,
    ) as Record<string, string | undefined>;
    // Hide warnings of the SDK's worker about intended settings, such as workers without workflows.
    if (level !== 'error' && (level !== 'warn' || sdkComponent === 'worker')) return undefined;
    const request =
      method === undefined ? undefined : `${method} ${path ?? ''} (correlation ${correlationId ?? 'unknown'})`;
    return [`${level}: ${message}`, workflowId, summary, request].filter((part) => part !== undefined).join(' · ');
  } catch {
    return undefined;
  }
}

/** Allows one supervisor per data folder and ends leftover processes of an earlier one. Other commands read the address from its file. */
async function enterFolder(temporalAddress: string): Promise<void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const identity = identityOf(process.pid);
  const me = JSON.stringify({ name: 'npm start', pid: process.pid, identity, temporalAddress });
  for (;;) {
    try {
      writeFileSync(supervisorFile, `${me}\n`, { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = readSupervisor();
    if (other.pid !== undefined && identityOf(other.pid) === other.identity) {
      throw new AlreadyRunning(
        `npm start is already running (pid ${other.pid}, data in ${dir}). Set THROUGHLINE_DATA_DIR and PORT for a second one.`,
      );
    }
    rmSync(supervisorFile, { force: true });
  }
  ownsFolder = true;
  const ended = await endLeftovers(processesFile);
  if (ended.length > 0) say(`Ended leftover processes of the last run: ${ended.join(', ')}`);
  recordProcesses(processesFile);
}

function readSupervisor(): { pid?: number; identity?: string } {
  try {
    return JSON.parse(readFileSync(supervisorFile, 'utf8')) as { pid?: number; identity?: string };
  } catch {
    // The file is incomplete, so the process that wrote it was killed.
    return {};
  }
}

function leaveFolder(): void {
  if (ownsFolder && existsSync(supervisorFile)) rmSync(supervisorFile);
}

async function stopEverything(): Promise<void> {
  stopping = true;
  for (const names of stopOrder) {
    await Promise.all(
      names.map(async (name) => {
        const part = parts.get(name);
        if (!part || part.pid === undefined) return;
        const since = Date.now();
        await part.stop();
        say(`  ${name} stopped (${((Date.now() - since) / 1000).toFixed(1)} s)`);
      }),
    );
  }
  await endEverything(10);
  leaveFolder();
}

function portSetting(name: string, byDefault: number): number {
  const text = process.env[name];
  if (!text) return byDefault;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ConfigError([{ where: name, reason: 'must be a port, from 1 to 65535', example: String(byDefault) }]);
}

/** Known errors are shown without a stack. */
function explain(error: unknown): string {
  const known = [AlreadyRunning, ConfigError, PortTaken, ProfileError, StartFailed, StepFailed, ToolNotFound];
  if (known.some((type) => error instanceof type)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
