/** The steps of an order that were tried and can be undone, in the order of their first try. */
import type { OrderState } from '../../domain/order/state.ts';
import type { Step } from './step.ts';

export interface Tried {
  // biome-ignore lint/suspicious/noExplicitAny: steps with different inputs stand in one list.
  readonly step: Step<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly input: any;
  /** The step is through; otherwise it is still being tried, by a call or by a person's decision. */
  through: boolean;
}

export class Undoing {
  private readonly tried: Tried[] = [];

  /** Notes a step before it is tried; undefined if nothing undoes it. */
  note<Input>(step: Step<Input>, input: Input): Tried | undefined {
    if (step.undo === undefined) return undefined;
    const known = this.tried.find((one) => one.step === step && same(one.input, input));
    const noted = known ?? { step, input, through: false };
    noted.through = false;
    if (known === undefined) this.tried.push(noted);
    return noted;
  }

  /** What another side has to agree to, last first. */
  toRecall(state: OrderState): Tried[] {
    return this.tried.filter(({ step, input }) => step.recall?.isNeeded({ state, input })).reverse();
  }

  undone(done: readonly Tried[]): void {
    for (const one of done) this.tried.splice(this.tried.indexOf(one), 1);
  }

  /** The last one, which is undone next. */
  take(): Tried | undefined {
    return this.tried.pop();
  }
}

/** Inputs are plain JSON. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
