import type { ReactNode } from 'react';
import type { ApiProblem } from './api.ts';
import { formatClock } from './format.ts';

/** Notices for loading, empty and failed states. */

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface ProblemProps {
  readonly problem: ApiProblem;
  /** The missing data, such as "the orders". */
  readonly what: string;
  /** Arrival time of the data on screen; unset if there is none. */
  readonly shownSince?: number | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** A banner above the last received data, with its age. */
export function ProblemBanner({ problem, what, shownSince, onRetry }: ProblemProps) {
  const { title, advice } = describe(problem, what);
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{title}</strong> {advice}
        {shownSince !== undefined && ` Showing data from ${formatClock(shownSince)}.`}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try now
        </button>
      )}
    </div>
  );
}

/** Replaces content that could not be loaded. */
export function ProblemPanel({ problem, what, onRetry }: Omit<ProblemProps, 'shownSince'>) {
  const { title, advice } = describe(problem, what);
  return (
    <div className="empty" role="alert">
      <h2>{title}</h2>
      <p>{advice}</p>
      <p className="quiet">
        <code>{problem.code}</code>
        {problem.status !== 0 && ` · status ${problem.status}`}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try now
        </button>
      )}
    </div>
  );
}

function describe(problem: ApiProblem, what: string): { title: string; advice: string } {
  if (problem.code === 'unreachable') {
    return { title: 'The API does not answer.', advice: 'The console keeps retrying.' };
  }
  if (problem.status === 429) {
    const wait = problem.retryAfter === undefined ? 'a while' : `${problem.retryAfter} s`;
    return {
      title: 'Too many requests.',
      advice: `The console retries after ${wait}.`,
    };
  }
  if (problem.status === 403) {
    return {
      title: `This key cannot read ${what}.`,
      advice: problem.detail ?? 'Sign in with a key that has the required scope.',
    };
  }
  if (problem.status === 404) {
    return { title: `There is no such ${what}.`, advice: problem.detail ?? 'Check the number, or search for it.' };
  }
  if (problem.status >= 500) {
    return { title: 'The API failed.', advice: `${problem.detail ?? problem.title} The console keeps retrying.` };
  }
  return { title: `The API rejected the request: ${problem.title}.`, advice: problem.detail ?? '' };
}
