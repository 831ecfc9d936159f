import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router-dom';
import { ORDER_STATUSES, type OrderPage, type OrderStatus, type OrderSummary } from '../api.ts';
import { formatClock, formatMoney, formatWords } from '../format.ts';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { STATUS, StatusBadge } from '../order-status.tsx';
import { useApi } from '../session.tsx';
import { Ago, Deadline } from '../time.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 4_000;
const COUNT_REFRESH = 15_000;
const TYPING_PAUSE = 250;

/** What stands first is what somebody has to act on; then the way of an order. */
const TABS: readonly OrderStatus[] = ['exception', ...ORDER_STATUSES.filter((status) => status !== 'exception')];

/** The list's filters live in the address, so that a view can be bookmarked, shared and gone back to. */
function useFilters() {
  const [parameters, setParameters] = useSearchParams();
  const value = (name: string) => parameters.get(name) ?? '';
  return {
    q: value('q'),
    status: value('status'),
    partner: value('partner'),
    cursor: value('cursor'),
    /** Narrowing starts again at the first page. Typing replaces the entry: "back" leaves the search, not the last letter. */
    narrow(change: Record<string, string>, replace = false): void {
      setParameters((before) => narrowed(before, change), { replace });
    },
    address: (change: Record<string, string>) => `?${narrowed(parameters, change)}`,
  };
}

function narrowed(parameters: URLSearchParams, change: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(parameters);
  if (!('cursor' in change)) next.delete('cursor');
  for (const [name, value] of Object.entries(change)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function OrdersPage() {
  const api = useApi();
  const filters = useFilters();
  const { q, status, partner, cursor } = filters;
  const query = { q, status, partner, cursor, limit: PAGE_SIZE };
  const orders = useLive(`orders ${JSON.stringify(query)}`, (signal) => api.orders(query, signal), {
    every: REFRESH,
    keepPrevious: true,
  });
  const troubled = { q, partner, status: 'exception', limit: PAGE_SIZE };
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
        <SearchField q={q} onSearch={(text) => filters.narrow({ q: text }, true)} />
        <PartnerFilter partner={partner} onChange={(id) => filters.narrow({ partner: id })} />
      </div>
      <nav className="tabs" aria-label="Orders by state">
        <Tab to={filters.address({ status: '' })} current={status === ''} page={firstPage}>
          All
        </Tab>
        {TABS.map((each) => (
          <Tab
            key={each}
            to={filters.address({ status: each })}
            current={status === each}
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
          <NothingFound filtered={q !== '' || status !== '' || partner !== '' || cursor !== ''} q={q} />
        ) : (
          // A search looks at so many numbers a page, and a filter may pass none of them.
          <Empty title="Nothing on this page that passes the filters">
            <p>The next page goes on from here.</p>
          </Empty>
        )
      ) : (
        <OrdersTable page={orders.data} dimmed={orders.changing} />
      )}
      {orders.data && <Paging nextCursor={orders.data.nextCursor} filters={filters} />}
    </>
  );
}

function Tab(props: {
  readonly to: string;
  readonly current: boolean;
  readonly page: OrderPage | undefined;
  readonly always?: boolean;
  readonly children: ReactNode;
}) {
  const { to, current, page, always = false, children } = props;
  const count = page?.items.length ?? 0;
  // The API pages without counting: a first page that is also the last one is a count, a full one only a lower bound.
  const shown = page && (current || (always && count > 0)) ? `${count}${page.nextCursor ? '+' : ''}` : undefined;
  return (
    <Link to={to} aria-current={current ? 'page' : undefined}>
      {children}
      {shown && <span className={always ? 'count count-alert' : 'count'}>{shown}</span>}
    </Link>
  );
}

function Freshness({ live }: { readonly live: { receivedAt: number | undefined; problem: unknown } }) {
  if (live.receivedAt === undefined) return null;
  return (
    <p className="freshness">
      <span className={live.problem ? 'pulse pulse-off' : 'pulse'} aria-hidden="true" />
      {live.problem ? 'Not current since' : 'Live, updated'} {formatClock(live.receivedAt)}
    </p>
  );
}

function SearchField({ q, onSearch }: { readonly q: string; readonly onSearch: (text: string) => void }) {
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const sent = useRef(q);

  // The address may change from outside, by "back" or a link; our own change coming back must not undo newer typing.
  useEffect(() => {
    if (q !== sent.current) {
      sent.current = q;
      setText(q);
    }
  }, [q]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      onSearch(wanted);
    }, TYPING_PAUSE);
    return () => clearTimeout(timer);
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <search className="search">
      <label className="visually-hidden" htmlFor="search">
        Search by any number: PO, ERP order, shipment, SSCC, tracking, invoice or control number
      </label>
      <input
        ref={field}
        id="search"
        type="search"
        placeholder="PO, ERP order, shipment, SSCC, tracking, invoice, control no."
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        aria-keyshortcuts="/"
      />
      <span className="key" aria-hidden="true">
        /
      </span>
    </search>
  );
}

function PartnerFilter(props: { readonly partner: string; readonly onChange: (id: string) => void }) {
  const { partner, onChange } = props;
  const api = useApi();
  const partners = useLive('partners', api.partners);
  const known = partners.data?.items ?? [];
  return (
    <select aria-label="Partner" value={partner} onChange={(event) => onChange(event.target.value)}>
      <option value="">All partners</option>
      {partner !== '' && !known.some(({ id }) => id === partner) && <option value={partner}>{partner}</option>}
      {known.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function OrdersTable({ page, dimmed }: { readonly page: OrderPage; readonly dimmed: boolean }) {
  return (
    <table className={dimmed ? 'orders dimmed' : 'orders'} aria-busy={dimmed}>
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
      <th scope="row" className="cell-po">
        <Link to={`/orders/${encodeURIComponent(order.id)}`}>{order.poNumber}</Link>
        {order.release && <span className="quiet"> release {order.release}</span>}
      </th>
      <td className="cell-partner">{order.partnerName}</td>
      <td className="cell-channel">
        <span className="channel">{formatChannel(order.channel)}</span>
      </td>
      <td className="cell-status">
        <StatusBadge status={order.status} />
      </td>
      <td className="cell-waiting">
        <WaitsFor order={order} />
      </td>
      <td className="cell-erp">{order.erpOrderNumber ?? <Nothing />}</td>
      <td className="cell-total number">
        {order.total === null ? <Nothing /> : formatMoney(order.total, order.currency)}
      </td>
      <td className="cell-received">
        <Ago at={order.receivedAt} />
      </td>
      <td className="cell-deadline">{order.nextDeadline ? <Deadline at={order.nextDeadline} /> : <Nothing />}</td>
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
  return order.waitingFor ?? <Nothing />;
}

function Nothing() {
  return (
    <span className="nothing">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">none</span>
    </span>
  );
}

/** Names of channels as the trade writes them; `edi` is not a word. */
export function formatChannel(channel: string): string {
  return channel.length <= 3 ? channel.toUpperCase() : formatWords(channel);
}

function NothingFound({ filtered, q }: { readonly filtered: boolean; readonly q: string }) {
  if (!filtered) {
    return (
      <Empty title="No orders yet">
        <p>
          Orders appear here as soon as one arrives: post an X12 850 to <code>/v1/edi/interchanges</code>, or an order
          to <code>/v1/orders</code>. The <a href="/docs">API page</a> has the shapes and lets you try both.
        </p>
        <p>
          <code>npm start</code> feeds sample orders of three partners by itself.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={q === '' ? 'No orders match these filters' : `Nothing is known under “${q}”`}>
      {q !== '' && (
        <p>
          Searched were PO, ERP order, shipment, SSCC, tracking, invoice and control numbers, with or without blanks and
          dashes.
        </p>
      )}
      <p>
        <Link to="/">Show all orders</Link>
      </p>
    </Empty>
  );
}

function Paging(props: { readonly nextCursor: string | null; readonly filters: ReturnType<typeof useFilters> }) {
  const { nextCursor, filters } = props;
  const navigate = useNavigate();
  const { state } = useLocation();
  // A cursor only leads onwards. The way back is the browser's own, where this page was reached by "Next page".
  const camePaging = typeof state === 'object' && state !== null && 'paging' in state;
  if (nextCursor === null && filters.cursor === '') return null;
  return (
    <nav className="paging" aria-label="Pages">
      {filters.cursor !== '' && (
        <>
          <Link to={filters.address({})}>First page</Link>
          {camePaging && (
            <button type="button" onClick={() => void navigate(-1)}>
              Previous page
            </button>
          )}
        </>
      )}
      {nextCursor !== null && (
        <Link to={filters.address({ cursor: nextCursor })} state={{ paging: true }}>
          Next page
        </Link>
      )}
    </nav>
  );
}
