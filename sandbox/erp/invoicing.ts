import type { ErpShipmentRecord } from '../../activities/erp/connectors/rest/rest-contract.ts';
import { type Decimal, divide, divideRounded, isPositive, multiply, sum, toScaled } from '../../domain/decimal.ts';
import { lineOf, type OrderState } from './books.ts';

type ShippedLine = ErpShipmentRecord['lines'][number];

/** Base units that an invoice charges. */
export function chargedOf({ quantity, surplus }: ShippedLine): Decimal {
  return surplus?.charged ? sum([quantity, surplus.quantity]) : quantity;
}

/**
 * The shipment's share of the tax that is not invoiced yet, by net value. The last invoice takes all that is left, so
 * that the sum is exact, also after a change of the order. What is charged beyond the order is taxed like the order.
 */
export function taxOf(
  order: OrderState,
  shipment: ErpShipmentRecord,
  invoiced: readonly { posted: ErpShipmentRecord; tax: number }[],
): number {
  const { lines, taxTotal } = order.request;
  const value = (lineNumber: number, base: Decimal) => {
    const line = lineOf(order, lineNumber);
    return toScaled(multiply(divide(base, line.unitFactor), line.unitPrice));
  };
  const total = (worth: readonly bigint[]) => worth.reduce((all, one) => all + one, 0n);
  const whole = total(lines.map((line) => value(line.lineNumber, multiply(line.quantity, line.unitFactor))));
  const ordered = (one: ErpShipmentRecord) => total(one.lines.map((line) => value(line.lineNumber, line.quantity)));
  const beyond = (one: ErpShipmentRecord) => {
    const charged = one.lines.flatMap(({ lineNumber, surplus }) =>
      surplus?.charged && isPositive(surplus.quantity) ? [value(lineNumber, surplus.quantity)] : [],
    );
    return whole === 0n ? 0 : Number(divideRounded(BigInt(taxTotal) * total(charged), whole));
  };
  const taken = invoiced.reduce((all, { posted, tax }) => all + tax - beyond(posted), 0);
  const left = invoiced.reduce((worth, { posted }) => worth - ordered(posted), whole);
  if (left === 0n) return beyond(shipment);
  return beyond(shipment) + Number(divideRounded(BigInt(Math.max(0, taxTotal - taken)) * ordered(shipment), left));
}
