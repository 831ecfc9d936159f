import { useId, useState } from 'react';
import { isPositive } from '../../../../domain/decimal.ts';
import type { OrderLine } from '../../api.ts';
import { FormDialog } from '../../form-dialog.tsx';
import { formatQuantity } from '../../format.ts';
import { useMay } from '../../me.tsx';
import { useSending } from '../../sending.ts';
import { useApi } from '../../session.tsx';
import type { OrderChange } from './api.ts';
import { OutcomeSentence } from './outcome-sentence.tsx';

interface Props {
  readonly orderId: string;
  readonly line: OrderLine;
  readonly onCancelled: () => void;
}

/** Cancels what has not shipped of one line; not offered for one of which nothing is open. */
export function CancelLine({ orderId, line, onCancelled }: Props) {
  const may = useMay('orders:write');
  const [asking, setAsking] = useState(false);
  const [sent, setSent] = useState<OrderChange>();
  const isOpen = isPositive(line.open) || isPositive(line.backordered);
  if (!may || !(isOpen || sent)) return null;
  return (
    <>
      {sent !== undefined && <OutcomeSentence change={sent} />}
      {isOpen && (
        <button
          type="button"
          className="line-action"
          aria-label={`Cancel line ${line.lineId}`}
          onClick={() => setAsking(true)}
        >
          Cancel…
        </button>
      )}
      {asking && (
        <CancelDialog
          orderId={orderId}
          line={line}
          onClose={() => setAsking(false)}
          onSent={(change) => {
            setSent(change);
            setAsking(false);
            onCancelled();
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly orderId: string;
  readonly line: OrderLine;
  readonly onClose: () => void;
  readonly onSent: (change: OrderChange) => void;
}

function CancelDialog({ orderId, line, onClose, onSent }: DialogProps) {
  const api = useApi();
  const quantityField = useId();
  const reasonField = useId();
  const [quantity, setQuantity] = useState('');
  const [reason, setReason] = useState('');
  const sending = useSending('The cancellation could not be sent');

  const submit = () =>
    sending.send(async (attempt) => {
      const part = quantity.trim();
      const cancelled = { lineNumber: line.lineNumber, ...(part !== '' && { quantity: part }) };
      onSent(await api.cancelLines(orderId, { reason: reason.trim(), lines: [cancelled] }, attempt));
    });

  return (
    <FormDialog
      title={`Cancel line ${line.lineId}`}
      sending={sending}
      onSubmit={submit}
      onClose={onClose}
      button="Cancel the line"
      busyButton="Cancelling…"
      disabled={reason.trim() === ''}
    >
      <p>
        {line.description || line.sku}: {formatQuantity(line.open)} {line.baseUnit} are open and{' '}
        {formatQuantity(line.backordered)} wait for stock. A warehouse that has them is asked first; the partner is
        told.
      </p>
      <label htmlFor={quantityField}>Quantity in {line.orderedUnit}, empty for all of it</label>
      <input
        id={quantityField}
        inputMode="decimal"
        value={quantity}
        onChange={({ target }) => {
          setQuantity(target.value);
          sending.renew();
        }}
      />
      <label htmlFor={reasonField}>Reason</label>
      <input
        id={reasonField}
        required
        maxLength={500}
        value={reason}
        onChange={({ target }) => {
          setReason(target.value);
          sending.renew();
        }}
      />
    </FormDialog>
  );
}
