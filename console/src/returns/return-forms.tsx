import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { isPositive } from '../../../domain/decimal.ts';
import { returnReasons } from '../../../domain/returns/policy.ts';
import { dispositions } from '../../../domain/returns/quantities.ts';
import type { OrderDetail } from '../api.ts';
import { formatWords } from '../format.ts';
import { useFoundLines } from '../order/find-lines.tsx';
import { Refusal } from '../refusal.tsx';
import { useSending } from '../sending.ts';
import { useApi } from '../session.tsx';
import type { ReturnDetail } from './api.ts';

/** Sends a form, and says what became of it. */
function Form(props: {
  readonly summary: string;
  readonly button: string;
  readonly ready: boolean;
  /** The text that tells of success. */
  readonly send: (attempt: string) => Promise<string>;
  readonly children: ReactNode;
}) {
  const { summary, button, ready, send, children } = props;
  const sending = useSending('It was not sent');
  const [told, setTold] = useState<string>();
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTold(undefined);
    await sending.send(async (attempt) => {
      setTold(await send(attempt));
      sending.renew();
    });
  }
  return (
    <details className="cancel-lines">
      <summary>{summary}</summary>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        {told !== undefined && <p role="status">{told}</p>}
        {sending.problem && <Refusal problem={sending.problem} />}
        <div className="actions">
          <button type="submit" disabled={sending.busy || !ready}>
            {sending.busy ? 'Sending…' : button}
          </button>
        </div>
      </form>
    </details>
  );
}

interface Done {
  readonly onDone: () => void;
}

/** Offered on an order: goods that have shipped. */
export function ReturnGoods({ order, onDone }: Done & { readonly order: OrderDetail }) {
  const api = useApi();
  const reasonField = useId();
  const [quantities, setQuantities] = useState<Readonly<Record<string, string>>>({});
  const [reason, setReason] = useState<string>(returnReasons[0]);
  const found = useFoundLines(order, 'shipped');
  const offered = new Set(found.lines.map(({ lineId }) => lineId));
  // What has been entered stays in sight while another line is looked for.
  const kept = found.seen.filter(({ lineId }) => !offered.has(lineId) && (quantities[lineId] ?? '') !== '');
  const shipped = [...kept, ...found.lines].filter((line) => isPositive(line.shipped));
  const chosen = shipped.flatMap(({ lineId, baseUnit: unit }) => {
    const quantity = (quantities[lineId] ?? '').trim();
    return quantity === '' ? [] : [{ lineId, quantity, unit }];
  });
  const send = async (attempt: string) => {
    const { rmaNumber } = await api.askForReturn({ orderId: order.id, reason, lines: chosen }, attempt);
    setQuantities({});
    onDone();
    return `Asked for as ${rmaNumber}.`;
  };
  return (
    <Form summary="Return goods" button="Ask for the return" ready={chosen.length > 0} send={send}>
      {found.field}
      <fieldset>
        <legend>How much of what has shipped comes back</legend>
        {shipped.map(({ lineId, description, shipped: most, baseUnit }) => (
          <label key={lineId}>
            Line {lineId}: {description}, of {most} {baseUnit}{' '}
            <input
              inputMode="decimal"
              value={quantities[lineId] ?? ''}
              onChange={({ target }) => setQuantities({ ...quantities, [lineId]: target.value })}
            />
          </label>
        ))}
      </fieldset>
      <label htmlFor={reasonField}>Reason</label>
      <select id={reasonField} value={reason} onChange={({ target }) => setReason(target.value)}>
        {returnReasons.map((one) => (
          <option key={one} value={one}>
            {formatWords(one)}
          </option>
        ))}
      </select>
    </Form>
  );
}

export function CancelReturn({ returnId, onDone }: Done & { readonly returnId: string }) {
  const api = useApi();
  const reasonField = useId();
  const [reason, setReason] = useState('');
  const send = async () => {
    await api.cancelReturn(returnId, reason);
    onDone();
    return 'The return is cancelled.';
  };
  return (
    <Form summary="Cancel the return" button="Cancel it" ready={reason.trim() !== ''} send={send}>
      <label htmlFor={reasonField}>Reason</label>
      <input id={reasonField} maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
    </Form>
  );
}

/** What becomes of goods that came. */
export function DisposeGoods({ rma, onDone }: Done & { readonly rma: ReturnDetail }) {
  const api = useApi();
  const [chosen, setChosen] = useState<Readonly<Record<number, string>>>({});
  const open = rma.lines.filter(({ undecided }) => isPositive(undecided));
  const lines = open.flatMap(({ lineNumber, undecided }) => {
    const disposition = chosen[lineNumber];
    return disposition === undefined || disposition === '' ? [] : [{ lineNumber, quantity: undecided, disposition }];
  });
  const send = async (attempt: string) => {
    await api.disposeReturn(rma.returnId, lines, attempt);
    setChosen({});
    onDone();
    return 'Noted. What is kept is credited.';
  };
  return (
    <Form summary="Say what becomes of the goods" button="Note it" ready={lines.length > 0} send={send}>
      {open.map(({ lineNumber, sku, undecided, unit }) => (
        <label key={lineNumber}>
          {undecided} {unit} of {sku}{' '}
          <select
            value={chosen[lineNumber] ?? ''}
            onChange={({ target }) => setChosen({ ...chosen, [lineNumber]: target.value })}
          >
            <option value="">not decided</option>
            {dispositions.map((one) => (
              <option key={one} value={one}>
                {formatWords(one)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </Form>
  );
}

/** Goods that came by themselves are of an order. */
export function LinkToOrder({ returnId, onDone }: Done & { readonly returnId: string }) {
  const api = useApi();
  const numberField = useId();
  const [number, setNumber] = useState('');
  const send = async () => {
    const { items } = await api.orders({ q: number, limit: 2 }, new AbortController().signal);
    const [order] = items;
    if (order === undefined || items.length > 1) {
      return items.length > 1 ? 'Several orders have that number: say it in full.' : 'No order has that number.';
    }
    await api.linkReturn(returnId, order.id);
    onDone();
    return `The goods are of PO ${order.poNumber}.`;
  };
  return (
    <Form summary="Say of which order the goods are" button="Link them" ready={number.trim() !== ''} send={send}>
      <label htmlFor={numberField}>PO number, or another number of the order</label>
      <input id={numberField} maxLength={80} value={number} onChange={({ target }) => setNumber(target.value)} />
    </Form>
  );
}
