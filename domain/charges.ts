/**
 * Allowances and charges that seller and buyer agreed for every invoice. Pure arithmetic, so that
 * our records and the ERP compute the same amounts.
 */
import type { Decimal } from './decimal.ts';
import { percentOf } from './money.ts';

/** An allowance or charge as agreed: percent of the goods, or an amount in minor units. */
export interface AgreedChargeTerms {
  readonly kind: 'allowance' | 'charge';
  readonly code: string;
  readonly description: string;
  readonly percent?: string | undefined;
  readonly amount?: number | undefined;
}

/** An agreed allowance or charge as it applies to one invoice; minor units. */
export interface StatedCharge {
  kind: 'allowance' | 'charge';
  code: string;
  description: string;
  amount: number;
}

/**
 * Computes the agreed allowances and charges of one invoice, in the order in which they were
 * agreed.
 *
 * - A percentage applies to the goods: the sum of the line amounts, before tax and other charges.
 * - It is rounded once, half away from zero, to minor units.
 * - An allowance never exceeds the remaining value of the goods.
 * - Zero amounts are omitted. Allowances and charges do not change the tax.
 *
 * @param goods minor units
 */
export function agreedCharges(goods: number, agreed: readonly AgreedChargeTerms[]): StatedCharge[] {
  let left = goods;
  return agreed.flatMap(({ kind, code, description, percent, amount }) => {
    const stated = percent === undefined ? (amount ?? 0) : percentOf(goods, percent as Decimal);
    const charged = kind === 'allowance' ? Math.min(stated, Math.max(left, 0)) : stated;
    if (kind === 'allowance') left -= charged;
    return charged === 0 ? [] : [{ kind, code, description, amount: charged }];
  });
}

/** Charges less allowances, minor units. */
export function netOfCharges(charges: readonly Pick<StatedCharge, 'kind' | 'amount'>[]): number {
  return charges.reduce((total, { kind, amount }) => total + (kind === 'charge' ? amount : -amount), 0);
}
