/**
 * Ends the children of its parent process when the parent dies. A process killed with SIGKILL cannot clean up, but its pipes close. The
 * parent writes to the sentinel's standard input one JSON object per line: `{ "watch": { pid, identity, signal } }` or `{ "forget": pid }`.
 * When the pipe closes, the sentinel ends all watched processes.
 */
import { createInterface } from 'node:readline';
import { endProcess } from './identity.mjs';

const GRACE_SECONDS = 10;
const watched = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const { watch, forget } = JSON.parse(line);
  if (watch) watched.set(watch.pid, watch);
  if (forget) watched.delete(forget);
}
await Promise.all([...watched.values()].map((target) => endProcess(target, GRACE_SECONDS)));
