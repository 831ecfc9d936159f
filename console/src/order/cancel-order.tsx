import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { ApiProblem, OrderDetail } from '../api.ts';
import { useMay } from '../me.tsx';
import { isFinal } from '../order-status.tsx';
import { problemFrom, Refusal } from '../refusal.tsx';
import { useApi } from '../session.tsx';

/** Cancels the order, whether or not an exception is open; not offered once it has ended. */
export function CancelOrder({ order, onCancelled }: { readonly order: OrderDetail; readonly onCancelled: () => void }) {
  const may = useMay('orders:write');
  const [asking, setAsking] = useState(false);
  const [taken, setTaken] = useState<string>();
  if (!may || isFinal(order.status)) return null;
  return (
    <>
      {taken !== undefined && <p role="status">{taken}</p>}
      <button type="button" onClick={() => setAsking(true)}>
        Cancel order…
      </button>
      {asking && (
        <CancelDialog
          order={order}
          onClose={() => setAsking(false)}
          onTaken={(detail) => {
            setTaken(detail);
            setAsking(false);
            onCancelled();
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly order: OrderDetail;
  readonly onClose: () => void;
  readonly onTaken: (detail: string | undefined) => void;
}

function CancelDialog({ order, onClose, onTaken }: DialogProps) {
  const api = useApi();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const field = useId();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const [sending, setSending] = useState(false);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    setProblem(undefined);
    try {
      const { detail } = await api.cancelOrder(order.id, reason.trim());
      onTaken(detail);
    } catch (failure) {
      setProblem(problemFrom(failure, 'The cancellation could not be sent'));
      setSending(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={heading}>Cancel PO {order.poNumber}</h2>
        <p>What was done so far is undone, and the partner is told as its profile says. This cannot be taken back.</p>
        <label htmlFor={field}>Reason</label>
        <textarea
          id={field}
          rows={3}
          maxLength={500}
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {problem && <Refusal problem={problem} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={sending || reason.trim() === ''}>
            {sending ? 'Cancelling…' : 'Cancel the order'}
          </button>
          <button type="button" onClick={onClose}>
            Back
          </button>
        </div>
      </form>
    </dialog>
  );
}
