/** Allowances and charges that seller and buyer have agreed for every invoice. Pure arithmetic, so that our records and an ERP’s come to the same. */
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

/** What it comes to on one invoice, minor units. */
export interface StatedCharge {
  kind: 'allowance' | 'charge';
  code: string;
  description: string;
  amount: number;
}

/**
 * What the agreed allowances and charges come to on an invoice, in the order in which they are agreed. A percentage is of the goods (the sum of
 * the invoice’s line amounts, before tax and other charges) and is rounded once, half away from zero, to minor units. An allowance
 * never takes more than what is left of the goods, and what comes to nothing is left out. They do not change the tax.
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
