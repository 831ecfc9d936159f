/** Sales tax of an order. */
import { percentOf } from '../../../domain/money.ts';
import type { SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { Known, KnownBuyer } from './load.ts';

/** A place whose tax is due, with normalised codes. */
export interface TaxPlace {
  readonly country: string;
  readonly region: string;
}

export interface Tax extends TaxPlace {
  /** Undefined if the ERP states no rate for the place; a stated 0 is a rate. */
  readonly percent: string | undefined;
  /** Of the taxable lines, in minor units. */
  readonly taxable: number;
  readonly amount: number;
}

/** Tax is due where the goods go. */
export function taxPlaceOf({ oneTimeShipTo, shipTo: { address } }: SalesOrder, buyer: KnownBuyer): TaxPlace {
  return oneTimeShipTo && address !== undefined
    ? { country: address.country, region: address.region ?? '' }
    : { country: buyer.country, region: buyer.region };
}

/**
 * Amounts in minor units, rounded once on the sum of the taxable lines. The rate of a region comes before that of
 * its country as a whole.
 */
export function taxOf(
  { taxExempt, erpSystem }: KnownBuyer,
  { country, region }: TaxPlace,
  lines: readonly { taxable: boolean; amount: number }[],
  rates: Known['taxRates'],
): Tax {
  const rateOf = (wanted: string) =>
    rates.find((rate) => rate.erpSystem === erpSystem && rate.country === country && rate.region === wanted);
  const percent = taxExempt ? '0' : (rateOf(region) ?? rateOf(''))?.percent;
  const taxable = lines.reduce((total, line) => total + (line.taxable ? line.amount : 0), 0);
  return { country, region, percent, taxable, amount: percentOf(taxable, percent ?? '0') };
}
