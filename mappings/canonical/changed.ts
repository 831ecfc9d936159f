/** An order with the parts of a change that were taken. Lines keep their places, because their number is the place. */
import { divide, isPositive } from '../../domain/decimal.ts';
import type { ChangingLine, Dates } from '../../domain/order/changes/order.ts';
import { withDatesForAll } from '../../domain/policy/requested-dates.ts';
import { type SalesOrder, type SalesOrderLine, storeCode } from './v1/index.ts';
import type { WantedPart } from './wanted.ts';

/** A line as it is to be after the whole change: quantity and stores that were taken may be others than were asked for. */
type After = Pick<ChangingLine, 'lineId' | 'value' | 'unitFactor' | 'allocations'>;

/** @param after of an order that was checked; without it, the order takes what is asked, and lines that go are removed */
export function changedOrder(order: SalesOrder, parts: readonly WantedPart[], after?: readonly After[]): SalesOrder {
  const changed = parts.reduce((one, part) => apply(one, part, after), order);
  return withDatesForAll(changed);
}

function apply(
  order: SalesOrder,
  { ask, line, price, shipTo }: WantedPart,
  after: readonly After[] | undefined,
): SalesOrder {
  switch (ask.part) {
    case 'quantity':
    case 'delete': {
      const found = after?.find(({ lineId }) => lineId === ask.lineId);
      if (after === undefined && ask.part === 'delete') {
        return { ...order, lines: order.lines.filter(({ lineId }) => lineId !== ask.lineId) };
      }
      const value = found?.value ?? (ask.part === 'quantity' ? ask.value : '0');
      // A line of which nothing is left keeps the words of the buyer: what it orders is told by our record of it.
      return isPositive(value) ? onLine(order, ask.lineId, (one) => withQuantity(one, value, found)) : order;
    }
    case 'add':
      return line === undefined ? order : { ...order, lines: [...order.lines, line] };
    case 'item':
      return line === undefined ? order : onLine(order, ask.lineId, () => line);
    case 'price':
      return onLine(order, ask.lineId, ({ priceBasis: _basis, unitPrice: _price, ...one }) => ({ ...one, ...price }));
    case 'dates':
      return dated(order, ask.lineId, ask.dates);
    case 'ship-to':
      return shipTo === undefined ? order : { ...order, shipTo };
    case 'cancel':
    case 'other':
      return order;
  }
}

function withQuantity(line: SalesOrderLine, value: string, after: After | undefined): SalesOrderLine {
  const { allocations, ...rest } = line;
  const quantity = { ...line.quantity, value };
  if (allocations === undefined) return { ...rest, quantity };
  const left = new Map((after?.allocations ?? []).map((one) => [one.store, one.quantity]));
  const spread = allocations.flatMap((one) => {
    const base = left.get(storeCode(one.store) ?? '');
    return base === undefined ? [] : [{ ...one, quantity: divide(base, after?.unitFactor ?? '1') }];
  });
  return { ...rest, quantity, ...(spread.length > 0 && { allocations: spread }) };
}

/** Days of the whole order replace those of its lines. */
function dated(order: SalesOrder, lineId: string | undefined, dates: Dates): SalesOrder {
  if (lineId !== undefined) return onLine(order, lineId, (line) => ({ ...line, ...dates }));
  const lines = order.lines.map(
    (line) =>
      Object.fromEntries(Object.entries(line).filter(([name]) => !Object.hasOwn(dates, name))) as SalesOrderLine,
  );
  return { ...order, ...dates, lines };
}

function onLine(order: SalesOrder, lineId: string, change: (line: SalesOrderLine) => SalesOrderLine): SalesOrder {
  return { ...order, lines: order.lines.map((line) => (line.lineId === lineId ? change(line) : line)) };
}
