import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Identity of a process that survives reuse of its pid: its start time and, on Linux, the boot id. Undefined if there is no such process or
 * only a zombie.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function identityOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // proc(5): field 2 is the name in parentheses, which may contain spaces; field 3 is the state, field 22 the start time.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ') + 1).trim();
  } catch {
    return undefined;
  }
}

/**
 * Ends a process only if its identity matches: first by `signal`, then by SIGKILL after the grace period.
 *
 * @param {{ pid: number, identity: string, signal: NodeJS.Signals }} target
 * @param {number} graceSeconds
 * @returns {Promise<boolean>} whether the process was running
 */
export async function endProcess({ pid, identity, signal }, graceSeconds) {
  const alive = () => identityOf(pid) === identity;
  if (!alive()) return false;
  const send = (name) => {
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended in the meantime.
    }
  };
  send(signal);
  for (const until = Date.now() + graceSeconds * 1000; alive() && Date.now() < until; ) await pause();
  if (alive()) send('SIGKILL');
  for (const until = Date.now() + 5000; alive() && Date.now() < until; ) await pause();
  return true;
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
