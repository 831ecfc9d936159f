/** Starting and signalling order workflows from outside. Business identity makes every call safe to repeat. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { OrderToCashInput } from '../../workflows/messages.ts';
import { channelKey, orderStatusKey, poNumberKey, tradingPartnerKey } from '../../workflows/search-attributes.ts';

export const ORDERS_QUEUE = 'orders';

/** A caller that has already stored what it accepted does not wait long for Temporal: the sweep hands it on later. */
const PATIENCE_MS = 3_000;

export function soon<T>(temporal: Client, call: () => Promise<T>): Promise<T> {
  return temporal.connection.withDeadline(Date.now() + PATIENCE_MS, call);
}

/** Fairness between partners: no partner’s bulk delays another’s order (server settings permitting). */
export function priorityOf(profile: PartnerProfile) {
  return { priorityKey: profile.priority, fairnessKey: profile.id, fairnessWeight: profile.fairnessWeight };
}

export interface StartableOrder {
  id: string;
  workflowId: string;
  partnerId: string;
  poNumber: string;
  channel: string;
  correlationId: string;
}

/** Starts the order’s workflow unless it runs or has run. */
export async function startOrder(temporal: Client, order: StartableOrder, profile: PartnerProfile): Promise<void> {
  const input: OrderToCashInput = {
    orderId: order.id,
    partnerId: order.partnerId,
    poNumber: order.poNumber,
    correlationId: order.correlationId,
  };
  await startOnce(() =>
    temporal.workflow.start('orderToCash', {
      taskQueue: ORDERS_QUEUE,
      workflowId: order.workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
      priority: priorityOf(profile),
      staticSummary: `${profile.name}: order ${order.poNumber}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: orderStatusKey, value: 'received' },
        { key: tradingPartnerKey, value: order.partnerId },
        { key: channelKey, value: order.channel },
        { key: poNumberKey, value: order.poNumber },
      ]),
    }),
  );
}

export async function startOnce(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Signals a workflow; false when it has ended, so that nothing waits for the message any more. */
export async function signalIfRunning(signal: () => Promise<void>): Promise<boolean> {
  try {
    await signal();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
