/**
 * A measured round: its duration, and the CPU time of every process from its start until all
 * processes are idle again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Network } from '../scripts/stack/network.ts';
import { cpuOf, hasProc, machineCpuMs } from './cpu.ts';
import { median, report, say } from './figures.ts';

export type Roots = Readonly<Record<string, readonly number[]>>;

export interface Round<T> {
  readonly result: T;
  /** CPU milliseconds by process; undefined without /proc. */
  readonly cpu: Record<string, number> | undefined;
}

/** Share of one processor below which the processes only poll. */
const QUIET_SHARE = 0.2;
const LOOK_MS = 500;
const MOST_LOOKS = 20;

/** Process trees of the product and its servers. */
export function productRoots({ parts }: Network): Roots {
  const pids = (...names: (keyof typeof parts)[]) =>
    names.map((name) => parts[name].pid).filter((pid) => pid !== undefined);
  return {
    worker: pids('worker'),
    api: pids('api'),
    postgres: pids('postgres'),
    temporal: pids('temporal'),
    sandbox: pids('erp', 'wms', 'partners'),
  };
}

/** Runs the round once all processes are idle. Work after its result still counts towards the round. */
export async function measured<T>(what: string, roots: Roots, round: () => Promise<T>): Promise<Round<T>> {
  if (!hasProc()) return { result: await round(), cpu: undefined };
  await untilQuiet(roots);
  const before = { ...cpuOf(roots), bench: benchMs() };
  const machine = machineCpuMs();
  const began = performance.now();
  const result = await round();
  await untilQuiet(roots);
  const after: Record<string, number> = { ...cpuOf(roots), bench: benchMs() };
  const spent = Object.fromEntries(Object.entries<number>(before).map(([name, ms]) => [name, (after[name] ?? 0) - ms]));
  const others = machineCpuMs() - machine - sum(Object.values(spent));
  const share = others / (performance.now() - began);
  if (share > 0.15)
    say(`${what}: other programs used ${share.toFixed(1)} processors meanwhile; the figures are unreliable`);
  return { result, cpu: spent };
}

/** CPU milliseconds per order, as the median over the rounds. */
export function perOrder(rounds: readonly Round<unknown>[], count: number): Record<string, number> {
  const names = Object.keys(rounds[0]?.cpu ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map(({ cpu }) => (cpu?.[name] ?? Number.NaN) / count))]),
  );
}

/** Prints the CPU cost of an order in each process. */
export function reportCpu(title: string, ms: Record<string, number>): void {
  const { worker = 0, api = 0, postgres = 0, temporal = 0, sandbox = 0 } = ms;
  const parts = { worker: oneDecimal(worker), api: oneDecimal(api), postgres: oneDecimal(postgres) };
  const unit = 'CPU ms/order';
  const own = worker + api + postgres;
  report({ figure: `${title}: worker + API + Postgres`, value: own, unit, ...parts });
  report({ figure: `${title}: Temporal`, value: temporal, unit });
  report({ figure: `${title}: sandbox`, value: sandbox, unit });
}

/** Reports a missing /proc. */
export function sayWithoutProc(): void {
  if (!hasProc()) say('CPU by process is omitted, because this system has no /proc');
}

async function untilQuiet(roots: Roots): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const before = sum(Object.values(cpuOf(roots)));
    await delay(LOOK_MS);
    if (sum(Object.values(cpuOf(roots))) - before <= LOOK_MS * QUIET_SHARE) return;
  }
  say(`the processes did not become idle within ${(MOST_LOOKS * LOOK_MS) / 1000} s`);
}

function benchMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function oneDecimal(value: number): number {
  return Number(value.toFixed(1));
}
