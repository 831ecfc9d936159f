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

/** How long a caller waits for a workflow to accept and complete an update. */
const UPDATE_SECONDS = 15;
/** Temporal answers this within milliseconds or is down. A person should not wait for the client's retries. */
const PROBE_SECONDS = 3;
/** The gRPC code for an update whose workflow task fails. */
const FAILED_PRECONDITION = 9;

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
): Promise<Result> {
  const workflow = temporal.workflow.getHandle(workflowId);
  const within = <T>(seconds: number, call: () => Promise<T>) =>
    temporal.connection.withDeadline(Date.now() + seconds * 1000, call);
  try {
    await within(PROBE_SECONDS, () => workflow.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw notRunning(error);
    throw processUnavailable('Temporal does not answer; nothing was decided.', error);
  }
  try {
    return await within(UPDATE_SECONDS, () => workflow.executeUpdate<Result, [Input]>(update, { args: [input] }));
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      const { cause } = error;
      const code = cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
      throw new Problem(refusal, cause?.message ?? error.message, {
        errors: [{ path: '', message: cause?.message ?? error.message, ...(code === undefined ? {} : { code }) }],
        cause: error,
      });
    }
    if (error instanceof WorkflowNotFoundError) throw notRunning(error);
    const reason = error instanceof ServiceError ? error.cause : error;
    if (isGrpcServiceError(reason) && reason.code === FAILED_PRECONDITION) {
      throw processUnavailable(
        'The workflow of this order cannot go on: a worker fails at it again and again. Nothing was decided; the Temporal UI shows why.',
        error,
      );
    }
    if (
      error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
      error instanceof ServiceError ||
      isGrpcServiceError(error)
    ) {
      throw processUnavailable(
        'The order process did not answer in time. It may still do what was asked: look at the order before sending it again.',
        error,
      );
    }
    throw error;
  }
}

function notRunning(cause: unknown): Problem {
  return processUnavailable(
    'The workflow of this order does not run at the moment; one that has not been started yet is started by itself.',
    cause,
  );
}
