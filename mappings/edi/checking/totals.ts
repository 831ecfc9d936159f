import { fromScaled, toScaled } from '../../../domain/decimal.ts';
import type { Tree } from '../../x12/types.ts';
import { segmentOf, textOf } from '../tree.ts';
import { type Check, type DocumentFinding, everySegment, numberAt, sumAt } from './check.ts';

/** Checks a stated total against the allowed ways of counting. */
function totalCheck(
  at: { segment: string; element: string; what: string },
  severity: DocumentFinding['severity'],
  counts: (tree: Tree) => readonly (bigint | undefined)[],
): Check {
  return (tree, { report }) => {
    const segment = segmentOf(tree, at.segment);
    const stated = numberAt(segment, at.element);
    const actual = counts(tree);
    if (stated === undefined || actual.some((count) => count === undefined || count === stated)) return;
    const found = [...new Set(actual.map((count) => fromScaled(count as bigint)))].join(' or ');
    report(severity, {
      code: 'total-differs',
      message: `${at.segment}${at.element} states ${fromScaled(stated)} ${at.what}, but they come to ${found}`,
      segment: at.segment,
      at: segment,
      element: Number(at.element),
      value: textOf(segment, at.element),
    });
  };
}

const count = (segments: readonly unknown[]): bigint => toScaled(String(segments.length));

export function lineCount(...ids: string[]): Check {
  return totalCheck({ segment: 'CTT', element: '01', what: 'lines' }, 'error', (tree) =>
    ids.map((id) => count(everySegment(tree, id))),
  );
}

/**
 * CTT02 is a sum without a unit. Partners use it differently, so a difference is only a warning; 0
 * means unused.
 */
export function hashTotal(id: string, element: string): Check {
  return totalCheck({ segment: 'CTT', element: '02', what: 'as the sum of all quantities' }, 'warning', (tree) => [
    0n,
    sumAt(everySegment(tree, id), element),
  ]);
}

/** The trailer quantity of a warehouse document must equal the sum of its lines. */
export function quantityTotal(trailer: string, id: string, element: string): Check {
  return totalCheck({ segment: trailer, element: '01', what: 'units' }, 'error', (tree) => [
    sumAt(everySegment(tree, id), element),
  ]);
}
