/**
 * Typed access to trees, for mappings. Missing parts return `undefined`, an empty list or an empty
 * text, never an exception.
 */
import type { CompositeObject, SegmentObject, TreeNode } from './types.ts';

/** Returns a single segment, or the first of a repeating one. */
export function segmentAt(node: TreeNode | undefined, id: string): SegmentObject | undefined {
  const held = node?.[id];
  return (Array.isArray(held) ? held[0] : held) as SegmentObject | undefined;
}

export function segmentsAt(node: TreeNode | undefined, id: string): SegmentObject[] {
  const held = node?.[id];
  return held === undefined ? [] : ((Array.isArray(held) ? held : [held]) as SegmentObject[]);
}

export function loopAt(node: TreeNode | undefined, id: string): TreeNode[] {
  const held = node?.[id];
  return Array.isArray(held) ? (held as TreeNode[]) : [];
}

/** Text of a simple element (its first repetition), or ''. */
export function valueAt(segment: SegmentObject | undefined, element: string): string {
  const held = segment?.[element];
  const first = Array.isArray(held) ? held[0] : held;
  return typeof first === 'string' ? first : '';
}

export function compositeAt(segment: SegmentObject | undefined, element: string): CompositeObject | undefined {
  const held = segment?.[element];
  const first = Array.isArray(held) ? held[0] : held;
  return typeof first === 'string' ? undefined : first;
}
