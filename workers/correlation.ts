/** Runs activities, their logs and their calls under the correlation id of the workflow. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { runWithCorrelation } from '../runtime/correlation.ts';
import { CORRELATION_HEADER } from '../workflows/kernel/correlation.ts';

export const correlateActivities: ActivityInterceptorsFactory = () => {
  let correlationId: string | undefined;
  return {
    inbound: {
      execute(input, next) {
        const payload = input.headers[CORRELATION_HEADER];
        correlationId = payload && defaultPayloadConverter.fromPayload<string>(payload);
        return correlationId === undefined ? next(input) : runWithCorrelation(correlationId, () => next(input));
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) =>
        next(correlationId === undefined ? attributes : { ...attributes, correlationId }),
    },
  };
};
