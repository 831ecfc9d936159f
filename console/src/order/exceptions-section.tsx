import { useState } from 'react';
import { Link } from 'react-router-dom';
import type { OrderException } from '../api.ts';
import { formatWords } from '../format.ts';
import { StatusBadge } from '../order-status.tsx';
import { Ago, Deadline } from '../time.tsx';
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

function ExceptionCard({ exception, onResolved }: { exception: OrderException; onResolved: () => void }) {
  const [chosen, setChosen] = useState<string>();
  const [sent, setSent] = useState<string>();
  return (
    <li className="exception">
      <h3>{formatWords(exception.type)}</h3>
      <p className="exception-summary">{exception.summary}</p>
      {exception.otherOrders.length > 0 && <OtherOrders orders={exception.otherOrders} />}
      <p className="quiet">
        {formatWords(exception.category)}, at the step “{exception.step}” · owned by {exception.owner} · opened{' '}
        <Ago at={exception.openedAt} />
        {exception.dueAt && (
          <>
            {' '}
            · due <Deadline at={exception.dueAt} />
          </>
        )}
      </p>
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
    </li>
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
