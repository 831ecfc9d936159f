import { toScaled } from '../../../domain/decimal.ts';
import type { SegmentObject, Tree, TreeNode, X12Error } from '../../x12/types.ts';
import { decimalOf } from '../elements.ts';
import { type Fault, segmentsOf, textOf } from '../tree.ts';

/** Building blocks of document checks. */

/**
 * `error`: the document contradicts itself or must not be sent. `warning`: the document is usable,
 * but a person should know.
 */
export interface DocumentFinding extends X12Error {
  severity: 'error' | 'warning';
}

/** Whether we sent or received the document. */
export type DocumentDirection = 'inbound' | 'outbound';

export interface Context {
  direction: DocumentDirection;
  report: (severity: DocumentFinding['severity'], fault: Fault) => void;
}

export type Check = (tree: Tree, context: Context) => void;

export function numberAt(segment: SegmentObject | undefined, element: string): bigint | undefined {
  const text = textOf(segment, element);
  const value = text === undefined ? undefined : decimalOf(text);
  return value === undefined ? undefined : toScaled(value);
}

/** Sum over all segments, in billionths; undefined if a value is not a number. */
export function sumAt(segments: readonly SegmentObject[], element: string): bigint | undefined {
  return segments.reduce<bigint | undefined>((total, segment) => {
    const value = numberAt(segment, element);
    return total === undefined || value === undefined ? undefined : total + value;
  }, 0n);
}

/** Every segment with that id at any depth, in document order within each loop. */
export function everySegment(node: TreeNode, id: string): SegmentObject[] {
  return Object.entries(node).flatMap(([key, held]) => {
    if (key === id && !(Array.isArray(held) && held.some((item) => id in item))) return [...segmentsOf(node, id)];
    return Array.isArray(held)
      ? held.flatMap((item) => (/^[A-Z]/.test(Object.keys(item)[0] ?? '') ? everySegment(item as TreeNode, id) : []))
      : [];
  });
}
