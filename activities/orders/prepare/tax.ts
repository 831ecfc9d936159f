/** Sales tax of an order. */
import { percentOf } from '../../../domain/money.ts';
import type { Known, KnownBuyer } from './load.ts';

/** Amounts in minor units, rounded once on the sum of the taxable lines. */
export function taxOf(
  { taxExempt, erpSystem, region }: KnownBuyer,
  lines: readonly { taxable: boolean; amount: number }[],
  rates: Known['taxRates'],
): { percent: string; amount: number } {
  if (taxExempt) return { percent: '0', amount: 0 };
  const rate = rates.find((candidate) => candidate.erpSystem === erpSystem && candidate.region === region);
  const percent = rate?.percent ?? '0';
  const taxable = lines.reduce((total, line) => total + (line.taxable ? line.amount : 0), 0);
  return { percent, amount: percentOf(taxable, percent) };
}
