/** Cancelling an order as a whole: whoever may refuse is asked first, and meanwhile no step begins. */
import { type CancellationScope, log } from '@temporalio/workflow';
import type { OrderRecords } from '../../activities/orders/activities.ts';
import { type Refusal, whyNotAskToCancel, whyNotUndone } from '../../domain/order/guards.ts';
import type { Progress, Stop } from '../../domain/order/state.ts';
import { reasonOf, refuse } from './failures.ts';
import { type Recalling, recallAll } from './recall.ts';
import type { Turns } from './turns.ts';

/** What the kernel lends to a cancellation. */
export interface Stoppable extends Omit<Recalling, 'asked' | 'refused' | 'stopped'> {
  readonly turns: Turns;
  readonly scope: CancellationScope;
  readonly records: OrderRecords;
  note(write: (progress: Progress) => Promise<unknown>): Promise<void>;
  after(ms: number): string;
  taken(): Promise<void>;
}

export class CallingOff {
  private readonly order: Stoppable;
  /** One that is not decided yet. */
  private asked: Promise<Refusal | undefined> | undefined;

  constructor(order: Stoppable) {
    this.order = order;
  }

  get isUndecided(): boolean {
    return this.asked !== undefined;
  }

  /**
   * Stops the order, and returns when everything done so far is undone. Refused when something cannot be undone; the
   * order then goes on. One that is under way or done is the same cancellation.
   */
  async cancel(stop: Stop): Promise<void> {
    await this.order.taken();
    refuse(await this.whyNotCancelled(stop));
  }

  /** The same for a caller inside the order: the refusal, if there is one. */
  async whyNotCancelled(stop: Stop): Promise<Refusal | undefined> {
    const { order } = this;
    const refusal = whyNotAskToCancel(order.state());
    if (refusal !== undefined) return refusal;
    if (order.state().stop === undefined && order.state().end === undefined) {
      const refused = await this.callOff(stop, () => this.stop(stop));
      if (refused !== undefined) return refused;
    }
    await order.turns.until(() => order.state().end !== undefined || whyNotUndone(order.state()) !== undefined);
    return whyNotUndone(order.state());
  }

  /** A cancellation to which nobody waits for an answer: the order says whether it is refused, and goes on then. */
  async cancelIfPossible(stop: Stop): Promise<void> {
    const { order } = this;
    const refusal = whyNotAskToCancel(order.state());
    if (refusal === undefined) {
      await this.cancel(stop).catch((error: unknown) =>
        log.warn('the order is not cancelled', { reason: reasonOf(error) }),
      );
      return;
    }
    log.warn('the order is not cancelled', { reason: refusal.reason });
    const { orderId } = order.state();
    await order.note((progress) =>
      order.records.cancelRefused({ orderId, since: order.after(0), reason: refusal.reason, progress }),
    );
  }

  stop(stop: Stop): void {
    this.order.apply({ type: 'stopped', stop });
    this.order.scope.cancel();
  }

  /**
   * Asks whoever may refuse a cancellation first, so that a refusal leaves the order as it was. If all agree, `proceed`
   * stops the order.
   */
  callOff(stop: Stop, proceed: () => void): Promise<Refusal | undefined> {
    if (this.asked !== undefined) return this.asked;
    const outcome = recallAll(this.recalling(proceed), stop).finally(() => {
      this.asked = undefined;
    });
    this.asked = outcome;
    return outcome;
  }

  private recalling(proceed: () => void): Recalling {
    const { order } = this;
    const { orderId } = order.state();
    return {
      ...order,
      asked: (cancelling) => order.note((progress) => order.records.cancelAsked({ orderId, ...cancelling, progress })),
      refused: (why) => order.note((progress) => order.records.cancelRefused({ orderId, ...why, progress })),
      stopped: async () => {
        proceed();
        await order.turns.until(() => order.scope.consideredCancelled);
      },
    };
  }
}
