import type { AffectedLine } from '../api.ts';
import { formatMoney } from '../format.ts';
import { Nothing } from '../list/nothing.tsx';
import { useApi } from '../session.tsx';
import { useLive } from '../use-live.ts';
import { PageButtons, usePages } from './pages.tsx';
import { WideTable } from './section.tsx';

/** The lines that an exception is about, with both prices and what is at stake. */
export function AffectedLines({ exceptionId }: { readonly exceptionId: string }) {
  const api = useApi();
  const pages = usePages();
  const { cursor } = pages;
  const { data } = useLive(
    `lines of exception ${exceptionId} ${cursor}`,
    (signal) => api.exceptionLines(exceptionId, { cursor }, signal),
    { keepPrevious: true },
  );
  if (data === undefined || data.count === 0) return null;
  return (
    <>
      <WideTable name="Lines that it is about">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Item</th>
            <th scope="col" className="number">
              Quantity
            </th>
            <th scope="col" className="number">
              Ordered price
            </th>
            <th scope="col" className="number">
              Our price
            </th>
            <th scope="col" className="number">
              At stake
            </th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((line) => (
            <LineRow key={line.lineId} line={line} currency={data.currency} />
          ))}
        </tbody>
      </WideTable>
      <PageButtons pages={pages} nextCursor={data.nextCursor} what="lines that it is about" />
    </>
  );
}

function LineRow({ line, currency }: { readonly line: AffectedLine; readonly currency: string }) {
  const { lineId, sku, customerSku, description, quantity, unit, orderedPrice, ourPrice, atStake } = line;
  return (
    <tr>
      <th scope="row">{lineId}</th>
      <td>
        {sku ?? (customerSku === null ? <Nothing /> : `buyer’s ${customerSku}`)}{' '}
        {description !== null && <span className="quiet">{description}</span>}
      </td>
      <td className="number">
        {quantity} {unit}
      </td>
      <td className="number">{orderedPrice ?? <Nothing />}</td>
      <td className="number">{ourPrice ?? <Nothing />}</td>
      <td className="number">{atStake === null ? <Nothing /> : formatMoney(atStake, currency)}</td>
    </tr>
  );
}
