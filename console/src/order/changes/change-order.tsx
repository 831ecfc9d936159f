import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { ApiProblem, OrderDetail } from '../../api.ts';
import { newAttempt } from '../../attempt.ts';
import { useMay } from '../../me.tsx';
import { isFinal } from '../../order-status.tsx';
import { isRefusal, problemFrom, Refusal } from '../../refusal.tsx';
import { useApi } from '../../session.tsx';
import type { OrderChange } from './api.ts';
import { ChangeFields } from './change-fields.tsx';
import { changedLinesIn, type Entered, NOTHING_ENTERED } from './entered.ts';
import { OutcomeSentence } from './outcome-sentence.tsx';

/** Changes the order as its buyer wants it; not offered once it has ended. */
export function ChangeOrder({ order, onChanged }: { readonly order: OrderDetail; readonly onChanged: () => void }) {
  const may = useMay('orders:write');
  const [asking, setAsking] = useState(false);
  const [sent, setSent] = useState<OrderChange>();
  if (!may || isFinal(order.status) || order.cancelling !== null || order.lines.length === 0) return null;
  return (
    <>
      {sent !== undefined && <OutcomeSentence change={sent} />}
      <button type="button" onClick={() => setAsking(true)}>
        Change order…
      </button>
      {asking && (
        <ChangeDialog
          order={order}
          onClose={() => setAsking(false)}
          onSent={(change) => {
            setSent(change);
            setAsking(false);
            onChanged();
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly order: OrderDetail;
  readonly onClose: () => void;
  readonly onSent: (change: OrderChange) => void;
}

function ChangeDialog({ order, onClose, onSent }: DialogProps) {
  const api = useApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const reasonField = useId();
  // The order is read again while the dialog is open; what is changed is what was shown.
  const [shown] = useState(order);
  const [entered, setEntered] = useState<Entered>(NOTHING_ENTERED);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const [sending, setSending] = useState(false);
  // The same while an answer may be lost, so that the change is made once.
  const [attempt, setAttempt] = useState(newAttempt);
  const change = changedLinesIn(shown.lines, entered);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      const why = reason.trim();
      onSent(await api.changeOrder(shown.id, { ...change, ...(why !== '' && { reason: why }) }, attempt));
    } catch (failure) {
      const found = problemFrom(failure, 'The change could not be sent');
      if (isRefusal(found)) setAttempt(newAttempt());
      setProblem(found);
      setSending(false);
    }
  }

  const nothing = change.lines.length === 0 && Object.keys(change).length === 1;
  return (
    <dialog ref={dialog} className="wide-dialog" aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>Change PO {shown.poNumber}</h2>
        <p>
          As the buyer wants it from now on. What has shipped stays; the warehouses and the ERP are asked first, and the
          buyer is told what became of each line.
        </p>
        <ChangeFields
          order={shown}
          entered={entered}
          onChange={(next) => {
            setEntered(next);
            setAttempt(newAttempt());
          }}
        />
        <label htmlFor={reasonField}>Reason, for the record</label>
        <input
          id={reasonField}
          maxLength={500}
          value={reason}
          onChange={({ target }) => {
            setReason(target.value);
            setAttempt(newAttempt());
          }}
        />
        {problem && <Refusal problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={sending || nothing}>
            {sending ? 'Changing…' : 'Change the order'}
          </button>
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}
