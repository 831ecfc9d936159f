import type { ReactNode } from 'react';
import type { ApiProblem } from './api.ts';
import { formatClock } from './format.ts';

/** The states in which there is nothing, or nothing new, to show. */

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
  /** What could not be shown, as in "the orders". */
  readonly what: string;
  /** When the data that is still shown arrived; unset when there is none. */
  readonly shownSince?: number | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** Above what was last received: it stays readable, and says how old it is. */
export function ProblemBanner({ problem, what, shownSince, onRetry }: ProblemProps) {
  const { title, advice } = describe(problem, what);
  return (
    <div className="banner" role="alert">
      <p>
        <strong>{title}</strong> {advice}
        {shownSince !== undefined && ` Shown is what was received at ${formatClock(shownSince)}.`}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try now
        </button>
      )}
    </div>
  );
}

/** In place of what could not be shown at all. */
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
    return { title: 'The API does not answer.', advice: 'The console keeps trying by itself.' };
  }
  if (problem.status === 429) {
    const wait = problem.retryAfter === undefined ? 'a while' : `${problem.retryAfter} s`;
    return {
      title: 'Too many requests.',
      advice: `The API asked to wait ${wait}; the console then goes on by itself.`,
    };
  }
  if (problem.status === 403) {
    return {
      title: `This key may not read ${what}.`,
      advice: problem.detail ?? 'Sign in with a key that has the scope.',
    };
  }
  if (problem.status === 404) {
    return { title: `There is no such ${what}.`, advice: problem.detail ?? 'Check the number, or search for it.' };
  }
  if (problem.status >= 500) {
    return { title: 'The API has a fault.', advice: `${problem.detail ?? problem.title} The console keeps trying.` };
  }
  return { title: `The API refused: ${problem.title}.`, advice: problem.detail ?? '' };
}
