/** A worker thread that reads inputs, so that a hang or a memory leak affects only this thread. */
import { parentPort } from 'node:worker_threads';
import { exampleProfiles } from './profiles.ts';
import { readEverything } from './reading.ts';

const profiles = exampleProfiles();
parentPort?.on('message', (bytes: Uint8Array) => void answer(bytes));
parentPort?.postMessage({ ready: true });

async function answer(bytes: Uint8Array): Promise<void> {
  try {
    const first = await readEverything(bytes, profiles);
    const again = await readEverything(bytes, profiles);
    if (first.join('\n') !== again.join('\n')) throw new Error('the second read gives another result');
    parentPort?.postMessage({ told: first });
  } catch (error) {
    parentPort?.postMessage({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
