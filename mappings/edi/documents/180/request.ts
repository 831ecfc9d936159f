import { lookup } from '../../../../domain/lookup.ts';
import { type ReturnRequest, returnRequest } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode, X12Error } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { namedBy, numbersOf } from '../850/item-numbers.ts';
import type { Pairs } from '../850/line-segment.ts';
import type { ReturnResult } from '../definition.ts';
import { REASONS } from './reasons.ts';

/** BLI01/02, and the pairs from BLI08. */
const NUMBERS: Pairs = [
  ['01', '02'],
  ['08', '09'],
  ['10', '11'],
  ['12', '13'],
];

/** BGN01: original, request and re-submission ask for a return; anything else about one is for people. */
const ASKS: ReadonlySet<string> = new Set(['00', '13', '15']);

/**
 * Maps a 180 by which the partner asks to send goods back. Every fault is reported with its place.
 *
 * The order is that of PRF01, in the header or in each line, where all lines name the same one. The reason is that of RDR02
 * of the header, else of the lines, which must not differ: one authorization is for one reason.
 */
export function requestFrom180(tree: TreeNode, profile: Agreement): ReturnResult {
  const errors: X12Error[] = [];
  const fault = (found: Fault) => void errors.push(errorOf(found));
  const bgn = segmentOf(tree, 'BGN');
  const purpose = textOf(bgn, '01');
  if (purpose !== undefined && !ASKS.has(purpose)) {
    const message = `purpose ${purpose} asks for no return (00, 13 or 15 do): what it asks about one can only be done by people`;
    fault({ code: 'return-purpose-not-supported', message, segment: 'BGN', at: bgn, element: 1, value: purpose });
  }
  const loops = iterationsOf(tree, 'BLI');
  if (loops.length === 0) {
    fault({ code: 'return-lines-missing', message: 'the request names no goods', segment: 'BLI', loop: 'BLI' });
  }
  const ofLines = loops.map((loop) => lineOf(loop, profile, fault));
  const poNumber = oneOf(
    [segmentOf(tree, 'PRF'), ...loops.map((loop) => segmentOf(loop, 'PRF'))],
    '01',
    'return-orders-differ',
    'the lines are of several orders; a request is about one',
    fault,
    'PRF',
  );
  if (poNumber === undefined && errors.length === 0) {
    fault({
      code: 'purchase-order-number-missing',
      message: 'the request names no purchase order',
      segment: 'PRF',
      element: 1,
      syntax: { fault: 'missing', reference: '324' },
    });
  }
  const rdrs = [segmentOf(tree, 'RDR'), ...loops.map((loop) => segmentOf(loop, 'RDR'))];
  const code = oneOf(
    rdrs,
    '02',
    'return-reasons-differ',
    'the lines have several reasons; send a request for each',
    fault,
    'RDR',
  );
  const notes = [
    ...rdrs.map((rdr) => textOf(rdr, '04')),
    ...segmentsOf(tree, 'NTE').map((note) => textOf(note, '02')),
  ].filter((text) => text !== undefined);
  if (errors.length > 0) return { errors };
  const note = [...new Set(notes)].join('; ').slice(0, 500);
  const parsed = returnRequest.safeParse({
    partnerId: profile.id,
    requestNumber: textOf(bgn, '02'),
    poNumber,
    reason: lookup(REASONS, code) ?? 'other',
    ...(note !== '' && { note }),
    lines: ofLines,
  });
  if (parsed.success) return { request: parsed.data };
  for (const { path, message } of parsed.error.issues) {
    const [, index] = path;
    const line = typeof index === 'number' ? loops[index] : undefined;
    const at = line === undefined ? bgn : segmentOf(line, 'BLI');
    const segment = line === undefined ? 'BGN' : 'BLI';
    fault({ code: 'return-invalid', message: `${path.join('.')} ${message}`, segment, at });
  }
  return { errors };
}

function lineOf(
  loop: TreeNode,
  profile: Agreement,
  fault: (found: Fault) => void,
): ReturnRequest['lines'][number] | undefined {
  const bli = segmentOf(loop, 'BLI');
  const { named } = namedBy(numbersOf([bli, NUMBERS]), profile);
  const { sku, customerSku, gtin } = named;
  const lineId = segmentsOf(loop, 'N9')
    .filter((n9) => textOf(n9, '01') === LINE_NUMBER)
    .map((n9) => textOf(n9, '02'))[0];
  if (lineId === undefined && sku === undefined && customerSku === undefined && gtin === undefined) {
    const message = 'the line names no item that the agreement knows the qualifier of';
    fault({ code: 'item-not-named', message, segment: 'BLI', at: bli, element: 2 });
  }
  const quantity = quantityOf(loop, bli);
  if (quantity === undefined) {
    const message = 'the line states no quantity with its unit';
    fault({ code: 'quantity-missing', message, segment: 'BLI', at: bli, element: 3, value: textOf(bli, '03') });
    return undefined;
  }
  return {
    ...(lineId !== undefined && { lineId }),
    item: {
      ...(sku !== undefined && { sku }),
      ...(customerSku !== undefined && { customerSku }),
      ...(gtin !== undefined && { gtin }),
    },
    quantity,
  };
}

/** N901 of the line number of the order. */
const LINE_NUMBER = 'LI';

/** BLI03 and BLI04, else the first QTY. */
function quantityOf(loop: TreeNode, bli: SegmentObject | undefined): { value: string; unit: string } | undefined {
  const qty = segmentOf(iterationsOf(loop, 'QTY')[0] ?? {}, 'QTY');
  const [stated, unit] =
    textOf(bli, '03') === undefined
      ? [textOf(qty, '02'), textOf(qty, '03')]
      : [textOf(bli, '03'), textOf(bli, '04') ?? textOf(qty, '03')];
  const value = stated === undefined ? undefined : decimalOf(stated);
  return value === undefined || unit === undefined ? undefined : { value, unit };
}

/** The value that the segments agree on. */
function oneOf(
  segments: readonly (SegmentObject | undefined)[],
  element: string,
  code: string,
  message: string,
  fault: (found: Fault) => void,
  segment: string,
): string | undefined {
  const [header, ...lines] = segments.map((one) => textOf(one, element));
  if (header !== undefined) return header;
  const [first, other] = [...new Set(lines.filter((value) => value !== undefined))];
  if (other !== undefined) {
    const at = segments.find((one) => textOf(one, element) === other);
    fault({ code, message, segment, at, element: Number(element), value: other });
  }
  return first;
}
