/**
 * Parses a transaction set along its guide into a tree. It reports every violation with its
 * position and AK304 or AK403 code. It continues after faults; segments without a place in the
 * guide are reported and left out of the tree.
 */
import { inBrief } from './excerpt.ts';
import { hierarchyErrors } from './hierarchy.ts';
import { type Level, levelOf, segmentIdsOf, triggerOf } from './levels.ts';
import { placeOf, rememberLoops } from './position.ts';
import { SegmentReader } from './segment-reader.ts';
import type {
  Delimiters,
  Guide,
  GuideNode,
  ParsedTransaction,
  ReadSegment,
  SegmentObject,
  TreeNode,
  X12Error,
} from './types.ts';

/** One open iteration of a loop, or the transaction set itself. */
interface Frame {
  level: Level;
  loop: string | undefined;
  node: TreeNode;
  /** Index of the child matched last. Earlier children are complete, unless out of sequence. */
  at: number;
  counts: number[];
}

export interface ParseOptions {
  /** Errors beyond this number are not reported; default 200. */
  maxErrors?: number;
}

/** Input of `parseTransaction`; it may be read or constructed. */
export interface ParsableTransaction {
  segments: readonly ReadSegment[];
  /** Number of segments from ST to SE. Parts missing at the end are reported at this position. */
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
  readonly #reader: SegmentReader;
  #lastPosition: Map<string, number> | undefined;

  constructor(transaction: ParsableTransaction, guide: Guide, maxErrors: number) {
    this.#transaction = transaction;
    this.#guide = guide;
    this.#maxErrors = maxErrors;
    this.#reader = new SegmentReader(transaction.delimiters, (error) => this.#report(error));
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

  /** `depth` is the number of open levels that the fault lies within; by default all. */
  #report(error: X12Error, depth = this.#frames.length): void {
    if (this.#errors.length >= this.#maxErrors) return;
    const brief = inBrief(error);
    const loops = this.#frames.slice(0, depth).flatMap(({ loop }) => loop ?? []);
    const { loop } = brief.place;
    rememberLoops(brief, loop === undefined || loops.at(-1) === loop ? loops : [...loops, loop]);
    this.#errors.push(brief);
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

  /**
   * Searches forward from the innermost level outward, then backward, which means out of sequence.
   */
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
        // The first segment of a loop starts a new iteration, so it cannot repeat within one.
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
   * Returns a mandatory child that advancing to `index` would skip although it comes later in the
   * document. In that case this segment is misplaced. Advancing would make all following segments
   * errors.
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
    this.#report(
      {
        code: 'segment-out-of-sequence',
        message: `Segment ${segment.id} comes too early: it belongs after ${triggerOf(awaited).segment.id}.`,
        place: placeOf(segment, frame.loop),
        ak: { level: 'segment', code: '7' },
      },
      depth + 1,
    );
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
      const made = this.#reader.segment(segment, child.segment, frame.loop);
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
    const own = child.byLevel?.get((segment.elements[2] ?? '').trim());
    const inner = this.#open(own ?? child.children, child.key, node);
    this.#add(inner, 0, segment);
  }

  #overMaximum(depth: number, index: number, segment: ReadSegment): void {
    const frame = this.#frames[depth] as Frame;
    const child = frame.level.children[index] as GuideNode;
    const forbidden = child.max === 0;
    const what = child.kind === 'loop' ? `Loop ${child.key}` : `Segment ${segment.id}`;
    this.#report(
      {
        code: forbidden ? 'segment-forbidden' : child.kind === 'loop' ? 'loop-over-maximum' : 'segment-over-maximum',
        message: forbidden
          ? `${what} must not be used here.`
          : `${what} may come at most ${child.max} time${child.max === 1 ? '' : 's'} here.`,
        place: placeOf(segment, child.kind === 'loop' ? child.key : frame.loop),
        ak: { level: 'segment', code: forbidden ? '2' : child.kind === 'loop' ? '4' : '5' },
      },
      depth + 1,
    );
    // Accept the segment so that later segments still find their loop. A second segment where one
    // is allowed is not stored.
    this.#accept(depth, index, segment);
  }

  #misplaced(segment: ReadSegment): void {
    const frames = this.#frames;
    for (let depth = frames.length - 1; depth >= 0; depth -= 1) {
      const frame = frames[depth] as Frame;
      const index = frame.level.byId.get(segment.id)?.find((candidate) => this.#fits(frame, candidate, segment));
      if (index !== undefined) {
        const next = frame.level.children[frame.at] as GuideNode;
        this.#report(
          {
            code: 'segment-out-of-sequence',
            message: `Segment ${segment.id} comes too late: it belongs before ${triggerOf(next).segment.id}.`,
            place: placeOf(segment, frame.loop),
            ak: { level: 'segment', code: '7' },
          },
          depth + 1,
        );
        while (frames.length - 1 > depth) {
          this.#closeFrame(segment);
        }
        this.#add(frame, index, segment);
        return;
      }
    }
    // A guide may lack what a later release or a partner has, so an absent segment is not called foreign to the standard.
    const inSet = segmentIdsOf(this.#guide).has(segment.id);
    const known = this.#guide.knownSegments.has(segment.id);
    const loop = (frames.at(-1) as Frame).loop;
    this.#report({
      code: inSet ? 'segment-unexpected' : known ? 'segment-not-in-set' : 'segment-unknown',
      message: inSet
        ? `Segment ${segment.id} is not expected here${loop === undefined ? '' : ` (after loop ${loop} began)`}.`
        : `Our guide of the ${this.#guide.set} in release ${this.#guide.version} does not have segment ${segment.id}${known ? ', which other sets have' : ''}.`,
      place: placeOf(segment, loop),
      ak: { level: 'segment', code: inSet ? '2' : known ? '6' : '1' },
    });
  }
  #closeFrame(next: ReadSegment): void {
    const frame = this.#frames.at(-1) as Frame;
    this.#missing(frame, frame.at, frame.level.children.length, next);
    this.#frames.pop();
  }

  /** Reports absent mandatory children in [`from`, `to`) at the position of the next segment. */
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
          place: { ...placeOf(next, loop), segment: id },
          ak: { level: 'segment', code: '3' },
        });
      }
    }
  }
}
