/**
 * Waiting with deadlines on one timer. A timer costs two events when it is started and cancelled, so
 * a deadline that is met costs none: the timer of the nearest deadline runs on, and is set to the next
 * one when it fires. Only a nearer deadline replaces it.
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { Turns } from './turns.ts';

export class DeadlineClock {
  private readonly turns: Turns;
  private readonly deadlines = new Map<symbol, number>();
  /** Patient deadlines start timers too. */
  private hurried = false;
  private timer: { firesAt: number; scope: CancellationScope } | undefined;

  constructor(turns: Turns) {
    this.turns = turns;
  }

  /**
   * Waits until `holds`; false when the deadline passes first.
   *
   * @param deadline milliseconds since the epoch
   * @param patient starts no timer by itself: for a deadline that matters only to an order which waits, and an order
   * that waits has other deadlines, whose timer then stops here too
   */
  async until(holds: () => boolean, deadline: number, { patient = false } = {}): Promise<boolean> {
    const mark = Symbol('deadline');
    this.deadlines.set(mark, deadline);
    try {
      if (!patient || this.hurried || this.timer !== undefined) this.setTimer();
      await this.turns.until(() => holds() || this.turns.now >= deadline);
      return holds();
    } finally {
      this.deadlines.delete(mark);
    }
  }

  /** From now on every deadline is kept to the moment: the order is held up and has no timer that would do. */
  hurry(): void {
    this.hurried = true;
    this.setTimer();
  }

  private setTimer(): void {
    const { now } = this.turns;
    const ahead = [...this.deadlines.values()].filter((deadline) => deadline > now);
    if (ahead.length === 0) return;
    const firesAt = Math.min(...ahead);
    if (this.timer !== undefined && this.timer.firesAt <= firesAt) return;
    this.timer?.scope.cancel();
    // Out of the caller's scope: an order that is stopped still has deadlines to keep.
    void CancellationScope.nonCancellable(() => this.run(firesAt));
  }

  private async run(firesAt: number): Promise<void> {
    const scope = new CancellationScope();
    this.timer = { firesAt, scope };
    try {
      await scope.run(() => sleep(Math.max(1, firesAt - Date.now()), { summary: 'nearest deadline' }));
    } catch (error) {
      if (isCancellation(error)) return;
      throw error;
    }
    await this.turns.next(firesAt);
    // A nearer deadline may have set another timer meanwhile.
    if (this.timer.scope === scope) this.timer = undefined;
    this.setTimer();
  }
}
