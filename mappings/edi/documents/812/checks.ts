import type { SegmentObject } from '../../../x12/types.ts';
import { type Check, numberAt } from '../../checking/check.ts';
import { segmentOf, segmentsOf, textOf } from '../../tree.ts';

/** Credits less debits, in billionths of a minor unit; undefined if an amount is missing or no number. */
function signed(segment: SegmentObject | undefined, amount: string, flag: string): bigint | undefined {
  const value = numberAt(segment, amount);
  if (value === undefined) return undefined;
  return textOf(segment, flag) === 'D' ? -value : value;
}

/** BCD04 is the sum of the credits (CDD02 C) less the debits (D). */
export const adjustmentTotal: Check = (tree, { report }) => {
  const bcd = segmentOf(tree, 'BCD');
  const stated = signed(bcd, '04', '05');
  const lines = segmentsOf(tree, 'CDD').map((cdd) => signed(cdd, '04', '02'));
  if (stated === undefined || lines.length === 0 || lines.includes(undefined)) return;
  const total = lines.reduce<bigint>((sum, line) => sum + (line ?? 0n), 0n);
  if (total === stated) return;
  report('error', {
    code: 'adjustment-total-differs',
    message: `BCD04 is ${textOf(bcd, '04')}, but the lines come to ${total / 10n ** 9n}`,
    segment: 'BCD',
    at: bcd,
    element: 4,
    value: textOf(bcd, '04'),
  });
};
