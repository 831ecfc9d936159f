import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { ApiProblem } from '../api.ts';
import { newAttempt } from '../attempt.ts';
import { formatWords } from '../format.ts';
import { USE_CARRIER } from '../order/carrier-fields.tsx';
import { CORRECT } from '../order/correction-fields.tsx';
import { isRefusal, problemFrom, Refusal } from '../refusal.tsx';
import { useApi } from '../session.tsx';
import type { BulkOutcome, BulkTarget, InboxFilter, InboxItem } from './api.ts';
import type { Selection } from './selection.ts';
import { countOf, doneBy } from './words.ts';

interface Props {
  readonly selection: Selection;
  /** How many the filter finds, on all pages. */
  readonly total: number | undefined;
  readonly filter: () => InboxFilter;
  readonly onDone: (bulkResolutionId: string) => void;
}

/** What can be decided about the selected exceptions together. */
export function BulkBar({ selection, total = 0, filter, onDone }: Props) {
  const [chosen, setChosen] = useState<{ resolution: string; target: BulkTarget }>();
  const { items, everything } = selection;
  if (items.length === 0) return null;
  const count = everything ? Math.max(total, items.length) : items.length;
  const offered = everything ? resolutionsOfAny(items) : resolutionsOfAll(items);
  const target = (): BulkTarget => (everything ? { filter: filter() } : { exceptionIds: items.map(({ id }) => id) });
  return (
    <section className="bulk-bar" aria-label="Decide about the selected exceptions">
      <p role="status">
        <strong>{count.toLocaleString('en-US')} selected</strong>
      </p>
      {!everything && total > items.length && (
        <button type="button" onClick={() => selection.selectEverything()}>
          Select all {total.toLocaleString('en-US')} that match
        </button>
      )}
      <button type="button" onClick={() => selection.clear()}>
        Select none
      </button>
      <div className="actions">
        {offered.map((resolution) => (
          <button key={resolution} type="button" onClick={() => setChosen({ resolution, target: target() })}>
            {formatWords(resolution)}…
          </button>
        ))}
        {offered.length === 0 && <p className="quiet">No resolution is common to all of them.</p>}
      </div>
      {chosen && (
        <BulkDialog
          {...chosen}
          onClose={() => setChosen(undefined)}
          onDone={(id) => {
            setChosen(undefined);
            onDone(id);
          }}
        />
      )}
    </section>
  );
}

/** What needs further input is decided one by one. */
const NEEDS_INPUT: readonly string[] = [USE_CARRIER, CORRECT];

const possible = (item: InboxItem) => item.resolutions.filter((resolution) => !NEEDS_INPUT.includes(resolution));

function resolutionsOfAll([first, ...others]: readonly InboxItem[]): readonly string[] {
  if (first === undefined) return [];
  return possible(first).filter((resolution) => others.every((item) => item.resolutions.includes(resolution)));
}

/** Those of other pages are not known here: the preview tells which of them refuse. */
function resolutionsOfAny(items: readonly InboxItem[]): readonly string[] {
  return [...new Set(items.flatMap(possible))];
}

interface DialogProps {
  readonly resolution: string;
  readonly target: BulkTarget;
  readonly onClose: () => void;
  readonly onDone: (bulkResolutionId: string) => void;
}

function BulkDialog({ resolution, target, onClose, onDone }: DialogProps) {
  const api = useApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const noteField = useId();
  const [preview, setPreview] = useState<BulkOutcome>();
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const [sending, setSending] = useState(false);
  const [attempt, setAttempt] = useState(newAttempt);

  useEffect(() => {
    dialog.current?.showModal();
    let shown = true;
    api.previewResolutions(target, resolution).then(
      (found) => shown && setPreview(found),
      (failure: unknown) => shown && setProblem(problemFrom(failure, 'What it would do could not be asked')),
    );
    return () => {
      shown = false;
    };
  }, [api, target, resolution]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      const said = note.trim() === '' ? {} : { note: note.trim() };
      const done = await api.resolveMany(target, { resolution, ...said }, attempt);
      onDone(done.bulkResolutionId ?? '');
    } catch (failure) {
      const refusal = problemFrom(failure, 'The decision could not be sent');
      if (isRefusal(refusal)) setAttempt(newAttempt());
      setProblem(refusal);
      setSending(false);
    }
  }

  const words = formatWords(resolution);
  const count = preview?.taken.count ?? 0;
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>{words} together</h2>
        <div role="status">{preview ? <Preview outcome={preview} /> : !problem && <p>Asking what it would do…</p>}</div>
        <label htmlFor={noteField}>Note for the timelines</label>
        <textarea
          id={noteField}
          rows={3}
          maxLength={1000}
          value={note}
          onChange={(event) => {
            setNote(event.target.value);
            setAttempt(newAttempt());
          }}
        />
        {problem && <Refusal problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={sending || count === 0}>
            {sending ? 'Sending…' : `Confirm: ${words.toLowerCase()} ${count.toLocaleString('en-US')}`}
          </button>
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** What a decision would do, before it is done. */
function Preview({ outcome: { resolution, taken, refused } }: { readonly outcome: BulkOutcome }) {
  return (
    <>
      <p>
        <strong>
          {taken.count === 0 ? 'Nothing' : taken.count.toLocaleString('en-US')} will be {doneBy(resolution)}
          {refused.count > 0 && `, ${refused.count.toLocaleString('en-US')} cannot`}.
        </strong>
      </p>
      {taken.byType.length > 0 && (
        <ul aria-label={`Will be ${doneBy(resolution)}`}>
          {taken.byType.map(({ type, count }) => (
            <li key={type}>
              {count.toLocaleString('en-US')} × {formatWords(type).toLowerCase()}
            </li>
          ))}
        </ul>
      )}
      {refused.groups.length > 0 && (
        <ul aria-label="Cannot" className="bulk-refused">
          {refused.groups.map(({ type, code, reason, count }) => (
            <li key={`${type} ${code} ${reason}`}>
              {count.toLocaleString('en-US')} × {type === null ? 'unknown' : formatWords(type).toLowerCase()}: {reason}
            </li>
          ))}
        </ul>
      )}
      {taken.count > 0 && (
        <p className="quiet">
          {countOf(taken.count, 'order has', 'orders have')} the last word: what has gone on meanwhile stays as it is.
        </p>
      )}
    </>
  );
}
