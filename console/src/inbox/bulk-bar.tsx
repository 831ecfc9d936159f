import { useEffect, useId, useState } from 'react';
import type { ApiProblem } from '../api.ts';
import { FormDialog } from '../form-dialog.tsx';
import { formatWords } from '../format.ts';
import { USE_CARRIER } from '../order/carrier-fields.tsx';
import { CORRECT } from '../order/correction-fields.tsx';
import { OTHER_NODE } from '../order/node-field.tsx';
import { instantOf, WAIT, WaitField } from '../order/wait-field.tsx';
import { problemFrom } from '../refusal.tsx';
import { useSending } from '../sending.ts';
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
const NEEDS_INPUT: readonly string[] = [USE_CARRIER, CORRECT, OTHER_NODE];

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
  const noteField = useId();
  const [preview, setPreview] = useState<BulkOutcome>();
  const [note, setNote] = useState('');
  const [until, setUntil] = useState('');
  const [unknown, setUnknown] = useState<ApiProblem>();
  const sending = useSending('The decision could not be sent');

  useEffect(() => {
    let shown = true;
    api.previewResolutions(target, resolution).then(
      (found) => shown && setPreview(found),
      (failure: unknown) => shown && setUnknown(problemFrom(failure, 'What it would do could not be asked')),
    );
    return () => {
      shown = false;
    };
  }, [api, target, resolution]);

  const submit = () =>
    sending.send(async (attempt) => {
      const said = note.trim() === '' ? {} : { note: note.trim() };
      const later = resolution === WAIT ? { until: instantOf(until) } : {};
      const done = await api.resolveMany(target, { resolution, ...said, ...later }, attempt);
      onDone(done.bulkResolutionId ?? '');
    });

  const words = formatWords(resolution);
  const count = preview?.taken.count ?? 0;
  return (
    <FormDialog
      title={`${words} together`}
      sending={{ busy: sending.busy, problem: sending.problem ?? unknown }}
      onSubmit={submit}
      onClose={onClose}
      button={`Confirm: ${words.toLowerCase()} ${count.toLocaleString('en-US')}`}
      busyButton="Sending…"
      disabled={count === 0}
    >
      <div role="status">{preview ? <Preview outcome={preview} /> : !unknown && <p>Asking what it would do…</p>}</div>
      {resolution === WAIT && (
        <WaitField
          until={until}
          onChange={(next) => {
            setUntil(next);
            sending.renew();
          }}
        />
      )}
      <label htmlFor={noteField}>Note for the timelines</label>
      <textarea
        id={noteField}
        rows={3}
        maxLength={1000}
        value={note}
        onChange={(event) => {
          setNote(event.target.value);
          sending.renew();
        }}
      />
    </FormDialog>
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
