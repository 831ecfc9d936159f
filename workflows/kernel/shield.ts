/**
 * Keeps a cancellation that somebody requests in the Temporal UI, or by its CLI, from tearing a process apart: without
 * this every step would fail where it stands, and nothing done so far would be undone. Handlers run outside of the
 * process, so that each needs the shield as well.
 */
import { CancellationScope } from '@temporalio/workflow';

export function shielded<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return (...args) => CancellationScope.nonCancellable(() => work(...args));
}
