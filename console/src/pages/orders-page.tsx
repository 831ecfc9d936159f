import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import { ORDER_STATUSES, type OrderPage, type OrderStatus, type OrderSummary } from '../api.ts';
import { formatMoney, formatWords } from '../format.ts';
import { useFilters } from '../list/filters.ts';
import { Freshness } from '../list/freshness.tsx';
import { Nothing } from '../list/nothing.tsx';
import { Paging } from '../list/paging.tsx';
import { PartnerFilter } from '../list/partner-filter.tsx';
import { SearchField } from '../list/search-field.tsx';
import { Tab } from '../list/tab.tsx';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { STATUS, StatusBadge } from '../order-status.tsx';
import { useApi } from '../session.tsx';
import { Ago, Deadline, InJeopardy } from '../time.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 4_000;
const COUNT_REFRESH = 15_000;

/** Exceptions come first, then the states in process order. */
const TABS: readonly OrderStatus[] = ['exception', ...ORDER_STATUSES.filter((status) => status !== 'exception')];

const FILTERS = ['q', 'status', 'partner', 'heldUpBy', 'inJeopardy'] as const;

export function OrdersPage() {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { q, status, partner, heldUpBy, inJeopardy } = filters.values;
  const { cursor } = filters;
  const query = { q, status, partner, heldUpBy, inJeopardy, cursor, limit: PAGE_SIZE };
  const orders = useLive(`orders ${JSON.stringify(query)}`, (signal) => api.orders(query, signal), {
    every: REFRESH,
    keepPrevious: true,
  });
  const troubled = { q, partner, heldUpBy, status: 'exception', limit: PAGE_SIZE };
  const exceptions = useLive(`count ${JSON.stringify(troubled)}`, (signal) => api.orders(troubled, signal), {
    every: COUNT_REFRESH,
    keepPrevious: true,
  });

  useEffect(() => {
    document.title = 'Orders · Throughline';
  }, []);

  const firstPage = cursor === '' && !orders.changing ? orders.data : undefined;
  return (
    <>
      <div className="title-row">
        <h1>Orders</h1>
        <Freshness live={orders} />
      </div>
      <div className="filters">
        <SearchField
          q={q}
          onSearch={(text) => filters.narrow({ q: text }, true)}
          label="Search by any number: PO, ERP order, shipment, SSCC, tracking, invoice or control number"
          placeholder="PO, ERP order, shipment, SSCC, tracking, invoice, control no."
        />
        <PartnerFilter partner={partner} onChange={(id) => filters.narrow({ partner: id })} />
        {heldUpBy !== '' && (
          <button type="button" onClick={() => filters.narrow({ heldUpBy: '' })}>
            Waiting for {heldUpBy} <span aria-hidden="true">×</span>
            <span className="visually-hidden">(show all orders)</span>
          </button>
        )}
      </div>
      <nav className="tabs" aria-label="Orders by state">
        <Tab
          to={filters.address({ status: '', inJeopardy: '' })}
          current={status === '' && inJeopardy === ''}
          page={firstPage}
        >
          All
        </Tab>
        <Tab to={filters.address({ status: '', inJeopardy: 'true' })} current={inJeopardy !== ''} page={firstPage}>
          In jeopardy
        </Tab>
        {TABS.map((each) => (
          <Tab
            key={each}
            to={filters.address({ status: each, inJeopardy: '' })}
            current={status === each && inJeopardy === ''}
            page={each === 'exception' ? exceptions.data : firstPage}
            always={each === 'exception'}
          >
            {STATUS[each].label}
          </Tab>
        ))}
      </nav>
      {orders.problem && orders.data && (
        <ProblemBanner
          problem={orders.problem}
          what="the orders"
          shownSince={orders.receivedAt}
          onRetry={orders.refresh}
        />
      )}
      {orders.data === undefined ? (
        orders.problem ? (
          <ProblemPanel problem={orders.problem} what="the orders" onRetry={orders.refresh} />
        ) : (
          <Loading what="orders" />
        )
      ) : orders.data.items.length === 0 ? (
        orders.data.nextCursor === null ? (
          <NothingFound filtered={Object.values(filters.values).some((value) => value !== '') || cursor !== ''} q={q} />
        ) : (
          // A search page covers a limited set of numbers, and the filter may exclude all of them.
          <Empty title="No match on this page">
            <p>Continue with the next page.</p>
          </Empty>
        )
      ) : (
        <OrdersTable page={orders.data} dimmed={orders.changing} />
      )}
      {orders.data && <Paging nextCursor={orders.data.nextCursor} cursor={cursor} address={filters.address} />}
    </>
  );
}

function OrdersTable({ page, dimmed }: { readonly page: OrderPage; readonly dimmed: boolean }) {
  return (
    <table className={dimmed ? 'list dimmed' : 'list'} aria-busy={dimmed}>
      <caption className="visually-hidden">Orders</caption>
      <thead>
        <tr>
          <th scope="col">PO</th>
          <th scope="col">Partner</th>
          <th scope="col">Channel</th>
          <th scope="col">State</th>
          <th scope="col">Waits for</th>
          <th scope="col">ERP order</th>
          <th scope="col" className="number">
            Total
          </th>
          <th scope="col">Received</th>
          <th scope="col">Next deadline</th>
        </tr>
      </thead>
      <tbody>
        {page.items.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </tbody>
    </table>
  );
}

function OrderRow({ order }: { readonly order: OrderSummary }) {
  return (
    <tr>
      <th scope="row" className="cell-name">
        <Link to={`/orders/${encodeURIComponent(order.id)}`}>{order.poNumber}</Link>
        {order.release && <span className="quiet"> release {order.release}</span>}
        {order.part && <span className="quiet"> {order.part}</span>}
        {order.repeated && <span className="quiet"> repeats the PO number</span>}
      </th>
      <td className="cell-partner">{order.partnerName}</td>
      <td className="cell-aside">
        <span className="channel">{formatChannel(order.channel)}</span>
      </td>
      <td className="cell-status">
        <StatusBadge status={order.status} />
      </td>
      <td className="cell-reason">
        <WaitsFor order={order} />
      </td>
      <td className="cell-aside">{order.erpOrderNumber ?? <Nothing />}</td>
      <td className="cell-figure number">
        {order.total === null ? <Nothing /> : formatMoney(order.total, order.currency)}
      </td>
      <td className="cell-time">
        <Ago at={order.receivedAt} />
      </td>
      <td className="cell-side">
        {order.nextDeadline ? <Deadline at={order.nextDeadline} /> : <Nothing />}
        {order.inJeopardy && <InJeopardy />}
      </td>
    </tr>
  );
}

function WaitsFor({ order }: { readonly order: OrderSummary }) {
  const [first, ...others] = order.openExceptions;
  if (first) {
    return (
      <>
        <span className="alert-text">{formatWords(first.type)}:</span> {first.summary}
        {others.length > 0 && <span className="quiet"> and {others.length} more</span>}
      </>
    );
  }
  const [step] = order.heldUp;
  if (step) {
    return (
      <>
        <span className="alert-text">{step.system} does not answer:</span> {order.waitingFor}
      </>
    );
  }
  return order.waitingFor ?? <Nothing />;
}

/** Formats a channel name; short names such as `edi` are acronyms. */
export function formatChannel(channel: string): string {
  return channel.length <= 3 ? channel.toUpperCase() : formatWords(channel);
}

function NothingFound({ filtered, q }: { readonly filtered: boolean; readonly q: string }) {
  if (!filtered) {
    return (
      <Empty title="No orders yet">
        <p>
          Orders appear here as soon as one arrives: post an X12 850 to <code>/v1/edi/interchanges</code>, or an order
          to <code>/v1/orders</code>. The <a href="/docs">API page</a> describes both and lets you try them.
        </p>
        <p>
          <code>npm start</code> submits sample orders of three partners.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={q === '' ? 'No orders match these filters' : `No order found for “${q}”`}>
      {q !== '' && (
        <p>
          The search covers PO, ERP order, shipment, SSCC, tracking, invoice and control numbers, with or without blanks
          and dashes.
        </p>
      )}
      <p>
        <Link to="/">Show all orders</Link>
      </p>
    </Empty>
  );
}
