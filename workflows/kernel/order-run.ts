/**
 * The kernel under the order process. It tries a declared step, asks a person when the step has failed
 * for good, undoes what was done when the order stops, reduces events into the state, keeps lists and
 * the Temporal UI current, and serializes record keeping. The process itself is in ../order.ts.
 */
import {
  allHandlersFinished,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderEvent } from '../../domain/order/events.ts';
import { isResumable } from '../../domain/order/guards.ts';
import type { OrderToCashInput } from '../../domain/order/messages.ts';
import { progressOf, statusOf } from '../../domain/order/projection.ts';
import { reduce } from '../../domain/order/reduce.ts';
import { type Decision, newOrder, type OrderState, type Progress } from '../../domain/order/state.ts';
import type { OrderStatus } from '../../domain/order/status.ts';
import { records as recordsProfile } from './activity-profiles.ts';
import { CallingOff, type Stoppable } from './calling-off.ts';
import { type Changeable, ChangeGate } from './change-gate.ts';
import { DeadlineClock } from './deadline-clock.ts';
import { gaveUp, reasonOf, typeOf } from './failures.ts';
import { Publication } from './publication.ts';
import { type Asking, Questions } from './questions.ts';
import {
  type CallStep,
  type Moment,
  nameOf,
  type Outcome,
  type Problem,
  type RecordStep,
  type Records,
  type Step,
} from './step.ts';
import { Turns } from './turns.ts';
import { Undoing } from './undoing.ts';

const LEFT_UNDONE = '; accept ends the order without that, and what was done is then settled by hand';

/** Ends the process on purpose: somebody cancelled the order, or resolved an exception by cancelling it. */
class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

/** A step's moment, with the event of success where the step foresees it. */
interface Foreseen<Input> extends Moment<Input> {
  readonly foreseen: OrderEvent | undefined;
}

/** The records have all of an order's story. */
const STORY_KEPT = 200;

type OrderWorkflow = (input: OrderToCashInput, continued?: OrderState) => Promise<unknown>;

export class OrderRun {
  private readonly input: OrderToCashInput;
  private current: OrderState;
  /** The progress that the records hold; undefined when two writes overlapped, so that either may have been last. */
  private recorded: Progress | undefined;
  /** Steps under way that record progress. */
  private recording = 0;
  private overlapped = false;
  /** Steps and writes that are under way. */
  private busy = 0;
  /** Branches that have not ended. */
  private running = 0;
  private readonly branches: Promise<unknown>[] = [];
  private readonly undoing = new Undoing();
  /** Calls to other systems that are under way, each with its step. */
  private readonly calls = new Map<CancellationScope, { step: Step<unknown>; input: unknown }>();
  private readonly records = proxyLocalActivities<Records>(recordsProfile);
  private readonly turns = new Turns();
  private readonly clock = new DeadlineClock(this.turns);
  private readonly publication: Publication;
  private readonly scope = new CancellationScope();
  /** A cancellation of the order as a whole: no step begins before it is decided. */
  readonly callingOff: CallingOff;
  readonly questions: Questions;
  /** A change that is being made: no step begins that it may be about. */
  readonly changing: ChangeGate;

  /** @param continued the state that an earlier run of the same order left */
  constructor(input: OrderToCashInput, continued?: OrderState) {
    this.input = input;
    this.current = continued ?? newOrder(input);
    this.recorded = progressOf(this.current);
    this.publication = new Publication(this.current);
    const { turns, clock, records, scope, undoing } = this;
    const lent: Stoppable & Asking & Changeable = {
      ...{ turns, clock, records, scope, undoing },
      state: () => this.current,
      apply: (event) => this.apply(event),
      after: (ms) => this.after(ms),
      note: (write) => this.note(write),
      taken: () => this.taken(),
      interrupt: (which) => this.interrupt(which),
      attempt: async (step, declared) => (await this.occupied(() => this.attempt(step, declared))).problem,
      ask: (problem, name) => this.ask(problem, name),
      insist: (step, declared) => this.insist(step, declared),
      again: (step, declared) => void this.branch(() => this.performWith(step, declared)),
      callOff: (stop, proceed) => this.callingOff.callOff(stop, proceed),
      stop: (stop) => this.callingOff.stop(stop),
    };
    this.callingOff = new CallingOff(lent);
    this.questions = new Questions(lent);
    this.changing = new ChangeGate(lent);
  }

  get state(): OrderState {
    return this.current;
  }

  get status(): OrderStatus {
    return statusOf(this.current);
  }

  /** Something arrived from outside: it becomes a fact in its turn. False when it changed nothing. */
  async receive(event: OrderEvent): Promise<boolean> {
    await this.turns.next();
    const before = this.current;
    this.apply(event);
    return this.current !== before;
  }

  /** Waits for the turn of something that came from outside. */
  turn(): Promise<void> {
    return this.turns.next();
  }

  apply(event: OrderEvent): void {
    this.current = reduce(this.current, event, this.after(0));
    this.publication.follow(this.current);
  }

  // ── Steps ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Tries a step until it succeeds or a person decides otherwise. The call retries until its deadline;
   * after that an exception waits, whose `retry` tries again and whose `cancel` stops the order.
   *
   * @returns the result; undefined when a person set aside what the step acts on.
   */
  perform<Input, Result>(
    step: Step<Input, Result>,
    ...[input]: Input extends void ? [] : [Input]
  ): Promise<Result | undefined> {
    return this.performWith(step, input as Input);
  }

  private async performWith<Input, Result>(step: Step<Input, Result>, input: Input): Promise<Result | undefined> {
    if (!this.mayBegin(step, input)) await this.untilItMayBegin(step, input);
    const tried = this.undoing.note(step, input);
    const result = await this.insist(step, input, () => this.untilItMayBegin(step, input));
    if (tried !== undefined) tried.through = true;
    return result;
  }

  /** @param awaits what every further attempt waits for */
  private async insist<Input, Result>(
    step: Step<Input, Result>,
    input: Input,
    awaits?: () => Promise<void>,
  ): Promise<Result | undefined> {
    const isNeeded = () => step.isNeeded?.({ state: this.current, input }) ?? true;
    const asksWith = () => step.asksAnewWith?.({ state: this.current, input });
    for (;;) {
      if (!isNeeded()) return undefined;
      const { result, problem, interrupted } = await this.occupied(() => this.attempt(step, input));
      if (interrupted) {
        await awaits?.();
        continue;
      }
      if (problem === undefined) return result;
      const cameIn = step.about && { about: step.about(input) };
      const release = step.aboutRelease && { fulfillmentId: step.aboutRelease(input) };
      const asked = asksWith();
      const goneAway = () => !isNeeded() || asksWith() !== asked;
      const decision = await this.decide(
        { ...problem, ...cameIn, ...release },
        nameOf(step, this.current, input),
        goneAway,
      );
      const { byHand } = step;
      if (typeof byHand === 'object' && decision.resolution === 'skip') {
        await this.performWith(byHand, { ...input, by: decision.by, reason: decision.note ?? '' });
        return undefined;
      }
      const mayAccept = byHand === true || problem.type === 'compensation-failed';
      if (mayAccept && decision.resolution === 'accept') return undefined;
      if (decision.resolution === 'set-aside') {
        this.applyIfAny(step.setAside?.(input));
        return undefined;
      }
      this.applyIfAny(step.decided?.(decision, problem, input));
      if (!this.mayBegin(step, input)) await awaits?.();
    }
  }

  private mayBegin<Input>(step: Step<Input>, input: Input): boolean {
    return !this.callingOff.isUndecided && !this.changing.holds(step, input);
  }

  private untilItMayBegin<Input>(step: Step<Input>, input: Input): Promise<void> {
    return this.turns.until(() => this.mayBegin(step, input));
  }

  /** Tries a call once, for a caller that decides itself about a failure. A cancellation of the order comes first. */
  async tryOnce<Input, Result>(
    step: Step<Input, Result>,
    input: Input,
  ): Promise<{ result?: Result; problem?: Problem }> {
    for (;;) {
      if (this.callingOff.isUndecided) await this.decidedOrNot();
      const { interrupted, ...tried } = await this.occupied(() => this.attempt(step, input));
      if (!interrupted) return tried;
    }
  }

  /** Waits until it is known whether the order is cancelled as a whole. */
  decidedOrNot(): Promise<void> {
    return this.turns.until(() => !this.callingOff.isUndecided);
  }

  private async attempt<Input, Result>(
    step: Step<Input, Result>,
    input: Input,
  ): Promise<{ result?: Result; problem?: Problem; interrupted?: true }> {
    try {
      const run = () =>
        step.kind === 'record' ? this.turns.record(() => this.keepRecord(step, input)) : this.call(step, input);
      return await (step.recordsProgress ? this.whileRecording(run) : run());
    } catch (error) {
      // A call that a cancellation interrupted is tried again if the order goes on after all.
      const interrupted = isCancellation(error) && !CancellationScope.current().consideredCancelled;
      if (interrupted) return { interrupted };
      if (isCancellation(error) || error instanceof OrderStopped) throw error;
      const type = typeof step.onFailure === 'string' ? step.onFailure : step.onFailure(typeOf(error));
      const isUndoing = type === 'compensation-failed' && this.current.stop !== undefined;
      const summary = `${reasonOf(error)}${isUndoing ? LEFT_UNDONE : ''}`;
      if (step.kind !== 'call' || !gaveUp(error)) return { problem: { type, summary } };
      const { taskQueue = '' } = step.options({ state: this.current, input });
      // An order that is being undone cannot be cancelled, which an unavailable system allows.
      return { problem: { type: isUndoing ? type : 'system-unavailable', summary, taskQueue } };
    }
  }

  private async whileRecording<T>(work: () => Promise<T>): Promise<T> {
    this.overlapped = this.recording > 0;
    this.recording += 1;
    try {
      return await work();
    } finally {
      this.recording -= 1;
      if (this.overlapped) this.recorded = undefined;
    }
  }

  private async keepRecord<Input, Result>(step: RecordStep<Input, Result>, input: Input) {
    const at = this.momentOf(step, input);
    return this.conclude(step, at, await step.run(this.records, at));
  }

  private async call<Input, Result>(step: CallStep<Input, Result>, input: Input) {
    const at = this.momentOf(step, input);
    const scope = new CancellationScope();
    this.calls.set(scope, { step: step as Step<unknown>, input });
    try {
      let result: Result;
      try {
        result = await scope.run(() => step.run(proxyActivities(step.options(at)), at));
      } finally {
        await this.turns.next();
      }
      return this.conclude(step, at, result);
    } finally {
      this.calls.delete(scope);
    }
  }

  /** Cancels calls under way, and returns when it is known what they did. */
  private async interrupt(which: (call: { step: Step<unknown>; input: unknown }) => boolean): Promise<void> {
    const chosen = [...this.calls].filter(([, call]) => which(call)).map(([scope]) => scope);
    for (const scope of chosen) scope.cancel();
    await this.turns.until(() => !chosen.some((scope) => this.calls.has(scope)));
  }

  private momentOf<Input, Result>(step: Step<Input, Result>, input: Input): Foreseen<Input> {
    const state = this.current;
    const foreseen = step.foresee?.(input, state);
    const next = foreseen === undefined ? state : reduce(state, foreseen, this.after(0));
    return { state, input, progress: progressOf(next), foreseen };
  }

  private conclude<Input, Result>(
    step: Step<Input, Result>,
    { input, state, foreseen }: Foreseen<Input>,
    result: Result,
  ): { result?: Result; problem?: Problem } {
    const outcome: Outcome = step.outcome === undefined ? foreseen : step.outcome(result, input);
    if (outcome !== undefined && 'ask' in outcome) return { problem: outcome.ask };
    if (outcome === undefined) return { result };
    const recorded = step.recordsProgress && (foreseen === undefined || foreseen.type === outcome.type);
    // Of the state that the call was given: another branch may have gone on since.
    if (recorded) this.recorded = progressOf(reduce(state, outcome, this.after(0)));
    this.apply(outcome);
    if (outcome.type === 'stopped') throw new OrderStopped();
    return { result };
  }

  private applyIfAny(event: OrderEvent | undefined): void {
    if (event !== undefined) this.apply(event);
  }

  /** Runs branches of the process side by side. Nothing is undone while one of them still does things. */
  async sideBySide(...branches: (() => Promise<unknown>)[]): Promise<void> {
    await Promise.all(branches.map((branch) => this.branch(branch)));
  }

  /** Starts work beside the process, from a signal handler too. The order does not end before it is done. */
  branch<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    const branch = this.scope.run(work).finally(() => {
      this.running -= 1;
    });
    this.branches.push(branch);
    branch.catch((error: unknown) => {
      // Whichever branch stops the order stops all of it.
      if (error instanceof OrderStopped) this.scope.cancel();
      else if (!isCancellation(error)) throw error;
    });
    return branch;
  }

  private async occupied<T>(work: () => Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await work();
    } finally {
      this.busy -= 1;
    }
  }

  // ── Waiting and deciding ───────────────────────────────────────────────────────────────────────

  /** So many milliseconds from now, ISO 8601. */
  after(ms: number): string {
    return new Date(this.turns.now + ms).toISOString();
  }

  /** Waits until `holds`; with a deadline (ISO 8601), false when that passes first. `patient` as in DeadlineClock. */
  async wait(holds: () => boolean, deadline?: string, { patient = false } = {}): Promise<boolean> {
    const inTime = holds() || (await this.until(holds, deadline, patient));
    if (!this.callingOff.isUndecided) return inTime;
    // What happens meanwhile is acted upon only once it is known whether the order goes on.
    await this.decidedOrNot();
    return inTime || holds();
  }

  /** A system holds the order up: its deadlines are watched from now on, though a call is under way. */
  async heldUp(): Promise<void> {
    await this.turns.next();
    this.clock.hurry();
  }

  private async until(holds: () => boolean, deadline: string | undefined, patient: boolean): Promise<boolean> {
    if (deadline !== undefined) return this.clock.until(holds, Date.parse(deadline), { patient });
    await this.turns.until(holds);
    return true;
  }

  /** Waits for a person's decision; `cancel` stops the order by throwing. */
  async decide(problem: Problem, step: string, goneAway?: () => boolean): Promise<Decision> {
    const decision = await this.ask(problem, step, goneAway);
    if (decision.resolution === 'cancel') {
      const { type, summary } = problem;
      const stop = { reason: decision.note ?? summary, by: decision.by, problem: type };
      this.apply({ type: 'stopped', stop });
      throw new OrderStopped();
    }
    return decision;
  }

  /** Opens an exception until a person resolves it or `goneAway` holds. */
  ask(problem: Problem, step: string, goneAway?: () => boolean): Promise<Decision> {
    return this.questions.ask(problem, step, goneAway);
  }

  /**
   * Ends the workflow task, so that the update is in the history before it has any effect. The failure of a workflow
   * task takes back an update that the same task accepted, but not what that has done to our records: the server
   * fails the task that ends the order if a signal arrives meanwhile.
   */
  async taken(): Promise<void> {
    await sleep(1);
    await this.turns.next();
  }

  /** Shows a change that is being made. */
  noteChange(changeId: string): Promise<void> {
    const { orderId } = this.current;
    return this.note((progress) => this.records.changeAsked({ orderId, changeId, since: this.after(0), progress }));
  }

  /** Writes something together with the order's progress at that moment. */
  private note(write: (progress: Progress) => Promise<unknown>): Promise<void> {
    return this.occupied(() =>
      this.turns.record(async () => {
        const progress = progressOf(this.current);
        await write(progress);
        this.recorded = progress;
      }),
    );
  }

  // ── The whole run ──────────────────────────────────────────────────────────────────────────────

  /**
   * Runs the process. When the order is stopped, every branch comes to rest first; then what was done
   * is undone, last first.
   *
   * @returns whether the process came to its own end.
   */
  async run(process: () => Promise<void>): Promise<boolean> {
    void this.keepListsCurrent();
    try {
      await this.scope.run(() => Promise.race([process(), this.continueOnceLong()]));
      return true;
    } catch (error) {
      const stopped = error instanceof OrderStopped || (this.current.stop !== undefined && isCancellation(error));
      if (!stopped) throw error;
      this.scope.cancel();
      await Promise.allSettled(this.branches);
      await CancellationScope.nonCancellable(async () => {
        for (let one = this.undoing.take(); one !== undefined; one = this.undoing.take()) {
          const { step, input } = one;
          const isNeeded = step.recall?.isNeeded({ state: this.current, input }) ?? true;
          if (step.undo !== undefined && isNeeded) await this.insist(step.undo, input);
        }
      });
      return false;
    }
  }

  /** Something that an earlier run of the order did: it is undone like what this one does. */
  did<Input>(step: Step<Input>, ...[input]: Input extends void ? [] : [Input]): void {
    const noted = this.undoing.note(step, input as Input);
    if (noted !== undefined) noted.through = true;
  }

  /** Goes on in another run when the history has grown long, at a moment at which the state is all that there is to know. */
  private async continueOnceLong(): Promise<void> {
    const isQuiet = () => this.busy === 0 && !this.isStale() && allHandlersFinished() && isResumable(this.current);
    await this.turns.until(() => workflowInfo().continueAsNewSuggested && isQuiet());
    const story = this.current.story.slice(-STORY_KEPT);
    await continueAsNew<OrderWorkflow>(this.input, { ...this.current, story });
  }

  private isStale(): boolean {
    return this.busy === 0 && !same(this.recorded, progressOf(this.current));
  }

  /** Nothing waits for a person, no change waits for its turn, and no branch is under way. */
  get atRest(): boolean {
    return this.running === 0 && this.current.exceptions.length === 0 && this.current.changes.length === 0;
  }

  /**
   * Steps record the progress that they foresee. Where the order has come to rest with another one, such
   * as a branch that went on meanwhile, it is noted by itself.
   */
  private async keepListsCurrent(): Promise<void> {
    for (;;) {
      await this.turns.until(() => this.current.end !== undefined || this.isStale());
      if (this.current.end !== undefined) return;
      const { orderId } = this.current;
      await this.note((progress) => this.records.noteProgress({ orderId, progress }));
    }
  }
}

function same(one: Progress | undefined, other: Progress): boolean {
  return (
    one?.status === other.status &&
    one.waitingFor === other.waitingFor &&
    one.nextDeadline === other.nextDeadline &&
    one.jeopardyFrom === other.jeopardyFrom
  );
}
