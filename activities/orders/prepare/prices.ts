/** Prices of one ordered unit: ours, and the buyer's. */
import { compare, divide, divideRounded, fromScaled, multiply, toScaled } from '../../../domain/decimal.ts';
import type { SalesOrderLine } from '../../../mappings/canonical/v1/index.ts';
import type { KnownNames } from '../../partners/cross-references.ts';
import { factorOf, type ItemOfLine, unitOf } from './items.ts';
import type { KnownPrice } from './load.ts';
import type { Problem } from './problem.ts';

export interface OurPrice {
  unitPrice: string;
  source: 'contract' | 'list';
}

/**
 * The contract price for the ordered unit; otherwise the contract price of another unit, converted;
 * otherwise the list price. `prices` are the buyer's.
 */
export function priceOf({ item, unit, unitFactor }: ItemOfLine, prices: readonly KnownPrice[]): OurPrice {
  const own = prices.filter(({ sku }) => sku === item.sku);
  const exact = own.find((price) => price.unit === unit);
  if (exact !== undefined) return { unitPrice: exact.unitPrice, source: 'contract' };
  for (const price of own) {
    const factor = factorOf(item, price.unit);
    if (factor === undefined || compare(factor, '0') === 0) continue;
    return { unitPrice: multiply(divide(price.unitPrice, factor), unitFactor), source: 'contract' };
  }
  return { unitPrice: multiply(item.listPrice, unitFactor), source: 'list' };
}

/**
 * The price that the buyer states, for one ordered unit: rounded to nine places where its basis is another one,
 * such as a price per dozen of what is ordered by the piece.
 */
export function statedPrice(
  { lineId, unitPrice, priceBasis }: SalesOrderLine,
  { item, unitFactor }: ItemOfLine,
  units: Readonly<Record<string, string>>,
  names: KnownNames,
): { unitPrice: string | undefined } | Problem {
  if (unitPrice === undefined || priceBasis === undefined) return { unitPrice };
  const { factor } = unitOf(priceBasis.unit, item, units, names);
  if (factor === undefined) {
    return {
      type: 'unknown-unit',
      summary: `line ${lineId}: ${item.sku} is priced by ${priceBasis.unit}, in which it is not sold`,
    };
  }
  // One division at the end: rounding a price of a piece first would make that of a case wrong.
  const priced = toScaled(multiply(priceBasis.value, factor));
  return { unitPrice: fromScaled(divideRounded(toScaled(unitPrice) * toScaled(unitFactor), priced)) };
}
