import { useEffect, useId, useRef, useState } from 'react';
import { Link } from 'react-router-dom';
import { formatMoney, formatWords } from '../format.ts';
import { Nothing } from '../list/nothing.tsx';
import { useMay } from '../me.tsx';
import { Resolutions } from '../order/exceptions-section.tsx';
import { Ago, Deadline } from '../time.tsx';
import type { InboxItem, InboxPage } from './api.ts';
import type { Selection } from './selection.ts';
import { subjectPath } from './subject-path.ts';
import { ExceptionWork } from './work.tsx';

const COLUMNS = 8;

interface Props {
  readonly page: InboxPage;
  readonly dimmed: boolean;
  readonly selection: Selection;
  readonly onChanged: () => void;
}

export function InboxTable({ page, dimmed, selection, onChanged }: Props) {
  const may = useMay('exceptions:resolve');
  return (
    <table className={dimmed ? 'list dimmed' : 'list'} aria-busy={dimmed}>
      <caption className="visually-hidden">Exceptions</caption>
      <thead>
        <tr>
          <th scope="col">
            {may && <SelectPage page={page} selection={selection} />}
            PO
          </th>
          <th scope="col">Partner</th>
          <th scope="col">Problem</th>
          <th scope="col">Owner</th>
          <th scope="col" className="number">
            At stake
          </th>
          <th scope="col">Due</th>
          <th scope="col">Taken by</th>
          <th scope="col">
            <span className="visually-hidden">Details</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {page.items.map((item) => (
          <InboxRow key={item.id} item={item} may={may} selection={selection} onChanged={onChanged} />
        ))}
      </tbody>
    </table>
  );
}

function SelectPage({ page, selection }: Pick<Props, 'page' | 'selection'>) {
  const box = useRef<HTMLInputElement>(null);
  const all = page.items.every(({ id }) => selection.has(id));
  const some = selection.items.length > 0 && !all;
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label="Select all on this page"
      checked={all}
      onChange={({ target }) =>
        selection.set(
          page.items.map(({ id }) => id),
          target.checked,
        )
      }
    />
  );
}

function InboxRow(props: {
  readonly item: InboxItem;
  readonly may: boolean;
  readonly selection: Selection;
  readonly onChanged: () => void;
}) {
  const { item, may, selection, onChanged } = props;
  const [open, setOpen] = useState(false);
  const panel = useId();
  const { id, poNumber, release, part, atStake, commentCount } = item;
  const name = item.rmaNumber ?? `PO ${poNumber}${part && `, ${part}`}`;
  return (
    <>
      <tr className={selection.has(id) ? 'selected' : undefined}>
        <th scope="row" className="cell-name">
          {may && (
            <input
              type="checkbox"
              aria-label={`Select ${formatWords(item.type).toLowerCase()} of ${name}`}
              checked={selection.has(id)}
              onChange={({ target }) => selection.set([id], target.checked)}
            />
          )}
          <Link to={subjectPath(item)}>{item.rmaNumber ?? poNumber}</Link>
          {release && <span className="quiet"> release {release}</span>}
          {part && <span className="quiet"> {part}</span>}
        </th>
        <td className="cell-partner">{item.partnerName}</td>
        <td className="cell-reason">
          <span className="alert-text">{formatWords(item.type)}:</span> {item.summary}
        </td>
        <td className="cell-aside">{formatWords(item.owner)}</td>
        <td className="cell-figure number">
          {atStake === null ? (
            <Nothing />
          ) : (
            <>
              {atStake.partial && <span className="quiet">at least </span>}
              {formatMoney(atStake.amount, atStake.currency)}
            </>
          )}
        </td>
        <td className="cell-side">
          <Deadline at={item.dueAt} />
          {item.escalatedAt && <span className="quiet"> escalated</span>}
        </td>
        <td className="cell-time">{item.assignee ?? <Nothing />}</td>
        <td className="cell-status">
          <button
            type="button"
            className="row-button"
            aria-expanded={open}
            aria-controls={panel}
            aria-label={`Details of ${name}${commentCount > 0 ? `, ${commentsIn(commentCount)}` : ''}`}
            onClick={() => setOpen(!open)}
          >
            {commentCount > 0 ? commentsIn(commentCount) : 'Details'}
          </button>
        </td>
      </tr>
      <tr className="detail" id={panel} hidden={!open}>
        <td colSpan={COLUMNS}>{open && <Details item={item} onChanged={onChanged} />}</td>
      </tr>
    </>
  );
}

function Details({ item, onChanged }: { readonly item: InboxItem; readonly onChanged: () => void }) {
  return (
    <section aria-label={`Details of ${item.rmaNumber ?? `PO ${item.poNumber}`}`}>
      <p className="quiet">
        {formatWords(item.category)}, at the step “{item.step}” · opened <Ago at={item.openedAt} />
      </p>
      <Resolutions exception={item} onResolved={onChanged} />
      <ExceptionWork exception={item} onChanged={onChanged} />
    </section>
  );
}

function commentsIn(count: number): string {
  return count === 1 ? '1 comment' : `${count} comments`;
}
