import { type FormEvent, useId, useState } from 'react';
import { useMay } from '../me.tsx';
import { Refusal } from '../refusal.tsx';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';
import type { Comment } from './api.ts';

const REFRESH = 10_000;
/** Pages that are read at once; more comments than these have nobody who reads them. */
const MOST_PAGES = 10;

/** What people wrote about an exception, with a form to add to it. */
export function Comments({ exceptionId, onChanged }: { readonly exceptionId: string; readonly onChanged: () => void }) {
  const api = useApi();
  const may = useMay('exceptions:resolve');
  const comments = useLive(
    `comments ${exceptionId}`,
    async (signal) => {
      const all: Comment[] = [];
      let cursor: string | null = '';
      for (let page = 0; cursor !== null && page < MOST_PAGES; page += 1) {
        const found: { items: Comment[]; nextCursor: string | null } = await api.comments(exceptionId, cursor, signal);
        all.push(...found.items);
        cursor = found.nextCursor;
      }
      return all;
    },
    { every: REFRESH },
  );
  const items = comments.data ?? [];
  return (
    <div className="comments">
      {comments.problem && comments.data === undefined && <Refusal problem={comments.problem} />}
      {items.length > 0 && (
        <ol aria-label="Comments">
          {items.map(({ id, at, author, text }) => (
            <li key={id}>
              <p className="comment-text">{text}</p>
              <p className="quiet">
                {author}, <Ago at={at} />
              </p>
            </li>
          ))}
        </ol>
      )}
      {may && (
        <CommentForm
          exceptionId={exceptionId}
          onSent={() => {
            comments.refresh();
            onChanged();
          }}
        />
      )}
    </div>
  );
}

function CommentForm({ exceptionId, onSent }: { readonly exceptionId: string; readonly onSent: () => void }) {
  const api = useApi();
  const field = useId();
  const [text, setText] = useState('');
  const { busy, problem, send, renew } = useSending('The comment could not be sent');

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await send(async (attempt) => {
      await api.comment(exceptionId, text.trim(), attempt);
      setText('');
      renew();
      onSent();
    });
  }

  return (
    <form className="comment-form" onSubmit={(event) => void submit(event)}>
      <label className="visually-hidden" htmlFor={field}>
        Comment
      </label>
      <textarea
        id={field}
        rows={2}
        maxLength={2000}
        required
        placeholder="Comment for your colleagues"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          renew();
        }}
      />
      <button type="submit" disabled={busy || text.trim() === ''}>
        Add comment
      </button>
      {problem && <Refusal problem={problem} />}
    </form>
  );
}
