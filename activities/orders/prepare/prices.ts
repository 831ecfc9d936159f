/** Our price of one ordered unit. */
import { compare, divide, multiply } from '../../../domain/decimal.ts';
import { factorOf, type ItemOfLine } from './items.ts';
import type { KnownPrice } from './load.ts';

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
