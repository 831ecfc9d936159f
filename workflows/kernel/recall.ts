/** The part of a cancellation that another side may refuse: it comes before anything else is undone. */

import type { OrderEvent } from '../../domain/order/events.ts';
import { type Refusal, whyNotRecalled } from '../../domain/order/guards.ts';
import type { Cancelling, Decision, OrderState, Stop } from '../../domain/order/state.ts';
import { nameOf, type Problem, type Step } from './step.ts';
import type { Tried, Undoing } from './undoing.ts';

/** What asking one other side takes. */
export interface RecallOne {
  state(): OrderState;
  attempt<Input>(step: Step<Input>, input: Input): Promise<Problem | undefined>;
  ask(problem: Problem, name: string): Promise<Decision>;
}

/** What the kernel lends to a cancellation. */
export interface Recalling extends RecallOne {
  readonly undoing: Undoing;
  apply(event: OrderEvent): void;
  asked(cancelling: Cancelling): Promise<void>;
  refused(why: { since: string; reason: string }): Promise<void>;
  /** Cancels the calls under way, and returns when it is known what they did. */
  interrupt(which: () => boolean): Promise<void>;
  insist<Input>(step: Step<Input>, input: Input): Promise<unknown>;
  again<Input>(step: Step<Input>, input: Input): void;
  /** Stops the order, and returns when none of its branches can go on. */
  stopped(): Promise<void>;
}

/** Calls back what can be called back. Only if nobody refuses, the order is stopped; else it is as it was before. */
export async function recallAll(order: Recalling, { by, reason }: Stop): Promise<Refusal | undefined> {
  order.apply({ type: 'cancel-asked', by, reason });
  const { cancelling } = order.state();
  if (cancelling === undefined) throw new Error('the order does not know that it is being cancelled');
  await order.asked(cancelling);
  await order.interrupt(() => true);

  const recalled: Tried[] = [];
  let refusal: Refusal | undefined;
  for (const one of order.undoing.toRecall(order.state())) {
    refusal = goesOn(await recall(order, one));
    if (refusal !== undefined) break;
    recalled.push(one);
  }
  refusal ??= whyNotRecalled(order.state());
  if (refusal === undefined) {
    order.undoing.undone(recalled);
    await order.stopped();
    return undefined;
  }
  // What was called back before the refusal goes out again, as if nobody had asked.
  for (const { step, input } of recalled) if (step.recall) await order.insist(step.recall.ready, input);
  order.apply({ type: 'cancel-refused', reason: refusal.reason });
  await order.refused({ since: cancelling.since, reason: refusal.reason });
  for (const { step, input, through } of recalled) if (through) order.again(step, input);
  return refusal;
}

function goesOn(refusal: Refusal | undefined): Refusal | undefined {
  return refusal && { ...refusal, reason: `${refusal.reason}; the order goes on` };
}

/**
 * Undoes one step. A system that does not answer is asked until it does, unless a person decides by one of `offers` that
 * it counts as refused.
 */
export async function recall(
  order: RecallOne,
  { step, input }: Tried,
  offers?: Problem['resolutions'],
): Promise<Refusal | undefined> {
  const { undo } = step;
  if (undo === undefined) return undefined;
  for (;;) {
    const problem = await order.attempt(undo, input);
    if (problem === undefined) return undefined;
    const name = nameOf(undo, order.state(), input);
    if (problem.type !== 'system-unavailable') {
      return { code: 'not-recalled', reason: `${name}: ${problem.summary}` };
    }
    const { resolution, by } = await order.ask({ ...problem, ...(offers && { resolutions: offers }) }, name);
    if (resolution === 'reject-change') {
      return { code: 'not-recalled', reason: `${name}: ${by} decided not to wait for it (${problem.summary})` };
    }
  }
}
