import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import { formatWords } from '../format.ts';
import type { InboxCounts, InboxFilter } from '../inbox/api.ts';
import { BulkBar } from '../inbox/bulk-bar.tsx';
import { BulkProgress } from '../inbox/bulk-progress.tsx';
import { InboxTable } from '../inbox/inbox-table.tsx';
import { useSelection } from '../inbox/selection.ts';
import { useFilters } from '../list/filters.ts';
import { Freshness } from '../list/freshness.tsx';
import { Paging } from '../list/paging.tsx';
import { PartnerFilter } from '../list/partner-filter.tsx';
import { SearchField } from '../list/search-field.tsx';
import { CountedTab } from '../list/tab.tsx';
import { useMe } from '../me.tsx';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 4_000;
const COUNT_REFRESH = 15_000;
const HOUR_MS = 3_600_000;
/** As the API names an exception without an assignee. */
const NOBODY = 'nobody';

const NARROWING = ['q', 'owner', 'type', 'partner', 'assignee', 'due', 'snoozed'] as const;
/** `bulk` is the decision about many whose progress is shown. */
const FILTERS = [...NARROWING, 'bulk'] as const;

/** Deadlines to filter by: until so many hours from now. */
const DUE = { overdue: { label: 'Overdue', hours: 0 }, soon: { label: 'Due within 4 h', hours: 4 } } as const;

type Values = Record<(typeof FILTERS)[number], string>;

/** The filter at this moment, because a deadline is relative to it. */
function filterOf({ q, owner, type, partner, assignee, due, snoozed }: Values): InboxFilter {
  const chosen = due === 'overdue' || due === 'soon' ? DUE[due] : undefined;
  const until = chosen && new Date(Date.now() + chosen.hours * HOUR_MS).toISOString();
  return {
    ...{ q, owner, type, partnerId: partner, assignee },
    ...(until === undefined ? {} : { dueBefore: until }),
    snoozed: snoozed === 'only' ? 'only' : 'hidden',
  };
}

export function ExceptionsPage() {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { values, cursor } = filters;
  const narrowing = JSON.stringify(NARROWING.map((name) => values[name]));
  const list = useLive(
    `exceptions ${narrowing} ${cursor}`,
    (signal) => api.exceptions({ ...filterOf(values), cursor, limit: PAGE_SIZE }, signal),
    { every: REFRESH, keepPrevious: true },
  );
  const counts = useLive(`exception counts ${narrowing}`, (signal) => api.exceptionCounts(filterOf(values), signal), {
    every: COUNT_REFRESH,
    keepPrevious: true,
  });
  const selection = useSelection(`${narrowing} ${cursor}`, list.data?.items ?? []);

  useEffect(() => {
    document.title = 'Exceptions · Throughline';
  }, []);

  const refresh = () => {
    list.refresh();
    counts.refresh();
  };
  const filtered = NARROWING.some((name) => values[name] !== '') || cursor !== '';
  return (
    <>
      <div className="title-row">
        <h1>Exceptions</h1>
        <Freshness live={list} />
      </div>
      <Filters values={values} counts={counts.data} narrow={filters.narrow} />
      <OwnerTabs values={values} counts={counts.data} address={filters.address} />
      {values.bulk !== '' && (
        <BulkProgress id={values.bulk} onChanged={refresh} onClose={() => filters.narrow({ bulk: '' }, true)} />
      )}
      {list.problem && list.data && (
        <ProblemBanner problem={list.problem} what="the exceptions" shownSince={list.receivedAt} onRetry={refresh} />
      )}
      {list.data === undefined ? (
        list.problem ? (
          <ProblemPanel problem={list.problem} what="the exceptions" onRetry={refresh} />
        ) : (
          <Loading what="exceptions" />
        )
      ) : list.data.items.length === 0 ? (
        <NothingFound filtered={filtered} />
      ) : (
        <InboxTable page={list.data} dimmed={list.changing} selection={selection} onChanged={refresh} />
      )}
      {list.data && <Paging nextCursor={list.data.nextCursor} cursor={cursor} address={filters.address} />}
      <BulkBar
        selection={selection}
        total={counts.data?.total}
        filter={() => filterOf(values)}
        onDone={(bulk) => {
          selection.clear();
          filters.narrow({ bulk });
          refresh();
        }}
      />
    </>
  );
}

type Narrow = ReturnType<typeof useFilters<(typeof FILTERS)[number]>>['narrow'];

function Filters(props: {
  readonly values: Values;
  readonly counts: InboxCounts | undefined;
  readonly narrow: Narrow;
}) {
  const { values, counts, narrow } = props;
  const me = useMe();
  const { type, assignee } = values;
  const types = counts?.byType ?? [];
  return (
    <div className="filters">
      <SearchField
        q={values.q}
        onSearch={(q) => narrow({ q }, true)}
        label="Search by PO number or its beginning"
        placeholder="PO number"
      />
      <select aria-label="Type" value={type} onChange={({ target }) => narrow({ type: target.value })}>
        <option value="">All types</option>
        {type !== '' && !types.some((one) => one.type === type) && <option value={type}>{formatWords(type)}</option>}
        {types.map((one) => (
          <option key={one.type} value={one.type}>
            {formatWords(one.type)} ({one.count})
          </option>
        ))}
      </select>
      <PartnerFilter partner={values.partner} onChange={(partner) => narrow({ partner })} />
      <select aria-label="Taken by" value={assignee} onChange={({ target }) => narrow({ assignee: target.value })}>
        <option value="">Taken by anyone</option>
        <option value={NOBODY}>Taken by nobody</option>
        {me && <option value={me.name}>Taken by me</option>}
        {!['', NOBODY, me?.name].includes(assignee) && <option value={assignee}>Taken by {assignee}</option>}
      </select>
      <select aria-label="Deadline" value={values.due} onChange={({ target }) => narrow({ due: target.value })}>
        <option value="">Any deadline</option>
        {Object.entries(DUE).map(([due, { label }]) => (
          <option key={due} value={due}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function OwnerTabs(props: {
  readonly values: Values;
  readonly counts: InboxCounts | undefined;
  readonly address: ReturnType<typeof useFilters<(typeof FILTERS)[number]>>['address'];
}) {
  const { values, counts, address } = props;
  const { owner } = values;
  const snoozed = values.snoozed === 'only';
  const owners = counts?.byOwner ?? [];
  const all = owners.reduce((sum, { count }) => sum + count, 0);
  const named = owners.some((one) => one.owner === owner) || owner === '' ? owners : [...owners, { owner, count: 0 }];
  return (
    <nav className="tabs" aria-label="Exceptions by owner">
      <CountedTab
        to={address({ owner: '', snoozed: '' })}
        current={owner === '' && !snoozed}
        count={counts && !snoozed ? String(all) : undefined}
      >
        All
      </CountedTab>
      {named.map((one) => (
        <CountedTab
          key={one.owner}
          to={address({ owner: one.owner, snoozed: '' })}
          current={owner === one.owner && !snoozed}
          count={snoozed ? undefined : String(one.count)}
        >
          {formatWords(one.owner)}
        </CountedTab>
      ))}
      <CountedTab
        to={address({ owner: '', snoozed: 'only' })}
        current={snoozed}
        count={counts && counts.snoozed > 0 ? String(counts.snoozed) : undefined}
      >
        Snoozed
      </CountedTab>
    </nav>
  );
}

function NothingFound({ filtered }: { readonly filtered: boolean }) {
  if (!filtered) {
    return (
      <Empty title="Nothing waits for a person">
        <p>An order that cannot go on by itself appears here, with what can be decided about it.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No open exception matches these filters">
      <p>
        <Link to="/exceptions">Show all exceptions</Link>
      </p>
    </Empty>
  );
}
