/**
 * A step of the order process, declared once: its name, the exception that it opens on failure, its
 * call, what undoes it and the event that it yields. The kernel (order-run.ts) does everything else.
 */
import type { ActivityOptions } from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import type { ReturnRecords } from '../../activities/returns/activities.ts';
import type { ExceptionType, Resolution } from '../../domain/exceptions.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import type { CameIn } from '../../domain/order/messages.ts';
import type { Decision, OrderState, Progress } from '../../domain/order/state.ts';

/** The order's own records, and what it tells returns. */
export type Records = OrderRecords & Pick<ReturnRecords, 'reportLost'>;

/** The order and the input of a step. */
export interface Declared<Input = void> {
  readonly state: OrderState;
  readonly input: Input;
}

/** The moment at which a step is tried. */
export interface Moment<Input = void> extends Declared<Input> {
  /** The order's progress once this step has succeeded, as far as that can be foreseen. */
  readonly progress: Progress;
}

/** A result that a person must decide about although the call succeeded. */
export interface Problem {
  readonly type: ExceptionType;
  readonly summary: string;
  /** Of the buyer's lines that it is about. */
  readonly lineIds?: readonly string[];
  /** For one ordered unit of each of these lines, in major units. */
  readonly ourPrices?: Readonly<Record<string, string>>;
  /** Of the system that did not answer until the step's deadline. */
  readonly taskQueue?: string;
  /** What a person may decide, where it is not what its type allows. */
  readonly resolutions?: readonly Resolution[];
  /** The release that it is about. */
  readonly fulfillmentId?: string;
  /** What came in and is the problem. */
  readonly about?: CameIn;
  /** Units of a shipment that are beyond its release. */
  readonly surplus?: string;
}

/** The meaning of a successful call: a fact (`stopped` ends the process), nothing, or a question to a person. */
export type Outcome = OrderEvent | undefined | { readonly ask: Problem };

export interface Recall<Input> {
  /** Whether there is anything left to call back. */
  readonly isNeeded: (at: Declared<Input>) => boolean;
  /** What the step needs before it is done again, because the order goes on after all. */
  readonly ready: Step<Input>;
}

interface StepDeclaration<Input, Result> {
  /** In business words; people read it in exceptions and in the Temporal UI. */
  readonly name: string | ((at: Declared<Input>) => string);
  /** The exception that opens when the call has failed for good. `failureType` is the type of a typed failure. */
  readonly onFailure: ExceptionType | ((failureType: string | undefined) => ExceptionType);
  /** Undoes the step when the order stops; registered before the first try, harmless when nothing was done. */
  readonly undo?: Step<Input>;
  /** The other side may refuse the undoing: it is asked before the order is stopped, and before anything else is undone. */
  readonly recall?: Recall<Input>;
  /** The event of success, where it is known before the call. */
  readonly foresee?: (input: Input, state: OrderState) => OrderEvent;
  /** The event that the result yields; without it, the foreseen event. */
  readonly outcome?: (result: Result, input: Input) => Outcome;
  /** The call records the progress that follows from its event, in the transaction of its facts. */
  readonly recordsProgress?: true;
  /** The change that a decision makes before the next attempt. */
  readonly decided?: (decision: Decision, problem: Problem, input: Input) => OrderEvent | undefined;
  /**
   * A person may go on without it, and do it by hand: accepts its failure (`true`), or skips it for a reason, which this
   * step puts on record.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the input of the step, and who decided why.
  readonly byHand?: true | Step<any>;
  /** False when there is nothing left to do for it: a change of the order has taken it away. */
  readonly isNeeded?: (at: Declared<Input>) => boolean;
  /** A change of the order may be about what the step does. `touched` are the releases that it is about, once that is known. */
  readonly waitsForChange?: (at: Declared<Input>, touched: readonly string[] | undefined) => boolean;
  /** Its question goes away, and the step is tried again, when this becomes another value. */
  readonly asksAnewWith?: (at: Declared<Input>) => string | number;
  /** The step acts on input from outside that may be wrong for good: what setting it aside changes. */
  readonly setAside?: (input: Input) => OrderEvent | undefined;
  /** The release that it acts on. */
  readonly aboutRelease?: (input: Input) => string;
  /** The input from outside that it acts on. */
  readonly about?: (input: Input) => CameIn;
}

/** Keeps our own records: a local activity. The kernel runs these one at a time. */
export interface RecordStep<Input, Result> extends StepDeclaration<Input, Result> {
  readonly kind: 'record';
  readonly run: (records: Records, at: Moment<Input>) => Promise<Result>;
}

/** Calls another system: an activity on that system's task queue. */
export interface CallStep<Input, Result> extends StepDeclaration<Input, Result> {
  readonly kind: 'call';
  readonly options: (at: Declared<Input>) => ActivityOptions;
  // biome-ignore lint/suspicious/noExplicitAny: each step names its own activities; the kernel only passes them on.
  readonly run: (activities: any, at: Moment<Input>) => Promise<Result>;
}

// biome-ignore lint/suspicious/noExplicitAny: callers of a step see its result type through `perform`.
export type Step<Input, Result = any> = RecordStep<Input, Result> | CallStep<Input, Result>;

export function defineRecord<Input, Result>(step: Omit<RecordStep<Input, Result>, 'kind'>): RecordStep<Input, Result> {
  return { kind: 'record', ...step };
}

export function defineCall<Activities, Input, Result>(
  step: Omit<CallStep<Input, Result>, 'kind' | 'run'> & {
    readonly run: (activities: Activities, at: Moment<Input>) => Promise<Result>;
  },
): CallStep<Input, Result> {
  return { kind: 'call', ...step };
}

/** The name of a step in business words. */
export function nameOf<Input>(step: Step<Input>, state: OrderState, input: Input): string {
  return typeof step.name === 'string' ? step.name : step.name({ state, input });
}
