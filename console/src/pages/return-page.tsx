import { type ReactNode, useEffect } from 'react';
import { Link, useParams } from 'react-router-dom';
import { isPositive, isZero } from '../../../domain/decimal.ts';
import { formatMoney, formatWords } from '../format.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { ExceptionsSection } from '../order/exceptions-section.tsx';
import { Section, WideTable } from '../order/section.tsx';
import { HeldUpNotice } from '../outages.tsx';
import type { ReturnDetail, ReturnLine } from '../returns/api.ts';
import { CancelReturn, DisposeGoods, LinkToOrder } from '../returns/return-forms.tsx';
import { ReturnBadge } from '../returns/return-status.tsx';
import { isOver, ReturnWaits } from '../returns/waiting.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 4_000;

export function ReturnPage() {
  const { returnId = '' } = useParams();
  const api = useApi();
  const live = useLive(`return ${returnId}`, (signal) => api.return(returnId, signal), { every: REFRESH });
  const rma = live.data;
  const title = rma?.rmaNumber ?? 'Return';
  useEffect(() => {
    document.title = `${title} · Throughline`;
  }, [title]);
  if (rma === undefined) {
    if (live.problem) return <ProblemPanel problem={live.problem} what="the return" onRetry={live.refresh} />;
    return <Loading what="the return" />;
  }
  const isOpen = rma.closedAt === null;
  const isStrange = rma.exceptions.some(({ type, state }) => type === 'goods-without-return' && state === 'open');
  return (
    <>
      {live.problem && (
        <ProblemBanner problem={live.problem} what="this return" shownSince={live.receivedAt} onRetry={live.refresh} />
      )}
      <header className="order-header">
        <p className="trail">
          <Link to="/returns">Returns</Link> <span aria-hidden="true">/</span> {rma.partnerName || 'unknown sender'}
        </p>
        <div className="title-row">
          <h1>{rma.rmaNumber}</h1>
          <ReturnBadge status={rma.status} large />
        </div>
        <ReturnWaits rma={rma} />
        <dl className="facts">
          <Fact name="Order">
            {rma.orderId === null ? (
              (rma.poNumber ?? 'not known')
            ) : (
              <Link to={`/orders/${encodeURIComponent(rma.orderId)}`}>PO {rma.poNumber}</Link>
            )}
          </Fact>
          <Fact name="Reason">
            {formatWords(rma.reason)}
            {rma.note && `: ${rma.note}`}
          </Fact>
          {rma.delivery !== null && (
            <Fact name="Carrier">
              {rma.delivery.carrier}, shipment {rma.delivery.shipmentNumber}
              {rma.delivery.tracking !== null && `, tracking ${rma.delivery.tracking}`}
              {rma.delivery.claim !== null &&
                `. To be claimed from it: ${formatMoney(rma.delivery.claim.amount, rma.delivery.claim.currency)}`}
            </Fact>
          )}
          {(rma.node !== null || !isOver(rma)) && <Fact name="Comes to">{rma.node}</Fact>}
          <Fact name="Asked">
            <Ago at={rma.askedAt} />
          </Fact>
        </dl>
      </header>
      <HeldUpNotice steps={rma.heldUp} />
      <ExceptionsSection exceptions={rma.exceptions} onResolved={live.refresh} />
      {isStrange && <LinkToOrder returnId={rma.returnId} onDone={live.refresh} />}
      <div className="order-columns">
        <div className="order-main">
          <Lines rma={rma} />
          {isOpen && rma.lines.some(({ undecided }) => isPositive(undecided)) && (
            <DisposeGoods rma={rma} onDone={live.refresh} />
          )}
          {!isOver(rma) && rma.lines.every(({ received, over }) => isZero(received) && isZero(over)) && (
            <CancelReturn returnId={rma.returnId} onDone={live.refresh} />
          )}
          <Credits rma={rma} />
          <Documents rma={rma} />
        </div>
        <aside className="order-side">
          <Section title="Timeline">
            <ol className="timeline">
              {rma.timeline.map(({ at, summary, actor }) => (
                <li key={`${at} ${summary}`}>
                  {summary}{' '}
                  <span className="quiet">
                    {actor}, <Ago at={at} />
                  </span>
                </li>
              ))}
            </ol>
          </Section>
        </aside>
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || <span className="nothing">not yet</span>}</dd>
    </div>
  );
}

/** What became of a line, without what is zero. */
function became(line: ReturnLine): string {
  const parts = [
    [line.restocked, 'into stock'],
    [line.conceded, 'credited without coming back'],
    [line.refurbished, 'refurbished'],
    [line.scrapped, 'scrapped'],
    [line.vendor, 'to the vendor'],
    [line.sentBack, 'sent back'],
    [line.undecided, 'not decided'],
    [line.over, 'more than authorized'],
    [line.overSentBack, 'sent back as too many'],
  ] as const;
  return parts.flatMap(([quantity, what]) => (isPositive(quantity) ? [`${quantity} ${what}`] : [])).join(', ');
}

function Lines({ rma }: { readonly rma: ReturnDetail }) {
  return (
    <Section title="Lines">
      <WideTable name="Quantities of the lines">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Item</th>
            <th scope="col">Unit</th>
            <th scope="col">Authorized</th>
            <th scope="col">Received</th>
            <th scope="col">What became of it</th>
            <th scope="col">Credited</th>
          </tr>
        </thead>
        <tbody>
          {rma.lines.map((line) => (
            <tr key={line.lineNumber}>
              <th scope="row">{line.lineId ?? line.lineNumber}</th>
              <td>
                {line.sku} <span className="quiet">{line.description}</span>
              </td>
              <td>{line.unit}</td>
              <td className="number">{line.authorized}</td>
              <td className="number">{line.received}</td>
              <td className="item">{became(line)}</td>
              <td className="number">{line.credited}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </Section>
  );
}

function Credits({ rma: { credits } }: { readonly rma: ReturnDetail }) {
  if (credits.length === 0) return null;
  return (
    <Section title="Credits">
      <ul>
        {credits.map((credit) => (
          <li key={`${credit.invoiceNumber} ${credit.creditMemoNumber}`}>
            <strong>{credit.creditMemoNumber ?? 'not made yet'}</strong> of {formatMoney(credit.total, credit.currency)}{' '}
            for invoice {credit.invoiceNumber}
            {credit.restockingFee > 0 && `, after a fee of ${formatMoney(credit.restockingFee, credit.currency)}`}
            {credit.refundNumber && `, refunded as ${credit.refundNumber}`}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Documents({ rma: { documents, orderId } }: { readonly rma: ReturnDetail }) {
  if (documents.length === 0) return null;
  return (
    <Section title="Documents">
      <ul>
        {documents.map(({ documentId, transactionSet, state }) => (
          <li key={documentId}>
            {orderId === null ? (
              transactionSet
            ) : (
              <Link to={`/orders/${encodeURIComponent(orderId)}/documents/${encodeURIComponent(documentId)}`}>
                {transactionSet}
              </Link>
            )}{' '}
            <span className="quiet">{state}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
