import { type FormEvent, useId, useState } from 'react';
import { Refusal } from '../refusal.tsx';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';

/** Somebody says that it needs nothing, or what was done about it. */
export function DismissForm({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const api = useApi();
  const field = useId();
  const [note, setNote] = useState('');
  const { busy, problem, send } = useSending('It was not dismissed');

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await send(async () => {
      await api.dismissDeadLetter(id, note.trim());
      onDone();
    });
  }

  return (
    <section className="question" aria-label="Dismiss">
      <h2>Nothing to do</h2>
      <form onSubmit={(event) => void submit(event)}>
        <label htmlFor={field}>Why it needs nothing, or what was done about it</label>
        <input id={field} value={note} maxLength={1000} required onChange={(event) => setNote(event.target.value)} />
        <button type="submit" disabled={busy || note.trim() === ''}>
          Dismiss
        </button>
        {problem && <Refusal problem={problem} />}
      </form>
    </section>
  );
}
