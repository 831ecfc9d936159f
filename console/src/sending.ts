import { useState } from 'react';
import type { ApiProblem } from './api.ts';
import { newAttempt } from './attempt.ts';
import { isRefusal, problemFrom } from './refusal.tsx';

/** What a form knows of what it sends. */
export interface Sending {
  readonly busy: boolean;
  /** Why it was not done. */
  readonly problem: ApiProblem | undefined;
  /** Sends under an idempotency key, which stays the same while an answer may be lost. */
  readonly send: (work: (attempt: string) => Promise<void>) => Promise<void>;
  /** What is sent from now on is another request. */
  readonly renew: () => void;
}

/** @param failed title of a failure that the API did not tell */
export function useSending(failed: string): Sending {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const [attempt, setAttempt] = useState(newAttempt);
  const renew = () => setAttempt(newAttempt());
  async function send(work: (attempt: string) => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await work(attempt);
    } catch (failure) {
      const found = problemFrom(failure, failed);
      if (isRefusal(found)) renew();
      setProblem(found);
    } finally {
      setBusy(false);
    }
  }
  return { busy, problem, send, renew };
}
