import { type Decimal, isPositive } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import type { Note, SalesOrderLine } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { componentsOf } from './components.ts';
import { distributionOf } from './distribution.ts';
import { LIN_PAIRS, namedBy, numbersOf } from './item-numbers.ts';
import { keyOf, type LineSegment, PO1 } from './line-segment.ts';
import { keepNoteReferences, Notes, notesOf } from './notes.ts';
import { piecesOf } from './pack.ts';
import { type Ask, allowancesOf, datesOf, defined, keep, notANumber, type ReadLine, type Report } from './pieces.ts';
import { priceOf } from './price.ts';

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
  const unit = unitOf(po1, PO1, lineId, profile, fault);
  const price = priceOf(po1, PO1, lineId, unit, attributes, fault, ask);
  const item = identified(itemOf(loop, PO1, profile, attributes), po1, lineId, profile, fault);
  const dates = datesOf(loop, attributes, fault);
  keep(attributes, 'allowances', allowancesOf(loop));
  const piecesPerUnit = piecesOf(loop, PO1, unit, attributes, fault);
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
    ...price,
    piecesPerUnit,
    components: componentsOf(loop, PO1, lineId, profile, attributes, fault, ask),
    ...dates,
    requestedShipDate: dates.requestedShipDate ?? distributed.dates?.requestedShipDate,
    requestedDeliveryDate: dates.requestedDeliveryDate ?? distributed.dates?.requestedDeliveryDate,
    notes: [...item.notes, ...notesOf(loop, profile)],
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

/** The unit of a quantity: a code as it was received, or a word of the partner as the profile translates it. */
export function unitOf(
  at: SegmentObject | undefined,
  { id, unit: element }: LineSegment,
  lineId: string,
  profile: Agreement,
  fault: Report,
): string | undefined {
  const sent = textOf(at, keyOf(element));
  const place = { segment: id, at, loop: id, element };
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

/** What a line says about its item. */
export interface StatedItem {
  /** Absent if no number identifies it by the partner's profile. */
  readonly reference?: SalesOrderLine['item'];
  /** Texts after the description. */
  readonly notes: readonly Note[];
  /** Qualifiers of all numbers that were sent. */
  readonly sent: readonly string[];
}

export function itemOf(
  loop: TreeNode,
  { id, numbers: pairs }: LineSegment,
  profile: Agreement,
  attributes: Record<string, string>,
): StatedItem {
  const numbers = numbersOf([segmentOf(loop, id), pairs], [segmentOf(loop, 'LIN'), LIN_PAIRS]);
  const { named, rest } = namedBy(numbers, profile);
  for (const [qualifier, value] of rest) attributes[`product.${qualifier}`] = value;

  let description: string | undefined;
  const notes = new Notes(profile);
  for (const pid of segmentsOf(loop, 'PID')) {
    const text = textOf(pid, '05');
    if (text === undefined) continue;
    if (description === undefined) description = text;
    else notes.add(text, undefined);
  }
  const stated = { notes: notes.list, sent: [...numbers.keys()] };
  if (Object.keys(named).length === 0) return stated;
  return {
    ...stated,
    reference: { ...named, ...(description !== undefined && { description: description.slice(0, 250) }) },
  };
}

/** A line of an order needs its item. */
function identified(
  { reference, notes, sent }: StatedItem,
  po1: SegmentObject | undefined,
  lineId: string,
  { items }: Agreement,
  fault: Report,
): { reference: SalesOrderLine['item']; notes: readonly Note[] } | undefined {
  if (reference !== undefined) return { reference, notes };
  const read = [...items.seller, ...items.buyer, ...items.gtin, ...items.manufacturer].join(', ');
  fault({
    code: 'item-not-identified',
    message:
      sent.length === 0
        ? `line ${lineId} names no item`
        : `line ${lineId} names its item only by ${sent.join(', ')}; the partner’s profile reads ${read}`,
    segment: 'PO1',
    at: po1,
    loop: 'PO1',
    element: 7,
    ...(sent.length === 0 ? { syntax: { fault: 'conditionally-missing' as const, reference: '234' } } : {}),
  });
  return undefined;
}
