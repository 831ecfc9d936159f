/**
 * One thing at a time. A signal, an answer of another system, a decision or a timer gets its turn when
 * everything that the one before it caused has come to rest, record keeping included.
 *
 * Records are kept by local activities. When a workflow task outlives its timeout, a run sees the end of
 * a local activity after other events, while a replay may see it before them. So no command may depend on
 * which of the two came first, or the order would be stuck with a nondeterminism error.
 */
import { CancellationScope, condition } from '@temporalio/workflow';

export class Turns {
  /** Time of the present turn, milliseconds: when its cause arrived, which is the same in every replay. */
  now = Date.now();
  /** Records that are being kept or wait to be. */
  private recording = 0;
  private last: Promise<unknown> = Promise.resolve();
  /** A turn has been given and has not begun. */
  private given = false;
  private readonly awaited = new Set<() => boolean>();

  /** For whatever comes from outside: resolves when it is its turn. Turns are given in the order of arrival. */
  async next(arrivedAt = Date.now()): Promise<void> {
    let looked = false;
    await CancellationScope.nonCancellable(() =>
      condition(() => {
        // condition() looks at once, in the middle of what is going on; a turn begins at rest.
        if (looked && this.atRest()) {
          this.given = true;
          return true;
        }
        looked = true;
        return false;
      }),
    );
    this.given = false;
    this.now = Math.max(this.now, arrivedAt);
  }

  /** Keeps records one after another, within the present turn. */
  async record<T>(work: () => Promise<T>): Promise<T> {
    this.recording += 1;
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.recording -= 1;
    }
  }

  /** Waits until something that has had its turn makes it true. */
  async until(holds: () => boolean): Promise<void> {
    this.awaited.add(holds);
    try {
      await condition(holds);
    } finally {
      this.awaited.delete(holds);
    }
  }

  private atRest(): boolean {
    return this.recording === 0 && !this.given && ![...this.awaited].some((holds) => holds());
  }
}
