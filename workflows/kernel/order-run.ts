/**
 * The kernel under the order process. It tries a declared step, asks a person when the step has failed
 * for good, undoes what was done when the order stops, reduces events into the state, keeps lists and
 * the Temporal UI current, and serializes record keeping. The process itself is in ../order.ts.
 */
import {
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  uuid4,
} from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { kindOf } from '../../domain/exceptions.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import {
  legalResolutions,
  type Refusal,
  whyNotAskToCancel,
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
import { gaveUp, reasonOf, refuse, typeOf } from './failures.ts';
import { Publication } from './publication.ts';
import { type Recalling, recallAll } from './recall.ts';
import { type CallStep, type Moment, nameOf, type Outcome, type Problem, type RecordStep, type Step } from './step.ts';
import { Turns } from './turns.ts';
import { Undoing } from './undoing.ts';

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
  private readonly undoing = new Undoing();
  /** Calls to other systems that are under way. */
  private readonly calls = new Set<CancellationScope>();
  /** A cancellation that is not decided yet: no step begins before it is. */
  private callingOff: Promise<Refusal | undefined> | undefined;
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
    if (this.callingOff !== undefined) await this.calledOffOrNot();
    const tried = this.undoing.note(step, input);
    const result = await this.insist(step, input, () => this.calledOffOrNot());
    if (tried !== undefined) tried.through = true;
    return result;
  }

  /** @param awaits what every further attempt waits for */
  private async insist<Input, Result>(
    step: Step<Input, Result>,
    input: Input,
    awaits?: () => Promise<void>,
  ): Promise<Result | undefined> {
    for (;;) {
      const { result, problem, interrupted } = await this.occupied(() => this.attempt(step, input));
      if (interrupted) {
        await awaits?.();
        continue;
      }
      if (problem === undefined) return result;
      const about = step.about && { about: step.about(input) };
      const decision = await this.decide({ ...problem, ...about }, nameOf(step, this.current, input));
      const byHand = step.byHand ?? problem.type === 'compensation-failed';
      if (byHand && decision.resolution === 'accept') return undefined;
      if (decision.resolution === 'set-aside') {
        this.applyIfAny(step.setAside?.(input));
        return undefined;
      }
      this.applyIfAny(step.decided?.(decision, problem, input));
      if (this.callingOff !== undefined) await awaits?.();
    }
  }

  /** Tries a step once, for an update that is refused if the step fails. */
  async once<Input, Result>(step: Step<Input, Result>, input: Input): Promise<Result> {
    if (this.callingOff !== undefined) await this.calledOffOrNot();
    const { result, problem } = await this.occupied(() => this.attempt(step, input));
    refuse(problem && { code: 'not-recorded', reason: problem.summary });
    return result as Result;
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
    this.calls.add(scope);
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
    if (this.callingOff === undefined) return inTime;
    // What happens meanwhile is acted upon only once it is known whether the order goes on.
    await this.calledOffOrNot();
    return inTime || holds();
  }

  private async until(holds: () => boolean, deadline: string | undefined, patient: boolean): Promise<boolean> {
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
    const standing = this.current.exceptions.map(({ id }) => id);
    await this.note((progress) => this.records.openException({ orderId, exception, standing, kind, progress }));

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
    await this.taken();
    // Another decision may have had its turn since this one was let in.
    refuse(whyNotResolve(this.current, input));
    const { exceptionId } = input;
    refuse(await this.settle(input));
    await this.turns.until(() => !this.current.exceptions.some(({ id }) => id === exceptionId));
  }

  /** Takes a decision that follows from one about another order, unless somebody has decided here already. */
  async follow(input: ResolveExceptionInput): Promise<void> {
    await this.turns.next();
    if (whyNotResolve(this.current, input) === undefined) await this.settle(input);
  }

  /** Passes a decision on; one that cancels the order only once nobody refuses that. */
  private async settle({ exceptionId, ...decision }: ResolveExceptionInput): Promise<Refusal | undefined> {
    const undecided = () => this.current.exceptions.find((one) => one.id === exceptionId && one.decision === undefined);
    const decide = () => this.apply({ type: 'exception-decided', exceptionId, decision });
    if (decision.resolution !== 'cancel') {
      decide();
      return undefined;
    }
    const reason = decision.note ?? undecided()?.summary ?? '';
    const stop = { reason, by: decision.by };
    return this.callOff(stop, () => (undecided() === undefined ? this.stop(stop) : decide()));
  }

  /**
   * Stops the order, and returns when everything done so far is undone. Refused when something cannot be undone; the
   * order then goes on. One that is under way or done is the same cancellation.
   */
  async cancel(stop: Stop): Promise<void> {
    await this.taken();
    refuse(whyNotAskToCancel(this.current));
    if (this.current.stop === undefined && this.current.end === undefined) {
      refuse(await this.callOff(stop, () => this.stop(stop)));
    }
    await this.turns.until(() => this.current.end !== undefined || whyNotUndone(this.current) !== undefined);
    refuse(whyNotUndone(this.current));
  }

  /** A cancellation to which nobody waits for an answer: the order says whether it is refused, and goes on then. */
  async cancelIfPossible(stop: Stop): Promise<void> {
    const refusal = whyNotAskToCancel(this.current);
    if (refusal === undefined) {
      await this.cancel(stop).catch((error: unknown) =>
        log.warn('the order is not cancelled', { reason: reasonOf(error) }),
      );
      return;
    }
    log.warn('the order is not cancelled', { reason: refusal.reason });
    const { orderId } = this.current;
    await this.note((progress) =>
      this.records.cancelRefused({ orderId, since: this.after(0), reason: refusal.reason, progress }),
    );
  }

  private stop(stop: Stop): void {
    this.apply({ type: 'stopped', stop });
    this.scope.cancel();
  }

  private calledOffOrNot(): Promise<void> {
    return this.turns.until(() => this.callingOff === undefined);
  }

  /**
   * Asks whoever may refuse a cancellation first, so that a refusal leaves the order as it was. Meanwhile no step
   * begins. If all agree, `proceed` stops the order.
   */
  private callOff(stop: Stop, proceed: () => void): Promise<Refusal | undefined> {
    if (this.callingOff !== undefined) return this.callingOff;
    const outcome = recallAll(this.recalling(proceed), stop).finally(() => {
      this.callingOff = undefined;
    });
    this.callingOff = outcome;
    return outcome;
  }

  private recalling(proceed: () => void): Recalling {
    return {
      state: () => this.current,
      undoing: this.undoing,
      apply: (event) => this.apply(event),
      asked: (cancelling) =>
        this.note((progress) => this.records.cancelAsked({ orderId: this.current.orderId, ...cancelling, progress })),
      refused: (why) =>
        this.note((progress) => this.records.cancelRefused({ orderId: this.current.orderId, ...why, progress })),
      interrupt: async () => {
        for (const call of this.calls) call.cancel();
        await this.turns.until(() => this.calls.size === 0);
      },
      attempt: async (step, input) => (await this.occupied(() => this.attempt(step, input))).problem,
      ask: (problem, name) => this.ask(problem, name),
      insist: (step, input) => this.insist(step, input),
      again: (step, input) => void this.branch(() => this.performWith(step, input)),
      stopped: async () => {
        proceed();
        await this.turns.until(() => this.scope.consideredCancelled);
      },
    };
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
        for (let one = this.undoing.take(); one !== undefined; one = this.undoing.take()) {
          const { step, input } = one;
          const isNeeded = step.recall?.isNeeded({ state: this.current, input }) ?? true;
          if (step.undo !== undefined && isNeeded) await this.insist(step.undo, input);
        }
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
