/**
 * The runner under the process of a return, on the pieces that it shares with that of an order (../kernel): turns, one timer,
 * retries until a deadline. It tries a step, asks a person when the step has failed for good, and keeps lists current.
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
import type { ReturnRecords } from '../../activities/returns/activities.ts';
import { kindOf } from '../../domain/exceptions.ts';
import type { OpenException } from '../../domain/order/messages.ts';
import type { Stop } from '../../domain/order/state.ts';
import type { ReturnEvent } from '../../domain/returns/events.ts';
import { legalReturnResolutions, whyNotResolveReturn } from '../../domain/returns/guards.ts';
import type { ResolveReturnExceptionInput, ReturnInput } from '../../domain/returns/messages.ts';
import { returnProgressOf } from '../../domain/returns/projection.ts';
import { reduceReturn } from '../../domain/returns/reduce.ts';
import { newReturn, type ReturnDecision, type ReturnProgress, type ReturnState } from '../../domain/returns/state.ts';
import { records as recordsProfile } from '../kernel/activity-profiles.ts';
import { DeadlineClock } from '../kernel/deadline-clock.ts';
import { gaveUp, reasonOf, refuse, typeOf } from '../kernel/failures.ts';
import { Turns } from '../kernel/turns.ts';
import { describeReturn } from './publication.ts';
import type { ReturnCallStep, ReturnProblem, ReturnStep } from './step.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Ends the process on purpose: somebody cancelled the return. */
export class ReturnStopped extends Error {
  override readonly name = 'ReturnStopped';
}

interface Asking {
  /** The cause has gone away. */
  goneAway?: () => boolean;
  /** When nobody needs to decide any more (ISO 8601): the decision is then `expire`. */
  until?: string;
}

export class ReturnRun {
  private current: ReturnState;
  private recorded: ReturnProgress;
  /** Steps and writes that are under way. */
  private busy = 0;
  /** Branches that have not ended. */
  private running = 0;
  private readonly calls = new Set<CancellationScope>();
  private readonly records = proxyLocalActivities<ReturnRecords>(recordsProfile);
  private readonly turns = new Turns();
  private readonly clock = new DeadlineClock(this.turns);

  constructor(input: ReturnInput) {
    this.current = newReturn(input);
    this.recorded = returnProgressOf(this.current);
    describeReturn(this.current);
  }

  get state(): ReturnState {
    return this.current;
  }

  /** Something arrived from outside: it becomes a fact in its turn. False when it changed nothing. */
  async receive(event: ReturnEvent): Promise<boolean> {
    await this.turns.next();
    const before = this.current;
    this.apply(event);
    return this.current !== before;
  }

  apply(event: ReturnEvent): void {
    this.current = reduceReturn(this.current, event, this.after(0));
    describeReturn(this.current);
  }

  /** So many milliseconds from now, ISO 8601. */
  after(ms: number): string {
    return new Date(this.turns.now + ms).toISOString();
  }

  // ── Steps ──────────────────────────────────────────────────────────────────────────────────────

  /** Tries a step until it succeeds or a person decides otherwise; undefined if a person goes on without it. */
  async perform<Input, Result>(step: ReturnStep<Input, Result>, input: Input): Promise<Result | undefined> {
    for (;;) {
      this.refuseIfStopped();
      const { result, problem, interrupted } = await this.attempt(step, input);
      if (interrupted) {
        // A cancellation is being decided, and interrupted the call.
        await this.turns.until(() => this.current.cancelling === undefined);
        continue;
      }
      if (problem === undefined) return result;
      const { resolution } = await this.decide(problem, step.name);
      if (resolution === 'accept' || resolution === 'set-aside') return undefined;
    }
  }

  /** Tries a step once, for an update that is refused if the step fails. */
  async once<Input, Result>(step: ReturnStep<Input, Result>, input: Input): Promise<Result> {
    const { result, problem } = await this.attempt(step, input);
    refuse(problem && { code: 'not-recorded', reason: problem.summary });
    return result as Result;
  }

  private async attempt<Input, Result>(
    step: ReturnStep<Input, Result>,
    input: Input,
  ): Promise<{ result?: Result; problem?: ReturnProblem; interrupted?: true }> {
    this.busy += 1;
    try {
      const result =
        step.kind === 'record'
          ? await this.turns.record(() => step.run(this.records, this.current, input))
          : await this.call(step, input);
      const event = step.outcome?.(result, input);
      if (event !== undefined) this.apply(event);
      return { result };
    } catch (error) {
      if (isCancellation(error)) return { interrupted: true };
      const type = typeof step.onFailure === 'string' ? step.onFailure : step.onFailure(typeOf(error));
      const summary = reasonOf(error);
      if (step.kind !== 'call' || !gaveUp(error)) return { problem: { type, summary } };
      const { taskQueue = '' } = step.options(this.current, input);
      return { problem: { type: 'system-unavailable', summary, taskQueue } };
    } finally {
      this.busy -= 1;
    }
  }

  private async call<Input, Result>(step: ReturnCallStep<Input, Result>, input: Input): Promise<Result> {
    const scope = new CancellationScope();
    this.calls.add(scope);
    const { current } = this;
    try {
      return await scope.run(() => step.run(proxyActivities(step.options(current, input)), current, input));
    } finally {
      await this.turns.next();
      this.calls.delete(scope);
    }
  }

  // ── Waiting and deciding ───────────────────────────────────────────────────────────────────────

  /** Waits until `holds`; with a deadline (ISO 8601), false when that passes first. Throws if the return was cancelled. */
  async wait(holds: () => boolean, deadline?: string): Promise<boolean> {
    const decided = () => this.current.cancelling === undefined && (this.current.stop !== undefined || holds());
    if (deadline === undefined) await this.turns.until(decided);
    else await this.clock.until(decided, Date.parse(deadline));
    if (this.current.cancelling !== undefined) await this.turns.until(() => this.current.cancelling === undefined);
    this.refuseIfStopped();
    return holds();
  }

  private refuseIfStopped(): void {
    if (this.current.stop !== undefined && !this.ending) throw new ReturnStopped();
  }

  private ending = false;

  /** What a stopped return still does about its end is not stopped. */
  end<T>(work: () => Promise<T>): Promise<T> {
    this.ending = true;
    return work();
  }

  /** Waits for a person's decision; `cancel` stops the return by throwing. */
  async decide(problem: ReturnProblem, step: string, asking: Asking = {}): Promise<ReturnDecision> {
    const decision = await this.ask(problem, step, asking);
    if (decision.resolution === 'cancel' && !this.ending) {
      this.apply({ type: 'stopped', stop: { reason: decision.note ?? problem.summary, by: decision.by } });
    }
    this.refuseIfStopped();
    return decision;
  }

  /** Opens an exception until a person resolves it, `goneAway` holds or a deadline passes; escalates by timer. */
  async ask(
    problem: ReturnProblem,
    step: string,
    { goneAway = () => false, until }: Asking = {},
  ): Promise<ReturnDecision> {
    const { type } = problem;
    const kind = kindOf(type);
    const openedAt = this.turns.now;
    const exception: OpenException = {
      id: uuid4(),
      ...problem,
      step,
      resolutions: legalReturnResolutions(this.current, kind.resolutions),
      openedAt: this.after(0),
    };
    this.apply({ type: 'exception-opened', exception });
    log.warn('return waits for a decision', { ...problem, step });
    const { returnId } = this.current;
    await this.note((progress) => this.records.openReturnException({ returnId, exception, kind, progress }));

    const stopped = () => this.current.stop !== undefined && !this.ending;
    const decision = () => this.current.exceptions.find(({ id }) => id === exception.id)?.decision;
    const decided = () => decision() !== undefined || stopped() || goneAway();
    const escalateAt = openedAt + kind.escalateAfterHours * HOUR_MS;
    const lapsesAt = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
    if (!(await this.clock.until(decided, Math.min(escalateAt, lapsesAt))) && escalateAt < lapsesAt) {
      await this.turns.record(() => this.records.escalateReturnException({ exceptionId: exception.id }));
      if (until === undefined) await this.turns.until(decided);
      else await this.clock.until(decided, lapsesAt);
    }
    const taken = decision() ?? this.resolveBySystem(exception.id, goneAway() || stopped());
    this.apply({ type: 'exception-closed', exceptionId: exception.id });
    await this.note((progress) =>
      this.records.closeReturnException({ returnId, exceptionId: exception.id, decision: taken, progress }),
    );
    return taken;
  }

  private resolveBySystem(exceptionId: string, isGone: boolean): ReturnDecision {
    const decision: ReturnDecision = {
      resolution: isGone ? 'dismiss' : 'expire',
      by: 'system',
      note: isGone ? 'its cause has gone away' : 'nobody decided in time',
    };
    this.apply({ type: 'exception-decided', exceptionId, decision });
    return decision;
  }

  /** Takes a decision; the step that waits for it goes on. */
  async resolve({ exceptionId, ...decision }: ResolveReturnExceptionInput): Promise<void> {
    await this.taken();
    refuse(whyNotResolveReturn(this.current, { exceptionId, ...decision }));
    this.apply({ type: 'exception-decided', exceptionId, decision });
    await this.turns.until(() => !this.current.exceptions.some(({ id }) => id === exceptionId));
  }

  /** Takes a decision to which nobody waits for an answer, unless somebody has decided already. */
  async follow({ exceptionId, ...decision }: ResolveReturnExceptionInput): Promise<void> {
    await this.turns.next();
    if (whyNotResolveReturn(this.current, { exceptionId, ...decision }) !== undefined) return;
    this.apply({ type: 'exception-decided', exceptionId, decision });
  }

  /**
   * Decides about a cancellation: no step begins meanwhile, and calls under way are interrupted and waited for.
   *
   * @param isRefused why it cannot be done, which leaves the return as it was
   */
  async cancel(stop: Stop, isRefused: () => Promise<{ code: string; reason: string } | undefined>): Promise<void> {
    this.apply({ type: 'cancel-asked', ...stop });
    for (const call of this.calls) call.cancel();
    await this.turns.until(() => this.calls.size === 0);
    const refusal = await isRefused();
    if (refusal !== undefined) {
      this.apply({ type: 'cancel-refused', reason: refusal.reason });
      refuse(refusal);
    }
    this.apply({ type: 'stopped', stop });
  }

  /** Waits, in a handler, for what the process does. */
  settled(holds: () => boolean): Promise<void> {
    return this.turns.until(holds);
  }

  /**
   * Ends the workflow task, so that an update is in the history before it has any effect (../kernel/order-run.ts says why).
   */
  async taken(): Promise<void> {
    await sleep(1);
    await this.turns.next();
  }

  /** Starts work beside the process. The return does not end before it is done. */
  branch(work: () => Promise<unknown>): void {
    this.running += 1;
    void work()
      .catch((error: unknown) => {
        if (!(error instanceof ReturnStopped)) throw error;
      })
      .finally(() => {
        this.running -= 1;
      });
  }

  /** Nothing waits for a person, and no branch is under way. */
  get atRest(): boolean {
    return this.running === 0 && this.current.exceptions.length === 0;
  }

  private async note(write: (progress: ReturnProgress) => Promise<unknown>): Promise<void> {
    this.busy += 1;
    try {
      await this.turns.record(async () => {
        const progress = returnProgressOf(this.current);
        await write(progress);
        this.recorded = progress;
      });
    } finally {
      this.busy -= 1;
    }
  }

  /** Writes the progress where the return has come to rest with another one than the records have. */
  async keepListsCurrent(): Promise<void> {
    const stale = () => this.busy === 0 && !same(this.recorded, returnProgressOf(this.current));
    for (;;) {
      await this.turns.until(() => this.current.end !== undefined || stale());
      if (this.current.end !== undefined) return;
      const { returnId } = this.current;
      await this.note((progress) => this.records.noteReturn({ returnId, progress }));
    }
  }
}

function same(one: ReturnProgress, other: ReturnProgress): boolean {
  return one.status === other.status && one.waitingFor === other.waitingFor && one.nextDeadline === other.nextDeadline;
}
