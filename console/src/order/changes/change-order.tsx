import { useId, useState } from 'react';
import type { OrderDetail } from '../../api.ts';
import { FormDialog } from '../../form-dialog.tsx';
import { useMay } from '../../me.tsx';
import { isFinal } from '../../order-status.tsx';
import { useSending } from '../../sending.ts';
import { useApi } from '../../session.tsx';
import { useFoundLines } from '../find-lines.tsx';
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
  const reasonField = useId();
  // The order is read again while the dialog is open; what is changed is what was shown.
  const [shown] = useState(order);
  const [entered, setEntered] = useState<Entered>(NOTHING_ENTERED);
  const [reason, setReason] = useState('');
  const sending = useSending('The change could not be sent');
  const found = useFoundLines(shown);
  const change = changedLinesIn(found.seen, entered);
  // What has been entered stays in sight while another line is looked for.
  const offered = new Set(found.lines.map(({ lineId }) => lineId));
  const kept = found.seen.filter(({ lineId }) => !offered.has(lineId) && entered.lines[lineId] !== undefined);

  const submit = () =>
    sending.send(async (attempt) => {
      const why = reason.trim();
      onSent(await api.changeOrder(shown.id, { ...change, ...(why !== '' && { reason: why }) }, attempt));
    });

  const nothing = change.lines.length === 0 && Object.keys(change).length === 1;
  return (
    <FormDialog
      title={`Change PO ${shown.poNumber}`}
      className="wide-dialog"
      sending={sending}
      onSubmit={submit}
      onClose={onClose}
      button="Change the order"
      busyButton="Changing…"
      disabled={nothing}
    >
      <p>
        As the buyer wants it from now on. What has shipped stays; the warehouses and the ERP are asked first, and the
        buyer is told what became of each line.
      </p>
      <ChangeFields
        order={shown}
        lines={[...kept, ...found.lines]}
        finder={found.field}
        entered={entered}
        onChange={(next) => {
          setEntered(next);
          sending.renew();
        }}
      />
      <label htmlFor={reasonField}>Reason, for the record</label>
      <input
        id={reasonField}
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
