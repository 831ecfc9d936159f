import { useState } from 'react';
import { Link } from 'react-router-dom';
import { sum } from '../../../domain/decimal.ts';
import { ApiProblem, type LabelFormat, type LineQuantity, type OrderDetail, type Shipment } from '../api.ts';
import { download } from '../download.ts';
import { formatQuantity, formatWords } from '../format.ts';
import { ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';
import { PageButtons, usePages } from './pages.tsx';
import { Section, WideTable } from './section.tsx';

export function ShipmentsSection({ order }: { readonly order: OrderDetail }) {
  return (
    <Section title="Fulfillment and shipments">
      {order.fulfillments.length === 0 ? (
        <p className="quiet">Nothing is released to a warehouse yet.</p>
      ) : (
        <WideTable name="Releases to warehouses">
          <thead>
            <tr>
              <th scope="col">Warehouse</th>
              <th scope="col">Release</th>
              <th scope="col">State</th>
              <th scope="col">Lines</th>
            </tr>
          </thead>
          <tbody>
            {order.fulfillments.map((fulfillment) => (
              <tr key={fulfillment.id}>
                <th scope="row">{fulfillment.node}</th>
                <td>
                  <code>{fulfillment.releaseNumber}</code>
                </td>
                <td>{formatWords(fulfillment.state)}</td>
                <td>{describeLines(fulfillment, order)}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      {order.shipments.map((shipment) => (
        <ShipmentCard key={shipment.id} shipment={shipment} order={order} />
      ))}
    </Section>
  );
}

const MOST_PACKAGES = 100;

function ShipmentCard({ shipment, order }: { readonly shipment: Shipment; readonly order: OrderDetail }) {
  const pages = usePages();
  const api = useApi();
  // The order holds the first packages; a shipment does not change, so that the others are read once.
  const isLarge = shipment.packageCount > MOST_PACKAGES;
  const { data, problem, refresh } = useLive(
    `packages of ${shipment.id} ${isLarge} ${pages.cursor}`,
    async (signal) => (isLarge ? api.packages(shipment.links.packages, pages.cursor, signal) : undefined),
    { keepPrevious: true },
  );
  const packages = data?.items ?? shipment.packages.slice(0, MOST_PACKAGES);
  const hasStores = packages.some(({ markFor }) => markFor !== null);
  return (
    <article className="shipment">
      <h3>
        Shipment {shipment.shipmentNumber} <span className="quiet">from {shipment.node}</span>
      </h3>
      <dl className="facts">
        <div>
          <dt>Shipped</dt>
          <dd>
            <Ago at={shipment.shippedAt} />
          </dd>
        </div>
        <div>
          <dt>Carrier</dt>
          <dd>{shipment.carrierScac}</dd>
        </div>
        {shipment.tracking && (
          <div>
            <dt>Tracking</dt>
            <dd>
              <code>{shipment.tracking}</code>
            </dd>
          </div>
        )}
        {shipment.billOfLading && (
          <div>
            <dt>Bill of lading</dt>
            <dd>
              <code>{shipment.billOfLading}</code>
            </dd>
          </div>
        )}
        {shipment.invoicedByHand && (
          <div>
            <dt>Invoiced by hand</dt>
            <dd>{shipment.invoicedByHand}</dd>
          </div>
        )}
        {shipment.erpShipmentNumber && (
          <div>
            <dt>ERP shipment</dt>
            <dd>
              <code>{shipment.erpShipmentNumber}</code>
            </dd>
          </div>
        )}
      </dl>
      <Delivery shipment={shipment} />
      {shipment.links.labels !== null && (
        <Labels link={shipment.links.labels} shipmentNumber={shipment.shipmentNumber} />
      )}
      {problem && <ProblemBanner problem={problem} what="the packages" onRetry={refresh} />}
      {isLarge && <p className="quiet">{shipment.packageCount.toLocaleString('en-US')} packages</p>}
      {packages.length > 0 && (
        <WideTable name={`Packages of shipment ${shipment.shipmentNumber}`}>
          <thead>
            <tr>
              <th scope="col">SSCC</th>
              <th scope="col">Kind</th>
              <th scope="col">On pallet</th>
              {hasStores && <th scope="col">For store</th>}
              <th scope="col">Tracking</th>
              <th scope="col">Holds</th>
            </tr>
          </thead>
          <tbody>
            {packages.map((each, index) => (
              <tr key={each.sscc ?? `unlabelled ${index}`}>
                <th scope="row">{each.sscc ? <code>{each.sscc}</code> : <span className="quiet">no label</span>}</th>
                <td>{formatWords(each.kind)}</td>
                <td>{each.palletSscc ? <code>{each.palletSscc}</code> : <span className="nothing">–</span>}</td>
                {hasStores && (
                  <td>{each.markFor ? <code>{each.markFor}</code> : <span className="nothing">–</span>}</td>
                )}
                <td>{each.tracking ? <code>{each.tracking}</code> : <span className="nothing">–</span>}</td>
                <td>{describeLines(each, order)}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
      <PageButtons
        pages={pages}
        nextCursor={data?.nextCursor ?? null}
        what={`packages of shipment ${shipment.shipmentNumber}`}
      />
    </article>
  );
}

const LABEL_FORMATS: Readonly<Record<LabelFormat, string>> = { pdf: 'PDF', zpl: 'ZPL' };

/** Carton and pallet labels of a shipment. A plain link cannot send the API key. */
/** What the carrier told, oldest first, and the returns of what it did not deliver. */
function Delivery({ shipment }: { readonly shipment: Shipment }) {
  const { delivery, milestones, returns } = shipment;
  if (delivery === null) return null;
  return (
    <>
      <p>
        Delivery: <strong>{formatWords(delivery.state)}</strong>, <Ago at={delivery.at} />
        {returns.map(({ returnId, rmaNumber, status }) => (
          <span key={returnId}>
            {' '}
            · <Link to={`/returns/${encodeURIComponent(returnId)}`}>{rmaNumber}</Link> ({formatWords(status)})
          </span>
        ))}
      </p>
      <ol className="timeline" aria-label={`Carrier events of shipment ${shipment.shipmentNumber}`}>
        {milestones.map(({ type, at, reason, packages }) => (
          <li key={`${at} ${type} ${reason ?? ''} ${packages}`}>
            {formatWords(type)}
            {packages > 0 && ` (${packages} of the packages)`}
            {reason !== null && `: ${reason}`}{' '}
            <span className="quiet">
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function Labels({ link, shipmentNumber }: { readonly link: string; readonly shipmentNumber: string }) {
  const api = useApi();
  const [problem, setProblem] = useState<ApiProblem>();

  async function fetchLabels(format: LabelFormat): Promise<void> {
    setProblem(undefined);
    try {
      download(await api.labels(link, format), `labels-${shipmentNumber}.${format}`);
    } catch (failure) {
      if (!(failure instanceof ApiProblem)) throw failure;
      setProblem(failure);
    }
  }

  return (
    <>
      <div className="actions">
        {(['pdf', 'zpl'] as const).map((format) => (
          <button key={format} type="button" onClick={() => void fetchLabels(format)}>
            Labels ({LABEL_FORMATS[format]})<span className="visually-hidden"> of shipment {shipmentNumber}</span>
          </button>
        ))}
      </div>
      {problem && <ProblemBanner problem={problem} what="the labels" />}
    </>
  );
}

/** `24 EA MW-1001, 6 EA MW-1004`. Lots are not distinguished: quantities of one line add up. */
function describeLines({ lines, lineCount }: Held, order: OrderDetail): string {
  const shown = lines.slice(0, MOST_LINES);
  const more = lineCount - shown.length;
  return `${inWords(shown, order)}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

interface Held {
  readonly lines: readonly LineQuantity[];
  readonly lineCount: number;
}

const MOST_LINES = 30;

function inWords(lines: readonly LineQuantity[], order: OrderDetail): string {
  const numbers = [...new Set(lines.map(({ lineNumber }) => lineNumber))];
  return numbers
    .map((lineNumber) => {
      const line = order.lines.find((each) => each.lineNumber === lineNumber);
      const quantity = sum(lines.filter((each) => each.lineNumber === lineNumber).map((each) => each.quantity));
      const item = line ? `${line.baseUnit} ${line.sku}` : `of line ${lineNumber}`;
      return `${formatQuantity(quantity)} ${item}`;
    })
    .join(', ');
}
