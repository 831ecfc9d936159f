import { segmentsOf, textOf } from '../tree.ts';
import type { Check } from './check.ts';

/** Levels that are always part of another one. */
const PARTS: readonly (string | undefined)[] = ['O', 'T', 'P', 'I'];

/**
 * HL02 is optional in the standard, so that a notice may begin with an order. A level without a
 * parent belongs to no shipment, however, and what we send must not leave that open.
 */
export const levelsHaveParents: Check = (tree, { direction, report }) => {
  for (const hl of segmentsOf(tree, 'HL')) {
    const kind = textOf(hl, '03');
    if (textOf(hl, '02') !== undefined || !PARTS.includes(kind)) continue;
    report(direction === 'outbound' ? 'error' : 'warning', {
      code: 'hierarchy-level',
      message: `level ${kind} names no parent in HL02`,
      segment: 'HL',
      at: hl,
      loop: 'HL',
      element: 2,
    });
  }
};
