import { useEffect } from 'react';
import { Link, useParams, useSearchParams } from 'react-router-dom';
import type { NotUsed, Rewriting, Segment } from '../api.ts';
import { Faults } from '../faults.tsx';
import { filePath } from '../file/file-path.ts';
import { QuestionSection } from '../file/question-section.tsx';
import { formatExact, formatWords } from '../format.ts';
import { Loading, ProblemPanel } from '../notices.tsx';
import { Direction } from '../order/documents-section.tsx';
import { RawView } from '../raw-view.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';

export function DocumentPage() {
  const { orderId, interchangeId = '', documentId = '' } = useParams();
  const [parameters] = useSearchParams();
  const raw = parameters.get('view') === 'raw';
  const api = useApi();
  const document = useLive(`document ${documentId}`, (signal) => api.document(documentId, signal));
  const { data } = document;

  const title = data ? `${data.transactionSet} ${data.name}` : 'Document';
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
        {orderId === undefined ? (
          <>
            <Link to="/files">Files</Link> <span aria-hidden="true">/</span>{' '}
            <Link to={filePath(interchangeId)}>File</Link>
          </>
        ) : (
          <>
            <Link to="/">Orders</Link> <span aria-hidden="true">/</span>{' '}
            <Link to={`/orders/${encodeURIComponent(orderId)}`}>Order</Link>
          </>
        )}{' '}
        <span aria-hidden="true">/</span> Document
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
          <dd>
            {data.interchangeId === null ? (
              <span className="nothing">not yet</span>
            ) : (
              <Link to={filePath(data.interchangeId)}>{data.controlNumbers.interchange}</Link>
            )}
          </dd>
        </div>
        <div>
          <dt>Group (GS06)</dt>
          <dd>{data.controlNumbers.group ?? <span className="nothing">not yet</span>}</dd>
        </div>
        <div>
          <dt>Transaction (ST02)</dt>
          <dd>{data.controlNumbers.transaction ?? <span className="nothing">not yet</span>}</dd>
        </div>
        {data.encoding !== null && (
          <div>
            <dt>Encoding</dt>
            <dd>{data.encoding}</dd>
          </div>
        )}
        <div>
          <dt>{data.direction === 'inbound' ? 'Received' : 'Written'}</dt>
          <dd>
            <time dateTime={data.createdAt}>{formatExact(data.createdAt)}</time>
          </dd>
        </div>
      </dl>
      <QuestionSection document={data} onChanged={document.refresh} />
      {data.errors !== null && data.errors.length > 0 && <Faults errors={data.errors} />}
      {data.rewritings.length > 0 && <Rewritten texts={data.rewritings} />}
      {data.notUsed.length > 0 && <NotUsedContent notUsed={data.notUsed} />}
      <nav className="tabs" aria-label="Document views">
        <Link to="?" replace aria-current={raw ? undefined : 'page'}>
          Readable
        </Link>
        <Link to="?view=raw" replace aria-current={raw ? 'page' : undefined}>
          Raw
        </Link>
      </nav>
      {raw ? (
        <RawView
          name="document"
          id={data.id}
          load={(signal) => api.raw(data.id, signal)}
          fileName={`${data.transactionSet}-${data.id}.x12`}
        />
      ) : (
        <ReadableView segments={data.segments} />
      )}
    </>
  );
}

/** Texts outside the partner's repertoire, as the document has them. */
function Rewritten({ texts }: { readonly texts: readonly Rewriting[] }) {
  return (
    <section className="not-used" aria-label="Written in other characters">
      <h2>Written in other characters</h2>
      <p className="quiet">The partner’s profile does not have every character of these texts (x12.repertoire).</p>
      <ul>
        {texts.map(({ place, given, written }) => (
          <li key={`${place} ${given}`}>
            <code className="value">{written}</code> for <code className="value">{given}</code>
            <span className="quiet"> · {place}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the partner sent beyond what the order takes from it. */
function NotUsedContent({ notUsed }: { readonly notUsed: readonly NotUsed[] }) {
  return (
    <section className="not-used" aria-label="Not used">
      <h2>Not used</h2>
      <p className="quiet">The partner sent this, and nothing here takes it over.</p>
      <ul>
        {notUsed.map(({ content, name, place, text, count, reason, ignored }) => (
          <li key={content}>
            <code>{content}</code> {name}
            <span className="quiet">
              {' '}
              · {place}
              {count > 1 && `, ${count} times`}
            </span>
            {reason !== null && <div>{reason}</div>}
            {ignored !== null && <div className="quiet">Of no concern: {ignored}</div>}
            {text !== '' && (
              <div>
                <code className="value">{text}</code>
              </div>
            )}
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
                    {element.warning && <span className="warning"> {element.warning}</span>}
                  </dd>
                </div>
              ))}
          </dl>
        </li>
      ))}
    </ol>
  );
}
