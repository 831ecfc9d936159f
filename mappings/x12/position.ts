/** Remembers where the segments of a tree were read, without a trace in the tree itself, which stays plain JSON. */
import type { Place, ReadSegment, SegmentObject } from './types.ts';

interface Origin {
  segment: ReadSegment;
  loop: string | undefined;
}

const origins = new WeakMap<SegmentObject, Origin>();

export function rememberPosition(made: SegmentObject, segment: ReadSegment, loop: string | undefined): void {
  origins.set(made, { segment, loop });
}

/** Where a segment of a tree that was read stands; undefined for a segment that was made, not read. */
export function positionOf(segment: SegmentObject): Place | undefined {
  const origin = origins.get(segment);
  if (origin === undefined) {
    return undefined;
  }
  const { id, position, byteOffset } = origin.segment;
  return {
    segment: id,
    position,
    ...(byteOffset < 0 ? {} : { byteOffset }),
    ...(origin.loop === undefined ? {} : { loop: origin.loop }),
  };
}
