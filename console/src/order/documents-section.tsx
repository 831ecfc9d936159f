import { Link } from 'react-router-dom';
import type { DocumentSummary } from '../api.ts';
import { faultCount } from '../faults.tsx';
import { filePath } from '../file/file-path.ts';
import { formatWords } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import { Ago, Deadline } from '../time.tsx';
import type { Live } from '../use-live.ts';
import { Section, WideTable } from './section.tsx';

export function DocumentsSection(props: {
  readonly orderId: string;
  readonly documents: Live<{ items: DocumentSummary[] }>;
}) {
  const { orderId, documents } = props;
  const { data, problem } = documents;
  return (
    <Section title="Documents">
      {problem && problem.code !== 'unreachable' && <ProblemBanner problem={problem} what="the documents" />}
      {data === undefined && !problem && <Loading what="the documents" />}
      {data?.items.length === 0 && <p className="quiet">No document has come in or gone out for this order.</p>}
      {data && data.items.length > 0 && (
        <WideTable name="Documents of this order">
          <thead>
            <tr>
              <th scope="col">Document</th>
              <th scope="col">Direction</th>
              <th scope="col">State</th>
              <th scope="col">Control number</th>
              <th scope="col">Partner's answer</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((document) => (
              <tr key={document.id}>
                <th scope="row">
                  <Link to={`/orders/${encodeURIComponent(orderId)}/documents/${encodeURIComponent(document.id)}`}>
                    {document.transactionSet} {document.name}
                  </Link>
                </th>
                <td>
                  <Direction direction={document.direction} />
                </td>
                <td>
                  {formatWords(document.state)}
                  {document.errors !== null && document.errors.length > 0 && (
                    <span className="alert-text"> · {faultCount(document.errors.length)}</span>
                  )}
                  {notUsedCount(document) > 0 && <span className="quiet"> · {notUsedCount(document)} not used</span>}
                </td>
                <td>
                  {document.interchangeId && (
                    <Link to={filePath(document.interchangeId)}>
                      <code>{document.controlNumbers.interchange}</code>
                    </Link>
                  )}
                </td>
                <td>
                  <Acknowledgment document={document} />
                </td>
                <td>
                  <Transmission document={document} />
                </td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </Section>
  );
}

/** Without what the partner's profile says is of no concern. */
function notUsedCount({ notUsed }: DocumentSummary): number {
  return notUsed.filter(({ ignored }) => ignored === null).length;
}

export function Direction({ direction }: Pick<DocumentSummary, 'direction'>) {
  return direction === 'inbound' ? (
    <>
      <span aria-hidden="true">← </span>in
    </>
  ) : (
    <>
      <span aria-hidden="true">→ </span>out
    </>
  );
}

/** AK501 and AK901 of a functional acknowledgment. */
const ANSWERS: Readonly<Record<string, { text: string; refused: boolean }>> = {
  A: { text: 'Accepted', refused: false },
  E: { text: 'Accepted, errors noted', refused: false },
  P: { text: 'Partly accepted', refused: true },
  R: { text: 'Rejected', refused: true },
  M: { text: 'Rejected, authentication', refused: true },
  W: { text: 'Rejected, assurance', refused: true },
  X: { text: 'Rejected, cannot be decrypted', refused: true },
};

function Acknowledgment({ document }: { readonly document: DocumentSummary }) {
  if (document.acknowledgment === null) {
    const awaited = document.awaitsAcknowledgment && document.transmittedAt !== null;
    return <span className="nothing">{awaited ? 'awaited' : '–'}</span>;
  }
  return <PartnersAnswer acknowledgment={document.acknowledgment} />;
}

export function PartnersAnswer({ acknowledgment }: { readonly acknowledgment: string }) {
  const answer = ANSWERS[acknowledgment] ?? { text: acknowledgment, refused: false };
  return (
    <span className={answer.refused ? 'alert-text' : undefined}>
      {answer.text} <code>{acknowledgment}</code>
    </span>
  );
}

function Transmission({ document }: { readonly document: DocumentSummary }) {
  if (document.direction === 'inbound') return <Ago at={document.createdAt} />;
  if (document.transmittedAt) return <Ago at={document.transmittedAt} />;
  if (document.deadline) {
    return (
      <>
        due <Deadline at={document.deadline} />
      </>
    );
  }
  return <span className="nothing">not sent</span>;
}
