import type { ReactNode } from 'react';
import type { OrderDetail, OrderLine } from '../../api.ts';
import { formatQuantity } from '../../format.ts';
import { type AddedLine, EMPTY_LINE, type Entered, type EnteredLine, nextLineId, wantedOf } from './entered.ts';

interface Props {
  readonly order: OrderDetail;
  /** Those that have a row. */
  readonly lines: readonly OrderLine[];
  /** Finds other lines of a large order. */
  readonly finder: ReactNode;
  readonly entered: Entered;
  readonly onChange: (entered: Entered) => void;
}

/** A row for each line, new lines below them, and the dates of the whole order. */
export function ChangeFields({ order, lines, finder, entered, onChange }: Props) {
  const { currency, highestLineIds } = order;
  const line = (lineId: string, over: Partial<EnteredLine>) => {
    const before = entered.lines[lineId] ?? EMPTY_LINE;
    onChange({ ...entered, lines: { ...entered.lines, [lineId]: { ...before, ...over } } });
  };
  const added = (index: number, over: Partial<AddedLine>) => {
    onChange({ ...entered, added: entered.added.map((one, at) => (at === index ? { ...one, ...over } : one)) });
  };
  const addLine = () => {
    const one = { lineId: nextLineId(highestLineIds, entered.added), sku: '', quantity: '', unit: 'EA', unitPrice: '' };
    onChange({ ...entered, added: [...entered.added, one] });
  };
  return (
    <>
      {finder}
      <div className="change-lines">
        <table>
          <caption className="visually-hidden">Lines</caption>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Item</th>
              <th scope="col">Quantity</th>
              <th scope="col">Price ({currency})</th>
              <th scope="col">Ship date</th>
              <th scope="col">Delete</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((one) => (
              <LineRow
                key={one.lineNumber}
                line={one}
                entered={entered.lines[one.lineId] ?? EMPTY_LINE}
                onChange={(over) => line(one.lineId, over)}
              />
            ))}
            {entered.added.map((one, index) => (
              <AddedRow
                key={one.lineId}
                line={one}
                onChange={(over) => added(index, over)}
                onRemove={() => onChange({ ...entered, added: entered.added.filter((_, at) => at !== index) })}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="actions">
        <button type="button" onClick={addLine}>
          Add a line
        </button>
      </div>
      <fieldset className="correction change-dates">
        <legend>Of the whole order</legend>
        <label>
          Ship date
          <input
            type="date"
            value={entered.requestedShipDate}
            onChange={({ target }) => onChange({ ...entered, requestedShipDate: target.value })}
          />
        </label>
        <label>
          Delivery date
          <input
            type="date"
            value={entered.requestedDeliveryDate}
            onChange={({ target }) => onChange({ ...entered, requestedDeliveryDate: target.value })}
          />
        </label>
      </fieldset>
    </>
  );
}

function LineRow({
  line,
  entered,
  onChange,
}: {
  readonly line: OrderLine;
  readonly entered: EnteredLine;
  readonly onChange: (over: Partial<EnteredLine>) => void;
}) {
  const { lineId, description, sku, orderedUnit, unitPrice } = line;
  const wanted = wantedOf(line);
  const name = `of line ${lineId}`;
  return (
    <tr className={entered.deleted ? 'deleted' : undefined}>
      <td>{lineId}</td>
      <th scope="row">
        {description || sku}
        <span className="item-codes">
          <code>{sku}</code>
        </span>
      </th>
      <td>
        <input
          aria-label={`Quantity ${name}`}
          inputMode="decimal"
          size={7}
          placeholder={formatQuantity(wanted)}
          disabled={entered.deleted}
          value={entered.quantity}
          onChange={({ target }) => onChange({ quantity: target.value })}
        />{' '}
        {orderedUnit}
      </td>
      <td>
        <input
          aria-label={`Price ${name}`}
          inputMode="decimal"
          size={9}
          placeholder={unitPrice}
          disabled={entered.deleted}
          value={entered.unitPrice}
          onChange={({ target }) => onChange({ unitPrice: target.value })}
        />
      </td>
      <td>
        <input
          aria-label={`Ship date ${name}`}
          type="date"
          disabled={entered.deleted}
          value={entered.requestedShipDate}
          onChange={({ target }) => onChange({ requestedShipDate: target.value })}
        />
      </td>
      <td>
        <input
          aria-label={`Delete line ${lineId}`}
          type="checkbox"
          checked={entered.deleted}
          onChange={({ target }) => onChange({ deleted: target.checked })}
        />
      </td>
    </tr>
  );
}

function AddedRow({
  line: { lineId, sku, quantity, unit, unitPrice },
  onChange,
  onRemove,
}: {
  readonly line: AddedLine;
  readonly onChange: (over: Partial<AddedLine>) => void;
  readonly onRemove: () => void;
}) {
  const name = `of new line ${lineId}`;
  return (
    <tr>
      <td>{lineId}</td>
      <th scope="row">
        <input
          aria-label={`Item ${name}`}
          placeholder="our item number"
          required
          value={sku}
          onChange={({ target }) => onChange({ sku: target.value })}
        />
      </th>
      <td>
        <input
          aria-label={`Quantity ${name}`}
          inputMode="decimal"
          size={7}
          required
          value={quantity}
          onChange={({ target }) => onChange({ quantity: target.value })}
        />{' '}
        <input
          aria-label={`Unit ${name}`}
          size={3}
          maxLength={2}
          required
          value={unit}
          onChange={({ target }) => onChange({ unit: target.value })}
        />
      </td>
      <td>
        <input
          aria-label={`Price ${name}`}
          inputMode="decimal"
          size={9}
          placeholder="our price"
          value={unitPrice}
          onChange={({ target }) => onChange({ unitPrice: target.value })}
        />
      </td>
      <td />
      <td>
        <button type="button" aria-label={`Do not add line ${lineId}`} onClick={onRemove}>
          Remove
        </button>
      </td>
    </tr>
  );
}
