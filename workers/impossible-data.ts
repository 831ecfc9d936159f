/** Fails an activity permanently if Postgres can never store its data. The order then asks a person instead of retrying forever. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { permanent } from '../activities/lib/activity-failure.ts';
import { dataFaultOf } from '../activities/lib/database.ts';

export const refuseImpossibleData: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        const fault = dataFaultOf(error);
        throw fault === undefined ? error : permanent('data-impossible', `cannot be kept: ${fault}`);
      }
    },
  },
});
