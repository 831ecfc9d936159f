import { AsyncLocalStorage } from 'node:async_hooks';

/** One correlation id follows an order over every hop: API, workflow, activity, connector call, document. */
const storage = new AsyncLocalStorage<string>();

/** Runs `fn`, and whatever it starts, under the correlation id. */
export function runWithCorrelation<T>(id: string, fn: () => T): T {
  return storage.run(id, fn);
}

/** The correlation id of the running call; undefined outside of one. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
