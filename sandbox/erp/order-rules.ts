import { compare, divide, isPositive, multiply, sum } from '../../domain/decimal.ts';
import { extend } from '../../domain/money.ts';
import type { Problem } from '../problem.ts';
import { type CustomerState, type OrderRequest, type OrderState, refused } from './books.ts';
import { type Customer, items } from './master-data.ts';

/** What this ERP asks of a new order and of a changed one. */

export function checkRequest(request: OrderRequest, customer: Customer): void {
  if (!customer.shipTos.some(({ shipToNumber }) => shipToNumber === request.shipToNumber)) {
    throw refused('unknown-ship-to', `${customer.name} has no ship-to ${request.shipToNumber}`, 'shipToNumber');
  }
  const lineNumbers = new Set<number>();
  request.lines.forEach((line, index) => {
    if (!items.some(({ sku }) => sku === line.sku)) {
      throw refused('unknown-item', `There is no item ${line.sku}`, `lines.${index}.sku`);
    }
    if (lineNumbers.has(line.lineNumber)) {
      throw refused('line-repeated', `Line ${line.lineNumber} occurs twice`, `lines.${index}.lineNumber`);
    }
    lineNumbers.add(line.lineNumber);
    const sourced = sum(line.sources.map(({ quantity }) => quantity));
    if (compare(sourced, multiply(line.quantity, line.unitFactor)) > 0) {
      throw refused('sources-exceed-quantity', `Line ${line.lineNumber} ships more than it orders`, `lines.${index}`);
    }
  });
}

/** What has shipped or was invoiced cannot be changed any more. */
export function checkChange(order: OrderState, request: OrderRequest, invoiced: ReadonlySet<number>): void {
  const { erpOrderNumber } = order;
  if (order.cancelled) throw refused('order-cancelled', `Order ${erpOrderNumber} was cancelled`, '', 409);
  for (const field of ['orderId', 'customerNumber', 'currency'] as const) {
    if (request[field] !== order.request[field]) {
      throw refused('not-this-order', `Order ${erpOrderNumber} has ${order.request[field]} there`, field);
    }
  }
  const stated = new Map(request.lines.map((line, index) => [line.lineNumber, { line, index }]));
  for (const before of order.request.lines) {
    const { lineNumber } = before;
    const found = stated.get(lineNumber);
    if (found === undefined) throw refused('line-missing', `Line ${lineNumber} is not stated`, 'lines');
    const { line, index } = found;
    const path = `lines.${index}`;
    const shipped = order.shipped.get(lineNumber) ?? '0';
    if (compare(multiply(line.quantity, line.unitFactor), shipped) < 0) {
      const units = divide(shipped, before.unitFactor);
      throw refused('quantity-below-shipped', `${units} of line ${lineNumber} have shipped`, `${path}.quantity`, 409);
    }
    const same = line.sku === before.sku && line.unit === before.unit && line.unitFactor === before.unitFactor;
    if (isPositive(shipped) && !same) {
      throw refused('line-shipped', `Line ${lineNumber} has shipped as ${before.sku} by ${before.unit}`, path, 409);
    }
    if (invoiced.has(lineNumber) && compare(line.unitPrice, before.unitPrice) !== 0) {
      const price = `Line ${lineNumber} was invoiced at ${before.unitPrice}`;
      throw refused('price-invoiced', price, `${path}.unitPrice`, 409);
    }
  }
}

/** Minor units, without tax. */
export function netOf({ lines, currency }: OrderRequest): number {
  return lines.reduce((total, line) => total + extend(line.quantity, line.unitPrice, currency), 0);
}

/** Why an order is held with which a customer owes `owed`, if it is. */
export function beyondCredit(owed: number, { creditLimit }: CustomerState): string | undefined {
  if (owed <= creditLimit) return undefined;
  return `Owed and on order ${(owed / 100).toFixed(2)}, limit ${(creditLimit / 100).toFixed(2)}`;
}

export function mayNotOrder({ customerNumber }: OrderRequest): Problem {
  return refused('customer-blocked', `Customer ${customerNumber} may not order`, 'customerNumber');
}
