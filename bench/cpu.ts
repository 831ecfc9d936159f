/**
 * CPU time of process trees, read from /proc. Only Linux has /proc; on other systems the figures are
 * omitted with a message.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports CPU time in ticks of 10 ms on every architecture that Node supports. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  /** CPU time of the process and of its reaped children. */
  readonly ms: number;
}

export function hasProc(): boolean {
  return statOf(process.pid) !== undefined;
}

/**
 * CPU milliseconds of each named process tree since its start. An ended child counts towards its
 * parent, so a Postgres backend that lived only between two readings counts too.
 */
export function cpuOf<Name extends string>(roots: Readonly<Record<Name, readonly number[]>>): Record<Name, number> {
  const stats = allStats();
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of stats) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const treeMs = (pid: number): number =>
    (stats.get(pid)?.ms ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + treeMs(child), 0);
  const entries = Object.entries<readonly number[]>(roots).map(([name, pids]) => [
    name,
    pids.reduce((total, pid) => total + treeMs(pid), 0),
  ]);
  return Object.fromEntries(entries);
}

/** CPU milliseconds of all programs since the machine started. */
export function machineCpuMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).map(Number) ?? [];
  return (user + nice + system + irq + softirq) * TICK_MS;
}

function allStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) stats.set(Number(name), stat);
  }
  return stats;
}

/** Undefined if the process or /proc does not exist. */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name of the program is in brackets and may itself contain brackets and spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  return { parent: Number(fields[1]), ms: ticks * TICK_MS };
}
