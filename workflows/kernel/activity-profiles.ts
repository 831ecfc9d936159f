/**
 * The one place where timeouts and retries are tuned. Retries are bounded by a deadline, never by a count: a system that is down for an
 * hour is an hour late, not an error.
 */
import {
  ActivityCancellationType,
  type ActivityOptions,
  type LocalActivityOptions,
  type RetryPolicy,
} from '@temporalio/workflow';

/** A number too large to be held exactly, a stored value that breaks its schema: asking again gives the same answer. */
const DATA_FAULTS = ['RangeError', 'ZodError'];

/** Gentle enough for a system that is down, quick enough that one lost packet costs a second. */
const retry: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
  nonRetryableErrorTypes: DATA_FAULTS,
};

/**
 * Our own records. A local activity costs one history event instead of three and no extra workflow task; it may run twice, so each is
 * idempotent. Postgres answers in milliseconds: ten seconds mean that it is away, and waiting longer than that moves to a timer of the
 * server so that the workflow task is not held.
 */
export const records: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  localRetryThreshold: '5 seconds',
  retry: {
    initialInterval: '200 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: DATA_FAULTS,
  },
};

/**
 * Long activities report every five seconds (activities/lib/reporting.ts). If their worker dies,
 * another one takes over after this.
 */
const heartbeatTimeout = '20 seconds';

/**
 * One call to an ERP or WMS. An attempt may take a minute (ERPs that take twenty seconds to confirm an order are ordinary); the whole may
 * take until the step’s deadline, then a person decides.
 */
export function systemCall(taskQueue: string, summary: string, withinMs: number): ActivityOptions {
  return {
    taskQueue,
    summary,
    startToCloseTimeout: '1 minute',
    heartbeatTimeout,
    scheduleToCloseTimeout: withinMs,
    // A call that is on its way is waited for, so that what it did is known before it is undone.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  };
}

/** Sending one interchange: the file may be large, the deadline is the document’s. */
export function transmission(summary: string, withinMs: number): ActivityOptions {
  return {
    taskQueue: 'edi',
    summary,
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout,
    scheduleToCloseTimeout: withinMs,
    retry: { ...retry, maximumInterval: '5 minutes' },
  };
}

/** Reading a whole inbound file: it reports progress, and a worker that died is noticed within the heartbeat timeout. */
export const fileReading: ActivityOptions = {
  taskQueue: 'edi',
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '30 seconds',
  retry,
};

/** Scheduled reading of another system’s data; the next run comes soon enough, so a run does not outlive its interval. */
export function scheduledRead(taskQueue: string, summary: string): ActivityOptions {
  return {
    taskQueue,
    summary,
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout,
    scheduleToCloseTimeout: '10 minutes',
    retry,
  };
}
