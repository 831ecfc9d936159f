/** Remembers where the segments of a tree were read, without a trace in the tree itself, which stays plain JSON. */
import type { Place, ReadSegment, SegmentObject } from './types.ts';

/** Its constructor returns what it is given, so that the fields of a class that extends it are put on that very object. */
class Itself {
  constructor(segment: SegmentObject) {
    // biome-ignore lint/correctness/noConstructorReturn: returning the argument is the purpose, see Origin.
    return segment;
  }
}

/**
 * A private field on a plain object does what a WeakMap would do (invisible to JSON, comparison and copying), but leaves the garbage
 * collector nothing extra to trace: with a WeakMap, reading and validating 20 MB of purchase orders took nearly twice the time.
 */
class Origin extends Itself {
  #read: ReadSegment;
  #loop: string | undefined;

  constructor(made: SegmentObject, read: ReadSegment, loop: string | undefined) {
    super(made);
    this.#read = read;
    this.#loop = loop;
  }

  static placeOf(segment: object): Place | undefined {
    if (!(#read in segment)) {
      return undefined;
    }
    const { id, position, byteOffset } = segment.#read;
    const loop = segment.#loop;
    return {
      segment: id,
      position,
      ...(byteOffset < 0 ? {} : { byteOffset }),
      ...(loop === undefined ? {} : { loop }),
    };
  }

  static carry(from: object, to: SegmentObject): void {
    if (#read in from) {
      new Origin(to, from.#read, from.#loop);
    }
  }
}

export function rememberPosition(made: SegmentObject, segment: ReadSegment, loop: string | undefined): void {
  new Origin(made, segment, loop);
}

/** Where a segment of a tree that was read stands; undefined for a segment that was made, not read. */
export function positionOf(segment: SegmentObject): Place | undefined {
  return Origin.placeOf(segment);
}

/** A segment made from one that was read counts as read there: its faults then name the place in the file. */
export function carryPosition(from: SegmentObject, to: SegmentObject): void {
  Origin.carry(from, to);
}

export function placeOf(segment: ReadSegment, loop: string | undefined): Place {
  return {
    segment: segment.id,
    position: segment.position,
    ...(loop === undefined ? {} : { loop }),
    ...(segment.byteOffset < 0 ? {} : { byteOffset: segment.byteOffset }),
  };
}
