/** What a failure means: its type, its reason in plain words, and the refusal of an update. */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** The refusal of an update, as its caller sees it. */
export function refuse(refusal: { readonly code: string; readonly reason: string } | undefined): void {
  if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal.reason, refusal.code);
}

export function typeOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** The call was tried until its deadline. */
export function gaveUp(error: unknown): boolean {
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
