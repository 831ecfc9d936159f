import { Link } from 'react-router-dom';
import type { OrderDetail } from '../../api.ts';
import { type Appearance, Badge } from '../../badge.tsx';
import { formatWords } from '../../format.ts';
import { Ago } from '../../time.tsx';
import { Section } from '../section.tsx';
import type { ChangedPartOutcome, OrderChange } from './api.ts';

/** What was asked to change since the order came, and what became of it, the latest first. */
export function ChangesSection({ order: { id: orderId, changes } }: { readonly order: OrderDetail }) {
  if (changes.length === 0) return null;
  return (
    <Section title="Changes" note="asked for since it was ordered; applied one after another">
      <ol className="changes">
        {changes.toReversed().map((change) => (
          <li key={change.id} className="change">
            <Change orderId={orderId} change={change} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Change({ orderId, change }: { readonly orderId: string; readonly change: OrderChange }) {
  const { askedBy, askedAt, sequence, reason, points, outcome, links } = change;
  return (
    <article aria-label={titleOf(change)}>
      <div className="title-row">
        <h3>{titleOf(change)}</h3>
        <Badge appearance={appearanceOf(change)} />
      </div>
      <p className="quiet">
        {sequence !== null && change.source === 'edi' && <>number {sequence} · </>}
        asked by {askedBy} <Ago at={askedAt} />
        {reason !== null && <> · {reason}</>}
      </p>
      <ul aria-label="What was asked">
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
        {change.pointCount > points.length && <li className="quiet">and {change.pointCount - points.length} more</li>}
      </ul>
      {outcome !== null && <Outcome parts={outcome.parts} />}
      {(links.document ?? links.answer) !== null && (
        <p className="actions">
          {links.document !== null && <Link to={pageOf(orderId, links.document)}>What the buyer sent</Link>}
          {links.answer !== null && <Link to={pageOf(orderId, links.answer)}>What the buyer was told</Link>}
        </p>
      )}
    </article>
  );
}

/** Of parts that were done as asked, what was asked says it all. */
function Outcome({ parts }: { readonly parts: readonly ChangedPartOutcome[] }) {
  const told = parts.filter(({ result }) => result !== 'accepted');
  if (told.length === 0) return null;
  return (
    <table className="change-outcome">
      <caption className="visually-hidden">What became of it</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Result</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {told.map(({ part, lineId, result, reason }) => (
          <tr key={`${lineId} ${part}`}>
            <th scope="row">
              {lineId !== undefined && `Line ${lineId}, `}
              {PARTS[part]}
            </th>
            <td>{result === 'adjusted' ? 'not as asked' : 'refused'}</td>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PARTS: Readonly<Record<ChangedPartOutcome['part'], string>> = {
  quantity: 'quantity',
  add: 'new line',
  delete: 'deletion',
  price: 'price',
  dates: 'dates',
  'ship-to': 'ship-to',
  item: 'item',
  cancel: 'cancellation',
  other: 'other content',
};

function titleOf({ source, action }: OrderChange): string {
  if (action === 'cancel') return 'The buyer cancels the order';
  if (source === 'support') return 'We cancel lines';
  return source === 'edi' ? 'The buyer changes the order' : 'The order is changed';
}

function appearanceOf({ state, outcome }: OrderChange): Appearance {
  if (outcome === null) return { label: formatWords(state), tone: 'active', progress: state === 'applying' ? 2 : 0 };
  switch (outcome.result) {
    case 'accepted':
      return { label: 'Done', tone: 'done' };
    case 'accepted-in-part':
      return { label: 'Done in part', tone: 'active', progress: 3 };
    case 'rejected':
      return { label: 'Refused', tone: 'stopped' };
  }
}

/** `/v1/documents/ID` as the page of the document. */
function pageOf(orderId: string, link: string): string {
  return `/orders/${encodeURIComponent(orderId)}${link.replace(/^\/v1/, '')}`;
}
