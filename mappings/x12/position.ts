/**
 * Remembers the source position of each segment, and which of its elements a mapping has read, outside the
 * tree, which stays plain JSON.
 */
import type { Place, ReadSegment, SegmentObject, X12Error } from './types.ts';

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
  /** Bit n is set once element n has been read; no segment has more than 30 elements. */
  #used = 0;

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

  static carry(from: SegmentObject, to: SegmentObject, elements: Readonly<Record<string, string>>): void {
    if (#read in from) {
      new Origin(to, from.#read, from.#loop);
      new Derived(to, from, elements);
    }
  }

  static use(segment: object, element: string): void {
    if (!(#used in segment)) return;
    segment.#used |= bitOf(element);
    Derived.use(segment, element);
  }

  static isUsed(segment: object, element: string): boolean {
    return #used in segment && (segment.#used & bitOf(element)) !== 0;
  }
}

/** A segment made of one that was sent, and which of its elements each one comes from. */
class Derived extends Itself {
  #source: SegmentObject;
  #elements: Readonly<Record<string, string>>;

  constructor(made: SegmentObject, source: SegmentObject, elements: Readonly<Record<string, string>>) {
    super(made);
    this.#source = source;
    this.#elements = elements;
  }

  static use(segment: object, element: string): void {
    if (!(#source in segment)) return;
    const sent = segment.#elements[element];
    if (sent !== undefined) Origin.use(segment.#source, sent);
  }
}

/** Elements are keyed from `01`. Those beyond 31 have no bit: they are never noted as read, so that none vanishes. */
function bitOf(element: string): number {
  const number = (element.charCodeAt(0) - 48) * 10 + element.charCodeAt(1) - 48;
  return number > 31 ? 0 : 1 << number;
}

/** Notes that a mapping has read the element. */
export function markUsed(segment: SegmentObject, element: string): void {
  Origin.use(segment, element);
}

export function isUsed(segment: SegmentObject, element: string): boolean {
  return Origin.isUsed(segment, element);
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
 * the file. `elements` says where each element of the derived segment comes from.
 */
export function carryPosition(
  from: SegmentObject,
  to: SegmentObject,
  elements: Readonly<Record<string, string>>,
): void {
  Origin.carry(from, to, elements);
}

const loopsOfErrors = new WeakMap<X12Error, readonly string[]>();

export function rememberLoops(error: X12Error, loops: readonly string[]): void {
  loopsOfErrors.set(error, loops);
}

/** The loops around a fault, outermost first; its place names only the innermost. */
export function loopsAround(error: X12Error): readonly string[] {
  const { loop } = error.place;
  return loopsOfErrors.get(error) ?? (loop === undefined ? [] : [loop]);
}

export function placeOf(segment: ReadSegment, loop: string | undefined): Place {
  return {
    segment: segment.id,
    position: segment.position,
    ...(loop === undefined ? {} : { loop }),
    ...(segment.byteOffset < 0 ? {} : { byteOffset: segment.byteOffset }),
  };
}
