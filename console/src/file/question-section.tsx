import { type FormEvent, useId, useState } from 'react';
import { Link } from 'react-router-dom';
import { ApiProblem, type DocumentQuestion, type DocumentSummary } from '../api.ts';
import { formatExact } from '../format.ts';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';

/** A document that nothing processes: what it asks, and the two things that a person can do. */
export function QuestionSection(props: { readonly document: DocumentSummary; readonly onChanged: () => void }) {
  const { document, onChanged } = props;
  const api = useApi();
  const { question } = document;
  if (question === null) return null;
  if (!question.open) {
    return (
      <section className="question" aria-label={question.outcome === 'refused' ? 'Refused' : 'Handled by a person'}>
        <h2>{question.outcome === 'refused' ? 'Refused' : 'Handled by a person'}</h2>
        <Points change={question.change} />
        <p>
          {question.note}
          <span className="quiet">
            {' '}
            · {question.handledBy}
            {question.handledAt && `, ${formatExact(question.handledAt)}`}
          </span>
        </p>
      </section>
    );
  }
  return (
    <section className="question open" aria-label="Waits for a person">
      <h2>Waits for a person</h2>
      <p>
        The partner {question.asks}
        {question.poNumber !== null && (
          <>
            {' '}
            (PO {document.orderIds.length === 0 ? `${question.poNumber}, not known here` : <PoLink {...document} />})
          </>
        )}
        . {question.change === null ? 'Nothing here processes this document; it waits' : 'It waits'} since{' '}
        <Ago at={question.since} />.
      </p>
      <Points change={question.change} />
      {question.change?.applies && <ApplyButton documentId={document.id} onSent={onChanged} />}
      {question.change !== null && question.change.cancels.length > 0 && (
        <OneField
          label="Reason for cancelling"
          button="Cancel the order"
          required="Say why the order is cancelled"
          send={async (reason) => {
            for (const link of question.change?.cancels ?? []) await api.cancelAt(link, reason);
          }}
          onSent={onChanged}
        />
      )}
      <OneField
        label="What was done, or why it is refused"
        button="Mark as handled"
        required="Say what was done, or why it is refused"
        long
        send={(note) => api.handleDocument(document.id, note, 'done')}
        other={{ button: 'Refuse', send: (note) => api.handleDocument(document.id, note, 'refused') }}
        onSent={onChanged}
      />
      <p className="quiet">
        A partner whose profile has the application advice (824) is told which of the two, and why it is refused.
      </p>
      <OneField
        label="PO number of the order that it is about"
        button="Show it with the order"
        required="Enter a PO number"
        send={(poNumber) => api.assignDocument(document.id, poNumber)}
        onSent={onChanged}
      />
    </section>
  );
}

/** What a change asks, line by line, against what the order has. */
function Points({ change }: { readonly change: DocumentQuestion['change'] }) {
  if (change === null) return null;
  if (change.points.length === 0) return <p>The order has all that it states already.</p>;
  return (
    <>
      {change.sequence !== null && <p>Change {change.sequence} of the order:</p>}
      <ul aria-label="What is to change">
        {change.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <p className="quiet">Nothing is changed by it until a person says so.</p>
    </>
  );
}

function PoLink({ orderIds: [orderId], question }: DocumentSummary) {
  return <Link to={`/orders/${encodeURIComponent(orderId ?? '')}`}>{question?.poNumber}</Link>;
}

/** The order takes the change as it was sent, and the partner is told what became of it. */
function ApplyButton({ documentId, onSent }: { readonly documentId: string; readonly onSent: () => void }) {
  const api = useApi();
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState('');
  async function apply(): Promise<void> {
    setSending(true);
    setRefusal('');
    try {
      await api.applyDocument(documentId);
      onSent();
    } catch (failure) {
      setRefusal(failure instanceof ApiProblem ? `${failure.title}. ${failure.detail ?? ''}` : String(failure));
    }
    setSending(false);
  }
  return (
    <div className="actions">
      <button type="button" className="primary" disabled={sending} onClick={() => void apply()}>
        {sending ? 'Applying…' : 'Apply the change to the order'}
      </button>
      {refusal !== '' && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly button: string;
  readonly required: string;
  readonly long?: boolean;
  readonly send: (text: string) => Promise<void>;
  /** A second thing to do with the text. */
  readonly other?: { readonly button: string; readonly send: (text: string) => Promise<void> };
  readonly onSent: () => void;
}

function OneField({ label, button, required, long = false, send, other, onSent }: FieldProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState('');
  const [sending, setSending] = useState(false);

  async function submit(event: FormEvent | undefined, act = send): Promise<void> {
    event?.preventDefault();
    if (text.trim() === '') {
      setRefusal(`${required}.`);
      return;
    }
    setSending(true);
    setRefusal('');
    try {
      await act(text.trim());
      setText('');
      onSent();
    } catch (failure) {
      setRefusal(failure instanceof ApiProblem ? `${failure.title}. ${failure.detail ?? ''}` : String(failure));
    } finally {
      setSending(false);
    }
  }

  const field = { id, value: text, maxLength: long ? 1000 : 80 };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>{label}</label>
      {long ? (
        <textarea {...field} rows={2} onChange={(event) => setText(event.target.value)} />
      ) : (
        <input {...field} onChange={(event) => setText(event.target.value)} />
      )}
      <button type="submit" disabled={sending}>
        {button}
      </button>
      {other && (
        <button type="button" disabled={sending} onClick={() => void submit(undefined, other.send)}>
          {other.button}
        </button>
      )}
      {refusal !== '' && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </form>
  );
}

/** On the page of an order: what the partner asks beside it, and nobody has dealt with. */
export function OpenQuestions(props: { readonly orderId: string; readonly documents: readonly DocumentSummary[] }) {
  const open = props.documents.filter(({ question }) => question?.open);
  if (open.length === 0) return null;
  return (
    <section className="question open" aria-label="Open questions">
      {open.map(({ id, transactionSet, name, question }) => (
        <p key={id}>
          The partner {question?.asks}:{' '}
          <Link to={`/orders/${encodeURIComponent(props.orderId)}/documents/${encodeURIComponent(id)}`}>
            {transactionSet} {name}
          </Link>
          , waiting for a person since {question && <Ago at={question.since} />}.
          {question?.change && question.change.points.length > 0 && ` ${sentenceOf(question.change.points)}`}
        </p>
      ))}
    </section>
  );
}

const MOST_POINTS = 5;

/** The first points in one sentence; the document has all of them. */
function sentenceOf(points: readonly string[]): string {
  const [first = '', ...rest] = points.slice(0, MOST_POINTS);
  const more = points.length > MOST_POINTS ? `; and ${points.length - MOST_POINTS} more` : '';
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join('; ')}${more}.`;
}
