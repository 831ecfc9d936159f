/**
 * Outlives the process that started it by as long as it takes to end that process's children. Its standard input is a pipe from there:
 * each line is a JSON object, `{ "watch": { pid, identity, signal } }` or `{ "forget": pid }`; when the pipe closes, whatever is still
 * watched is ended. A process that is killed outright cannot clean up after itself; its pipes close all the same.
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
