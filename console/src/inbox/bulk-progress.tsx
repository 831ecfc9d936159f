import { useEffect, useState } from 'react';
import { Link } from 'react-router-dom';
import { ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import type { BulkProgress as Progress } from './api.ts';
import { subjectPath } from './subject-path.ts';
import { countOf, doneBy } from './words.ts';

const REFRESH = 1_500;

/** How far a decision about many is. It is in the address, so that a reload shows it again. */
export function BulkProgress(props: {
  readonly id: string;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const { id, onChanged, onClose } = props;
  const api = useApi();
  const [done, setDone] = useState(false);
  const first = useLive(`bulk ${id}`, (signal) => api.bulkProgress(id, signal), done ? {} : { every: REFRESH });
  useEffect(() => setDone(first.data !== undefined && isDone(first.data)), [first.data]);
  const settled = first.data ? first.data.resolved + first.data.otherwise : 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list changes with what is settled.
  useEffect(() => {
    if (settled > 0) onChanged();
  }, [settled]);

  if (first.data === undefined) {
    return first.problem ? (
      <ProblemBanner problem={first.problem} what="this decision" onRetry={first.refresh} />
    ) : null;
  }
  return (
    <div className="banner bulk-progress">
      <div>
        <p role="status">{sentenceOf(first.data)}</p>
        {first.data.waiting === 0 && first.data.rest.length > 0 && <Rest progress={first.data} />}
      </div>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}

function isDone({ waiting, open }: Progress): boolean {
  return waiting + open === 0;
}

function sentenceOf({ resolution, total, resolved, otherwise, waiting, open }: Progress): string {
  const parts = [
    `${resolved.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${doneBy(resolution)}`,
    ...(otherwise > 0 ? [`${otherwise.toLocaleString('en-US')} resolved otherwise`] : []),
    ...(waiting > 0 ? [`${countOf(waiting, 'order')} still to be told`] : []),
    ...(open > 0 ? [`${open.toLocaleString('en-US')} told and still open`] : []),
  ];
  return `${parts.join(', ')}.`;
}

/** Those that are not resolved as decided: somebody else was faster, or their order cannot take it. */
function Rest({ progress: { rest, resolution } }: { readonly progress: Progress }) {
  return (
    <details>
      <summary>Not {doneBy(resolution)}</summary>
      <ul aria-label={`Not ${doneBy(resolution)}`}>
        {rest.map((one) => (
          <li key={one.exceptionId}>
            <Link to={subjectPath(one)}>{one.returnId === null ? `PO ${one.poNumber}` : one.poNumber}</Link>{' '}
            <span className="quiet">
              {one.resolution === null ? 'still open' : doneBy(one.resolution)}
              {one.resolvedBy !== null && ` by ${one.resolvedBy}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
