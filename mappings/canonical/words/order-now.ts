/** The order that a change is about, as it stands. */
import { add, type Decimal } from '../../../domain/decimal.ts';
import type { SalesOrder, SalesOrderLine } from '../v1/index.ts';

/** What became of a line, in base units. */
export interface LineProgress {
  readonly lineId: string;
  readonly baseUnit: string;
  readonly cancelled: Decimal;
  readonly shipped: Decimal;
  /** Our price for one ordered unit. */
  readonly unitPrice: Decimal;
}

/** An order of the purchase order; several if it was split. */
export interface StoredOrder {
  readonly order: SalesOrder;
  /** Empty before the order check has passed. */
  readonly progress: readonly LineProgress[];
  /** Its end, such as `closed`; absent while it goes on. */
  readonly ended?: string;
}

export interface LineNow {
  readonly line: SalesOrderLine;
  readonly progress: readonly LineProgress[];
}

export interface OrderNow {
  /** The header, which all parts of a purchase order share. */
  readonly header: SalesOrder;
  readonly parts: number;
  /** By line number; a line of several parts has the quantities of all. */
  readonly lines: ReadonlyMap<string, LineNow>;
  readonly ended?: string;
}

/** The purchase order that these orders are; undefined if there is none. */
export function orderNow(orders: readonly StoredOrder[]): OrderNow | undefined {
  const [first] = orders;
  if (first === undefined) return undefined;
  const lines = new Map<string, LineNow>();
  for (const { order, progress } of orders) {
    for (const line of order.lines) {
      const known = lines.get(line.lineId);
      const own = progress.filter(({ lineId }) => lineId === line.lineId);
      const value = known === undefined ? line.quantity.value : add(known.line.quantity.value, line.quantity.value);
      lines.set(line.lineId, {
        line: { ...(known?.line ?? line), quantity: { ...line.quantity, value } },
        progress: [...(known?.progress ?? []), ...own],
      });
    }
  }
  const ends = [...new Set(orders.map(({ ended }) => ended))];
  const hasEnded = ends.every((end) => end !== undefined);
  return { header: first.order, parts: orders.length, lines, ...(hasEnded && { ended: ends.join(', ') }) };
}
