/** Allowances and charges that seller and buyer have agreed for every invoice. Pure arithmetic, so that our records and an ERP’s come to the same. */
import type { Decimal } from './decimal.ts';
import { percentOf } from './money.ts';
import type { AgreedCharge, Invoice } from './v1/invoice.ts';

/**
 * What the agreed allowances and charges come to on an invoice, in the order in which they are agreed. A percentage is of the goods (the sum of
 * the invoice’s line amounts, before tax and other charges) and is rounded once, half away from zero, to minor units. An allowance
 * never takes more than what is left of the goods, and what comes to nothing is left out. They do not change the tax.
 *
 * @param goods minor units
 */
export function agreedCharges(goods: number, agreed: readonly AgreedCharge[]): Invoice['charges'] {
  let left = goods;
  return agreed.flatMap(({ kind, code, description, percent, amount }) => {
    const stated = percent === undefined ? (amount ?? 0) : percentOf(goods, percent as Decimal);
    const charged = kind === 'allowance' ? Math.min(stated, Math.max(left, 0)) : stated;
    if (kind === 'allowance') left -= charged;
    return charged === 0 ? [] : [{ kind, code, description, amount: charged }];
  });
}

/** Charges less allowances, minor units. */
export function netOfCharges(charges: Invoice['charges']): number {
  return charges.reduce((total, { kind, amount }) => total + (kind === 'charge' ? amount : -amount), 0);
}
