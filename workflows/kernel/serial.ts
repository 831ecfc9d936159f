/**
 * Runs work one piece after another, in the order of the calls.
 *
 * Local activities must not be in flight together. When two end at about the same time, a run may see
 * them in two activations and a replay in one, and the branches of the workflow would then issue
 * their commands in another order.
 */
export class Serial {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
