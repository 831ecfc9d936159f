import { compare, type Decimal, divide, isPositive, multiply } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import type { SalesOrderLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { distributionOf } from './distribution.ts';
import {
  type Ask,
  allowancesOf,
  datesOf,
  defined,
  keep,
  keepNoteReferences,
  NOTE_LENGTH,
  notANumber,
  notesOf,
  type ReadLine,
  type Report,
} from './pieces.ts';

/** PO105 codes of prices per several units, with the number of units. */
const PRICE_PER: Readonly<Record<string, Decimal>> = { PN: '10', HP: '100', TP: '1000', TT: '10000', HT: '100000' };
const NO_CHARGE: ReadonlySet<string> = new Set(['NC', 'FR']);

export function linesOf(tree: TreeNode, profile: Agreement, fault: Report, ask: Ask): ReadLine[] {
  const loops = iterationsOf(tree, 'PO1');
  if (loops.length === 0) {
    fault({ code: 'order-lines-missing', message: 'the order has no line', segment: 'PO1', loop: 'PO1' });
  }
  const taken = new Set(loops.flatMap((loop) => textOf(segmentOf(loop, 'PO1'), '01') ?? []));
  const seen = new Set<string>();
  let next = 1;
  return loops.flatMap((loop, index) => {
    const po1 = segmentOf(loop, 'PO1');
    let lineId = textOf(po1, '01');
    if (lineId === undefined) {
      next = Math.max(next, index + 1);
      while (taken.has(String(next))) next += 1;
      lineId = String(next);
      taken.add(lineId);
    } else if (seen.has(lineId)) {
      fault({
        code: 'line-number-repeated',
        message: `line number "${lineId}" is used twice`,
        segment: 'PO1',
        at: po1,
        loop: 'PO1',
        element: 1,
        value: lineId,
      });
      return [];
    }
    seen.add(lineId);
    return lineOf(loop, lineId, { tree, profile, fault, ask });
  });
}

function lineOf(
  loop: TreeNode,
  lineId: string,
  { tree, profile, fault, ask }: { tree: TreeNode; profile: Agreement; fault: Report; ask: Ask },
): ReadLine[] {
  const po1 = segmentOf(loop, 'PO1');
  const attributes: Record<string, string> = {};
  const quantity = quantityOf(po1, lineId, fault);
  const unit = unitOf(po1, lineId, profile, fault);
  const price = priceOf(po1, lineId, attributes, fault);
  const item = itemOf(loop, lineId, profile, attributes, fault);
  const dates = datesOf(loop, attributes, fault);
  keep(attributes, 'allowances', allowancesOf(loop));
  keep(attributes, 'pack', packOf(loop));
  for (const ref of segmentsOf(loop, 'REF')) {
    const qualifier = textOf(ref, '01');
    if (qualifier !== undefined) keep(attributes, `ref.${qualifier}`, textOf(ref, '02') ?? textOf(ref, '03'));
  }
  keepNoteReferences(loop, attributes);
  const toDistribute = { lineId, quantity, unit: textOf(po1, '03') };
  const distributed = distributionOf(loop, { tree, line: toDistribute, profile, fault }, ask);
  if (quantity === undefined || unit === undefined || item === undefined) return [];
  const line = defined({
    lineId,
    item: item.reference,
    quantity: { value: quantity, unit },
    unitPrice: price,
    ...dates,
    requestedShipDate: dates.requestedShipDate ?? distributed.dates?.requestedShipDate,
    requestedDeliveryDate: dates.requestedDeliveryDate ?? distributed.dates?.requestedDeliveryDate,
    notes: item.notes.concat(notesOf(loop)),
    attributes,
  });
  return [{ line, loop, ...(distributed.shares && { shares: distributed.shares }) }];
}

function quantityOf(po1: SegmentObject | undefined, lineId: string, fault: Report): Decimal | undefined {
  const text = textOf(po1, '02');
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 2 };
  if (text === undefined) {
    fault({
      ...place,
      code: 'quantity-missing',
      message: `line ${lineId} has no quantity`,
      syntax: { fault: 'conditionally-missing', reference: '330' },
    });
    return undefined;
  }
  const quantity = decimalOf(text);
  if (quantity === undefined) {
    fault({ ...notANumber('PO1', po1, '02', text, '330', `quantity of line ${lineId}`), loop: 'PO1' });
    return undefined;
  }
  if (!isPositive(quantity)) {
    fault({
      ...place,
      code: 'quantity-not-positive',
      message: `line ${lineId} orders ${quantity}; a quantity must be greater than zero`,
      value: text,
    });
    return undefined;
  }
  return quantity;
}

const UNIT_CODE = /^[A-Z0-9]{2}$/;

function unitOf(po1: SegmentObject | undefined, lineId: string, profile: Agreement, fault: Report): string | undefined {
  const sent = textOf(po1, '03');
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 3 };
  if (sent === undefined) {
    fault({
      ...place,
      code: 'unit-missing',
      message: `line ${lineId} has a quantity without a unit`,
      syntax: { fault: 'conditionally-missing', reference: '355' },
    });
    return undefined;
  }
  // Keep a code as received, so that answers can repeat it. prepare.ts resolves it with the item.
  // Other words must be listed.
  if (UNIT_CODE.test(sent)) return sent;
  const unit = lookup(profile.units, sent);
  if (unit !== undefined && UNIT_CODE.test(unit)) return unit;
  fault({
    ...place,
    code: 'unit-unknown',
    message: `unit "${sent}" of line ${lineId} is neither a two-character code nor in the partner’s list of units`,
    value: sent,
    syntax: { fault: 'code', reference: '355' },
  });
  return undefined;
}

/** Price per ordered unit; undefined if the order states none. */
function priceOf(
  po1: SegmentObject | undefined,
  lineId: string,
  attributes: Record<string, string>,
  fault: Report,
): Decimal | undefined {
  const text = textOf(po1, '04');
  const basis = textOf(po1, '05');
  if (basis !== undefined) attributes.priceBasis = basis;
  if (text === undefined) return basis !== undefined && NO_CHARGE.has(basis) ? '0' : undefined;
  const sent = decimalOf(text);
  if (sent === undefined) {
    fault({ ...notANumber('PO1', po1, '04', text, '212', `price of line ${lineId}`), loop: 'PO1' });
    return undefined;
  }
  const place = { segment: 'PO1', at: po1, loop: 'PO1', element: 4, value: text };
  if (sent.startsWith('-')) {
    fault({ ...place, code: 'price-negative', message: `line ${lineId} has the negative price ${sent}` });
    return undefined;
  }
  const per = lookup(PRICE_PER, basis);
  if (per === undefined) return sent;
  const price = divide(sent, per);
  if (compare(multiply(price, per), sent) === 0) return price;
  fault({
    ...place,
    code: 'price-too-fine',
    message: `the price ${sent} for ${per} units of line ${lineId} is finer than nine decimal places for one`,
  });
  return undefined;
}

/** GTINs of 8, 12, 13 and 14 digits. */
const GTIN = /^\d{8}$|^\d{12,14}$/;

function itemOf(
  loop: TreeNode,
  lineId: string,
  profile: Agreement,
  attributes: Record<string, string>,
  fault: Report,
): { reference: SalesOrderLine['item']; notes: string[] } | undefined {
  const po1 = segmentOf(loop, 'PO1');
  const numbers = new Map<string, string>();
  addNumbers(numbers, po1, PO1_PAIRS);
  addNumbers(numbers, segmentOf(loop, 'LIN'), LIN_PAIRS);
  const { items } = profile;
  const seller = items.seller.find((qualifier) => numbers.has(qualifier));
  const buyer = items.buyer.find((qualifier) => numbers.has(qualifier));
  const global = items.gtin.find((qualifier) => GTIN.test(numbers.get(qualifier) ?? ''));
  const manufacturer = items.manufacturer.find((qualifier) => numbers.has(qualifier));
  const sku = numbers.get(seller ?? '');
  const customerSku = numbers.get(buyer ?? '');
  const gtin = numbers.get(global ?? '');
  const manufacturerPart = numbers.get(manufacturer ?? '');
  for (const [qualifier, value] of numbers) {
    if (qualifier !== seller && qualifier !== buyer && qualifier !== global && qualifier !== manufacturer)
      attributes[`product.${qualifier}`] = value;
  }

  let description: string | undefined;
  const notes: string[] = [];
  for (const pid of segmentsOf(loop, 'PID')) {
    const text = textOf(pid, '05');
    if (text === undefined) continue;
    if (description === undefined) description = text;
    else notes.push(text.slice(0, NOTE_LENGTH));
  }
  if (sku === undefined && customerSku === undefined && gtin === undefined && manufacturerPart === undefined) {
    const sent = [...numbers.keys()];
    fault({
      code: 'item-not-identified',
      message:
        sent.length === 0
          ? `line ${lineId} names no item`
          : `line ${lineId} names its item only by ${sent.join(', ')}; the partner’s profile reads ${[
              ...items.seller,
              ...items.buyer,
              ...items.gtin,
              ...items.manufacturer,
            ].join(', ')}`,
      segment: 'PO1',
      at: po1,
      loop: 'PO1',
      element: 7,
      ...(sent.length === 0 ? { syntax: { fault: 'conditionally-missing' as const, reference: '234' } } : {}),
    });
    return undefined;
  }
  return {
    reference: defined({ sku, customerSku, gtin, manufacturerPart, description: description?.slice(0, 250) }),
    notes,
  };
}

/** Item number pairs in PO106/07 to PO124/25, and in LIN, where some partners send them. */
const PO1_PAIRS = pairsFrom(6);
const LIN_PAIRS = pairsFrom(2);

function pairsFrom(first: number): readonly (readonly [qualifier: string, value: string])[] {
  const key = (element: number) => String(element).padStart(2, '0');
  return Array.from({ length: 10 }, (_, pair) => [key(first + 2 * pair), key(first + 2 * pair + 1)] as const);
}

function addNumbers(numbers: Map<string, string>, segment: SegmentObject | undefined, pairs: typeof PO1_PAIRS): void {
  if (segment === undefined) return;
  for (const [qualifierKey, valueKey] of pairs) {
    const qualifier = textOf(segment, qualifierKey);
    if (qualifier === undefined || numbers.has(qualifier)) continue;
    const value = textOf(segment, valueKey);
    if (value !== undefined) numbers.set(qualifier, value);
  }
}

/** PO4 as text: the inner packs, the pack size and its unit as the partner sees the item. */
function packOf(loop: TreeNode): string | undefined {
  const po4 = segmentOf(loop, 'PO4');
  if (po4 === undefined) return undefined;
  const texts = ['01', '02', '03', '14'].flatMap((element) => {
    const text = textOf(po4, element);
    return text === undefined ? [] : [`PO4${element} ${text}`];
  });
  return texts.length === 0 ? undefined : texts.join(', ');
}
