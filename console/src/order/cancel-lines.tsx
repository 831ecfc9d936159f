import { type FormEvent, useId, useState } from 'react';
import { isPositive } from '../../../domain/decimal.ts';
import { ApiProblem, type OrderLine } from '../api.ts';
import { useApi } from '../session.tsx';

interface Props {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly onCancelled: () => void;
}

/** Cancels what is still open of chosen lines. The order refuses what a warehouse has, line by line. */
export function CancelLines({ orderId, lines, onCancelled }: Props) {
  const api = useApi();
  const reasonField = useId();
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [reason, setReason] = useState('');
  const [attempt, setAttempt] = useState(newAttempt);
  const [sending, setSending] = useState(false);
  const [answer, setAnswer] = useState<{ refused: boolean; text: string }>();
  const open = lines.filter((line) => isPositive(line.open) || isPositive(line.backordered));
  if (open.length === 0) return null;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setSending(true);
    try {
      await api.cancelLines(orderId, { reason, lines: chosen.map((lineNumber) => ({ lineNumber })) }, attempt);
      setAnswer({ refused: false, text: 'Sent. The lines show it as soon as the order has taken it.' });
      setChosen([]);
      onCancelled();
    } catch (failure) {
      setAnswer({
        refused: true,
        text: failure instanceof ApiProblem ? (failure.detail ?? failure.title) : String(failure),
      });
    }
    setAttempt(newAttempt());
    setSending(false);
  }

  return (
    <details className="cancel-lines">
      <summary>Cancel lines</summary>
      <form onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend>Cancel all that is still open of</legend>
          {open.map(({ lineNumber, lineId, description }) => (
            <label key={lineNumber}>
              <input
                type="checkbox"
                checked={chosen.includes(lineNumber)}
                onChange={({ target }) =>
                  setChosen(target.checked ? [...chosen, lineNumber] : chosen.filter((one) => one !== lineNumber))
                }
              />{' '}
              Line {lineId}: {description}
            </label>
          ))}
        </fieldset>
        <label htmlFor={reasonField}>Reason</label>
        <input
          id={reasonField}
          required
          maxLength={500}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {answer && <p role={answer.refused ? 'alert' : 'status'}>{answer.text}</p>}
        <div className="actions">
          <button type="submit" disabled={sending || chosen.length === 0 || reason.trim() === ''}>
            {sending ? 'Sending…' : 'Cancel these lines'}
          </button>
        </div>
      </form>
    </details>
  );
}

/** Each press of the button is a request of its own; `crypto.randomUUID` needs HTTPS or localhost. */
function newAttempt(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
