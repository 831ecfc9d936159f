import { compare, isPositive, subtract, sum } from '../../../../domain/decimal.ts';
import { type ReturnNoticeEvent, returnNotice } from '../../../canonical/v1/index.ts';
import type { TreeNode, X12Error } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { dayOf, decimalOf } from '../../elements.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { namedBy, numbersOf } from '../850/item-numbers.ts';
import type { Pairs } from '../850/line-segment.ts';
import type { OrderContext, ReturnReceiptResult } from '../definition.ts';

/** W0704/05, W0706/07, W0710/11. */
const NUMBERS: Pairs = [
  ['04', '05'],
  ['06', '07'],
  ['10', '11'],
];

type Line = Extract<ReturnNoticeEvent, { type: 'return-received' }>['lines'][number];

/** W1302 of goods that came damaged; what is short did not come, and what is over came too. */
const DAMAGED: ReadonlySet<string> = new Set(['01', '05']);
/** N901 of the number of a return. */
const RMA = 'RZ';

/**
 * Maps a 944 of a warehouse to the receipt of returned goods. The number of the return is N9*RZ, else the depositor's order
 * number (W1704); W1703 tells receipts apart.
 */
export function receiptFrom944(
  tree: TreeNode,
  profile: Agreement,
  { receivedAt }: Pick<OrderContext, 'receivedAt'>,
): ReturnReceiptResult {
  const errors: X12Error[] = [];
  const fault = (found: Fault) => void errors.push(errorOf(found));
  const w17 = segmentOf(tree, 'W17');
  const receiptNumber = textOf(w17, '03') ?? '';
  const returned = segmentsOf(tree, 'N9').find((n9) => textOf(n9, '01') === RMA);
  const rmaNumber = textOf(returned, '02') ?? textOf(w17, '04');
  const warehouse = iterationsOf(tree, 'N1')
    .map((loop) => segmentOf(loop, 'N1'))
    .find((n1) => textOf(n1, '01') === 'WH');
  const day = dayOf(textOf(w17, '02') ?? '');
  // Since 005010 the lines stand in loops of LX.
  const loops = [tree, ...iterationsOf(tree, 'LX')].flatMap((one) => iterationsOf(one, 'W07'));
  const lines = loops.flatMap((loop) => linesOf(loop, profile, fault));
  if (errors.length > 0) return { errors };
  const parsed = returnNotice.safeParse({
    type: 'return-received',
    eventId: receiptNumber,
    occurredAt: day === undefined ? receivedAt : `${day}T12:00:00Z`,
    ...(rmaNumber !== undefined && { rmaNumber }),
    node: textOf(warehouse, '04') ?? textOf(warehouse, '02') ?? profile.name,
    reference: receiptNumber,
    lines,
  });
  if (parsed.success) return { notice: parsed.data };
  for (const { path, message } of parsed.error.issues) {
    fault({ code: 'receipt-invalid', message: `${path.join('.')} ${message}`, segment: 'W17', at: w17 });
  }
  return { errors };
}

/** The good and the damaged goods of a line. */
function linesOf(loop: TreeNode, profile: Agreement, fault: (found: Fault) => void): Line[] {
  const w07 = segmentOf(loop, 'W07');
  const { named, rest } = namedBy(numbersOf([w07, NUMBERS]), profile);
  const sku = named.sku ?? named.gtin ?? textOf(w07, '03') ?? named.customerSku ?? rest[0]?.[1];
  if (sku === undefined) {
    fault({ code: 'item-not-named', message: 'the line names no item', segment: 'W07', at: w07, element: 5 });
    return [];
  }
  const received = decimalOf(textOf(w07, '01') ?? '') ?? '0';
  const damaged = sum(
    iterationsOf(loop, 'W13')
      .map((exception) => segmentOf(exception, 'W13'))
      .filter((w13) => DAMAGED.has(textOf(w13, '03') ?? ''))
      .map((w13) => decimalOf(textOf(w13, '01') ?? '') ?? '0'),
  );
  if (compare(damaged, received) > 0) {
    const message = `${damaged} are damaged of ${received} that came`;
    fault({ code: 'damaged-exceeds-received', message, segment: 'W07', at: w07, element: 1, value: received });
    return [];
  }
  const unit = textOf(w07, '02');
  const common = { sku, ...(unit !== undefined && { unit }) };
  const good = subtract(received, damaged);
  return [
    ...(isPositive(good) ? [{ ...common, quantity: good, condition: 'good' as const }] : []),
    ...(isPositive(damaged) ? [{ ...common, quantity: damaged, condition: 'damaged' as const }] : []),
  ];
}
