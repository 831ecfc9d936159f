/** An order with what people corrected about it. What a correction does not name stays as the buyer wrote it. */
import type { Correction } from '../../domain/order/corrections.ts';
import type { SalesOrder, SalesOrderLine } from './v1/index.ts';

/**
 * Corrections of item, substitute, quantity, price and dates. Those of unit and ship-to change no word of the order, only what we
 * read in it, and a line that is refused stays in the order: the check knows about both.
 */
export function correctedOrder(order: SalesOrder, corrections: readonly Correction[]): SalesOrder {
  return corrections.reduce(apply, order);
}

function apply(order: SalesOrder, correction: Correction): SalesOrder {
  switch (correction.kind) {
    case 'item':
    case 'substitute':
      // Another number of the line may name another item.
      return onLine(order, correction.lineId, ({ item: { gtin: _, ...item }, ...line }) => ({
        ...line,
        item: { ...item, sku: correction.sku },
      }));
    case 'quantity':
      return onLine(order, correction.lineId, (line) => ({
        ...line,
        quantity: { ...line.quantity, value: correction.quantity },
      }));
    case 'price': {
      const { unitPrice } = correction;
      return onLine(order, correction.lineId, ({ priceBasis: _basis, unitPrice: _price, ...line }) => ({
        ...line,
        ...(unitPrice !== undefined && { unitPrice }),
      }));
    }
    case 'dates':
      return { ...dated(order, correction.dates), lines: order.lines.map((line) => undated(line, correction.dates)) };
    case 'unit':
    case 'ship-to':
    case 'refuse-line':
      return order;
  }
}

function onLine(order: SalesOrder, lineId: string, change: (line: SalesOrderLine) => SalesOrderLine): SalesOrder {
  return { ...order, lines: order.lines.map((line) => (line.lineId === lineId ? change(line) : line)) };
}

type Dates = Extract<Correction, { kind: 'dates' }>['dates'];

function dated(order: SalesOrder, dates: Dates): SalesOrder {
  const kept = undated(order, dates);
  const stated = Object.entries(dates).filter(([, day]) => day !== null && day !== undefined);
  return { ...kept, ...Object.fromEntries(stated) };
}

/** A line without a day follows the order. */
function undated<Dated extends object>(of: Dated, dates: Dates): Dated {
  return Object.fromEntries(Object.entries(of).filter(([name]) => !Object.hasOwn(dates, name))) as Dated;
}
