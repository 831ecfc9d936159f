import { ApplicationFailure, log } from '@temporalio/activity';
import { SystemBusy, SystemRefusal } from './refusal.ts';
import { reporting } from './reporting.ts';

/** The type of the failure when a busy system names a time; its detail is the system. */
export const SYSTEM_BUSY = 'system-busy';

/** A failure that no retry can fix: the activity fails permanently, and the order opens an exception with the same code. */
export function permanent(code: string, message: string, detail?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: true,
    ...(detail === undefined ? {} : { details: [detail] }),
  });
}

/**
 * Runs a call to an outside system with heartbeats, and translates its failures for Temporal. A refusal fails
 * the activity permanently, a busy system sets the retry delay, and everything else follows the activity's
 * retry policy.
 */
export async function callSystem<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await reporting(call);
  } catch (error) {
    if (error instanceof SystemRefusal) {
      const fields = error.details.map(({ path, message }) => `${path}: ${message}`).join('; ');
      throw permanent(error.code, `${error.system} refused: ${error.message}${fields === '' ? '' : ` (${fields})`}`);
    }
    if (error instanceof SystemBusy) {
      log.info('system asks to come back later', { system: error.system, retryAfterMs: error.retryAfterMs });
      throw ApplicationFailure.create({
        message: error.message,
        type: SYSTEM_BUSY,
        nextRetryDelay: error.retryAfterMs,
        details: [error.system],
      });
    }
    throw error;
  }
}
