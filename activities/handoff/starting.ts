/** Starting and signalling order workflows from outside. Business identity makes every call safe to repeat. */
import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { OrderToCashInput } from '../../domain/order/messages.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { channelKey, orderStatusKey, poNumberKey, tradingPartnerKey } from '../../runtime/search-attributes.ts';

export const ORDERS_QUEUE = 'orders';

/** A caller that has already stored what it accepted does not wait long for Temporal: the sweep hands it on later. */
const PATIENCE_MS = 3_000;
/** After a call that Temporal did not answer, callers do not wait at all for this long. */
const REST_MS = 5_000;

const restingUntil = new WeakMap<Client, number>();

/** Temporal does not answer. What was to be told is stored, and the sweep tells it later. */
export class TemporalAway extends Error {
  override readonly name = 'TemporalAway';
  readonly code = 'temporal-away';
}

/**
 * Calls Temporal with little patience, and with none right after a call that it did not answer, so that intake stays quick while it
 * is away.
 */
export async function soon<T>(temporal: Client, call: () => Promise<T>): Promise<T> {
  if ((restingUntil.get(temporal) ?? 0) > Date.now()) throw new TemporalAway('Temporal did not answer a moment ago');
  try {
    return await temporal.connection.withDeadline(Date.now() + PATIENCE_MS, call);
  } catch (error) {
    if (isUnanswered(error)) restingUntil.set(temporal, Date.now() + REST_MS);
    throw error;
  }
}

/** gRPC: the deadline passed, or nobody listens. Clients wrap the service’s error as the cause of their own. */
function isUnanswered(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code === GRPC_DEADLINE_EXCEEDED || cause.code === GRPC_UNAVAILABLE;
  }
  return false;
}

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;

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

export async function startInterchange(
  temporal: Client,
  row: { id: string; workflowId: string | null; controlNumber: string; correlationId: string },
  partner: PartnerProfile,
): Promise<void> {
  if (row.workflowId === null) return;
  const { workflowId } = row;
  await startOnce(() =>
    temporal.workflow.start('interchange', {
      taskQueue: ORDERS_QUEUE,
      workflowId,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ interchangeId: row.id, partnerId: partner.id, correlationId: row.correlationId }],
      priority: priorityOf(partner),
      staticSummary: `${partner.name}: interchange ${row.controlNumber}`,
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
