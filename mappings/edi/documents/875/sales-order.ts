import { lookup } from '../../../../domain/lookup.ts';
import type { SalesOrder } from '../../../canonical/v1/index.ts';
import { carryPosition } from '../../../x12/position.ts';
import type { SegmentObject, TreeNode, X12Error } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { errorOf, iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { keep } from '../850/pieces.ts';
import { salesOrdersFrom850 } from '../850/sales-order.ts';
import type { OrderContext, OrderResult } from '../definition.ts';

/**
 * Maps an 875, the grocery purchase order. It is converted to the segments of an 850 and read as
 * one, so that both sets obey the same rules and profile expressions see the same tree. Errors name
 * the segments and elements of the 875.
 *
 * - G5001 C and F change and cancel an order. They are refused because changes are not supported.
 * - Lines have no number, so they are numbered from 1.
 * - The case code (G6804) is an item number with qualifier UA. Many senders omit its check digit,
 *   so it is a GTIN only if the profile lists UA as one.
 * - Allowances and charges (G72) are stored as text in `attributes.allowances` of the order or
 *   line.
 */
export function salesOrdersFrom875(tree: TreeNode, profile: Agreement, context: OrderContext): OrderResult {
  const g50 = segmentOf(tree, 'G50');
  const status = textOf(g50, '01');
  if (status !== undefined && lookup(PURPOSES, status) === undefined) {
    return {
      errors: [
        errorOf({
          code: 'order-purpose-not-supported',
          message: `an 875 with status ${status} is not a new order; changes and cancellations are not taken this way`,
          segment: 'G50',
          at: g50,
          element: 1,
          value: status,
          syntax: { fault: 'code', reference: '473' },
        }),
      ],
    };
  }
  const result = salesOrdersFrom850(as850(tree), profile, context);
  if ('errors' in result) return { ...result, errors: result.errors.map(as875) };
  return { ...result, orders: result.orders.map((order) => withAllowances(order, tree)) };
}

/** G5001 mapped to BEG01. A pre-paid order (K) is delivered normally. */
const PURPOSES: Readonly<Record<string, string>> = { N: '00', O: '00', K: '00', R: '05' };

/** Elements of the 850's segment and their location in the 875. */
type Elements = Readonly<Record<string, string>>;

const BEG: Elements = { '03': '03', '05': '02' };
const DTM: Elements = { '01': '01', '02': '02' };
const FOB: Elements = { '01': '01' };
const TD5: Elements = { '04': '02', '05': '05' };
const ITD: Elements = {
  '01': '01',
  '02': '02',
  '03': '05',
  '04': '06',
  '05': '07',
  '06': '08',
  '07': '09',
  '08': '10',
};
const REF: Elements = { '01': '01', '02': '02', '03': '03' };
const MSG: Elements = { '01': '02' };
const PID: Elements = { '05': '01' };
const PO1: Elements = {
  '02': '01',
  '03': '02',
  '04': '03',
  '06': '05',
  '07': '06',
  '08': '07',
  '09': '08',
  '11': '04',
};
const PO4: Elements = { '01': '01', '02': '02', '03': '03' };
const CTT: Elements = { '02': '01' };

/** Maps each 850 segment and element to the 875, for error messages. */
const SOURCES: Readonly<Record<string, readonly [segment: string, elements: Elements]>> = {
  BEG: ['G50', BEG],
  CTT: ['G76', CTT],
  DTM: ['G62', DTM],
  FOB: ['G66', FOB],
  ITD: ['G23', ITD],
  MSG: ['NTE', MSG],
  PID: ['G69', PID],
  PO1: ['G68', PO1],
  REF: ['N9', REF],
  TD5: ['G66', TD5],
};

function as850(tree: TreeNode): TreeNode {
  const g50 = segmentOf(tree, 'G50');
  const vendorOrder = textOf(g50, '05');
  return {
    BEG: segmentsAs(tree, 'G50', BEG, { '01': lookup(PURPOSES, textOf(g50, '01')) ?? '00' }),
    REF: [...segmentsAs(tree, 'N9', REF), ...(vendorOrder === undefined ? [] : [{ '01': 'VN', '02': vendorOrder }])],
    DTM: datesAs850(tree),
    MSG: segmentsAs(tree, 'NTE', MSG),
    FOB: segmentsAs(tree, 'G66', FOB),
    TD5: segmentsAs(tree, 'G66', TD5),
    ITD: segmentsAs(tree, 'G23', ITD),
    N1: [...iterationsOf(tree, 'N1')],
    PO1: iterationsOf(tree, 'G68').map(lineAs850),
    CTT: segmentsAs(tree, 'G76', CTT),
  };
}

function lineAs850(loop: TreeNode): TreeNode {
  const g68 = segmentOf(loop, 'G68') ?? {};
  return {
    PO1: segmentAs(g68, PO1, textOf(g68, '04') === undefined ? {} : { '10': 'UA' }),
    PID: segmentsAs(loop, 'G69', PID, { '01': 'F' }),
    PO4: segmentsAs(loop, 'G70', PO4),
    REF: segmentsAs(loop, 'N9', REF),
    ITD: segmentsAs(loop, 'G23', ITD),
    N1: [...iterationsOf(loop, 'N1')],
  };
}

function datesAs850(tree: TreeNode): SegmentObject[] {
  return segmentsOf(tree, 'G62').map((g62) => {
    const qualifier = textOf(g62, '01') ?? '';
    return segmentAs(g62, { '02': '02' }, { '01': lookup(DATES, qualifier) ?? `G62.${qualifier}` });
  });
}

/**
 * G6201 (element 432) mapped to DTM01 (374) if the meaning is the same. Equal codes may differ in
 * meaning. Other dates become attributes of the order.
 */
const DATES: Elements = {
  '01': '001',
  '02': '002',
  '10': '010',
  '17': '017',
  '37': '037',
  '38': '038',
  '53': '064',
  '54': '063',
  '67': '063',
  '68': '002',
};

function segmentsAs(node: TreeNode, id: string, elements: Elements, fixed: Elements = {}): SegmentObject[] {
  return segmentsOf(node, id).map((segment) => segmentAs(segment, elements, fixed));
}

function segmentAs(segment: SegmentObject, elements: Elements, fixed: Elements): SegmentObject {
  const made: SegmentObject = { ...fixed };
  for (const [there, here] of Object.entries(elements)) {
    const value = segment[here];
    if (value !== undefined) made[there] = value;
  }
  carryPosition(segment, made, elements);
  return made;
}

/** Maps errors back to the segment names of the file. */
const READ_AS = new Map(Object.values(SOURCES).map((source) => [source[0], source] as const));

/** Place of an error in terms of the 875. */
function as875(error: X12Error): X12Error {
  const { element, loop, ...place } = error.place;
  const [segment, elements] = SOURCES[place.segment] ?? READ_AS.get(place.segment) ?? [place.segment, undefined];
  const moved = element === undefined || elements === undefined ? element : elements[String(element).padStart(2, '0')];
  return {
    ...error,
    place: {
      ...place,
      segment,
      ...(moved === undefined ? {} : { element: Number(moved) }),
      ...(loop === undefined ? {} : { loop: loop === 'PO1' ? 'G68' : loop }),
    },
  };
}

function withAllowances(order: SalesOrder, tree: TreeNode): SalesOrder {
  const loops = iterationsOf(tree, 'G68');
  return {
    ...order,
    attributes: { ...order.attributes, ...allowancesOf(tree) },
    // Lines are numbered from 1; a part of the order may not have all of them.
    lines: order.lines.map((line) => ({
      ...line,
      attributes: { ...line.attributes, ...allowancesOf(loops[Number(line.lineId) - 1] ?? {}) },
    })),
  };
}

/** G72 as text, like the 850's SAC: code, settlement, rate, amount and percent. */
function allowancesOf(node: TreeNode): Record<string, string> {
  const texts = segmentsOf(node, 'G72').map((g72) =>
    ['01', '02', '05', '08', '09']
      .flatMap((element) => {
        const text = textOf(g72, element);
        return text === undefined ? [] : [`G72${element} ${text}`];
      })
      .join(', '),
  );
  const kept: Record<string, string> = {};
  keep(kept, 'allowances', texts.length === 0 ? undefined : texts.join('; '));
  return kept;
}
