import { type ReactNode, useState } from 'react';
import { compare, isPositive, sum } from '../../../domain/decimal.ts';
import type { LineSum, OrderDetail, OrderLine } from '../api.ts';
import { formatPrice, formatQuantity } from '../format.ts';
import { ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import { PageButtons, usePages } from './pages.tsx';
import { Section, WideTable } from './section.tsx';

/**
 * Quantities by state: ordered = cancelled + rejected + backordered + open + shipped, in base
 * units.
 */
const PLACES = ['cancelled', 'rejected', 'backordered', 'open', 'shipped'] as const;

const HEADINGS: Readonly<Record<(typeof PLACES)[number], string>> = {
  cancelled: 'Cancelled',
  rejected: 'Rejected',
  backordered: 'Back­ordered',
  open: 'Open',
  shipped: 'Shipped',
};

interface Props {
  readonly order: OrderDetail;
  /** What can be done with a line. */
  readonly actions: (line: OrderLine) => ReactNode;
}

const STATES: Readonly<Record<string, string>> = {
  '': 'All lines',
  'in-question': 'In question',
  open: 'Open',
  backordered: 'Backordered',
  shipped: 'Shipped',
  cancelled: 'Cancelled',
  rejected: 'Rejected',
};

const NOTE = 'in base units; ordered is the sum of the next five columns';

/** From this number of lines on they are shown page by page, and can be searched. */
const MANY = 50;
const PAGE = 50;
const REFRESH = 8_000;

export function LinesSection({ order, actions }: Props) {
  const { lines, lineCount, lineSums, currency } = order;
  return (
    <Section title="Lines" note={lineCount > MANY ? `${lineCount.toLocaleString('en-US')}, ${NOTE}` : NOTE}>
      {lineCount > MANY ? (
        <PagedLines order={order} actions={actions} />
      ) : (
        <LinesTable lines={lines} sums={lineCount > 1 ? lineSums : []} currency={currency} actions={actions} />
      )}
    </Section>
  );
}

function PagedLines({ order, actions }: Props) {
  const api = useApi();
  const [q, setQ] = useState('');
  const [state, setState] = useState('');
  const [questionsFirst, setQuestionsFirst] = useState(true);
  const pages = usePages();
  const query = {
    ...{ q: q.trim(), state, cursor: pages.cursor, limit: PAGE },
    questionsFirst: questionsFirst ? ('true' as const) : ('' as const),
  };
  const { data, problem, changing, refresh } = useLive(
    `lines of ${order.id} ${JSON.stringify(query)}`,
    (signal) => api.lines(order.id, query, signal),
    { every: REFRESH, keepPrevious: true },
  );
  return (
    <>
      <div className="line-filter">
        <label>
          Find{' '}
          <input
            type="search"
            placeholder="number, item, description"
            value={q}
            onChange={({ target }) => {
              setQ(target.value);
              pages.restart();
            }}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <label>
          Show{' '}
          <select
            value={state}
            onChange={({ target }) => {
              setState(target.value);
              pages.restart();
            }}
          >
            {Object.entries(STATES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={questionsFirst}
            onChange={({ target }) => {
              setQuestionsFirst(target.checked);
              pages.restart();
            }}
          />{' '}
          In question first
        </label>
        {data && (
          <span className="quiet" role="status">
            {data.count.toLocaleString('en-US')} found
          </span>
        )}
      </div>
      {problem && <ProblemBanner problem={problem} what="the lines" onRetry={refresh} />}
      <div aria-busy={changing || data === undefined}>
        <LinesTable lines={data?.items ?? []} sums={order.lineSums} ofAll currency={order.currency} actions={actions} />
      </div>
      <PageButtons pages={pages} nextCursor={data?.nextCursor ?? null} what="lines" />
    </>
  );
}

interface TableProps {
  readonly lines: readonly OrderLine[];
  readonly sums: readonly LineSum[];
  /** The sums are of more lines than are shown. */
  readonly ofAll?: boolean;
  readonly currency: string;
  readonly actions: Props['actions'];
}

function LinesTable({ lines, sums, ofAll = false, currency, actions }: TableProps) {
  return (
    <WideTable name="Line quantities">
      <thead>
        <tr>
          <th scope="col" className="number">
            Line
          </th>
          <th scope="col">Item</th>
          <th scope="col" className="number">
            As ordered
          </th>
          <th scope="col" className="number">
            Price
          </th>
          <th scope="col" className="number sums">
            Ordered
          </th>
          {PLACES.map((place) => (
            <th key={place} scope="col" className="number">
              {HEADINGS[place]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.lineNumber}>
            <td className="number">{line.lineId}</td>
            <th scope="row" className="item">
              {line.description || line.customerSku}
              <span className="item-codes">
                {line.sku ? <code>{line.sku}</code> : 'not known here'}
                {line.customerSku && (
                  <>
                    {' '}
                    · buyer's <code>{line.customerSku}</code>
                  </>
                )}
              </span>
              {line.takenOff && <strong className="item-codes">Taken off by a change of the order</strong>}
              {line.inQuestion && <strong className="alert-text">In question</strong>}
              {actions(line)}
              <Stores line={line} />
              <Imbalance quantities={line} />
              {isPositive(line.surplus) && (
                <span className="item-codes">
                  {formatQuantity(line.surplus)} {line.baseUnit} left beyond the order
                </span>
              )}
            </th>
            <td className="number">
              {formatQuantity(line.orderedValue)} {line.orderedUnit}
              {compare(line.unitFactor, '1') !== 0 && (
                <span className="item-codes">
                  of {formatQuantity(line.unitFactor)} {line.baseUnit}
                </span>
              )}
            </td>
            <td className="number">{formatPrice(line.unitPrice, currency)}</td>
            <Quantities quantities={line} />
          </tr>
        ))}
      </tbody>
      {sums.length > 0 && (
        <tfoot>
          {sums.map((one) => (
            <tr key={one.baseUnit}>
              <th scope="row" colSpan={4}>
                Sum {ofAll && 'of all lines '}in {one.baseUnit}
              </th>
              <Quantities quantities={one} />
            </tr>
          ))}
        </tfoot>
      )}
    </WideTable>
  );
}

function Stores({ line: { stores, baseUnit } }: { readonly line: OrderLine }) {
  if (stores.length === 0) return null;
  return (
    <ul className="item-codes" aria-label="Stores">
      {stores.map(({ store, name, ordered, shipped }) => (
        <li key={store}>
          Store <code>{store}</code>
          {name && ` ${name}`}: {formatQuantity(ordered)} {baseUnit}, {formatQuantity(shipped)} shipped
        </li>
      ))}
    </ul>
  );
}

type QuantityByPlace = Pick<OrderLine, 'ordered' | (typeof PLACES)[number]>;

function Quantities({ quantities }: { readonly quantities: QuantityByPlace }) {
  return (
    <>
      <td className="number sums">{formatQuantity(quantities.ordered)}</td>
      {PLACES.map((place) => (
        <td key={place} className={isPositive(quantities[place]) ? `number place-${place}` : 'number zero'}>
          {formatQuantity(quantities[place])}
        </td>
      ))}
    </>
  );
}

/** Shows an imbalance, which the database constraints should prevent. */
function Imbalance({ quantities }: { readonly quantities: QuantityByPlace }) {
  const accounted = sum(PLACES.map((place) => quantities[place]));
  if (compare(quantities.ordered, accounted) === 0) return null;
  return <span className="alert-text">Does not balance: {formatQuantity(accounted)} accounted for</span>;
}
