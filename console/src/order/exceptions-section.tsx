import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import type { ApiProblem, OrderException } from '../api.ts';
import { newAttempt } from '../attempt.ts';
import { formatWords } from '../format.ts';
import { ExceptionWork } from '../inbox/work.tsx';
import { StatusBadge } from '../order-status.tsx';
import { isRefusal, problemFrom, Refusal } from '../refusal.tsx';
import { useApi } from '../session.tsx';
import { Ago, Deadline } from '../time.tsx';
import { CarrierFields, NO_CARRIER, statedOf, USE_CARRIER } from './carrier-fields.tsx';
import { Section } from './section.tsx';

interface Props {
  readonly exceptions: readonly OrderException[];
  readonly onResolved: () => void;
}

/** Open exceptions with their legal resolutions. The timeline shows resolved ones. */
export function ExceptionsSection({ exceptions, onResolved }: Props) {
  const open = exceptions.filter(({ state }) => state === 'open');
  if (open.length === 0) return null;
  return (
    <Section title={open.length === 1 ? 'One open exception' : `${open.length} open exceptions`}>
      <ul className="exceptions">
        {open.map((exception) => (
          <ExceptionCard key={exception.id} exception={exception} onResolved={onResolved} />
        ))}
      </ul>
    </Section>
  );
}

interface CardProps {
  readonly exception: OrderException;
  readonly onResolved: () => void;
}

function ExceptionCard({ exception, onResolved }: CardProps) {
  return (
    <li className="exception">
      <h3>{formatWords(exception.type)}</h3>
      <p className="exception-summary">{exception.summary}</p>
      {exception.otherOrders.length > 0 && <OtherOrders orders={exception.otherOrders} />}
      <p className="quiet">
        {formatWords(exception.category)}, at the step “{exception.step}” · owned by {exception.owner} · opened{' '}
        <Ago at={exception.openedAt} />
        {' · due '}
        <Deadline at={exception.dueAt} />
        {exception.escalatedAt && ' · escalated'}
      </p>
      <Resolutions exception={exception} onResolved={onResolved} />
      <ExceptionWork exception={exception} onChanged={onResolved} />
    </li>
  );
}

/** The buttons of the legal resolutions, each with its form. */
export function Resolutions({ exception, onResolved }: CardProps) {
  const [chosen, setChosen] = useState<string>();
  const [sent, setSent] = useState<string>();
  return (
    <>
      {sent === undefined ? (
        <div className="actions">
          {exception.resolutions.map((resolution) => (
            <button key={resolution} type="button" onClick={() => setChosen(resolution)}>
              {formatWords(resolution)}…
            </button>
          ))}
          {exception.resolutions.length === 0 && <p className="quiet">Nothing can be decided here.</p>}
        </div>
      ) : (
        <p role="status">{formatWords(sent)}: sent. The order goes on as soon as its workflow has taken it up.</p>
      )}
      {chosen !== undefined && (
        <ResolveDialog
          exception={exception}
          resolution={chosen}
          onClose={() => setChosen(undefined)}
          onSent={() => {
            setSent(chosen);
            setChosen(undefined);
            onResolved();
          }}
        />
      )}
    </>
  );
}

/** What a repeated PO number had become before, as it is now. */
function OtherOrders({ orders }: { readonly orders: OrderException['otherOrders'] }) {
  return (
    <ul className="other-orders" aria-label="Other orders under this PO number">
      {orders.map(({ orderId, poNumber, part, repeated, status, receivedAt }) => (
        <li key={orderId}>
          <Link to={`/orders/${encodeURIComponent(orderId)}`}>
            PO {poNumber}
            {part && `, ${part}`}
          </Link>{' '}
          <StatusBadge status={status} />{' '}
          <span className="quiet">
            {repeated && 'a repetition, '}received <Ago at={receivedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

interface DialogProps {
  readonly exception: OrderException;
  readonly resolution: string;
  readonly onClose: () => void;
  readonly onSent: () => void;
}

function ResolveDialog({ exception, resolution, onClose, onSent }: DialogProps) {
  const api = useApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const noteField = useId();
  const [note, setNote] = useState('');
  const [carrier, setCarrier] = useState(NO_CARRIER);
  const [problem, setProblem] = useState<ApiProblem>();
  const [sending, setSending] = useState(false);
  // Idempotency key: stays the same when an answer is lost; changes with the note or after a
  // refusal.
  const [attempt, setAttempt] = useState(newAttempt);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      const said = note.trim() === '' ? {} : { note: note.trim() };
      const stated = resolution === USE_CARRIER ? { carrier: statedOf(carrier) } : {};
      await api.resolve(exception.id, { resolution, ...said, ...stated }, attempt);
      onSent();
    } catch (failure) {
      const refusal = problemFrom(failure, 'The decision could not be sent');
      if (isRefusal(refusal)) setAttempt(newAttempt());
      setProblem(refusal);
      setSending(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>{formatWords(resolution)}</h2>
        <p>{exception.summary}</p>
        {resolution === USE_CARRIER && (
          <CarrierFields
            carrier={carrier}
            onChange={(next) => {
              setCarrier(next);
              setAttempt(newAttempt());
            }}
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
        {problem && <Refusal problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={sending}>
            {sending ? 'Sending…' : `Confirm: ${formatWords(resolution).toLowerCase()}`}
          </button>
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}
