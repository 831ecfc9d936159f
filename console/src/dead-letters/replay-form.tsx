import { useId, useState } from 'react';
import { Refusal } from '../refusal.tsx';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';
import type { DeadLetterDetail, Reading, Replayed } from './api.ts';
import { correctionHint } from './words.ts';

/** Takes it again: first what would happen, then, with a reason, for good. */
export function ReplayForm({ letter, onDone }: { readonly letter: DeadLetterDetail; readonly onDone: () => void }) {
  const api = useApi();
  const ids = { why: useId(), content: useId(), version: useId() };
  const [why, setWhy] = useState('');
  const [content, setContent] = useState('');
  const [version, setVersion] = useState('');
  const [correcting, setCorrecting] = useState(false);
  const [told, setTold] = useState<Replayed>();
  const { busy, problem, send } = useSending('It was not taken');
  const isRead = letter.kind === 'document' || letter.kind === 'acknowledgment';
  const changed = { ...(correcting && { content }), ...(version !== '' && { profileVersion: version }) };

  const replay = (dryRun: boolean) =>
    send(async () => {
      const stated = { ...changed, ...(dryRun ? { dryRun } : { why: why.trim() }) };
      const answer = await api.replay(letter.id, stated).catch((failure: unknown) => {
        setTold(undefined);
        throw failure;
      });
      setTold(dryRun ? answer : undefined);
      if (!dryRun) onDone();
    });

  /** What was told is of what was given before. */
  const set = (change: (text: string) => void) => (text: string) => {
    change(text);
    setTold(undefined);
  };

  return (
    <section className="question open" aria-label="Take it again">
      <h2>Take it again</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void replay(told === undefined);
        }}
      >
        <label>
          <input
            type="checkbox"
            checked={correcting}
            onChange={(event) => {
              setCorrecting(event.target.checked);
              setTold(undefined);
              if (content === '') setContent(letter.kind === 'payment' ? '{"invoiceNumber": ""}' : letter.content.text);
            }}
          />{' '}
          With corrected content
        </label>
        {correcting && (
          <>
            <label htmlFor={ids.content}>Corrected content</label>
            <textarea
              id={ids.content}
              rows={8}
              spellCheck={false}
              value={content}
              onChange={(event) => set(setContent)(event.target.value)}
            />
            <p className="quiet">{correctionHint(letter.kind)} What came stays as it is, beside it.</p>
          </>
        )}
        {isRead && (
          <>
            <label htmlFor={ids.version}>Version of the profile (empty: today’s)</label>
            <input id={ids.version} value={version} onChange={(event) => set(setVersion)(event.target.value.trim())} />
          </>
        )}
        {told === undefined ? (
          <button type="submit" disabled={busy}>
            Show what would happen
          </button>
        ) : (
          <>
            <Told told={told} />
            <label htmlFor={ids.why}>Why it is taken again</label>
            <input id={ids.why} value={why} maxLength={1000} onChange={(event) => setWhy(event.target.value)} />
            <button type="submit" disabled={busy || why.trim() === ''}>
              Take it
            </button>
          </>
        )}
        {problem && <Refusal problem={problem} />}
      </form>
    </section>
  );
}

function Told({ told: { effect, before, now, differences, differenceCount } }: { readonly told: Replayed }) {
  return (
    <div role="status">
      <p>
        <strong>What would happen:</strong> {effect}.
      </p>
      {now && (
        <p className="quiet">
          {before && `Then: ${wordsOf(before)}. `}Now: {wordsOf(now)}.
        </p>
      )}
      {differences.length > 0 && (
        <details>
          <summary>
            {differenceCount} {differenceCount === 1 ? 'value differs' : 'values differ'}
            {differenceCount > differences.length && `, the first ${differences.length} are shown`}
          </summary>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">Where</th>
                <th scope="col">Then</th>
                <th scope="col">Now</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ path, before: then, now: today }) => (
                <tr key={path}>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  <td>{then === undefined ? '–' : String(then)}</td>
                  <td>{today === undefined ? '–' : String(today)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}

function wordsOf({ verdict, profileVersion, faults }: Reading): string {
  const words = { accepted: 'taken', rejected: 'refused', held: 'held' }[verdict];
  return `${words} under profile ${profileVersion}${faults.length === 0 ? '' : ` (${faults.join('; ')})`}`;
}
