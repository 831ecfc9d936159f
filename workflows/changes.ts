/**
 * Changes of an order, one after another, at any point of its life: plan, call back what a warehouse has of it, ask the
 * ERP, record and answer. What was called back and is not taken away goes out again. A change that leaves nothing of the
 * order is its cancellation.
 */
import { isCancellation } from '@temporalio/workflow';
import type { ChangeOutcome } from '../domain/order/changes/outcome.ts';
import type { ChangeOrderInput } from '../domain/order/messages.ts';
import { fulfillmentOf, isComplete } from '../domain/order/state.ts';
import { releaseInTime } from './cancel-after.ts';
import type { OrderRun } from './kernel/order-run.ts';
import type { Tried } from './kernel/undoing.ts';
import { changeInErp, planChange, recordChange, restoreInErp } from './steps/change-order.ts';
import { releaseToWarehouse, renumberRelease } from './steps/release-to-warehouse.ts';

/** The change is the end of the order, which is asked for outside of its branches: they are cancelled with it. */
interface WholeOrder {
  readonly whole: string;
}

/** It comes before the other, though it was told later. */
interface EarlierChange {
  readonly earlier: ChangeOrderInput;
}

type Made = ChangeOutcome | WholeOrder | EarlierChange;

/** How the ERP, or a person in its place, decided. */
type InErp = { readonly byHand?: string } | { readonly refused: string; readonly restore?: true };

const OR_WITHOUT = ['retry', 'reject-change'] as const;
const OR_BY_HAND = ['retry', 'accept', 'reject-change'] as const;

export class Changes {
  private readonly order: OrderRun;
  private readonly answers = new Map<string, Promise<ChangeOutcome>>();
  private readonly outcomes = new Map<string, ChangeOutcome>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(order: OrderRun) {
    this.order = order;
  }

  /** The same id is the same change, however often it is told. */
  async take(input: ChangeOrderInput): Promise<ChangeOutcome> {
    const { changeId, by } = input;
    // One that was made as the earlier one of another has its outcome and no answer yet.
    const known = this.answers.get(changeId) ?? this.outcomes.get(changeId);
    if (known !== undefined) return known;
    this.order.apply({ type: 'change-asked', changeId, by });
    const answer = this.last.then(() => this.answer(input));
    this.answers.set(changeId, answer);
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async answer(input: ChangeOrderInput): Promise<ChangeOutcome> {
    const { order } = this;
    try {
      for (;;) {
        const done = this.outcomes.get(input.changeId);
        if (done !== undefined) return done;
        const made = await order.branch(() => this.make(input));
        if ('earlier' in made) await this.answer(made.earlier);
        else this.outcomes.set(input.changeId, 'whole' in made ? await this.cancel(input, made.whole) : made);
      }
    } catch (error) {
      // Whatever the order ends by answers the changes that are left.
      if (!isCancellation(error) || order.state.stop === undefined) throw error;
      return refusedAsAWhole(`the order was cancelled: ${order.state.stop.reason}`);
    }
  }

  private async make(input: ChangeOrderInput): Promise<Made> {
    const { order } = this;
    await order.decidedOrNot();
    const making = new Making(order, input);
    await order.changing.close();
    let made: Made;
    try {
      await order.noteChange(input.changeId);
      made = await making.run();
      await making.readyAgain();
    } finally {
      order.changing.lift();
    }
    making.releaseAgain();
    return made;
  }

  private async cancel({ changeId, by }: ChangeOrderInput, reason: string): Promise<ChangeOutcome> {
    const { order } = this;
    const refusal = await order.callingOff.whyNotCancelled({ reason, by, changeId });
    if (refusal === undefined) return { result: 'accepted', parts: [{ part: 'cancel', result: 'accepted' }] };
    const answer = await order.branch(() => order.perform(recordChange, { changeId, by, refused: refusal.reason }));
    return answer?.type === 'recorded' ? answer.recorded.outcome : refusedAsAWhole(refusal.reason);
  }
}

function refusedAsAWhole(reason: string): ChangeOutcome {
  return { result: 'rejected', parts: [{ part: 'other', result: 'rejected', reason }] };
}

/** One change that is being made. */
class Making {
  private readonly order: OrderRun;
  private readonly input: ChangeOrderInput;
  private recalled: Tried[] = [];
  private readonly fixed: { id: string; why: string }[] = [];
  private attempt = 0;

  constructor(order: OrderRun, input: ChangeOrderInput) {
    this.order = order;
    this.input = input;
  }

  async run(): Promise<Made> {
    const { order } = this;
    const { changeId, by } = this.input;
    for (;;) {
      const planned = await order.perform(planChange, { changeId, ...this.standing() });
      if (planned === undefined) throw new Error(`change ${changeId} was set aside`);
      if (planned.type === 'whole') return { whole: planned.reason };
      if (planned.type === 'later') return { earlier: planned.earlier };
      await order.changing.narrow(planned.touched);
      if (!(await this.callBack(planned.recall))) continue;
      const inErp: InErp = planned.settled ? {} : await this.askErp();
      const recorded = await order.perform(recordChange, {
        ...{ changeId, by },
        ...('refused' in inErp ? { refused: inErp.refused } : inErp),
      });
      // A cancellation that came between and was refused may have sent out again what was called back.
      if (recorded?.type !== 'recorded') {
        this.recalled = this.recalled.filter((one) => !this.isOut(one));
        continue;
      }
      if ('refused' in inErp && inErp.restore) {
        const stating = { changeId, attempt: this.attempt };
        void order.branch(() => order.perform(restoreInErp, stating));
      }
      return recorded.recorded.outcome;
    }
  }

  private standing() {
    const { order } = this;
    const recalled = this.recalled.map(idOf);
    const tried = order.changing.tried(releaseToWarehouse).map(idOf);
    const leaving = order.state.fulfillments.filter(({ notices }) => notices.some(({ type }) => type === 'shipped'));
    const fixed = [...this.fixed, ...leaving.map(({ id }) => ({ id, why: 'goods are leaving it just now' }))];
    return { atWarehouse: tried.filter((id) => !recalled.includes(id)), recalled, fixed };
  }

  private isOut(tried: Tried): boolean {
    return fulfillmentOf(this.order.state, idOf(tried)).release === 'accepted';
  }

  /** False when a warehouse does not give its release back: the change has to be planned without that. */
  private async callBack(recall: readonly string[]): Promise<boolean> {
    const { order } = this;
    for (const id of recall) {
      const tried = order.changing.tried(releaseToWarehouse).find((one) => idOf(one) === id);
      if (tried === undefined) continue;
      await this.waitsFor(`${fulfillmentOf(order.state, id).node} to stop its release`);
      const refusal = await order.changing.callBack(tried, OR_WITHOUT);
      if (refusal !== undefined) {
        this.fixed.push({ id, why: refusal.reason });
        return false;
      }
      this.recalled.push(tried);
    }
    return true;
  }

  private async askErp(): Promise<InErp> {
    const { order } = this;
    if (order.state.terms === undefined) return {};
    for (;;) {
      this.attempt += 1;
      const { changeId } = this.input;
      await this.waitsFor('the ERP to take the change');
      const { result, problem } = await order.tryOnce(changeInErp, { changeId, attempt: this.attempt });
      if (result?.type === 'refused') return { refused: result.reason };
      // An order that the ERP had not accepted before waits for its credit anyway.
      const held = result?.type === 'credit-hold' && order.state.accepted ? result.reason : undefined;
      if (problem === undefined && held === undefined) return {};
      const asked = problem
        ? { ...problem, resolutions: OR_BY_HAND }
        : { type: 'credit-hold' as const, summary: held ?? '', resolutions: OR_WITHOUT };
      const { resolution, by, note } = await order.ask(asked, 'change the order in the ERP');
      if (resolution === 'accept') return { byHand: by };
      if (resolution !== 'reject-change') continue;
      return { refused: note ?? `${by} refused the change: ${asked.summary}`, restore: true };
    }
  }

  private async waitsFor(waitsFor: string): Promise<void> {
    const { changeId } = this.input;
    this.order.apply({ type: 'change-waits', changeId, waitsFor });
    await this.order.noteChange(changeId);
  }

  /** What is left of it goes out under another number, because the warehouse has stopped the old one. */
  async readyAgain(): Promise<void> {
    const { order } = this;
    const left = this.recalled.filter((tried) => !isComplete(fulfillmentOf(order.state, idOf(tried))));
    for (const tried of this.recalled) if (!left.includes(tried)) order.changing.forget(tried);
    this.recalled = left.filter((one) => !this.isOut(one));
    for (const tried of this.recalled) await order.perform(renumberRelease, { fulfillmentId: idOf(tried) });
  }

  /** One whose own step still goes on needs nothing more. */
  releaseAgain(): void {
    const { order } = this;
    for (const tried of this.recalled) {
      if (tried.through) void order.branch(() => releaseInTime(order, idOf(tried)));
    }
  }
}

function idOf({ input }: Tried): string {
  return (input as { fulfillmentId: string }).fulfillmentId;
}
