import { compare, isZero, sum } from '../../../../domain/decimal.ts';
import type { TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { decimalOf } from '../../elements.ts';
import { segmentOf, segmentsOf, textOf } from '../../tree.ts';
import { keyOf, type LineSegment } from './line-segment.ts';
import type { Report } from './pieces.ts';

/**
 * CTT01 counts the lines and CTT02 sums their quantities. An order that contradicts them may be
 * incomplete.
 */
export function checkTotals(tree: TreeNode, { id, quantity }: LineSegment, profile: Agreement, fault: Report): void {
  const ctt = segmentOf(tree, 'CTT');
  const lines = segmentsOf(tree, id);
  const count = textOf(ctt, '01');
  const stated = count === undefined ? undefined : decimalOf(count);
  // Both values have a unique text form, so texts can be compared.
  if (stated !== undefined && stated !== String(lines.length)) {
    fault({
      code: 'line-count-differs',
      message: `CTT counts ${stated} lines, but there are ${lines.length}`,
      segment: 'CTT',
      at: ctt,
      element: 1,
      value: count,
    });
  }
  const hash = textOf(ctt, '02');
  const total = hash === undefined ? undefined : decimalOf(hash);
  if (total === undefined || !profile.x12.checkHashTotals) return;
  const ordered = sum(lines.map((line) => decimalOf(textOf(line, keyOf(quantity)) ?? '0') ?? '0'));
  if (compare(total, ordered) === 0 || isZero(total)) return;
  fault({
    code: 'hash-total-differs',
    message: `CTT states ${total} as the sum of all quantities, but they add up to ${ordered}`,
    segment: 'CTT',
    at: ctt,
    element: 2,
    value: hash,
  });
}
