import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, identityOf } from './identity.mjs';

/**
 * One running part of the stack: a server or one of our own processes. `npm start`, the tests, the benchmarks and the kill test share this
 * code.
 */
export interface Part {
  readonly name: string;
  /** Pid of the current process; undefined while the part is down. */
  readonly pid: number | undefined;
  /** Address: a URL, or host:port for Temporal. It stays the same after a restart. */
  readonly url: string;
  /** Stops the process, and kills it after the grace period. Idempotent. */
  stop(): Promise<void>;
  /** Sends the signal; if that ends the process, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process if it is running, and starts it at the same address; resolves when it answers. */
  restart(): Promise<void>;
}

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Complete environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Working directory; by default the root of the repository. */
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** Called with every line of standard output and error. */
  readonly onLine?: (line: string) => void;
  /**
   * Resolves to the URL once the process answers. `firstLine` gives the first line of standard output that satisfies the test;
   * `signal` is aborted when the process ends or time is up.
   */
  readonly ready: (watch: ReadyWatch) => Promise<string>;
  readonly readySeconds?: number;
  readonly stopSignal?: NodeJS.Signals;
  /** Grace period in seconds between the stop signal and SIGKILL. */
  readonly graceSeconds?: number;
  /** Called if the process ends without being stopped. */
  readonly onUnexpectedEnd?: (how: string) => void;
}

export interface ReadyWatch {
  readonly signal: AbortSignal;
  firstLine<T>(test: (line: string) => T | undefined): Promise<T>;
}

/** A part failed to start; `message` ends with the last lines that it wrote. */
export class StartFailed extends Error {
  readonly code = 'start-failed';
  readonly output: string;

  constructor(name: string, reason: string, output: readonly string[], logFile: string) {
    super([`${name} ${reason}. Its last lines (more in ${logFile}):`, ...output.map((line) => `  ${line}`)].join('\n'));
    this.name = 'StartFailed';
    this.output = output.join('\n');
  }
}

const KEPT_LINES = 15;

/** The root of the repository; every process of the stack runs there. */
export const projectDir = resolve(import.meta.dirname, '../..');

/** Starts a process of the stack and waits until it answers. The sentinel ends it if this process is killed. */
export async function startProcess(spec: ProcessSpec): Promise<Part> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  let current: Run | undefined;
  let url = '';

  const start = async () => {
    const run = launch(spec, () => {
      if (current === run) current = undefined;
    });
    current = run;
    url = await run.ready;
  };
  const stop = async () => {
    const run = current;
    if (run) await run.stop();
  };
  await start();
  return {
    name: spec.name,
    get pid() {
      return current?.child.pid;
    },
    get url() {
      return url;
    },
    stop,
    kill: async (signal) => {
      const run = current;
      if (!run) return;
      run.expectEnd();
      run.child.kill(signal);
      if (signal === 'SIGKILL') await run.ended;
      else if (signal !== 'SIGSTOP' && signal !== 'SIGCONT')
        await Promise.race([run.ended, delay(1000, undefined, { ref: false })]);
    },
    restart: async () => {
      await stop();
      await start();
    },
  };
}

interface Run {
  readonly child: ChildProcess;
  readonly ready: Promise<string>;
  readonly ended: Promise<void>;
  expectEnd(): void;
  stop(): Promise<void>;
}

function launch(spec: ProcessSpec, onEnd: () => void): Run {
  const graceSeconds = spec.graceSeconds ?? 20;
  const stopSignal = spec.stopSignal ?? 'SIGTERM';
  const options: SpawnOptions = {
    cwd: spec.cwd ?? projectDir,
    env: spec.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A separate process group, so that Ctrl-C reaches only the supervisor, which then stops all parts in order.
    detached: true,
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  };
  const child = spawn(spec.command, [...spec.args], options);
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const last: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const [stream, isOutput] of [
    [child.stdout, true],
    [child.stderr, false],
  ] as const) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      spec.onLine?.(line);
      if (isOutput) for (const listener of listeners) listener(line);
    });
  }

  let expected = false;
  let becameReady = false;
  const abort = new AbortController();
  let how = '';
  const ended = new Promise<void>((resolve) => {
    const finish = (reason: string) => {
      if (how !== '') return;
      how = reason;
      if (child.pid !== undefined) unregister(child.pid);
      log.end();
      onEnd();
      abort.abort();
      resolve();
      if (!expected && becameReady) spec.onUnexpectedEnd?.(reason);
    };
    child.once('error', (error) => finish(`could not be started: ${error.message}`));
    // 'close' follows the last output; 'exit' may precede it.
    child.once('close', (code, signal) => finish(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  });
  if (child.pid !== undefined) register({ name: spec.name, pid: child.pid, signal: stopSignal });

  const stop = async () => {
    expected = true;
    if (how !== '') return;
    child.kill(stopSignal);
    const killing = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
    await ended;
    clearTimeout(killing);
  };

  const firstLine = <T>(test: (line: string) => T | undefined) =>
    new Promise<T>((resolve) => {
      const listener = (line: string) => {
        const found = test(line);
        if (found === undefined) return;
        listeners.delete(listener);
        resolve(found);
      };
      listeners.add(listener);
    });

  const waitUntilReady = async () => {
    const seconds = spec.readySeconds ?? 60;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        spec.ready({ signal: abort.signal, firstLine }),
        ended.then(() => {
          throw new StartFailed(spec.name, how, last, spec.logFile);
        }),
        new Promise<never>((_, reject) => {
          timer = setTimeout(
            () => reject(new StartFailed(spec.name, `did not answer within ${seconds} s`, last, spec.logFile)),
            seconds * 1000,
          );
        }),
      ]);
    } catch (error) {
      await stop();
      throw error;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  };
  const ready = waitUntilReady().then((url) => {
    becameReady = true;
    return url;
  });
  return {
    child,
    ready,
    ended,
    expectEnd: () => {
      expected = true;
    },
    stop,
  };
}

/** Polls until the answer is true. @throws if the signal is aborted first */
export async function waitFor(answer: () => Promise<boolean>, signal: AbortSignal, everyMs = 100): Promise<void> {
  for (;;) {
    if (await answer().catch(() => false)) return;
    await delay(everyMs, undefined, { signal });
  }
}

/** Whether an HTTP GET returns 2xx. */
export async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.ok;
}

/** A process in the records that the next start reads. */
interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  readonly identity: string;
  readonly signal: NodeJS.Signals;
}

const running = new Map<number, RecordedProcess>();
let recordFile: string | undefined;
let sentinel: ChildProcess | undefined;

function register({ name, pid, signal }: { name: string; pid: number; signal: NodeJS.Signals }): void {
  const identity = identityOf(pid);
  if (identity === undefined) return;
  running.set(pid, { name, pid, identity, signal });
  tellSentinel({ watch: { pid, identity, signal } });
  writeRecord();
}

function unregister(pid: number): void {
  if (!running.delete(pid)) return;
  tellSentinel({ forget: pid });
  writeRecord();
}

function tellSentinel(message: object): void {
  if (!sentinel || sentinel.exitCode !== null) {
    sentinel = spawn(process.execPath, [join(import.meta.dirname, 'sentinel.mjs')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    sentinel.unref();
    (sentinel.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    // Without the sentinel, the record for the next start is still there.
    sentinel.stdin?.on('error', () => undefined);
  }
  sentinel.stdin?.write(`${JSON.stringify(message)}\n`);
}

function writeRecord(): void {
  if (recordFile === undefined) return;
  const draft = `${recordFile}.new`;
  writeFileSync(draft, `${JSON.stringify([...running.values()], undefined, 1)}\n`);
  renameSync(draft, recordFile);
}

/** Records every process of the stack in this file from now on. */
export function recordProcesses(file: string): void {
  recordFile = file;
  writeRecord();
}

/**
 * Ends processes that an earlier run recorded and left behind. A process is ended only if its start time matches the record, so a reused
 * pid is safe.
 *
 * @returns the names of the ended processes
 */
export async function endLeftovers(file: string): Promise<string[]> {
  let recorded: RecordedProcess[];
  try {
    recorded = JSON.parse(readFileSync(file, 'utf8')) as RecordedProcess[];
  } catch {
    return [];
  }
  const ended = await Promise.all(recorded.map(async (one) => ((await endProcess(one, 10)) ? one.name : undefined)));
  return ended.filter((name) => name !== undefined);
}

/** Stops every process of the stack that is still running, for example one that was just starting. */
export async function endEverything(graceSeconds: number): Promise<void> {
  await Promise.all([...running.values()].map((one) => endProcess(one, graceSeconds)));
}

/** Kills every process of the stack at once. */
export function killEverything(): void {
  for (const { pid, identity } of running.values()) {
    if (identityOf(pid) === identity) process.kill(pid, 'SIGKILL');
  }
}
