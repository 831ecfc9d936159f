/** Remembers the source position of each segment outside the tree, which stays plain JSON. */
import type { Place, ReadSegment, SegmentObject } from './types.ts';

/**
 * The constructor returns its argument, so that a subclass adds its private fields to that object.
 */
class Itself {
  constructor(segment: SegmentObject) {
    // biome-ignore lint/correctness/noConstructorReturn: returning the argument is the purpose, see Origin.
    return segment;
  }
}

/**
 * A private field on a plain object is invisible to JSON, comparison and copying, like a WeakMap.
 * Unlike a WeakMap it adds no work for the garbage collector: reading and validating 20 MB of
 * orders took nearly twice as long with one.
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

/** Source position of a segment; undefined if it was constructed. */
export function positionOf(segment: SegmentObject): Place | undefined {
  return Origin.placeOf(segment);
}

/**
 * Copies the position of the source segment, so that faults of a derived segment name the place in
 * the file.
 */
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
