import { type ReactNode, useEffect } from 'react';
import { Link, useParams } from 'react-router-dom';
import type { OrderDetail, ShipTo } from '../api.ts';
import { OpenQuestions } from '../file/question-section.tsx';
import { formatMoney } from '../format.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { AsOrderedSection } from '../order/as-ordered-section.tsx';
import { CancelOrder } from '../order/cancel-order.tsx';
import { CancelLine } from '../order/changes/cancel-line.tsx';
import { ChangeOrder } from '../order/changes/change-order.tsx';
import { ChangesSection } from '../order/changes/changes-section.tsx';
import { DeadlinesSection } from '../order/deadlines-section.tsx';
import { DocumentsSection } from '../order/documents-section.tsx';
import { ExceptionsSection } from '../order/exceptions-section.tsx';
import { ExplainSection } from '../order/explain-section.tsx';
import { InvoicesSection } from '../order/invoices-section.tsx';
import { LineageSection } from '../order/lineage-section.tsx';
import { LinesSection } from '../order/lines-section.tsx';
import { ReturnsSection } from '../order/returns-section.tsx';
import { ShipmentsSection } from '../order/shipments-section.tsx';
import { TimelineSection } from '../order/timeline-section.tsx';
import { isFinal, STATUS, StatusBadge } from '../order-status.tsx';
import { HeldUpNotice } from '../outages.tsx';
import { useApi } from '../session.tsx';
import { Ago, Deadline, InJeopardy } from '../time.tsx';
import { useLive } from '../use-live.ts';
import { formatChannel } from './orders-page.tsx';

const REFRESH = 4_000;
/** A finished order changes only through late acknowledgements and credits. */
const REFRESH_FINAL = 30_000;

export function OrderPage() {
  const { orderId = '' } = useParams();
  const api = useApi();
  // The previous answer decides the poll interval.
  const first = useLive(`order ${orderId}`, (signal) => api.order(orderId, signal), { every: REFRESH });
  const order = first.data;
  const every = order && isFinal(order.status) ? REFRESH_FINAL : REFRESH;
  const timeline = useLive(`timeline ${orderId}`, (signal) => api.timeline(orderId, signal), { every });
  const documents = useLive(`documents ${orderId}`, (signal) => api.documents(orderId, signal), { every });

  const title = order ? `PO ${order.poNumber}${order.part && `, ${order.part}`}` : 'Order';
  useEffect(() => {
    document.title = `${title} · Throughline`;
  }, [title]);

  if (order === undefined) {
    if (first.problem) return <ProblemPanel problem={first.problem} what="order" onRetry={first.refresh} />;
    return <Loading what="the order" />;
  }

  const refreshAll = () => {
    first.refresh();
    timeline.refresh();
    documents.refresh();
  };
  return (
    <>
      {first.problem && (
        <ProblemBanner problem={first.problem} what="this order" shownSince={first.receivedAt} onRetry={refreshAll} />
      )}
      <OrderHeader order={order} onChanged={refreshAll} />
      <HeldUpNotice steps={order.heldUp} />
      <ExceptionsSection exceptions={order.exceptions} onResolved={refreshAll} />
      <OpenQuestions orderId={order.id} documents={documents.data?.items ?? []} />
      <div className="order-columns">
        <div className="order-main">
          {order.lines.length > 0 && (
            <LinesSection
              order={order}
              actions={(line) =>
                !isFinal(order.status) &&
                order.cancelling === null && <CancelLine orderId={order.id} line={line} onCancelled={refreshAll} />
              }
            />
          )}
          <ChangesSection order={order} />
          <AsOrderedSection orderId={order.id} checked={order.lines.length > 0} corrections={order.corrections} />
          <DeadlinesSection deadlines={order.deadlines} timeZone={order.timeZone} />
          <ShipmentsSection order={order} />
          <InvoicesSection order={order} />
          <ReturnsSection order={order} />
          <DocumentsSection orderId={order.id} documents={documents} />
          <LineageSection order={order} documents={documents.data?.items ?? []} />
          <ExplainSection orderId={order.id} />
        </div>
        <aside className="order-side">
          <TimelineSection timeline={timeline} />
        </aside>
      </div>
    </>
  );
}

function OrderHeader({ order, onChanged }: { readonly order: OrderDetail; readonly onChanged: () => void }) {
  return (
    <header className="order-header">
      <p className="trail">
        <Link to="/">Orders</Link> <span aria-hidden="true">/</span> {order.partnerName}
      </p>
      <div className="title-row">
        <h1>
          PO {order.poNumber}
          {order.release && <span className="quiet"> release {order.release}</span>}
          {order.part && <span className="quiet"> {order.part}</span>}
          {order.repeated && <span className="quiet"> repeats the PO number</span>}
        </h1>
        <StatusBadge status={order.status} large />
        <div className="actions">
          <a href="#why">Why?</a>
          {order.links.temporal && (
            <a href={order.links.temporal} target="_blank" rel="noreferrer">
              Open in Temporal UI
            </a>
          )}
          <ChangeOrder order={order} onChanged={onChanged} />
          <CancelOrder order={order} onCancelled={onChanged} />
        </div>
      </div>
      {order.parts.length > 0 && <Parts order={order} />}
      <p className="waiting">
        <span>
          <WaitingSentence order={order} />
        </span>
        {order.nextDeadline && (
          <span className="waiting-deadline">
            Next deadline <Deadline at={order.nextDeadline} />
            {order.inJeopardy && <InJeopardy />}
          </span>
        )}
      </p>
      <dl className="facts">
        <Fact name="ERP order" value={order.erpOrderNumber} />
        <Fact name="Total" value={order.total === null ? null : formatMoney(order.total, order.currency)} />
        <Fact name="Channel" value={formatChannel(order.channel)} />
        <Fact name="Received" value={<Ago at={order.receivedAt} />} />
        <Fact name="Last change" value={<Ago at={order.updatedAt} />} />
        <Fact name="Ship to" value={order.shipTo && addressOf(order.shipTo)} />
      </dl>
    </header>
  );
}

/** The other orders that the same purchase order became. */
function Parts({ order: { id, part, poNumber, parts } }: { readonly order: OrderDetail }) {
  const others = parts.filter(({ orderId }) => orderId !== id);
  return (
    <details className="parts">
      <summary>
        Part: {part} of PO {poNumber}, {parts.length} parts
      </summary>
      <ul>
        {others.map((other) => (
          <li key={other.orderId}>
            <Link to={`/orders/${encodeURIComponent(other.orderId)}`}>{other.part}</Link>{' '}
            <StatusBadge status={other.status} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function WaitingSentence({ order }: { readonly order: OrderDetail }) {
  const { cancelling } = order;
  if (cancelling) {
    return (
      <>
        <strong>Being cancelled</strong>, asked for by {cancelling.by} <Ago at={cancelling.since} />:{' '}
        {cancelling.reason}
      </>
    );
  }
  const open = order.exceptions.filter(({ state }) => state === 'open').length;
  if (open > 0) {
    return (
      <>
        Waits for{' '}
        <strong>{open === 1 ? 'a decision on the exception' : `decisions on ${open} exceptions`} below</strong>
      </>
    );
  }
  if (order.waitingFor) {
    return (
      <>
        Waits for <strong>{order.waitingFor}</strong>
      </>
    );
  }
  if (isFinal(order.status)) return <>Finished: {STATUS[order.status].label.toLowerCase()}.</>;
  return <>In progress.</>;
}

function Fact({ name, value }: { readonly name: string; readonly value: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value || <span className="nothing">not yet</span>}</dd>
    </div>
  );
}

function addressOf(shipTo: ShipTo): string {
  const place = [shipTo.city, [shipTo.region, shipTo.postalCode].filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return [shipTo.name, ...(shipTo.lines ?? []), place].filter(Boolean).join(' · ');
}
