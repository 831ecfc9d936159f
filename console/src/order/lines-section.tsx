import type { ReactNode } from 'react';
import { compare, isPositive, sum } from '../../../domain/decimal.ts';
import type { OrderLine } from '../api.ts';
import { formatPrice, formatQuantity } from '../format.ts';
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
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  /** What can be done with a line. */
  readonly actions: (line: OrderLine) => ReactNode;
}

export function LinesSection({ lines, currency, actions }: Props) {
  const units = [...new Set(lines.map(({ baseUnit }) => baseUnit))];
  return (
    <Section title="Lines" note="in base units; ordered is the sum of the next five columns">
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
        {lines.length > 1 && (
          <tfoot>
            {units.map((unit) => (
              <tr key={unit}>
                <th scope="row" colSpan={4}>
                  Sum in {unit}
                </th>
                <Quantities quantities={totalOf(lines.filter(({ baseUnit }) => baseUnit === unit))} />
              </tr>
            ))}
          </tfoot>
        )}
      </WideTable>
    </Section>
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

function totalOf(lines: readonly OrderLine[]): QuantityByPlace {
  const total = (place: keyof QuantityByPlace) => sum(lines.map((line) => line[place]));
  return {
    ordered: total('ordered'),
    cancelled: total('cancelled'),
    rejected: total('rejected'),
    backordered: total('backordered'),
    open: total('open'),
    shipped: total('shipped'),
  };
}
