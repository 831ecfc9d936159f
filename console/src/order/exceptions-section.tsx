import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { OrderException } from '../api.ts';
import { formatWords } from '../format.ts';
import { ExceptionWork } from '../inbox/work.tsx';
import { StatusBadge } from '../order-status.tsx';
import { Ago, Deadline } from '../time.tsx';
import { AffectedLines } from './affected-lines.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';
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
      {exception.lineCount > 0 && <AffectedLines exceptionId={exception.id} />}
      {exception.otherOrders.length > 0 && <OtherOrders orders={exception.otherOrders} />}
      <p className="quiet">
        {formatWords(exception.category)}, at the step “{exception.step}” · owned by {exception.owner} · opened{' '}
        <Ago at={exception.openedAt} />
        {' · due '}
        <Deadline at={exception.dueAt} />
        {exception.escalatedAt && ' · escalated'}
      </p>
      {exception.waits && (
        <p>
          Waits until <Deadline at={exception.waits.until} />, as {exception.waits.by} decided
          {exception.waits.note && `: ${exception.waits.note}`}. It can be decided otherwise before.
        </p>
      )}
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
