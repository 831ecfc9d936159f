/**
 * Carries an order’s correlation id from its workflow’s input to every activity and log line. Loaded by the bundler as an interceptor
 * module (workers/create-workers.ts); the other end is workers/correlation.ts.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Header under which an activity finds it. */
export const CORRELATION_HEADER = 'correlation-id';

export function interceptors(): WorkflowInterceptors {
  let correlationId: string | undefined;
  const withHeader = <T extends { headers: Record<string, unknown> }>(input: T): T =>
    correlationId === undefined
      ? input
      : {
          ...input,
          headers: { ...input.headers, [CORRELATION_HEADER]: defaultPayloadConverter.toPayload(correlationId) },
        };
  return {
    inbound: [
      {
        execute(input, next) {
          const [first] = input.args as [{ correlationId?: string }?];
          correlationId = first?.correlationId;
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withHeader(input)),
        scheduleLocalActivity: (input, next) => next(withHeader(input)),
        getLogAttributes: (attributes, next) =>
          next(correlationId === undefined ? attributes : { ...attributes, correlationId }),
      },
    ],
  };
}
