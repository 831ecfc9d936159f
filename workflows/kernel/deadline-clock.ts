/**
 * Waiting with deadlines on one timer. A timer costs two events when it is started and cancelled, so
 * a deadline that is met costs none: the timer of the nearest deadline runs on, and is set to the next
 * one when it fires. Only a nearer deadline replaces it.
 */
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';

export class DeadlineClock {
  private readonly deadlines = new Map<symbol, number>();
  private timer: { firesAt: number; scope: CancellationScope } | undefined;

  /**
   * Waits until `holds`; false when the deadline passes first.
   *
   * @param deadline milliseconds since the epoch
   */
  async until(holds: () => boolean, deadline: number): Promise<boolean> {
    const mark = Symbol('deadline');
    this.deadlines.set(mark, deadline);
    try {
      this.setTimer();
      await condition(() => holds() || Date.now() >= deadline);
      return holds();
    } finally {
      this.deadlines.delete(mark);
    }
  }

  private setTimer(): void {
    const now = Date.now();
    const ahead = [...this.deadlines.values()].filter((deadline) => deadline > now);
    if (ahead.length === 0) return;
    const firesAt = Math.min(...ahead);
    if (this.timer !== undefined && this.timer.firesAt <= firesAt) return;
    this.timer?.scope.cancel();
    // Out of the caller's scope: an order that is stopped still has deadlines to keep.
    void CancellationScope.nonCancellable(async () => {
      const scope = new CancellationScope();
      this.timer = { firesAt, scope };
      try {
        await scope.run(() => sleep(firesAt - now, { summary: 'nearest deadline' }));
      } catch (error) {
        if (isCancellation(error)) return;
        throw error;
      }
      this.timer = undefined;
      this.setTimer();
    });
  }
}
