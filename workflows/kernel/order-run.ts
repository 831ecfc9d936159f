/**
 * The kernel under the order process. It tries a declared step, asks a person when the step has failed
 * for good, undoes what was done when the order stops, reduces events into the state, keeps lists and
 * the Temporal UI current, and serializes record keeping. The process itself is in ../order.ts.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  TimeoutFailure,
  uuid4,
} from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { kindOf } from '../../domain/exceptions.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import {
  legalResolutions,
  type Refusal,
  whyNotCancel,
  whyNotResolve,
  whyNotUndone,
} from '../../domain/order/guards.ts';
import type { OpenException, OrderToCashInput, ResolveExceptionInput } from '../../domain/order/messages.ts';
import { progressOf, statusOf } from '../../domain/order/projection.ts';
import { reduce } from '../../domain/order/reduce.ts';
import { type Decision, newOrder, type OrderState, type Progress, type Stop } from '../../domain/order/state.ts';
import type { OrderStatus } from '../../domain/order/status.ts';
import { records as recordsProfile } from './activity-profiles.ts';
import { DeadlineClock } from './deadline-clock.ts';
import { Publication } from './publication.ts';
import type { CallStep, Moment, Outcome, Problem, RecordStep, Step } from './step.ts';
import { Turns } from './turns.ts';

const HOUR_MS = 60 * 60 * 1000;

const LEFT_UNDONE = '; accept ends the order without that, and what was done is then settled by hand';

/** Ends the process on purpose: somebody cancelled the order, or resolved an exception by cancelling it. */
class OrderStopped extends Error {
  override readonly name = 'OrderStopped';
}

/** A step's moment, with the event of success where the step foresees it. */
interface Foreseen<Input> extends Moment<Input> {
  readonly foreseen: OrderEvent | undefined;
}

export class OrderRun {
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
  private readonly undo: (() => Promise<unknown>)[] = [];
  private readonly records = proxyLocalActivities<OrderRecords>(recordsProfile);
  private readonly turns = new Turns();
  private readonly clock = new DeadlineClock(this.turns);
  private readonly publication: Publication;
  private readonly scope = new CancellationScope();

  constructor(input: OrderToCashInput) {
    this.current = newOrder(input);
    this.recorded = progressOf(this.current);
    this.publication = new Publication(this.current);
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
    const { undo } = step;
    if (undo !== undefined) this.undo.push(() => this.performWith(undo, input));
    for (;;) {
      const { result, problem } = await this.occupied(() => this.attempt(step, input));
      if (problem === undefined) return result;
      const decision = await this.decide(problem, nameOf(step, this.current, input));
      if (problem.type === 'compensation-failed' && decision.resolution === 'accept') return undefined;
      if (decision.resolution === 'set-aside') {
        this.applyIfAny(step.setAside?.(input));
        return undefined;
      }
      this.applyIfAny(step.decided?.(decision, problem, input));
    }
  }

  private async attempt<Input, Result>(
    step: Step<Input, Result>,
    input: Input,
  ): Promise<{ result?: Result; problem?: Problem }> {
    try {
      const run = () =>
        step.kind === 'record' ? this.turns.record(() => this.keepRecord(step, input)) : this.call(step, input);
      return await (step.recordsProgress ? this.whileRecording(run) : run());
    } catch (error) {
      if (isCancellation(error) || error instanceof OrderStopped) throw error;
      const type = typeof step.onFailure === 'string' ? step.onFailure : step.onFailure(typeOf(error));
      const isUndoing = type === 'compensation-failed';
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
    let result: Result;
    try {
      result = await step.run(proxyActivities(step.options(at)), at);
    } finally {
      await this.turns.next();
    }
    return this.conclude(step, at, result);
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
    if (holds()) return true;
    if (deadline !== undefined) return this.clock.until(holds, Date.parse(deadline), { patient });
    await this.turns.until(holds);
    return true;
  }

  /** Waits for a person's decision; `cancel` stops the order by throwing. */
  async decide(problem: Problem, step: string): Promise<Decision> {
    const decision = await this.ask(problem, step);
    if (decision.resolution === 'cancel') {
      const { type, summary } = problem;
      const stop = { reason: decision.note ?? summary, by: decision.by, problem: type };
      this.apply({ type: 'stopped', stop });
      throw new OrderStopped();
    }
    return decision;
  }

  /** Opens an exception until a person resolves it or `goneAway` holds; escalates by timer. */
  async ask(problem: Problem, step: string, goneAway: () => boolean = () => false): Promise<Decision> {
    const { type } = problem;
    const kind = kindOf(type);
    const openedAt = this.turns.now;
    const exception: OpenException = {
      id: uuid4(),
      ...problem,
      step,
      resolutions: legalResolutions(this.current, kind),
      openedAt: this.after(0),
    };
    this.apply({ type: 'exception-opened', exception });
    log.warn('order waits for a decision', { ...problem, step });
    const { orderId } = this.current;
    await this.note((progress) => this.records.openException({ orderId, exception, kind, progress }));

    const decision = () => this.current.exceptions.find(({ id }) => id === exception.id)?.decision;
    const decided = () => decision() !== undefined || goneAway();
    if (!(await this.clock.until(decided, openedAt + kind.escalateAfterHours * HOUR_MS))) {
      await this.turns.record(() => this.records.escalateException({ exceptionId: exception.id }));
      await this.turns.until(decided);
    }
    const taken = decision() ?? this.resolveBySystem(exception.id);
    this.apply({ type: 'exception-closed', exceptionId: exception.id });
    await this.note((progress) =>
      this.records.closeException({ orderId, exceptionId: exception.id, decision: taken, progress }),
    );
    return taken;
  }

  private resolveBySystem(exceptionId: string): Decision {
    const decision: Decision = { resolution: 'dismiss', by: 'system', note: 'its cause has gone away' };
    this.apply({ type: 'exception-decided', exceptionId, decision });
    return decision;
  }

  /** Takes a decision; the step that waits for it goes on. */
  async resolve(input: ResolveExceptionInput): Promise<void> {
    await this.acceptedOnRecord();
    // Another decision may have had its turn since this one was let in.
    refuse(whyNotResolve(this.current, input));
    const { exceptionId, ...decision } = input;
    this.apply({ type: 'exception-decided', exceptionId, decision });
    await this.turns.until(() => !this.current.exceptions.some(({ id }) => id === exceptionId));
  }

  /** Takes a decision that follows from one about another order, unless somebody has decided here already. */
  async follow({ exceptionId, ...decision }: ResolveExceptionInput): Promise<void> {
    await this.turns.next();
    if (whyNotResolve(this.current, { exceptionId, ...decision }) !== undefined) return;
    this.apply({ type: 'exception-decided', exceptionId, decision });
  }

  /** Stops the order, and returns when everything done so far is undone. Refused when something cannot be undone. */
  async cancel(stop: Stop): Promise<void> {
    await this.acceptedOnRecord();
    refuse(whyNotUndone(this.current) ?? whyNotCancel(this.current));
    this.apply({ type: 'stopped', stop });
    this.scope.cancel();
    await this.turns.until(() => this.current.end !== undefined || whyNotUndone(this.current) !== undefined);
    refuse(whyNotUndone(this.current));
  }

  /**
   * Ends the workflow task, so that the update is in the history before it has any effect. The failure of a workflow
   * task takes back an update that the same task accepted, but not what that has done to our records: the server
   * fails the task that ends the order if a signal arrives meanwhile.
   */
  private async acceptedOnRecord(): Promise<void> {
    await sleep(1);
    await this.turns.next();
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
      await this.scope.run(process);
      return true;
    } catch (error) {
      const stopped = error instanceof OrderStopped || (this.current.stop !== undefined && isCancellation(error));
      if (!stopped) throw error;
      this.scope.cancel();
      await Promise.allSettled(this.branches);
      await CancellationScope.nonCancellable(async () => {
        for (let step = this.undo.pop(); step !== undefined; step = this.undo.pop()) await step();
      });
      return false;
    }
  }

  /** Nothing waits for a person, and no branch is under way. */
  get atRest(): boolean {
    return this.running === 0 && this.current.exceptions.length === 0;
  }

  /**
   * Steps record the progress that they foresee. Where the order has come to rest with another one, such
   * as a branch that went on meanwhile, it is noted by itself.
   */
  private async keepListsCurrent(): Promise<void> {
    const stale = () => this.busy === 0 && !same(this.recorded, progressOf(this.current));
    for (;;) {
      await this.turns.until(() => this.current.end !== undefined || stale());
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

function nameOf<Input>(step: Step<Input>, state: OrderState, input: Input): string {
  return typeof step.name === 'string' ? step.name : step.name({ state, input });
}

/** The refusal of an update, as its caller sees it. */
export function refuse(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal.reason, refusal.code);
}

function typeOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** The call was tried until its deadline. */
function gaveUp(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT';
}

/** The reason of a failed step in plain words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const last = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
    return `no result before its deadline${last}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
