import { ApiProblem } from './api.ts';

/** What kept something from being sent, as a problem. */
export function problemFrom(failure: unknown, title: string): ApiProblem {
  if (failure instanceof ApiProblem) return failure;
  return new ApiProblem({ status: 0, code: 'console-error', title, detail: String(failure) });
}

/** Whether the API refused it: a repetition would be another request. */
export function isRefusal({ status }: ApiProblem): boolean {
  return status >= 400 && status < 500;
}

/** Why something was not done, beside the button for it. */
export function Refusal({ problem }: { readonly problem: ApiProblem }) {
  return (
    <div className="refusal" role="alert">
      <p>
        <strong>{problem.title}.</strong> {problem.detail}
      </p>
      {problem.errors.some(({ message }) => message !== problem.detail) && (
        <ul>
          {problem.errors.map((fault) => (
            <li key={`${fault.path} ${fault.message}`}>
              {fault.path && <code>{fault.path}</code>} {fault.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
