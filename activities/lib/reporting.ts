import { heartbeat } from '@temporalio/activity';

/** Well below the heartbeat timeout in workflows/kernel/activity-profiles.ts; shorter work sends no heartbeat. */
const HEARTBEAT_MS = 5_000;

/** Sends heartbeats during the work, so that another worker takes over soon after a crash. */
export async function reporting<T>(work: () => Promise<T>): Promise<T> {
  const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
