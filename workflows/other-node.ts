/**
 * A person sends what a release has not shipped from another node. A warehouse that has the release stops it first. If
 * anything of that is not possible, the decision is refused: the question stays open, and the release stays where it is.
 */
import { isCancellation } from '@temporalio/workflow';
import type { MovedRelease } from '../activities/orders/move-release.ts';
import { type Refusal, whyNotResolve } from '../domain/order/guards.ts';
import type { ResolveExceptionInput } from '../domain/order/messages.ts';
import { fulfillmentOf } from '../domain/order/state.ts';
import { releaseInTime } from './cancel-after.ts';
import { refuse } from './kernel/failures.ts';
import type { OrderRun } from './kernel/order-run.ts';
import type { Problem } from './kernel/step.ts';
import type { Tried } from './kernel/undoing.ts';
import { checkOtherNode, moveRelease, type OtherNode, tellNotMoved } from './steps/move-release.ts';
import { releaseToWarehouse, renumberRelease } from './steps/release-to-warehouse.ts';

const OR_NOT = ['retry', 'reject-change'] as const;

export async function sendFromOtherNode(order: OrderRun, input: ResolveExceptionInput): Promise<void> {
  await order.taken();
  try {
    refuse(await order.branch(() => decide(order, input)));
    await order.wait(() => !order.state.exceptions.some(({ id }) => id === input.exceptionId));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    refuse({ code: 'being-cancelled', reason: 'the order was cancelled meanwhile' });
  }
}

async function decide(order: OrderRun, input: ResolveExceptionInput): Promise<Refusal | undefined> {
  await order.changing.close();
  try {
    await order.decidedOrNot();
    return whyNotNow(order, input) ?? (await move(order, input));
  } finally {
    order.changing.lift();
  }
}

function whyNotNow(order: OrderRun, input: ResolveExceptionInput): Refusal | undefined {
  return whyNotResolve(order.state, input, order.after(0));
}

async function move(order: OrderRun, input: ResolveExceptionInput): Promise<Refusal | undefined> {
  const { exceptionId, ...decision } = input;
  const asked = order.state.exceptions.find(({ id }) => id === exceptionId);
  const fulfillmentId = asked?.fulfillmentId;
  const { node } = input;
  if (asked === undefined || fulfillmentId === undefined || node === undefined) {
    return { code: 'illegal-resolution', reason: 'the question is about no release' };
  }
  const moving: OtherNode = { exceptionId, fulfillmentId, node, decision };
  await order.changing.narrow([fulfillmentId]);
  const impossible = refusalOf(await order.tryOnce(checkOtherNode, moving));
  if (impossible !== undefined) return impossible;

  const recalled = await callBack(order, moving);
  if (recalled !== undefined && 'code' in recalled) return recalled;
  // Events that came meanwhile may say that its goods have left.
  const refusal = whyNotNow(order, input) ?? refusalOf(await order.tryOnce(moveRelease, moving));
  if (recalled === undefined) return refusal;
  if (refusal === undefined) {
    order.changing.forget(recalled);
    return undefined;
  }
  await order.perform(renumberRelease, { fulfillmentId });
  if (recalled.through) void order.branch(() => releaseInTime(order, fulfillmentId));
  return refusal;
}

/** What was called back; undefined if no warehouse has it. */
async function callBack(order: OrderRun, moving: OtherNode): Promise<Tried | Refusal | undefined> {
  const { fulfillmentId, exceptionId } = moving;
  const isRefused = order.state.exceptions.some(
    ({ id, type }) => id === exceptionId && type === 'warehouse-refused-release',
  );
  const tried = order.changing
    .tried(releaseToWarehouse)
    .find(({ input }) => (input as { fulfillmentId: string }).fulfillmentId === fulfillmentId);
  if (tried === undefined || isRefused) return undefined;
  const refusal = await order.changing.callBack(tried, OR_NOT);
  if (refusal === undefined) return tried;
  const { node } = fulfillmentOf(order.state, fulfillmentId);
  const reason = `${node} does not stop its release: ${refusal.reason}`;
  await order.perform(tellNotMoved, { ...moving, reason });
  return { code: 'not-recalled', reason };
}

function refusalOf({ result, problem }: { result?: MovedRelease; problem?: Problem }): Refusal | undefined {
  if (problem !== undefined) return { code: 'not-moved', reason: problem.summary };
  return result?.type === 'refused' ? { code: result.code, reason: result.reason } : undefined;
}
