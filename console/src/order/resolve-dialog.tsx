import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { ApiProblem, ExceptionDecision, OrderException, ResolutionForecast } from '../api.ts';
import { newAttempt } from '../attempt.ts';
import { formatMoney, formatWords } from '../format.ts';
import { isRefusal, problemFrom, Refusal } from '../refusal.tsx';
import { useApi } from '../session.tsx';
import { CarrierFields, NO_CARRIER, statedOf, USE_CARRIER } from './carrier-fields.tsx';
import { CORRECT, CorrectionFields, correctionsIn, type Entered, NOTHING_ENTERED } from './correction-fields.tsx';

interface DialogProps {
  readonly exception: OrderException;
  readonly resolution: string;
  readonly onClose: () => void;
  readonly onSent: () => void;
}

/** Asks for what a resolution needs, tells what it leads to, and takes it. */
export function ResolveDialog({ exception, resolution, onClose, onSent }: DialogProps) {
  const api = useApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const noteField = useId();
  const [note, setNote] = useState('');
  const [carrier, setCarrier] = useState(NO_CARRIER);
  const [entered, setEntered] = useState<Entered>(NOTHING_ENTERED);
  const [forecast, setForecast] = useState<ResolutionForecast>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  // Idempotency key: stays the same when an answer is lost; changes with the decision or after a
  // refusal.
  const [attempt, setAttempt] = useState(newAttempt);
  const needsInput = resolution === CORRECT || resolution === USE_CARRIER;

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  useEffect(() => {
    if (needsInput) return;
    const gone = new AbortController();
    // The decision can be taken without its forecast.
    api.forecast(exception.id, { resolution }, gone.signal).then(setForecast, () => undefined);
    return () => gone.abort();
  }, [api, exception.id, resolution, needsInput]);

  function decision(): ExceptionDecision {
    return {
      resolution,
      ...(note.trim() !== '' && { note: note.trim() }),
      ...(resolution === USE_CARRIER && { carrier: statedOf(carrier) }),
      ...(resolution === CORRECT && { corrections: correctionsIn(entered) }),
    };
  }

  async function attempting(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (failure) {
      const refusal = problemFrom(failure, 'The decision could not be sent');
      if (isRefusal(refusal)) setAttempt(newAttempt());
      setProblem(refusal);
    } finally {
      setBusy(false);
    }
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    await attempting(async () => {
      await api.resolve(exception.id, decision(), attempt);
      onSent();
    });
  }

  function change(next: () => void): void {
    next();
    setForecast(undefined);
    setAttempt(newAttempt());
  }

  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>{formatWords(resolution)}</h2>
        <p>{exception.summary}</p>
        {resolution === USE_CARRIER && (
          <CarrierFields carrier={carrier} onChange={(next) => change(() => setCarrier(next))} />
        )}
        {resolution === CORRECT && (
          <CorrectionFields
            exception={exception}
            entered={entered}
            onChange={(next) => change(() => setEntered(next))}
          />
        )}
        <label htmlFor={noteField}>Note for the timeline</label>
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
        {forecast && <Foreseen forecast={forecast} />}
        {problem && <Refusal problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={busy}>
            {busy ? 'Sending…' : `Confirm: ${formatWords(resolution).toLowerCase()}`}
          </button>
          {resolution === CORRECT && (
            <button
              type="button"
              disabled={busy}
              onClick={() => void attempting(async () => setForecast(await api.forecast(exception.id, decision())))}
            >
              What would happen?
            </button>
          )}
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Foreseen({ forecast }: { readonly forecast: ResolutionForecast }) {
  const { effect, corrections, remembered, asksNext, goodsTotal } = forecast;
  return (
    <div className="foreseen" role="status">
      <p>{effect}</p>
      {corrections.length > 0 && (
        <ul>
          {corrections.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {remembered > 0 && (
        <p>It is kept for later orders, and other orders of the partner that wait for the same go on.</p>
      )}
      {asksNext && (
        <p>
          Next it asks: <strong>{formatWords(asksNext.type)}</strong>, {asksNext.summary}
        </p>
      )}
      {goodsTotal && (
        <p>The check of the order then passes, with goods for {formatMoney(goodsTotal.amount, goodsTotal.currency)}.</p>
      )}
    </div>
  );
}
