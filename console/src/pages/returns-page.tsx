import { useEffect } from 'react';
import { useFilters } from '../list/filters.ts';
import { Freshness } from '../list/freshness.tsx';
import { Paging } from '../list/paging.tsx';
import { PartnerFilter } from '../list/partner-filter.tsx';
import { SearchField } from '../list/search-field.tsx';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { RETURN_STATUS } from '../returns/return-status.tsx';
import { ReturnsTable } from '../returns/returns-table.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 4_000;
const FILTERS = ['q', 'status', 'partner'] as const;

/** Goods that come back, or are to. */
export function ReturnsPage() {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { cursor } = filters;
  const { q, status, partner } = filters.values;
  const query = { q, status, partner, cursor, limit: PAGE_SIZE };
  const returns = useLive(`returns ${JSON.stringify(query)}`, (signal) => api.returns(query, signal), {
    every: REFRESH,
    keepPrevious: true,
  });
  useEffect(() => {
    document.title = 'Returns · Throughline';
  }, []);
  return (
    <>
      <div className="title-row">
        <h1>Returns</h1>
        <Freshness live={returns} />
      </div>
      <div className="filters">
        <SearchField
          q={q}
          onSearch={(text) => filters.narrow({ q: text }, true)}
          label="Search by the number of the return or of the order"
          placeholder="RMA or PO number"
        />
        <select aria-label="State" value={status} onChange={(event) => filters.narrow({ status: event.target.value })}>
          <option value="">All states</option>
          {Object.entries(RETURN_STATUS).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <PartnerFilter partner={partner} onChange={(id) => filters.narrow({ partner: id })} />
      </div>
      {returns.problem && returns.data && (
        <ProblemBanner
          problem={returns.problem}
          what="the returns"
          shownSince={returns.receivedAt}
          onRetry={returns.refresh}
        />
      )}
      {returns.data === undefined ? (
        returns.problem ? (
          <ProblemPanel problem={returns.problem} what="the returns" onRetry={returns.refresh} />
        ) : (
          <Loading what="returns" />
        )
      ) : returns.data.items.length === 0 ? (
        <Empty title="No returns">
          <p>Nothing comes back that fits. An order offers to return what has shipped of it.</p>
        </Empty>
      ) : (
        <ReturnsTable items={returns.data.items} dimmed={returns.changing} />
      )}
      {returns.data && <Paging nextCursor={returns.data.nextCursor} cursor={cursor} address={filters.address} />}
    </>
  );
}
