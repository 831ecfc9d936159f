import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import type { ApiDependencies } from './dependencies.ts';
import { Problem, type ProblemCode, processUnavailable } from './errors.ts';

/** How long a caller waits until a worker has taken the update, be the order busy with a long step. */
const ACCEPTANCE_SECONDS = 25;
/** How long a caller waits for the result of an update that the order has taken. */
const RESULT_SECONDS = 8;
/** Temporal answers this within milliseconds or is down. A person should not wait for the client's retries. */
const PROBE_SECONDS = 3;
/** A workflow task that fails because something else arrived meanwhile succeeds at the next attempt. */
const TRIES = 4;
const TRY_AGAIN_MS = 300;
/** The gRPC code for an update whose workflow task fails. */
const FAILED_PRECONDITION = 9;

/** `undefined`: the order has taken the update for good, but has not come to its result yet. */
export type Updated<Result> = Result | undefined;

/**
 * Sends an update to an order's workflow and waits for its result.
 *
 * @throws Problem with the refusal's code and the workflow's reason, or `process-unavailable` if no workflow
 * or worker answers.
 */
export async function updateOrder<Result, Input>(
  { temporal }: Pick<ApiDependencies, 'temporal'>,
  workflowId: string,
  update: UpdateDefinition<Result, [Input]>,
  input: Input,
  refusal: ProblemCode,
): Promise<Updated<Result>> {
  const workflow = temporal.workflow.getHandle(workflowId);
  const within = <T>(seconds: number, call: () => Promise<T>) =>
    temporal.connection.withDeadline(Date.now() + seconds * 1000, call);
  try {
    await within(PROBE_SECONDS, () => workflow.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notRunning(error);
    throw processUnavailable('Temporal does not answer; nothing was decided.', error);
  }
  // The same in each try, so that an update which was taken all the same is not taken twice.
  const updateId = randomUUID();
  const accepted = await trying(() =>
    within(ACCEPTANCE_SECONDS, () =>
      workflow.startUpdate<Result, [Input]>(update, { args: [input], updateId, waitForStage: 'ACCEPTED' }),
    ),
  ).catch((error: unknown) => {
    throw problemOf(error, refusal);
  });
  try {
    return await trying(() => within(RESULT_SECONDS, () => accepted.result()));
  } catch (error) {
    if (isUnanswered(error)) return undefined;
    throw problemOf(error, refusal);
  }
}

async function trying<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (tried === TRIES || !isTaskFailure(error)) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
}

function problemOf(error: unknown, refusal: ProblemCode): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    const code = cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
    return new Problem(refusal, cause?.message ?? error.message, {
      errors: [{ path: '', message: cause?.message ?? error.message, ...(code === undefined ? {} : { code }) }],
      cause: error,
    });
  }
  if (error instanceof WorkflowNotFoundError) return notRunning(error);
  if (isTaskFailure(error)) {
    return processUnavailable(
      'The workflow of this order cannot go on: a worker fails at it again and again. Nothing was decided; the Temporal UI shows why.',
      error,
    );
  }
  if (!isUnanswered(error)) return error;
  return processUnavailable(
    `No worker took this up within ${ACCEPTANCE_SECONDS} seconds: none runs, or all are busy. It may still be done: look at the order before sending it again.`,
    error,
  );
}

function isTaskFailure(error: unknown): boolean {
  const reason = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(reason) && reason.code === FAILED_PRECONDITION;
}

function isUnanswered(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    error instanceof ServiceError ||
    isGrpcServiceError(error)
  );
}

function notRunning(cause: unknown): Problem {
  return processUnavailable(
    'The workflow of this order does not run at the moment; one that has not been started yet is started by itself.',
    cause,
  );
}
