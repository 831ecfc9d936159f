/**
 * Reads a transaction set along its guide into a tree and reports everything that breaks the guide, with its place and its AK304 or AK403
 * code. It keeps going: what can be placed is placed, what cannot is left out of the tree and reported.
 *
 * Trailing blanks of a value are padding and removed (not below the shortest length of the element); leading blanks are data.
 */
import { masksOf, noteFault, type ValueFault, valueFault } from './elements.ts';
import { inBrief } from './excerpt.ts';
import { hierarchyErrors } from './hierarchy.ts';
import { rememberPosition } from './position.ts';
import type {
  CompositeElementGuide,
  CompositeObject,
  Delimiters,
  ElementNode,
  Guide,
  GuideNode,
  ParsedTransaction,
  Place,
  ReadSegment,
  SegmentGuide,
  SegmentObject,
  SegmentUse,
  SimpleElementGuide,
  TreeNode,
  X12Error,
} from './types.ts';

export const elementKeys: readonly string[] = Array.from({ length: 100 }, (_, index) =>
  String(index + 1).padStart(2, '0'),
);

/** Where the children of a level can be found by the segment that starts them. */
interface Level {
  children: readonly GuideNode[];
  byId: ReadonlyMap<string, readonly number[]>;
  /** Children that must come. */
  mandatory: readonly number[];
}

const levels = new WeakMap<readonly GuideNode[], Level>();

export function triggerOf(node: GuideNode): SegmentUse {
  return node.kind === 'segment' ? node : (node.children[0] as SegmentUse);
}

function levelOf(children: readonly GuideNode[]): Level {
  let level = levels.get(children);
  if (level === undefined) {
    const byId = new Map<string, number[]>();
    children.forEach((child, index) => {
      const id = triggerOf(child).segment.id;
      const indexes = byId.get(id);
      if (indexes === undefined) {
        byId.set(id, [index]);
      } else {
        indexes.push(index);
      }
    });
    const mandatory = children.flatMap((child, index) => (child.requirement === 'M' ? [index] : []));
    level = { children, byId, mandatory };
    levels.set(children, level);
  }
  return level;
}

const segmentIdsOfGuides = new WeakMap<Guide, ReadonlySet<string>>();

function segmentIdsOf(guide: Guide): ReadonlySet<string> {
  let ids = segmentIdsOfGuides.get(guide);
  if (ids === undefined) {
    const found = new Set<string>();
    const visit = (children: readonly GuideNode[]) => {
      for (const child of children) {
        if (child.kind === 'segment') {
          found.add(child.segment.id);
        } else {
          visit(child.children);
        }
      }
    };
    visit(guide.children);
    ids = found;
    segmentIdsOfGuides.set(guide, ids);
  }
  return ids;
}

/** One open iteration of a loop, or the transaction set itself. */
interface Frame {
  level: Level;
  loop: string | undefined;
  node: TreeNode;
  /** Child that was matched last; children before it are over, unless out of sequence. */
  at: number;
  counts: number[];
}

export interface ParseOptions {
  /** Errors beyond this number are not reported; default 200. */
  maxErrors?: number;
}

/** What `parseTransaction` needs of a transaction set that was read; made ones serve as well. */
export interface ParsableTransaction {
  segments: readonly ReadSegment[];
  /** Segments from ST to SE, for the position at which something missing at the end is reported. */
  segmentCount: number;
  delimiters: Delimiters;
}

export function parseTransaction(
  transaction: ParsableTransaction,
  guide: Guide,
  options: ParseOptions = {},
): ParsedTransaction {
  return new Parser(transaction, guide, options.maxErrors ?? 200).parse();
}

class Parser {
  readonly #transaction: ParsableTransaction;
  readonly #guide: Guide;
  readonly #maxErrors: number;
  readonly #errors: X12Error[] = [];
  readonly #frames: Frame[] = [];
  readonly #component: string;
  readonly #repetition: string | undefined;
  #lastPosition: Map<string, number> | undefined;

  constructor(transaction: ParsableTransaction, guide: Guide, maxErrors: number) {
    this.#transaction = transaction;
    this.#guide = guide;
    this.#maxErrors = maxErrors;
    this.#component = transaction.delimiters.component;
    this.#repetition = transaction.delimiters.repetition;
  }

  parse(): ParsedTransaction {
    const tree: TreeNode = {};
    this.#open(this.#guide.children, undefined, tree);
    for (const segment of this.#transaction.segments) {
      this.#place(segment);
    }
    const end: ReadSegment = { id: 'SE', elements: [], position: this.#transaction.segmentCount, byteOffset: -1 };
    while (this.#frames.length > 0) {
      this.#closeFrame(end);
    }
    const hierarchy = hierarchyErrors(tree);
    if (hierarchy.length > 0) {
      for (const error of hierarchy) {
        this.#report(error);
      }
      this.#errors.sort((left, right) => left.place.position - right.place.position);
    }
    return { tree, errors: this.#errors };
  }

  #report(error: X12Error): void {
    if (this.#errors.length < this.#maxErrors) {
      this.#errors.push(inBrief(error));
    }
  }

  #open(children: readonly GuideNode[], loop: string | undefined, node: TreeNode): Frame {
    const frame: Frame = {
      level: levelOf(children),
      loop,
      node,
      at: 0,
      counts: new Array<number>(children.length).fill(0),
    };
    this.#frames.push(frame);
    return frame;
  }

  /** Innermost level first, forward from where it stands; then outward; then backward, which is out of sequence. */
  #place(segment: ReadSegment): void {
    const frames = this.#frames;
    let full: { depth: number; index: number } | undefined;
    for (let depth = frames.length - 1; depth >= 0; depth -= 1) {
      const frame = frames[depth] as Frame;
      const candidates = frame.level.byId.get(segment.id);
      if (candidates === undefined) {
        continue;
      }
      for (const index of candidates) {
        if (index < frame.at || !this.#fits(frame, index, segment)) {
          continue;
        }
        // The segment that begins a loop begins another iteration of it; within one it comes once.
        if (index === 0 && frame.loop !== undefined) {
          continue;
        }
        if ((frame.counts[index] as number) < (frame.level.children[index] as GuideNode).max) {
          const awaited = this.#awaited(frame, index, segment);
          if (awaited === undefined) {
            this.#accept(depth, index, segment);
          } else {
            this.#tooEarly(depth, index, segment, awaited);
          }
          return;
        }
        full ??= { depth, index };
      }
    }
    if (full !== undefined) {
      this.#overMaximum(full.depth, full.index, segment);
      return;
    }
    this.#misplaced(segment);
  }

  /**
   * A mandatory child that going on to `index` would skip although it does come later in the document. Then it is this segment that stands
   * in the wrong place, and going on would make everything after it wrong.
   */
  #awaited(frame: Frame, index: number, segment: ReadSegment): GuideNode | undefined {
    for (const between of frame.level.mandatory) {
      if (between >= frame.at && between < index && frame.counts[between] === 0) {
        const child = frame.level.children[between] as GuideNode;
        if ((this.#lastPositions().get(triggerOf(child).segment.id) ?? 0) > segment.position) {
          return child;
        }
      }
    }
    return undefined;
  }

  #lastPositions(): ReadonlyMap<string, number> {
    if (this.#lastPosition === undefined) {
      this.#lastPosition = new Map(this.#transaction.segments.map((segment) => [segment.id, segment.position]));
    }
    return this.#lastPosition;
  }

  #tooEarly(depth: number, index: number, segment: ReadSegment, awaited: GuideNode): void {
    const frame = this.#frames[depth] as Frame;
    this.#report({
      code: 'segment-out-of-sequence',
      message: `Segment ${segment.id} comes too early: it belongs after ${triggerOf(awaited).segment.id}.`,
      place: this.#placeOf(segment, frame.loop),
      ak: { level: 'segment', code: '7' },
    });
    while (this.#frames.length - 1 > depth) {
      this.#closeFrame(segment);
    }
    this.#add(frame, index, segment);
  }

  #fits(frame: Frame, index: number, segment: ReadSegment): boolean {
    const child = frame.level.children[index] as GuideNode;
    return (
      child.kind === 'segment' ||
      child.when === undefined ||
      child.when.codes.includes((segment.elements[child.when.element - 1] ?? '').trim())
    );
  }

  #accept(depth: number, index: number, segment: ReadSegment): void {
    const frames = this.#frames;
    while (frames.length - 1 > depth) {
      this.#closeFrame(segment);
    }
    const frame = frames[depth] as Frame;
    if (index > frame.at) {
      this.#missing(frame, frame.at, index, segment);
      frame.at = index;
    }
    this.#add(frame, index, segment);
  }

  #add(frame: Frame, index: number, segment: ReadSegment): void {
    const child = frame.level.children[index] as GuideNode;
    frame.counts[index] = (frame.counts[index] as number) + 1;
    if (child.kind === 'segment') {
      const made = this.#segment(segment, child.segment, frame.loop);
      if (child.repeats) {
        const list = frame.node[child.key] as SegmentObject[] | undefined;
        if (list === undefined) {
          frame.node[child.key] = [made];
        } else {
          list.push(made);
        }
      } else if (frame.node[child.key] === undefined) {
        frame.node[child.key] = made;
      }
      return;
    }
    const node: TreeNode = {};
    const list = frame.node[child.key] as TreeNode[] | undefined;
    if (list === undefined) {
      frame.node[child.key] = [node];
    } else {
      list.push(node);
    }
    const inner = this.#open(child.children, child.key, node);
    this.#add(inner, 0, segment);
  }

  #overMaximum(depth: number, index: number, segment: ReadSegment): void {
    const frame = this.#frames[depth] as Frame;
    const child = frame.level.children[index] as GuideNode;
    const forbidden = child.max === 0;
    const what = child.kind === 'loop' ? `Loop ${child.key}` : `Segment ${segment.id}`;
    this.#report({
      code: forbidden ? 'segment-forbidden' : child.kind === 'loop' ? 'loop-over-maximum' : 'segment-over-maximum',
      message: forbidden
        ? `${what} must not be used here.`
        : `${what} may come at most ${child.max} time${child.max === 1 ? '' : 's'} here.`,
      place: this.#placeOf(segment, child.kind === 'loop' ? child.key : frame.loop),
      ak: { level: 'segment', code: forbidden ? '2' : child.kind === 'loop' ? '4' : '5' },
    });
    // Kept in the tree, so that what follows still finds its loop; a second segment where one is allowed has no place in it.
    this.#accept(depth, index, segment);
  }

  #misplaced(segment: ReadSegment): void {
    const frames = this.#frames;
    for (let depth = frames.length - 1; depth >= 0; depth -= 1) {
      const frame = frames[depth] as Frame;
      const index = frame.level.byId.get(segment.id)?.find((candidate) => this.#fits(frame, candidate, segment));
      if (index !== undefined) {
        const next = frame.level.children[frame.at] as GuideNode;
        this.#report({
          code: 'segment-out-of-sequence',
          message: `Segment ${segment.id} comes too late: it belongs before ${triggerOf(next).segment.id}.`,
          place: this.#placeOf(segment, frame.loop),
          ak: { level: 'segment', code: '7' },
        });
        while (frames.length - 1 > depth) {
          this.#closeFrame(segment);
        }
        this.#add(frame, index, segment);
        return;
      }
    }
    const inSet = segmentIdsOf(this.#guide).has(segment.id);
    const known = this.#guide.knownSegments.has(segment.id);
    const loop = (frames.at(-1) as Frame).loop;
    this.#report({
      code: inSet ? 'segment-unexpected' : known ? 'segment-not-in-set' : 'segment-unknown',
      message: inSet
        ? `Segment ${segment.id} is not expected here${loop === undefined ? '' : ` (after loop ${loop} began)`}.`
        : known
          ? `Segment ${segment.id} is not part of transaction set ${this.#guide.set} in release ${this.#guide.version}.`
          : `Segment ${segment.id} is not known in release ${this.#guide.version}.`,
      place: this.#placeOf(segment, loop),
      ak: { level: 'segment', code: inSet ? '2' : known ? '6' : '1' },
    });
  }

  #placeOf(segment: ReadSegment, loop: string | undefined): Place {
    return {
      segment: segment.id,
      position: segment.position,
      ...(loop === undefined ? {} : { loop }),
      ...(segment.byteOffset < 0 ? {} : { byteOffset: segment.byteOffset }),
    };
  }

  #closeFrame(next: ReadSegment): void {
    const frame = this.#frames.pop() as Frame;
    this.#missing(frame, frame.at, frame.level.children.length, next);
  }

  /** Mandatory children from `from` to before `to` that have not come. They are reported where the next segment stands. */
  #missing(frame: Frame, from: number, to: number, next: ReadSegment): void {
    const children = frame.level.children;
    for (const index of frame.level.mandatory) {
      if (index >= from && index < to && frame.counts[index] === 0) {
        const child = children[index] as GuideNode;
        const id = triggerOf(child).segment.id;
        const loop = child.kind === 'loop' ? child.key : frame.loop;
        this.#report({
          code: child.kind === 'loop' ? 'loop-missing' : 'segment-missing',
          message: `Mandatory ${child.kind === 'loop' ? `loop ${child.key}` : `segment ${id}`} (${triggerOf(child).segment.name}) is missing before ${next.id}.`,
          place: { ...this.#placeOf(next, loop), segment: id },
          ak: { level: 'segment', code: '3' },
        });
      }
    }
  }

  #segment(segment: ReadSegment, guide: SegmentGuide, loop: string | undefined): SegmentObject {
    const made: SegmentObject = {};
    rememberPosition(made, segment, loop);
    const { elements } = segment;
    const guides = guide.elements;
    const count = Math.min(elements.length, guides.length);
    let held = 0;
    for (let index = 0; index < count; index += 1) {
      const text = elements[index] as string;
      if (text === '') {
        continue;
      }
      const element = guides[index] as SegmentGuide['elements'][number];
      const value =
        element.kind === 'simple' && element.repeat === 1
          ? this.#simple(text, element, segment, index + 1, loop)
          : this.#structured(text, element, segment, index + 1, loop);
      if (value !== undefined) {
        made[elementKeys[index] as string] = value;
        held |= 1 << index;
      }
    }
    const masks = masksOf(guides, guide.notes);
    for (let absent = masks.mandatory & ~held, index = 0; absent !== 0; absent >>>= 1, index += 1) {
      if ((absent & 1) === 1) {
        const element = guides[index] as SegmentGuide['elements'][number];
        this.#elementError(segment, loop, index + 1, undefined, element.reference, undefined, {
          code: 'element-missing',
          message: `${element.name} (${segment.id}${elementKeys[index]}) is mandatory.`,
          ak: '1',
        });
      }
    }
    for (let index = count; index < elements.length; index += 1) {
      if (elements[index] !== '') {
        this.#elementError(segment, loop, index + 1, undefined, undefined, elements[index], {
          code: 'element-too-many',
          message: `Segment ${segment.id} has at most ${guides.length} elements.`,
          ak: '3',
        });
        break;
      }
    }
    if (masks.breaks(held)) {
      const present = guides.map((_, index) => made[elementKeys[index] as string] !== undefined);
      for (const note of guide.notes) {
        const fault = noteFault(note, present, guides);
        if (fault !== undefined) {
          this.#elementError(
            segment,
            loop,
            fault.element,
            undefined,
            guides[fault.element - 1]?.reference,
            undefined,
            fault,
          );
        }
      }
    }
    return made;
  }

  #simple(
    text: string,
    guide: SimpleElementGuide,
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
    component?: number,
  ): string | undefined {
    let value = text;
    if (value.charCodeAt(value.length - 1) === 32) {
      let length = value.length;
      while (length > 0 && value.charCodeAt(length - 1) === 32) {
        length -= 1;
      }
      if (length === 0) {
        return undefined;
      }
      value = value.slice(
        0,
        Math.min(value.length, Math.max(length, guide.type === 'AN' || guide.type === 'ID' ? guide.min : 0)),
      );
    }
    if (component === undefined && value.includes(this.#component)) {
      this.#elementError(segment, loop, element, undefined, guide.reference, value, {
        code: 'component-too-many',
        message: `${guide.name} is a simple element; it must not have components.`,
        ak: '3',
      });
      return value;
    }
    if (this.#repetition !== undefined && guide.repeat === 1 && value.includes(this.#repetition)) {
      this.#elementError(segment, loop, element, component, guide.reference, value, {
        code: 'element-repeated-too-often',
        message: `${guide.name} may not be repeated.`,
        ak: '3',
      });
      return value;
    }
    const fault = valueFault(value, guide);
    if (fault !== undefined) {
      this.#elementError(segment, loop, element, component, guide.reference, value, fault);
    }
    return value;
  }

  #structured(
    text: string,
    guide: SegmentGuide['elements'][number],
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
  ): ElementNode | undefined {
    const one = (piece: string) =>
      guide.kind === 'composite'
        ? this.#composite(piece, guide, segment, element, loop)
        : this.#simple(piece, guide, segment, element, loop);
    if (guide.repeat === 1) {
      return one(text);
    }
    const pieces = this.#repetition === undefined ? [text] : text.split(this.#repetition);
    if (pieces.length > guide.repeat) {
      this.#elementError(segment, loop, element, undefined, guide.reference, text, {
        code: 'element-repeated-too-often',
        message: `${guide.name} may be repeated at most ${guide.repeat} times.`,
        ak: '3',
      });
    }
    const values = pieces.map(one).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : values;
  }

  #composite(
    text: string,
    guide: CompositeElementGuide,
    segment: ReadSegment,
    element: number,
    loop: string | undefined,
  ): CompositeObject | undefined {
    const pieces = text.split(this.#component);
    const made: CompositeObject = {};
    let held = 0;
    pieces.forEach((piece, index) => {
      const component = guide.components[index];
      if (piece === '') {
        return;
      }
      if (component === undefined) {
        this.#elementError(segment, loop, element, index + 1, guide.reference, piece, {
          code: 'component-too-many',
          message: `${guide.name} has at most ${guide.components.length} components.`,
          ak: '3',
        });
        return;
      }
      const value = this.#simple(piece, component, segment, element, loop, index + 1);
      if (value !== undefined) {
        made[String(index + 1)] = value;
        held += 1;
      }
    });
    if (held === 0) {
      return undefined;
    }
    guide.components.forEach((component, index) => {
      if (component.requirement === 'M' && made[String(index + 1)] === undefined) {
        this.#elementError(segment, loop, element, index + 1, component.reference, undefined, {
          code: 'element-missing',
          message: `${component.name} (component ${index + 1} of ${guide.name}) is mandatory.`,
          ak: '1',
        });
      }
    });
    const present = guide.components.map((_, index) => made[String(index + 1)] !== undefined);
    for (const note of guide.notes) {
      const fault = noteFault(note, present, guide.components);
      if (fault !== undefined) {
        this.#elementError(
          segment,
          loop,
          element,
          fault.element,
          guide.components[fault.element - 1]?.reference,
          undefined,
          fault,
        );
      }
    }
    return made;
  }

  #elementError(
    segment: ReadSegment,
    loop: string | undefined,
    element: number,
    component: number | undefined,
    reference: string | undefined,
    value: string | undefined,
    fault: ValueFault,
  ): void {
    this.#report({
      code: fault.code,
      message: fault.message,
      place: { ...this.#placeOf(segment, loop), element, ...(component === undefined ? {} : { component }) },
      ...(value === undefined ? {} : { value }),
      ak: { level: 'element', code: fault.ak, ...(reference === undefined ? {} : { reference }) },
    });
  }
}
