import { formatExact, formatWords } from '../format.ts';
import { Section } from '../order/section.tsx';
import type {
  Preview,
  PreviewedDocument,
  PreviewedInterchange,
  PreviewedOrder,
  PreviewedSet,
  PreviewFinding,
} from './api.ts';

/** What a file would become. */
export function PreviewView({ preview }: { readonly preview: Preview }) {
  const { clean, masterData, interchanges, setsNotShown, ordersNotShown } = preview;
  return (
    <section aria-label="Preview" className="preview">
      <p role="status" className={clean ? 'preview-clean' : 'alert-text'}>
        <strong>{verdictOf(preview)}.</strong> Nothing was stored or sent.
      </p>
      {!masterData.looked && <p className="quiet">Master data were not looked at: {masterData.reason}.</p>}
      {setsNotShown > 0 && <p className="quiet">{setsNotShown} more transaction sets were judged and are not shown.</p>}
      {ordersNotShown > 0 && (
        <p className="quiet">{ordersNotShown} more orders would be made of this file; they were not checked.</p>
      )}
      {interchanges.map((interchange, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a file may hold a control number twice.
        <InterchangeView key={index} interchange={interchange} />
      ))}
    </section>
  );
}

function verdictOf({ valid, clean, interchanges }: Preview): string {
  if (!valid) return 'Not valid';
  const checks = interchanges.flatMap(({ sets }) => sets.flatMap(({ orders }) => orders.map(({ check }) => check)));
  if (checks.some(({ exceptions }) => exceptions.length > 0)) return 'An exception would open';
  if (checks.some(({ state }) => state === 'not-checked')) return 'No errors, but the order was not checked';
  return clean ? 'Nothing is wrong' : 'Something needs a look';
}

function InterchangeView({ interchange }: { readonly interchange: PreviewedInterchange }) {
  const { control, direction, reaches, findings, sets, answers } = interchange;
  return (
    <Section title={control === null ? 'Not an interchange' : `Interchange ${control}`}>
      {direction === 'outbound' && <p>This is a document of ours: it becomes no order.</p>}
      {reaches && (
        <p className="alert-text">
          The file would not reach this partner: {reaches.sender} to {reaches.receiver} is{' '}
          {reaches.partnerId ?? 'no partner’s'}.
        </p>
      )}
      <Findings findings={findings} />
      {sets.map((set) => (
        <SetView key={set.number} set={set} />
      ))}
      {answers.map((answer, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: each group has an answer of the same set.
        <DocumentView key={index} document={answer} />
      ))}
    </Section>
  );
}

function SetView({ set }: { readonly set: PreviewedSet }) {
  const { findings, notUsed, orders, payment, asks } = set;
  const ofOrder = payment === null ? 'stops the order' : 'is kept with the document; nobody is asked';
  const effect = asks === null ? ofOrder : 'is a question to the person';
  return (
    <article className="preview-set">
      <h3>
        {set.set} {set.control} {set.name}:{' '}
        <span className={set.verdict === 'accepted' ? 'preview-clean' : 'alert-text'}>{set.verdict}</span>
      </h3>
      <Findings findings={findings} />
      {notUsed.length > 0 && (
        <div className="not-used">
          <h4>Not used</h4>
          <ul>
            {notUsed.map(({ content, name, text, reason, ignored }) => (
              <li key={content}>
                <code>{content}</code> {name} <code>{text}</code> {reason}{' '}
                <span className="quiet">{ignored === null ? effect : `of no concern: ${ignored}`}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {asks !== null && (
        <div>
          <h4>{asks.isForPerson ? 'Asks a person for a change of the order' : 'Changes the order'}</h4>
          <ul>
            {asks.points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </div>
      )}
      {payment !== null && <Source summary="The payment" text={JSON.stringify(payment, null, 2)} />}
      {orders.map((order, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several orders may share a PO number.
        <OrderView key={index} previewed={order} />
      ))}
    </article>
  );
}

function OrderView({ previewed }: { readonly previewed: PreviewedOrder }) {
  const { order, check, examples, documents, label, omitted, deadlines } = previewed;
  return (
    <div>
      <h4>
        Order {order.poNumber}
        {order.part !== '' && <span className="quiet"> {order.part}</span>}
      </h4>
      <Source summary="The canonical order" text={JSON.stringify(order, null, 2)} />
      <p>
        Order check: <strong>{formatWords(check.state)}</strong>
        {check.reason !== null && ` · ${check.reason}`}
      </p>
      <ul className="fault-list">
        {check.exceptions.map(({ type, summary, owner, resolutions }) => (
          <li key={type}>
            <code className="alert-text">{type}</code> {summary}{' '}
            {owner !== '' && (
              <span className="quiet">
                {owner}: {resolutions.join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
      {check.decisions.length > 0 && (
        <Source
          summary="Decisions of the check"
          text={check.decisions.map(({ rule, outcome }) => `${rule}: ${outcome}`).join('\n')}
        />
      )}
      <p className="quiet">
        {omitted === null
          ? 'If everything is accepted and ships complete in one shipment:'
          : `Documents are not shown: ${omitted}.`}
      </p>
      {documents.map((document) => (
        <DocumentView key={document.set} document={document} />
      ))}
      {label?.zpl && <Source summary={`Label ${label.sscc}, one of ${label.count} (ZPL)`} text={label.zpl} />}
      {label?.problem && <p className="alert-text">No label: {label.problem.message}</p>}
      {examples.length > 0 && (
        <Source
          summary={`${examples.length} example values, which only the real systems give`}
          text={examples.map(({ what, value }) => `${what}: ${value}`).join('\n')}
        />
      )}
      <dl className="facts">
        {deadlines.map(({ what, at, rule }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <time dateTime={at}>{formatExact(at)}</time> <span className="quiet">{rule}</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function DocumentView({ document }: { readonly document: PreviewedDocument }) {
  const { set, name, sent, x12, problem } = document;
  if (problem) {
    return (
      <p className="alert-text">
        {set} {name} cannot be written: {problem.message}
      </p>
    );
  }
  if (!sent || x12 === null) {
    return (
      <p className="quiet">
        {set} {name}: not sent, by the profile
      </p>
    );
  }
  return <Source summary={`${set} ${name}`} text={onePerLine(x12)} />;
}

function onePerLine(x12: string): string {
  const terminator = x12.charAt(105);
  return /[\r\n]/.test(x12.trimEnd()) ? x12 : x12.split(terminator).join(`${terminator}\n`).trimEnd();
}

function Source({ summary, text }: { readonly summary: string; readonly text: string }) {
  return (
    <details>
      <summary>{summary}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard (WCAG 2.1.1). */}
      <section className="raw" aria-label={summary} tabIndex={0}>
        <pre>{text}</pre>
      </section>
    </details>
  );
}

function Findings({ findings }: { readonly findings: readonly PreviewFinding[] }) {
  return (
    <ul className="fault-list">
      {findings.map((finding) => (
        <li key={JSON.stringify(finding)}>
          <strong className={finding.severity === 'error' ? 'alert-text' : undefined}>{finding.severity}</strong>{' '}
          {finding.message}{' '}
          <span className="quiet">
            at {finding.place}
            {finding.line !== null && `, line ${finding.line}`} ·{' '}
          </span>
          <code className="quiet">{finding.code}</code>
        </li>
      ))}
    </ul>
  );
}
