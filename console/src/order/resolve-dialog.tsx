import { useEffect, useId, useState } from 'react';
import type { ExceptionDecision, OrderException, ResolutionForecast } from '../api.ts';
import { FormDialog } from '../form-dialog.tsx';
import { formatMoney, formatWords } from '../format.ts';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';
import { CarrierFields, NO_CARRIER, statedOf, USE_CARRIER } from './carrier-fields.tsx';
import { CORRECT, CorrectionFields, correctionsIn, type Entered, NOTHING_ENTERED } from './correction-fields.tsx';
import { NodeField, OTHER_NODE } from './node-field.tsx';
import { instantOf, WAIT, WaitField } from './wait-field.tsx';

const SKIP = 'skip';

interface DialogProps {
  readonly exception: OrderException;
  readonly resolution: string;
  readonly onClose: () => void;
  readonly onSent: () => void;
}

/** Asks for what a resolution needs, tells what it leads to, and takes it. */
export function ResolveDialog({ exception, resolution, onClose, onSent }: DialogProps) {
  const api = useApi();
  const noteField = useId();
  const [note, setNote] = useState('');
  const [carrier, setCarrier] = useState(NO_CARRIER);
  const [entered, setEntered] = useState<Entered>(NOTHING_ENTERED);
  const [node, setNode] = useState('');
  const [until, setUntil] = useState('');
  const [forecast, setForecast] = useState<ResolutionForecast>();
  const sending = useSending('The decision could not be sent');
  const needsInput = resolution === CORRECT || resolution === USE_CARRIER;

  useEffect(() => {
    if (needsInput) return;
    const gone = new AbortController();
    // The decision can be taken without its forecast.
    api.forecast(exception.id, questionOf(resolution), gone.signal).then(setForecast, () => undefined);
    return () => gone.abort();
  }, [api, exception.id, resolution, needsInput]);

  function decision(): ExceptionDecision {
    return {
      resolution,
      ...(note.trim() !== '' && { note: note.trim() }),
      ...(resolution === USE_CARRIER && { carrier: statedOf(carrier) }),
      ...(resolution === CORRECT && { corrections: correctionsIn(entered) }),
      ...(resolution === OTHER_NODE && { node }),
      ...(resolution === WAIT && until !== '' && { until: instantOf(until) }),
    };
  }

  const submit = () =>
    sending.send(async (attempt) => {
      await api.resolve(exception.id, decision(), attempt);
      onSent();
    });

  function change(next: () => void): void {
    next();
    setForecast(undefined);
    sending.renew();
  }

  return (
    <FormDialog
      title={formatWords(resolution)}
      sending={sending}
      onSubmit={submit}
      onClose={onClose}
      button={`Confirm: ${formatWords(resolution).toLowerCase()}`}
      busyButton="Sending…"
      more={
        resolution === CORRECT && (
          <button
            type="button"
            disabled={sending.busy}
            onClick={() => void sending.send(async () => setForecast(await api.forecast(exception.id, decision())))}
          >
            What would happen?
          </button>
        )
      }
    >
      <p>{exception.summary}</p>
      {resolution === USE_CARRIER && (
        <CarrierFields carrier={carrier} onChange={(next) => change(() => setCarrier(next))} />
      )}
      {resolution === CORRECT && (
        <CorrectionFields exception={exception} entered={entered} onChange={(next) => change(() => setEntered(next))} />
      )}
      {resolution === OTHER_NODE && (
        <NodeField
          exceptionId={exception.id}
          node={node}
          onChange={(next) => {
            setNode(next);
            sending.renew();
          }}
        />
      )}
      {resolution === WAIT && (
        <WaitField
          until={until}
          onChange={(next) => {
            setUntil(next);
            sending.renew();
          }}
        />
      )}
      <label htmlFor={noteField}>{resolution === SKIP ? 'Why it is done by hand' : 'Note for the timeline'}</label>
      <textarea
        id={noteField}
        rows={3}
        maxLength={1000}
        required={resolution === SKIP}
        value={note}
        onChange={(event) => {
          setNote(event.target.value);
          sending.renew();
        }}
      />
      {forecast && <Foreseen forecast={forecast} />}
    </FormDialog>
  );
}

/** What to wait for is told alike for every time. */
function questionOf(resolution: string): ExceptionDecision {
  // So is another node: whether it has enough is shown with each of them.
  if (resolution === OTHER_NODE) return { resolution, node: 'any' };
  // What skipping does is shown before somebody says why.
  if (resolution === SKIP) return { resolution, note: 'to be stated here' };
  return resolution === WAIT
    ? { resolution, until: new Date(Date.now() + 60 * 60 * 1000).toISOString() }
    : { resolution };
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
