/** A thread that reads what it is sent, so that an input which hangs or eats memory takes down this thread and nothing else. */
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
    if (first.join('\n') !== again.join('\n')) throw new Error('read twice, it is not the same');
    parentPort?.postMessage({ told: first });
  } catch (error) {
    parentPort?.postMessage({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
