import { lookup } from '../../../../domain/lookup.ts';
import type { SalesOrderLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject } from '../../../x12/types.ts';
import { decimalOf } from '../../elements.ts';
import { textOf } from '../../tree.ts';
import { type Ask, keep, notANumber, type Report } from './pieces.ts';

/** PO105 codes of prices per several ordered units, with their number. */
const PER_ORDERED: Readonly<Record<string, string>> = {
  PN: '10',
  HP: '100',
  LC: '100',
  QH: '100',
  TC: '100',
  LM: '1000',
  QS: '1000',
  TM: '1000',
  TP: '1000',
  TT: '10000',
  HT: '100000',
};

/** PO105 codes of prices per a unit of their own, whatever unit is ordered. */
const PER_UNIT: Readonly<Record<string, readonly [quantity: string, unit: string]>> = {
  LE: ['1', 'EA'],
  PE: ['1', 'EA'],
  QE: ['1', 'EA'],
  TE: ['1', 'EA'],
  LD: ['12', 'EA'],
  PD: ['12', 'EA'],
  TD: ['12', 'EA'],
  PF: ['1', 'FT'],
  PG: ['1', 'GR'],
  PK: ['1', 'KG'],
  PL: ['1', 'LT'],
  PO: ['1', 'OZ'],
  PP: ['1', 'LB'],
  PT: ['1', 'TN'],
  PY: ['1', 'YD'],
};

const NO_CHARGE: ReadonlySet<string> = new Set(['NC', 'FR']);

/** PO105 codes that say that the price is not what the buyer pays. */
const OTHER_PRICES: Readonly<Record<string, string>> = {
  EC: 'an estimated credit',
  ES: 'an estimate',
  NQ: 'no quotation',
  NS: 'part of another price',
  RC: 'a retail price',
  RD: 'a retail price',
  RE: 'a retail price',
  RM: 'a retail price',
  RS: 'a resale price',
  RT: 'a retail price',
  SR: 'a suggested retail price',
  TB: 'still to be negotiated',
};

type Price = Pick<SalesOrderLine, 'unitPrice' | 'priceBasis'>;

/** PO104 with its basis; nothing if the order states no price. The order check brings it to the ordered unit. */
export function priceOf(
  po1: SegmentObject | undefined,
  lineId: string,
  unit: string | undefined,
  attributes: Record<string, string>,
  fault: Report,
  ask: Ask,
): Price {
  const text = textOf(po1, '04');
  const basis = textOf(po1, '05');
  keep(attributes, 'priceBasis', basis);
  if (text === undefined) return basis !== undefined && NO_CHARGE.has(basis) ? { unitPrice: '0' } : {};
  const unitPrice = decimalOf(text);
  if (unitPrice === undefined) {
    fault({ ...notANumber('PO1', po1, '04', text, '212', `price of line ${lineId}`), loop: 'PO1' });
    return {};
  }
  if (unitPrice.startsWith('-')) {
    const message = `line ${lineId} has the negative price ${unitPrice}`;
    fault({ code: 'price-negative', message, segment: 'PO1', at: po1, loop: 'PO1', element: 4, value: text });
    return {};
  }
  const other = lookup(OTHER_PRICES, basis);
  if (other !== undefined) {
    ask({
      content: `PO1.05=${basis}`,
      name: 'basis of the price',
      at: po1,
      reason: `the price of line ${lineId} is ${other}; accepted, it is taken as the price that the buyer pays`,
    });
  }
  const priceBasis = basisOf(basis, unit);
  return priceBasis === undefined ? { unitPrice } : { unitPrice, priceBasis };
}

/** Undefined if the price is for one ordered unit. */
function basisOf(code: string | undefined, unit: string | undefined): Price['priceBasis'] {
  if (unit === undefined) return undefined;
  const several = lookup(PER_ORDERED, code);
  if (several !== undefined) return { value: several, unit };
  const [value, own] = lookup(PER_UNIT, code) ?? [];
  return value === undefined || own === undefined || (value === '1' && own === unit) ? undefined : { value, unit: own };
}
