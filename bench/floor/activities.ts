import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

export function createFloorActivities(temporal: Client) {
  return {
    async nothing(): Promise<void> {},
    /** Signals the calling workflow, as a warehouse or a payer would. */
    async signal(name: 'shipped' | 'paid'): Promise<void> {
      const { workflowExecution } = activityInfo();
      await temporal.workflow.getHandle(workflowExecution?.workflowId ?? '').signal(name);
    },
  };
}
