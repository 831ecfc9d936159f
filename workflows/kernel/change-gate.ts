/** Holds the steps back that a change of the order may be about, and calls releases back for it. */
import type { Refusal } from '../../domain/order/guards.ts';
import type { OrderState } from '../../domain/order/state.ts';
import { type RecallOne, recall } from './recall.ts';
import type { Problem, Step } from './step.ts';
import type { Turns } from './turns.ts';
import type { Tried, Undoing } from './undoing.ts';

/** What the kernel lends to a change. */
export interface Changeable extends RecallOne {
  state(): OrderState;
  readonly undoing: Undoing;
  readonly turns: Turns;
  /** Cancels the chosen calls under way, and returns when it is known what they did. */
  interrupt(which: (call: { step: Step<unknown>; input: unknown }) => boolean): Promise<void>;
}

export class ChangeGate {
  private readonly order: Changeable;
  private open = true;
  private touched: readonly string[] | undefined;

  constructor(order: Changeable) {
    this.order = order;
  }

  /** Whether the step has to wait for the change that is being made. */
  holds<Input>(step: Step<Input>, input: Input): boolean {
    return !this.open && step.waitsForChange?.({ state: this.order.state(), input }, this.touched) === true;
  }

  /** From now on no step begins that the change may be about; calls that it is about whatever it touches have ended. */
  async close(): Promise<void> {
    await this.order.turns.until(() => this.open);
    this.open = false;
    this.touched = undefined;
    await this.order.interrupt((call) => this.waits(call, []));
  }

  /** Only what has to do with these releases goes on waiting; calls about them have ended. */
  async narrow(touched: readonly string[]): Promise<void> {
    this.touched = touched;
    await this.order.interrupt((call) => this.waits(call, touched));
  }

  private waits({ step, input }: { step: Step<unknown>; input: unknown }, touched: readonly string[]): boolean {
    return step.waitsForChange?.({ state: this.order.state(), input }, touched) === true;
  }

  lift(): void {
    this.open = true;
  }

  /** What of the step another side has, or may have. */
  tried<Input>(step: Step<Input>): readonly Tried[] {
    return this.order.undoing.toRecall(this.order.state()).filter((one) => one.step === step);
  }

  /** Asks the other side to give it back. `reject`: a person decides that the change goes without it. */
  callBack(tried: Tried, offers: Problem['resolutions']): Promise<Refusal | undefined> {
    return recall(this.order, tried, offers);
  }

  /** It is not there any more, and nothing takes its place. */
  forget(tried: Tried): void {
    this.order.undoing.undone([tried]);
  }
}
