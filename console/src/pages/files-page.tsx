import { useEffect } from 'react';
import { Link } from 'react-router-dom';
import type { InterchangeItem, InterchangePage } from '../api.ts';
import { filePath } from '../file/file-path.ts';
import { FileState } from '../file/file-state.tsx';
import { useFilters } from '../list/filters.ts';
import { Freshness } from '../list/freshness.tsx';
import { Nothing } from '../list/nothing.tsx';
import { Paging } from '../list/paging.tsx';
import { PartnerFilter } from '../list/partner-filter.tsx';
import { SearchField } from '../list/search-field.tsx';
import { Tab } from '../list/tab.tsx';
import { Empty, Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Direction } from '../order/documents-section.tsx';
import { useApi } from '../session.tsx';
import { Ago } from '../time.tsx';
import { useLive } from '../use-live.ts';

const PAGE_SIZE = 50;
const REFRESH = 4_000;
const COUNT_REFRESH = 15_000;

const FILTERS = ['q', 'view', 'partner', 'direction'] as const;

/** All received and sent files, including failed ones. */
export function FilesPage() {
  const api = useApi();
  const filters = useFilters(FILTERS);
  const { q, view, partner, direction } = filters.values;
  const { cursor } = filters;
  const chosen = { controlNumber: q, partnerId: partner, direction, limit: PAGE_SIZE };
  const query = {
    ...chosen,
    withErrors: view === 'errors' ? ('true' as const) : undefined,
    stuck: view === 'stuck' ? ('true' as const) : undefined,
    kept: view === 'kept' ? ('true' as const) : undefined,
    cursor,
  };
  const files = useLive(`files ${JSON.stringify(query)}`, (signal) => api.interchanges(query, signal), {
    every: REFRESH,
    keepPrevious: true,
  });
  const waiting = { ...chosen, stuck: 'true' as const };
  const stuck = useLive(`count ${JSON.stringify(waiting)}`, (signal) => api.interchanges(waiting, signal), {
    every: COUNT_REFRESH,
    keepPrevious: true,
  });

  const asking = { ...chosen, kept: 'true' as const };
  const kept = useLive(`count ${JSON.stringify(asking)}`, (signal) => api.interchanges(asking, signal), {
    every: COUNT_REFRESH,
    keepPrevious: true,
  });

  useEffect(() => {
    document.title = 'Files · Throughline';
  }, []);

  const firstPage = cursor === '' && !files.changing ? files.data : undefined;
  return (
    <>
      <div className="title-row">
        <h1>Files</h1>
        <Freshness live={files} />
      </div>
      <div className="filters">
        <SearchField
          q={q}
          onSearch={(text) => filters.narrow({ q: text }, true)}
          label="Search by control number of the interchange (ISA13)"
          placeholder="Control number, as 000000117 or 117"
        />
        <select
          aria-label="Direction"
          value={direction}
          onChange={(event) => filters.narrow({ direction: event.target.value })}
        >
          <option value="">In and out</option>
          <option value="inbound">In</option>
          <option value="outbound">Out</option>
        </select>
        <PartnerFilter partner={partner} onChange={(id) => filters.narrow({ partner: id })} />
      </div>
      <nav className="tabs" aria-label="Files by result">
        <Tab to={filters.address({ view: '' })} current={view === ''} page={firstPage}>
          All
        </Tab>
        <Tab to={filters.address({ view: 'errors' })} current={view === 'errors'} page={firstPage}>
          With errors
        </Tab>
        <Tab to={filters.address({ view: 'stuck' })} current={view === 'stuck'} page={stuck.data} always>
          Stuck
        </Tab>
        <Tab to={filters.address({ view: 'kept' })} current={view === 'kept'} page={kept.data} always>
          For a person
        </Tab>
      </nav>
      {files.problem && files.data && (
        <ProblemBanner problem={files.problem} what="the files" shownSince={files.receivedAt} onRetry={files.refresh} />
      )}
      {files.data === undefined ? (
        files.problem ? (
          <ProblemPanel problem={files.problem} what="the files" onRetry={files.refresh} />
        ) : (
          <Loading what="files" />
        )
      ) : files.data.items.length === 0 ? (
        <NothingFound q={q} view={view} filtered={partner !== '' || direction !== '' || cursor !== ''} />
      ) : (
        <FilesTable page={files.data} dimmed={files.changing} />
      )}
      {files.data && <Paging nextCursor={files.data.nextCursor} cursor={cursor} address={filters.address} />}
    </>
  );
}

function FilesTable({ page, dimmed }: { readonly page: InterchangePage; readonly dimmed: boolean }) {
  return (
    <table className={dimmed ? 'list dimmed' : 'list'} aria-busy={dimmed}>
      <caption className="visually-hidden">Files</caption>
      <thead>
        <tr>
          <th scope="col">Control number</th>
          <th scope="col">Partner</th>
          <th scope="col">In or out</th>
          <th scope="col">State</th>
          <th scope="col">What is wrong</th>
          <th scope="col" className="number">
            Sets
          </th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {page.items.map((file) => (
          <FileRow key={file.interchangeId} file={file} />
        ))}
      </tbody>
    </table>
  );
}

function FileRow({ file }: { readonly file: InterchangeItem }) {
  const counts = Object.values(file.transactionCounts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rejected = file.transactionCounts.rejected ?? 0;
  const standing = {
    ...file,
    faulty: file.firstError !== null,
    total,
    rejected,
    kept: file.transactionCounts.kept ?? 0,
  };
  return (
    <tr>
      <th scope="row" className="cell-name">
        <Link to={filePath(file.interchangeId)}>{file.controlNumber || 'No number'}</Link>
      </th>
      <td className="cell-partner">
        {file.partnerName ?? <span className="quiet">{file.senderId ? `Unknown: ${file.senderId}` : 'Unknown'}</span>}
      </td>
      <td className="cell-side">
        <Direction direction={file.direction} />
      </td>
      <td className="cell-status">
        <FileState standing={standing} />
      </td>
      <td className="cell-reason">{reasonOf(file) ?? <Nothing />}</td>
      <td className="cell-figure number">
        {total === 0 ? <Nothing /> : `${total} ${total === 1 ? 'set' : 'sets'}`}
        {rejected > 0 && <span className="alert-text">, {rejected} refused</span>}
      </td>
      <td className="cell-time">
        <Ago at={file.receivedAt} />
      </td>
    </tr>
  );
}

function reasonOf({ firstError, waitsFor, stuck, direction }: InterchangeItem): string | null {
  if (firstError !== null || waitsFor !== null || !stuck) return firstError ?? waitsFor;
  return direction === 'inbound' ? 'Received, processing overdue' : 'Ready, delivery overdue';
}

function NothingFound(props: { readonly q: string; readonly view: string; readonly filtered: boolean }) {
  const { q, view, filtered } = props;
  if (q !== '') {
    return (
      <Empty title={`No file has the control number “${q}”`}>
        <p>Search for the full interchange control number (ISA13), with or without leading zeros.</p>
        <p>
          <Link to="/files">Show all files</Link> or{' '}
          <Link to={`/?q=${encodeURIComponent(q)}`}>search the orders for it</Link>
        </p>
      </Empty>
    );
  }
  if (view === 'stuck') {
    return (
      <Empty title="No stuck files">
        <p>All received files are processed, and all outbound files are delivered.</p>
      </Empty>
    );
  }
  if (view === 'kept') {
    return (
      <Empty title="No file waits for a person">
        <p>Documents that nothing processes are listed here until somebody says what was done about them.</p>
      </Empty>
    );
  }
  if (view === 'errors' || filtered) {
    return (
      <Empty title={view === 'errors' ? 'No file with errors' : 'No files match these filters'}>
        <p>
          <Link to="/files">Show all files</Link>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No files yet">
      <p>
        Files appear here as soon as one arrives or leaves: post X12 to <code>/v1/edi/interchanges</code>. The{' '}
        <a href="/docs">API page</a> lets you try it.
      </p>
    </Empty>
  );
}
