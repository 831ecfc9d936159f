import { type ReactNode, useEffect } from 'react';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import type { InterchangeDetail } from '../api.ts';
import { Faults } from '../faults.tsx';
import { type FileStanding, FileState, verdictOf } from '../file/file-state.tsx';
import { FixtureSection } from '../file/fixture-section.tsx';
import { SetsSection } from '../file/sets-section.tsx';
import { formatExact } from '../format.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Direction } from '../order/documents-section.tsx';
import { RawView } from '../raw-view.tsx';
import { useApi } from '../session.tsx';
import { Deadline } from '../time.tsx';
import { useLive } from '../use-live.ts';

const REFRESH = 4_000;

export function FilePage() {
  const { interchangeId = '' } = useParams();
  const [parameters] = useSearchParams();
  const raw = parameters.get('view') === 'raw';
  const api = useApi();
  const live = useLive(`file ${interchangeId}`, (signal) => api.interchange(interchangeId, signal), {
    every: REFRESH,
  });
  const file = live.data;

  const title = file ? `File ${file.controlNumber || 'without a number'}` : 'File';
  useEffect(() => {
    document.title = `${title} · Throughline`;
  }, [title]);

  if (file === undefined) {
    if (live.problem) return <ProblemPanel problem={live.problem} what="file" onRetry={live.refresh} />;
    return <Loading what="the file" />;
  }
  const standing = standingOf(file);
  return (
    <>
      {live.problem && (
        <ProblemBanner problem={live.problem} what="this file" shownSince={live.receivedAt} onRetry={live.refresh} />
      )}
      <p className="trail">
        <Link to="/files">Files</Link> <span aria-hidden="true">/</span> {file.partnerName ?? 'Unknown partner'}
      </p>
      <div className="title-row">
        <h1>{title}</h1>
        <FileState standing={standing} large />
      </div>
      <p className="waiting">{verdictOf(file, standing)}</p>
      <Facts file={file} />
      <nav className="tabs" aria-label="File views">
        <Link to="?" replace aria-current={raw ? undefined : 'page'}>
          Result
        </Link>
        <Link to="?view=raw" replace aria-current={raw ? 'page' : undefined}>
          Raw
        </Link>
      </nav>
      {raw ? (
        <RawView
          name="file"
          id={file.interchangeId}
          load={(signal) => api.rawInterchange(file.interchangeId, signal)}
          fileName={file.fileName ?? `${file.direction}-${file.controlNumber || 'unnumbered'}.edi`}
        />
      ) : (
        <Verdict file={file} />
      )}
    </>
  );
}

function standingOf(file: InterchangeDetail): FileStanding {
  const rejected = file.transactions.filter(({ state }) => state === 'rejected').length;
  const faulty = file.errors.length > 0 || file.transactions.some(({ state }) => state === 'unmatched');
  const kept = file.transactions.filter(({ state }) => state === 'kept').length;
  return { ...file, faulty, total: file.transactions.length, rejected, kept };
}

function Facts({ file }: { readonly file: InterchangeDetail }) {
  const inbound = file.direction === 'inbound';
  return (
    <dl className="facts">
      <Fact name="Direction">
        <Direction direction={file.direction} />, {file.transport}
      </Fact>
      <Fact name="From (ISA06) to (ISA08)">
        <code>{file.senderId || 'nobody'}</code> → <code>{file.receiverId || 'nobody'}</code>
      </Fact>
      <Fact name={inbound ? 'Received' : 'Put together'}>
        <Exact at={file.receivedAt} />
      </Fact>
      {inbound && file.state !== 'rejected' && (
        <Fact name="Read">{file.processedAt && <Exact at={file.processedAt} />}</Fact>
      )}
      {!inbound && (file.state !== 'refused' || file.deliveredAt !== null) && (
        <Fact name="Delivered">{file.deliveredAt && <Exact at={file.deliveredAt} />}</Fact>
      )}
      {file.state === 'prepared' && file.deadline && (
        <Fact name="Due">
          <Deadline at={file.deadline} />
        </Fact>
      )}
      {file.fileName && <Fact name="File name">{file.fileName}</Fact>}
      <Fact name="Size">{file.size.toLocaleString('en-US')} bytes</Fact>
      {file.evidence && <Fact name="Partner response">{file.evidence}</Fact>}
    </dl>
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

function Exact({ at }: { readonly at: string }) {
  return <time dateTime={at}>{formatExact(at)}</time>;
}

function Verdict({ file }: { readonly file: InterchangeDetail }) {
  const { interchangeId, transactions, errors } = file;
  return (
    <>
      {errors.length > 0 && <Faults errors={errors} />}
      <SetsSection
        title="Rejected transaction sets"
        interchangeId={interchangeId}
        sets={transactions.filter(({ state }) => state === 'rejected')}
      />
      <SetsSection
        title={transactions.some(({ state }) => state === 'rejected') ? 'Other transaction sets' : 'Transaction sets'}
        interchangeId={interchangeId}
        sets={transactions.filter(({ state }) => state !== 'rejected')}
      />
      <FixtureSection file={file} />
    </>
  );
}
