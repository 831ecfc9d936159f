import { lookup } from '../../../../domain/lookup.ts';
import type { SalesOrderLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject } from '../../../x12/types.ts';
import { decimalOf } from '../../elements.ts';
import { textOf } from '../../tree.ts';
import { keyOf, type LineSegment } from './line-segment.ts';
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

/** The price of a line with its basis; nothing if the line states none. The order check brings it to the ordered unit. */
export function priceOf(
  at: SegmentObject | undefined,
  { id, price: element, priceBasis: basisElement }: LineSegment,
  lineId: string,
  unit: string | undefined,
  attributes: Record<string, string>,
  fault: Report,
  ask: Ask,
): Price {
  const text = textOf(at, keyOf(element));
  const basis = textOf(at, keyOf(basisElement));
  keep(attributes, 'priceBasis', basis);
  if (text === undefined) return basis !== undefined && NO_CHARGE.has(basis) ? { unitPrice: '0' } : {};
  const unitPrice = decimalOf(text);
  if (unitPrice === undefined) {
    fault({ ...notANumber(id, at, keyOf(element), text, '212', `price of line ${lineId}`), loop: id });
    return {};
  }
  if (unitPrice.startsWith('-')) {
    const message = `line ${lineId} has the negative price ${unitPrice}`;
    fault({ code: 'price-negative', message, segment: id, at, loop: id, element, value: text });
    return {};
  }
  const other = lookup(OTHER_PRICES, basis);
  if (other !== undefined) {
    ask({
      content: `${id}.${keyOf(basisElement)}=${basis}`,
      name: 'basis of the price',
      at,
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
