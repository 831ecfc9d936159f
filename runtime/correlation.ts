import { AsyncLocalStorage } from 'node:async_hooks';

/** Propagates one correlation id through API, workflow, activity, connector call and document. */
const storage = new AsyncLocalStorage<string>();

/** Runs `fn`, including its asynchronous work, under the correlation id. */
export function runWithCorrelation<T>(id: string, fn: () => T): T {
  return storage.run(id, fn);
}

/** The correlation id of the current call; undefined outside of one. */
export function correlationId(): string | undefined {
  return storage.getStore();
}
