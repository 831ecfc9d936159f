import type { SegmentObject } from '../x12/types.ts';

export function positionOf(_segment: SegmentObject): number {
  return 0;
}
