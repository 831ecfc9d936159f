/** Questions to people: an exception is open until a person decides, or until its cause has gone away. */
import { log, uuid4 } from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { kindOf, movesDeadline } from '../../domain/exceptions.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import { legalResolutions, type Refusal, whyNotResolve } from '../../domain/order/guards.ts';
import type { OpenException, ResolveExceptionInput } from '../../domain/order/messages.ts';
import type { Decision, OrderState, Progress, Stop } from '../../domain/order/state.ts';
import type { DeadlineClock } from './deadline-clock.ts';
import { refuse } from './failures.ts';
import type { Problem } from './step.ts';
import type { Turns } from './turns.ts';

const HOUR_MS = 60 * 60 * 1000;

/** What the kernel lends to its questions. */
export interface Asking {
  state(): OrderState;
  readonly turns: Turns;
  readonly clock: DeadlineClock;
  readonly records: OrderRecords;
  apply(event: OrderEvent): void;
  /** So many milliseconds from now, ISO 8601. */
  after(ms: number): string;
  note(write: (progress: Progress) => Promise<unknown>): Promise<void>;
  taken(): Promise<void>;
  callOff(stop: Stop, proceed: () => void): Promise<Refusal | undefined>;
  stop(stop: Stop): void;
}

export class Questions {
  private readonly order: Asking;

  constructor(order: Asking) {
    this.order = order;
  }

  /** Opens an exception until a person resolves it or `goneAway` holds; escalates by timer. */
  async ask(problem: Problem, step: string, goneAway: () => boolean = () => false): Promise<Decision> {
    const { order } = this;
    const { resolutions, ...told } = problem;
    const kind = kindOf(problem.type);
    const openedAt = order.turns.now;
    const exception: OpenException = {
      id: uuid4(),
      ...told,
      step,
      resolutions: legalResolutions(order.state(), { resolutions: resolutions ?? kind.resolutions }),
      openedAt: order.after(0),
    };
    order.apply({ type: 'exception-opened', exception });
    log.warn('order waits for a decision', { ...told, step });
    const { orderId, exceptions } = order.state();
    const standing = exceptions.map(({ id }) => id);
    await order.note((progress) => order.records.openException({ orderId, exception, standing, kind, progress }));

    const decision = () => order.state().exceptions.find(({ id }) => id === exception.id)?.decision;
    const decided = () => decision() !== undefined || goneAway();
    await this.untilDecided(exception.id, decided, openedAt + kind.escalateAfterHours * HOUR_MS);
    const taken = decision() ?? this.resolveBySystem(exception.id);
    order.apply({ type: 'exception-closed', exceptionId: exception.id });
    await order.note((progress) =>
      order.records.closeException({ orderId, exceptionId: exception.id, decision: taken, progress }),
    );
    return taken;
  }

  /** Nobody is reminded of what a person lets wait. Its step is tried again at that time, as if somebody had said so then. */
  private async untilDecided(exceptionId: string, decided: () => boolean, escalateAt: number): Promise<void> {
    const { order } = this;
    const waits = () => order.state().exceptions.find(({ id }) => id === exceptionId)?.waits;
    let escalated = false;
    while (!decided()) {
      const waiting = waits();
      const changed = () => decided() || waits() !== waiting;
      if (waiting !== undefined) {
        if (await order.clock.until(changed, Date.parse(waiting.until))) continue;
        const note = `${waiting.by} let it wait until now${waiting.note ? `: ${waiting.note}` : ''}`;
        order.apply({ type: 'exception-decided', exceptionId, decision: { resolution: 'retry', by: 'system', note } });
      } else if (escalated) {
        await order.turns.until(changed);
      } else if (!(await order.clock.until(changed, escalateAt))) {
        await order.turns.record(() => order.records.escalateException({ exceptionId }));
        escalated = true;
      }
    }
  }

  private async wait({ exceptionId, until, by, note }: ResolveExceptionInput): Promise<void> {
    const { order } = this;
    const waits = { until: new Date(until ?? '').toISOString(), by, ...(note && { note }) };
    order.apply({ type: 'exception-waits', exceptionId, waits });
    const { orderId } = order.state();
    await order.note((progress) => order.records.exceptionWaits({ orderId, exceptionId, waits, progress }));
  }

  private resolveBySystem(exceptionId: string): Decision {
    const decision: Decision = { resolution: 'dismiss', by: 'system', note: 'its cause has gone away' };
    this.order.apply({ type: 'exception-decided', exceptionId, decision });
    return decision;
  }

  /** Takes a decision; the step that waits for it goes on. */
  async resolve(input: ResolveExceptionInput): Promise<void> {
    const { order } = this;
    await order.taken();
    // Another decision may have had its turn since this one was let in.
    refuse(whyNotResolve(order.state(), input, order.after(0)));
    const { exceptionId } = input;
    refuse(await this.settle(input));
    if (this.waitsOn(input)) return;
    await order.turns.until(() => !order.state().exceptions.some(({ id }) => id === exceptionId));
  }

  /** The question stays open, and its step is tried again at the time that a person stated. */
  private waitsOn({ exceptionId, resolution }: ResolveExceptionInput): boolean {
    const asked = this.order.state().exceptions.find(({ id }) => id === exceptionId);
    return resolution === 'wait' && asked !== undefined && !movesDeadline(asked.type);
  }

  /** Takes a decision that follows from one about another order, unless somebody has decided here already. */
  async follow(input: ResolveExceptionInput): Promise<void> {
    await this.order.turns.next();
    if (whyNotResolve(this.order.state(), input, this.order.after(0)) === undefined) await this.settle(input);
  }

  /** Passes a decision on; one that cancels the order only once nobody refuses that. */
  private async settle(input: ResolveExceptionInput): Promise<Refusal | undefined> {
    const { order } = this;
    if (this.waitsOn(input)) {
      await this.wait(input);
      return undefined;
    }
    const { exceptionId, until, ...rest } = input;
    const decision: Decision = { ...rest, ...(until !== undefined && { until: new Date(until).toISOString() }) };
    const undecided = () =>
      order.state().exceptions.find((one) => one.id === exceptionId && one.decision === undefined);
    const decide = () => order.apply({ type: 'exception-decided', exceptionId, decision });
    if (decision.resolution !== 'cancel') {
      decide();
      return undefined;
    }
    const reason = decision.note ?? undecided()?.summary ?? '';
    const stop = { reason, by: decision.by };
    return order.callOff(stop, () => (undecided() === undefined ? order.stop(stop) : decide()));
  }
}
