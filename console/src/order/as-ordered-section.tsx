import { useState } from 'react';
import { type AsOrdered, type AsOrderedLine, type OrderedParty, REQUESTED_DATES } from '../api.ts';
import { formatPrice, formatQuantity } from '../format.ts';
import { Loading, ProblemBanner } from '../notices.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import { PageButtons, usePages } from './pages.tsx';
import { Section, WideTable } from './section.tsx';

interface Props {
  readonly orderId: string;
  readonly checked: boolean;
  /** What people corrected since. */
  readonly corrections: readonly string[];
}

/** What the buyer asked for. Before the check it is all that there is to see of an order. */
export function AsOrderedSection({ orderId, checked, corrections }: Props) {
  const [asked, setAsked] = useState(false);
  return (
    <Section title="As ordered" note="what the buyer asked for, as it was taken in">
      {corrections.length > 0 && (
        <div className="corrections">
          <p>Corrected since:</p>
          <ul>
            {corrections.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
      {asked || !checked ? (
        <Content orderId={orderId} />
      ) : (
        <button type="button" onClick={() => setAsked(true)}>
          Show what was ordered
        </button>
      )}
    </Section>
  );
}

function Content({ orderId }: { readonly orderId: string }) {
  const api = useApi();
  const { data, problem, refresh } = useLive(`as ordered ${orderId}`, (signal) => api.asOrdered(orderId, signal));
  if (data === undefined) {
    if (problem) return <ProblemBanner problem={problem} what="what was ordered" onRetry={refresh} />;
    return <Loading what="what was ordered" />;
  }
  return (
    <>
      <dl className="facts">
        {factsOf(data).map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {data.lineCount > MANY ? (
        <PagedLines orderId={orderId} currency={data.currency} />
      ) : (
        <LinesTable lines={data.lines} currency={data.currency} />
      )}
    </>
  );
}

/** From this number of lines on they are shown page by page, and can be searched. */
const MANY = 50;

function PagedLines({ orderId, currency }: { readonly orderId: string; readonly currency: string }) {
  const api = useApi();
  const [q, setQ] = useState('');
  const pages = usePages();
  const { cursor } = pages;
  const { data, problem, refresh } = useLive(
    `lines as ordered ${orderId} ${JSON.stringify([q, cursor])}`,
    (signal) => api.linesAsOrdered(orderId, q, cursor, signal),
    { keepPrevious: true },
  );
  return (
    <>
      <div className="line-filter">
        <label>
          Find as ordered{' '}
          <input
            type="search"
            value={q}
            onChange={({ target }) => {
              setQ(target.value);
              pages.restart();
            }}
          />
        </label>
        {data && <span className="quiet">{data.count.toLocaleString('en-US')} lines</span>}
      </div>
      {problem && <ProblemBanner problem={problem} what="the lines" onRetry={refresh} />}
      <LinesTable lines={data?.items ?? []} currency={currency} />
      <PageButtons pages={pages} nextCursor={data?.nextCursor ?? null} what="lines as ordered" />
    </>
  );
}

function LinesTable({ lines, currency }: { readonly lines: readonly AsOrderedLine[]; readonly currency: string }) {
  return (
    <WideTable name="Lines as ordered">
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Item</th>
          <th scope="col" className="number">
            Quantity
          </th>
          <th scope="col" className="number">
            Price
          </th>
          <th scope="col">Further</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.lineId}>
            <td>{line.lineId}</td>
            <th scope="row" className="item">
              {line.item.description ?? numbersOf(line)[0]}
              <span className="item-codes">{numbersOf(line).join(' · ')}</span>
            </th>
            <td className="number">
              {formatQuantity(line.quantity.value)} {line.quantity.unit}
            </td>
            <td className="number">{line.unitPrice === undefined ? 'ours' : formatPrice(line.unitPrice, currency)}</td>
            <td>
              {furtherOf(line)
                .map(([name, value]) => `${name}: ${value}`)
                .join('; ')}
            </td>
          </tr>
        ))}
      </tbody>
    </WideTable>
  );
}

type Fact = readonly [name: string, value: string];

function factsOf(order: AsOrdered): Fact[] {
  const { shipTo, markFor, buyer, billTo, department, carrier, references } = order;
  const carried = [carrier?.scac, carrier?.routing].filter((part) => part !== undefined).join(' ');
  return [
    ['Ship to', partyOf(shipTo)],
    ...(markFor === undefined ? [] : [['Mark for', partyOf(markFor)] as const]),
    ...(buyer === undefined ? [] : [['Buyer', partyOf(buyer)] as const]),
    ...(billTo === undefined ? [] : [['Bill to', partyOf(billTo)] as const]),
    ...(department === undefined ? [] : [['Department', department] as const]),
    ...(carried === '' ? [] : [['Carrier', carried] as const]),
    ...(references.length === 0
      ? []
      : [['References', references.map(({ qualifier, value }) => `${qualifier} ${value}`).join(', ')] as const]),
    ...furtherOf(order),
  ];
}

/** Dates, notes and attributes, of an order or a line. */
function furtherOf(part: AsOrdered | AsOrderedLine): Fact[] {
  const dates = (Object.entries(REQUESTED_DATES) as [keyof typeof REQUESTED_DATES, string][]).flatMap(([key, name]) => {
    const day = part[key];
    return day === undefined ? [] : [[name, day] as const];
  });
  return [
    ...dates,
    ...part.notes.map((note) => [noteName(note), note.text] as const),
    ...Object.entries(part.attributes),
  ];
}

/** `Note WHI, for the warehouse`: its kind and who reads it. */
function noteName({ kind, for: readers }: AsOrdered['notes'][number]): string {
  const name = kind === undefined ? 'Note' : `Note ${kind}`;
  const only = readers?.length === 1 ? readers[0] : undefined;
  if (only === undefined) return name;
  return `${name}, for the ${only === 'erp' ? 'ERP' : only}`;
}

function numbersOf({ item: { sku, customerSku, gtin, manufacturerPart } }: AsOrderedLine): string[] {
  return [
    ...(sku === undefined ? [] : [sku]),
    ...(customerSku === undefined ? [] : [`buyer's ${customerSku}`]),
    ...(gtin === undefined ? [] : [`GTIN ${gtin}`]),
    ...(manufacturerPart === undefined ? [] : [`maker's ${manufacturerPart}`]),
  ];
}

function partyOf({ identifiers, address }: OrderedParty): string {
  const codes = identifiers.map(({ scheme, value }) => `${scheme} ${value}`);
  const place = [address?.city, address?.region, address?.postalCode].filter((part) => part !== undefined).join(' ');
  return [address?.name, ...codes, ...(address?.lines ?? []), place]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}
