import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Time limit of one input: a hundred times the slowest known input, because machines stall. */
const LIMIT_MS = 20_000;
const HEAP_MB = 512;

/** Reads inputs in a separate thread, with a time limit per input and a memory limit. */
export class GuardedReader {
  #thread: Worker | undefined;

  /** @returns the result lines. @throws Error on a crash, a hang or a failed invariant */
  async read(bytes: Uint8Array): Promise<string[]> {
    const thread = await this.#running();
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(new Error(`hangs: no result within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    try {
      const answer = once(thread, 'message', { signal: ended.signal });
      thread.postMessage(bytes);
      const [{ told, problem }] = (await answer) as [{ told?: string[]; problem?: string }];
      if (told === undefined) throw new Error(problem ?? 'no answer');
      return told;
    } catch (error) {
      await this.stop();
      throw ended.signal.aborted ? ended.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  async #running(): Promise<Worker> {
    if (this.#thread === undefined) {
      this.#thread = new Worker(new URL('./thread.mjs', import.meta.url), {
        resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      });
      await once(this.#thread, 'message');
    }
    return this.#thread;
  }
}
