/** Prices on orders against ours. Unit prices are decimals in major units, per ordered unit. */
import { compare, divide, multiply, subtract } from '../decimal.ts';

export interface PriceTolerance {
  percent: string;
  absolute: string;
}

/** Accepts an ordered price within either the percentage or the absolute tolerance of ours. */

export function isWithinTolerance(ordered: string, ours: string, tolerance: PriceTolerance): boolean {
  const difference = subtract(ordered, ours).replace('-', '');
  return (
    compare(difference, tolerance.absolute) <= 0 ||
    compare(difference, divide(multiply(ours, tolerance.percent), '100')) <= 0
  );
}
