import { Fragment } from 'react';
import { Link } from 'react-router-dom';
import type { InterchangeTransaction } from '../api.ts';
import { FaultList } from '../faults.tsx';
import { formatWords } from '../format.ts';
import { PartnersAnswer } from '../order/documents-section.tsx';
import { Section } from '../order/section.tsx';
import { useIsPortal } from '../partner/portal.tsx';
import { filePath } from './file-path.ts';

/** Each transaction set with its result. */
export function SetsSection(props: {
  readonly title: string;
  readonly interchangeId: string;
  readonly sets: readonly InterchangeTransaction[];
}) {
  const { title, interchangeId, sets } = props;
  const isPortal = useIsPortal();
  if (sets.length === 0) return null;
  return (
    <Section title={title} note={sets.length}>
      <ol className="sets">
        {sets.map((set) => (
          <li key={set.documentId} className="set">
            <h3>
              <Link to={`${filePath(interchangeId)}/documents/${encodeURIComponent(set.documentId)}`}>
                {set.transactionSet} {set.name}
              </Link>
              {set.transactionControl && (
                <span className="section-note">
                  <code>{set.transactionControl}</code>
                  {set.groupControl && (
                    <>
                      {' '}
                      in group <code>{set.groupControl}</code>
                    </>
                  )}
                </span>
              )}
            </h3>
            <div>
              <p>
                {set.state === 'rejected' || set.state === 'unmatched' ? (
                  <span className="alert-text">{formatWords(set.state)}</span>
                ) : (
                  formatWords(set.state)
                )}
                {set.acknowledgment && (
                  <>
                    {' '}
                    · partner's answer: <PartnersAnswer acknowledgment={set.acknowledgment} />
                  </>
                )}
                {set.orders.map(({ orderId, poNumber, part }) => (
                  <Fragment key={orderId}>
                    {' '}
                    ·{' '}
                    {isPortal ? (
                      `PO ${poNumber}${part && `, ${part}`}`
                    ) : (
                      <Link to={`/orders/${encodeURIComponent(orderId)}`}>
                        PO {poNumber}
                        {part && `, ${part}`}
                      </Link>
                    )}
                  </Fragment>
                ))}
              </p>
              {set.question?.open && (
                <p>
                  Waits for a person: the partner {set.question.asks}.{' '}
                  <Link to={`${filePath(interchangeId)}/documents/${encodeURIComponent(set.documentId)}`}>
                    Read it and say what was done
                  </Link>
                </p>
              )}
              {set.errors.length > 0 && set.state !== 'rejected' && set.state !== 'unmatched' && (
                <p className="quiet">Accepted with these errors, as the partner’s profile says:</p>
              )}
              {set.errors.length > 0 && <FaultList errors={set.errors} />}
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
