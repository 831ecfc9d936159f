import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import { ApiProblem } from './api.ts';

export interface Live<T> {
  /**
   * The last answer for this key; with `keepPrevious`, the previous key's answer during a change.
   */
  readonly data: T | undefined;
  /** When `data` arrived, milliseconds since 1970. */
  readonly receivedAt: number | undefined;
  /** Error of the last attempt; `data` then is from an earlier attempt. */
  readonly problem: ApiProblem | undefined;
  /** Whether `data` belongs to the previous key while the new data loads. */
  readonly changing: boolean;
  /** Reloads immediately. */
  readonly refresh: () => void;
}

interface Options {
  /** Milliseconds from an answer to the next call; once only when unset. */
  readonly every?: number;
  /**
   * Keeps the previous key's data until the new data arrives, so that a list does not flash empty.
   */
  readonly keepPrevious?: boolean;
}

interface Held<T> {
  readonly key: string;
  readonly data?: T | undefined;
  readonly receivedAt?: number | undefined;
  readonly problem?: ApiProblem | undefined;
}

const LONGEST_WAIT = 60_000;

/**
 * Loads data and polls after each answer. Polling stops while the tab is hidden and resumes
 * immediately when it is shown. Failures back off, or wait as the API requests; the last data
 * stays.
 */
export function useLive<T>(key: string, load: (signal: AbortSignal) => Promise<T>, options: Options = {}): Live<T> {
  const { every, keepPrevious = false } = options;
  const [held, setHeld] = useState<Held<T>>({ key });
  const [asked, setAsked] = useState(0);
  const loadLatest = useEffectEvent(load);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` restarts the effect on request.
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let running = false;
    let failures = 0;

    async function run(): Promise<void> {
      if (running) return;
      running = true;
      clearTimeout(timer);
      let wait = every;
      try {
        const data = await loadLatest(abort.signal);
        if (abort.signal.aborted) return;
        failures = 0;
        setHeld({ key, data, receivedAt: Date.now() });
      } catch (failure) {
        if (abort.signal.aborted) return;
        const problem = asProblem(failure);
        failures += 1;
        wait = waitAfter(problem, failures, every);
        setHeld((before) => ({ ...(before.key === key || keepPrevious ? before : {}), key, problem }));
      } finally {
        running = false;
      }
      if (wait !== undefined && !document.hidden) timer = setTimeout(() => void run(), wait);
    }

    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer);
      else if (every !== undefined) void run();
    };
    document.addEventListener('visibilitychange', onVisibility);
    void run();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, every, keepPrevious, asked]);

  const refresh = useCallback(() => setAsked((count) => count + 1), []);
  const changing = held.key !== key;
  const shown: Held<T> = changing && !keepPrevious ? { key } : held;
  return {
    data: shown.data,
    receivedAt: shown.receivedAt,
    problem: changing ? undefined : shown.problem,
    changing,
    refresh,
  };
}

function asProblem(failure: unknown): ApiProblem {
  if (failure instanceof ApiProblem) return failure;
  const detail = failure instanceof Error ? failure.message : String(failure);
  return new ApiProblem({ status: 0, code: 'console-error', title: 'The console could not read the answer', detail });
}

/** A permanent error stops the polling; every other error is retried. */
function waitAfter(problem: ApiProblem, failures: number, every: number | undefined): number | undefined {
  if (problem.retryAfter !== undefined) return problem.retryAfter * 1000;
  if (problem.status === 401 || problem.status === 403) return undefined;
  return Math.min((every ?? 2_000) * 2 ** (failures - 1), LONGEST_WAIT);
}
