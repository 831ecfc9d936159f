import { heartbeat } from '@temporalio/activity';

/** Well below the heartbeat timeout of workflows/kernel/activity-profiles.ts; work that is over sooner sends none. */
const HEARTBEAT_MS = 5_000;

/** Reports while the work lasts that this worker lives, so that another takes over soon where it does not. */
export async function reporting<T>(work: () => Promise<T>): Promise<T> {
  const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
