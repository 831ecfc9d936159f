import { useId, useState } from 'react';
import type { OrderDetail } from '../api.ts';
import { FormDialog } from '../form-dialog.tsx';
import { useMay } from '../me.tsx';
import { isFinal } from '../order-status.tsx';
import { useSending } from '../sending.ts';
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
  const field = useId();
  const [reason, setReason] = useState('');
  const sending = useSending('The cancellation could not be sent');

  const submit = () =>
    sending.send(async () => {
      const { detail } = await api.cancelOrder(order.id, reason.trim());
      onTaken(detail);
    });

  return (
    <FormDialog
      title={`Cancel PO ${order.poNumber}`}
      sending={sending}
      onSubmit={submit}
      onClose={onClose}
      button="Cancel the order"
      busyButton="Cancelling…"
      disabled={reason.trim() === ''}
    >
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
    </FormDialog>
  );
}
