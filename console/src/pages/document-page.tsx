import { useEffect, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import type { DocumentDetail, DocumentError, Segment } from '../api.ts';
import { download } from '../download.ts';
import { formatExact, formatWords } from '../format.ts';
import { Loading, ProblemBanner, ProblemPanel } from '../notices.tsx';
import { Direction, faultCount, nameOfTransactionSet } from '../order/documents-section.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

export function DocumentPage() {
  const { orderId = '', documentId = '' } = useParams();
  const [parameters] = useSearchParams();
  const raw = parameters.get('view') === 'raw';
  const api = useApi();
  const document = useLive(`document ${documentId}`, (signal) => api.document(documentId, signal));
  const { data } = document;

  const title = data ? `${data.transactionSet} ${nameOfTransactionSet(data.transactionSet)}` : 'Document';
  useEffect(() => {
    window.document.title = `${title} · Throughline`;
  }, [title]);

  if (data === undefined) {
    if (document.problem) return <ProblemPanel problem={document.problem} what="document" onRetry={document.refresh} />;
    return <Loading what="the document" />;
  }
  return (
    <>
      <p className="trail">
        <Link to="/">Orders</Link> <span aria-hidden="true">/</span>{' '}
        <Link to={`/orders/${encodeURIComponent(orderId)}`}>Order</Link> <span aria-hidden="true">/</span> Document
      </p>
      <div className="title-row">
        <h1>{title}</h1>
        <p className="quiet">
          <Direction direction={data.direction} /> · {formatWords(data.state)} · X12 {data.version}
        </p>
      </div>
      <dl className="facts">
        <div>
          <dt>Interchange (ISA13)</dt>
          <dd>{data.controlNumbers.interchange ?? <span className="nothing">not yet</span>}</dd>
        </div>
        <div>
          <dt>Group (GS06)</dt>
          <dd>{data.controlNumbers.group ?? <span className="nothing">not yet</span>}</dd>
        </div>
        <div>
          <dt>Transaction (ST02)</dt>
          <dd>{data.controlNumbers.transaction ?? <span className="nothing">not yet</span>}</dd>
        </div>
        <div>
          <dt>{data.direction === 'inbound' ? 'Received' : 'Written'}</dt>
          <dd>
            <time dateTime={data.createdAt}>{formatExact(data.createdAt)}</time>
          </dd>
        </div>
      </dl>
      {data.errors !== null && data.errors.length > 0 && <Faults errors={data.errors} />}
      <nav className="tabs" aria-label="Ways to read this document">
        <Link to="?" replace aria-current={raw ? undefined : 'page'}>
          Readable
        </Link>
        <Link to="?view=raw" replace aria-current={raw ? 'page' : undefined}>
          Raw
        </Link>
      </nav>
      {raw ? <RawView document={data} /> : <ReadableView segments={data.segments} />}
    </>
  );
}

function Faults({ errors }: { readonly errors: readonly DocumentError[] }) {
  return (
    <section className="faults" aria-label="Faults">
      <h2>{faultCount(errors.length)}</h2>
      <ul>
        {errors.map((error) => (
          <li key={JSON.stringify(error)}>
            <code>{error.code}</code> {error.message}
            {error.place && <span className="quiet"> at {error.place}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ReadableView({ segments }: { readonly segments: readonly Segment[] }) {
  return (
    <ol className="segments">
      {segments.map((segment) => (
        <li key={segment.position} className="segment">
          <h2>
            <span className="segment-position">{segment.position}</span>
            <code>{segment.id}</code> {segment.name}
            {segment.loop && <span className="section-note">loop {segment.loop}</span>}
          </h2>
          <dl>
            {segment.elements
              .filter(({ value }) => value !== '')
              .map((element) => (
                <div key={element.reference}>
                  <dt>
                    <code>{element.reference}</code> {element.name}
                  </dt>
                  <dd>
                    <code className="value">{element.value}</code>
                    {element.meaning && <span className="meaning"> {element.meaning}</span>}
                  </dd>
                </div>
              ))}
          </dl>
        </li>
      ))}
    </ol>
  );
}

function RawView({ document }: { readonly document: DocumentDetail }) {
  const api = useApi();
  const raw = useLive(`raw ${document.id}`, async (signal) => {
    const blob = await api.raw(document.id, signal);
    return { blob, text: await blob.text() };
  });
  const [told, setTold] = useState('');

  if (raw.data === undefined) {
    if (raw.problem) return <ProblemBanner problem={raw.problem} what="the raw document" onRetry={raw.refresh} />;
    return <Loading what="the raw document" />;
  }
  const { blob, text } = raw.data;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied.');
    } catch {
      // Outside HTTPS and localhost, or when the person refuses, there is no clipboard.
      setTold('This browser does not allow copying here. Select the text instead.');
    }
  }

  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" onClick={() => download(blob, `${document.transactionSet}-${document.id}.x12`)}>
          Download
        </button>
        <p role="status" className="quiet">
          {told}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label="Raw document" tabIndex={0}>
        <pre>{onePerLine(text)}</pre>
      </section>
      <p className="quiet">
        {blob.size.toLocaleString('en-US')} bytes. Shown with one segment on a line; copied and downloaded as it crossed
        the wire.
      </p>
    </>
  );
}

/** Breaks after each segment where the document itself has no line ends. ISA is of fixed width: its terminator is character 106. */
function onePerLine(text: string): string {
  const terminator = text.startsWith('ISA') ? text.charAt(105) : '~';
  if (terminator === '' || /[\r\n]/.test(text.trimEnd())) return text;
  return text.split(terminator).join(`${terminator}\n`).trimEnd();
}
