import { fromScaled, toScaled } from '../../../domain/decimal.ts';
import type { Tree } from '../../x12/types.ts';
import { segmentOf, textOf } from '../tree.ts';
import { type Check, type DocumentFinding, everySegment, numberAt, sumAt } from './check.ts';

/** A stated total that must be one of what it may be counted by. */
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

/** CTT02 is a sum without a unit. Partners put other things there, so it is only worth a warning, and 0 means that it is not used. */
export function hashTotal(id: string, element: string): Check {
  return totalCheck({ segment: 'CTT', element: '02', what: 'as the sum of all quantities' }, 'warning', (tree) => [
    0n,
    sumAt(everySegment(tree, id), element),
  ]);
}

/** Warehouse totals: the quantity of the trailer is the sum of the lines’. */
export function quantityTotal(trailer: string, id: string, element: string): Check {
  return totalCheck({ segment: trailer, element: '01', what: 'units' }, 'error', (tree) => [
    sumAt(everySegment(tree, id), element),
  ]);
}
