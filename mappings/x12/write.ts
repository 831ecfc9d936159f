/**
 * Writes trees as segments. The result is parsed again along the same guide before it is returned.
 * Nothing that violates the guide or would be read as another document is sent.
 *
 * A delimiter, a control character or a character outside the repertoire is refused inside a value.
 * In free text it is replaced, if the caller wants to hear of each replacement: a delimiter by a
 * blank, another character by its equal in the repertoire (`repertoire.ts`). Text without equal is
 * refused there too.
 */
import { elementKeys } from './elements.ts';
import { firstCharacters } from './encoding.ts';
import { childrenOf } from './levels.ts';
import { parseTransaction } from './parse.ts';
import { isWithin, named, type Repertoire, rewritten } from './repertoire.ts';
import type {
  Delimiters,
  ElementGuide,
  ElementNode,
  Guide,
  GuideNode,
  Place,
  ReadSegment,
  SegmentObject,
  SegmentUse,
  SimpleElementGuide,
  Tree,
  TreeNode,
  X12Error,
} from './types.ts';

/**
 * Thrown if a tree violates its guide or an envelope cannot be written. `errors` has the details.
 */
export class X12WriteError extends Error {
  readonly code = 'x12-not-writable';
  readonly errors: readonly X12Error[];

  constructor(what: string, errors: readonly X12Error[]) {
    const [first] = errors;
    super(
      `${what}: ${errors.length} error(s)${first === undefined ? '' : `; first: ${first.place.segment} ${first.message}`}`,
    );
    this.name = 'X12WriteError';
    this.errors = errors;
  }
}

/** A text that was written in other characters. */
export interface Rewriting {
  place: Place;
  given: string;
  written: string;
}

export interface WriteOptions {
  /** Default: latin-1. */
  repertoire?: Repertoire;
  /**
   * Allows free text to be rewritten, and gets each change. Numbers and codes are never changed,
   * because a changed character gives a different value.
   */
  onRewriting?: (rewriting: Rewriting) => void;
}

/** Free-text data elements: name, address, city, description, message. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  '19',
  '93',
  '166',
  '352',
  '369',
  '933',
  '1035',
  '1036',
  '1106',
  '1551',
]);

/** Of these only the end is lost if equals in the repertoire are longer, and the change is reported. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(['352', '369', '933']);

/** AK404 and its like: copies of what a partner sent, for a person who looks for the place. */
const COPIES: ReadonlySet<string> = new Set(['724', '9998']);

/**
 * Returns the segments of a transaction set in guide order, without ST, SE and terminators.
 * @throws X12WriteError lists every fault.
 */
export function writeTransaction(
  tree: Tree,
  guide: Guide,
  delimiters: Delimiters,
  options: WriteOptions = {},
): string[] {
  const writer = new Writer(delimiters, options);
  writer.level(tree, guide.children, undefined);
  const segments: ReadSegment[] = writer.segments;
  const errors = [...writer.errors];
  if (errors.length === 0) {
    const readBack = parseTransaction({ segments, segmentCount: segments.length + 2, delimiters }, guide);
    errors.push(...readBack.errors);
    if (errors.length === 0 && !sameTree(tree, readBack.tree)) {
      errors.push({
        code: 'tree-not-readable-back',
        message:
          'Read back along its guide, the document would be another one: a segment would fall into another loop.',
        place: { segment: 'ST', position: 1 },
      });
    }
  }
  if (errors.length > 0) {
    throw new X12WriteError(`Transaction set ${guide.set} cannot be written`, errors);
  }
  return segments.map((segment) => [segment.id, ...segment.elements].join(delimiters.element));
}

/** Returns the first character that cannot be written with these delimiters, if any. */
export function unwritableIn(text: string, delimiters: Delimiters, repertoire: Repertoire): string | undefined {
  const marks = marksOf(delimiters);
  return [...text].find((character) => marks.has(character) || !isWithin(character, repertoire));
}

function marksOf({ element, component, segment, repetition }: Delimiters): ReadonlySet<string> {
  return new Set([element, component, segment, repetition].filter((one) => one !== undefined));
}

class Writer {
  readonly segments: ReadSegment[] = [];
  readonly errors: X12Error[] = [];
  readonly #delimiters: Delimiters;
  readonly #forbidden: ReadonlySet<string>;
  readonly #repertoire: Repertoire;
  readonly #onRewriting: WriteOptions['onRewriting'];

  constructor(delimiters: Delimiters, { repertoire = 'latin-1', onRewriting }: WriteOptions) {
    this.#delimiters = delimiters;
    this.#forbidden = marksOf(delimiters);
    this.#repertoire = repertoire;
    this.#onRewriting = onRewriting;
  }

  level(node: TreeNode, children: readonly GuideNode[], loop: string | undefined): void {
    const known = new Set<string>();
    for (const child of children) {
      known.add(child.key);
      const held = node[child.key];
      if (held === undefined) {
        continue;
      }
      if (child.kind === 'segment') {
        this.#uses(held as SegmentObject | SegmentObject[], child, loop);
      } else if (Array.isArray(held)) {
        for (const iteration of held as TreeNode[]) {
          this.level(iteration, childrenOf(child, iteration), child.key);
        }
      } else {
        this.#fault('tree-shape', `Loop ${child.key} must be an array of iterations.`, child.key, loop);
      }
    }
    for (const key of Object.keys(node)) {
      if (!known.has(key) && node[key] !== undefined) {
        this.#fault(
          'tree-unknown-key',
          `The guide has no ${key} ${loop === undefined ? 'at this level' : `in loop ${loop}`}.`,
          key,
          loop,
        );
      }
    }
  }

  #uses(held: SegmentObject | SegmentObject[], use: SegmentUse, loop: string | undefined): void {
    if (Array.isArray(held) !== use.repeats && use.oftenSingle !== true) {
      const shape = use.repeats ? 'an array of segments' : 'one segment, not an array';
      this.#fault('tree-shape', `${use.key} must be ${shape}.`, use.key, loop);
      return;
    }
    for (const segment of Array.isArray(held) ? held : [held]) {
      this.#segment(segment, use, loop);
    }
  }

  #segment(segment: SegmentObject, use: SegmentUse, loop: string | undefined): void {
    const guides = use.segment.elements;
    const elements: string[] = [];
    const position = this.segments.length + 2;
    for (const key of Object.keys(segment)) {
      const number = Number(key);
      if (!(number >= 1 && number <= guides.length) || key !== elementKeys[number - 1]) {
        this.#fault('tree-unknown-key', `Segment ${use.segment.id} has no element ${key}.`, use.segment.id, loop);
      }
    }
    for (let index = 0; index < guides.length; index += 1) {
      const value = segment[elementKeys[index] as string];
      elements.push(
        value === undefined ? '' : this.#element(value, guides[index] as ElementGuide, use.segment.id, index + 1, loop),
      );
    }
    while (elements.length > 0 && elements.at(-1) === '') {
      elements.pop();
    }
    if (elements.length > 0) {
      this.segments.push({ id: use.segment.id, elements, position, byteOffset: -1 });
    } else {
      this.#fault('segment-empty', `Segment ${use.segment.id} holds nothing; leave it out.`, use.segment.id, loop);
    }
  }

  #element(value: ElementNode, guide: ElementGuide, id: string, element: number, loop: string | undefined): string {
    if (Array.isArray(value)) {
      const { repetition } = this.#delimiters;
      if (guide.repeat === 1 || (value.length > 1 && repetition === undefined)) {
        this.#fault(
          'element-not-repeatable',
          'The element cannot be repeated here or in this version.',
          id,
          loop,
          element,
        );
        return '';
      }
      return value.map((one) => this.#one(one, guide, id, element, loop)).join(repetition ?? '');
    }
    return this.#one(value, guide, id, element, loop);
  }

  #one(value: ElementNode, guide: ElementGuide, id: string, element: number, loop: string | undefined): string {
    if (typeof value === 'string') {
      if (guide.kind === 'simple') {
        return this.#text(value, guide, id, element, loop);
      }
    } else if (!Array.isArray(value) && guide.kind === 'composite') {
      const pieces: string[] = [];
      for (const key of Object.keys(value)) {
        const number = Number(key);
        if (!(number >= 1 && number <= guide.components.length)) {
          this.#fault('tree-unknown-key', `${guide.name} has no component ${key}.`, id, loop, element);
        }
      }
      for (let index = 1; index <= guide.components.length; index += 1) {
        const component = guide.components[index - 1] as SimpleElementGuide;
        pieces.push(this.#text(value[String(index)] ?? '', component, id, element, loop));
      }
      while (pieces.length > 0 && pieces.at(-1) === '') {
        pieces.pop();
      }
      return pieces.join(this.#delimiters.component);
    }
    const shape = guide.kind === 'simple' ? 'text' : 'an object of components';
    this.#fault('tree-shape', `${guide.name} must be ${shape}.`, id, loop, element);
    return '';
  }

  #isWritable(text: string): boolean {
    if (!isWithin(text, this.#repertoire)) return false;
    for (const mark of this.#forbidden) if (text.includes(mark)) return false;
    return true;
  }

  #text(value: string, guide: SimpleElementGuide, id: string, element: number, loop: string | undefined): string {
    if (this.#isWritable(value)) return value;
    if (COPIES.has(guide.reference)) return firstCharacters(this.#copied(value).trim(), guide.max).trim();
    const wrong = [...value].find((character) => !this.#isWritable(character)) ?? '';
    if (this.#onRewriting === undefined || !FREE_TEXT.has(guide.reference)) {
      const why = this.#forbidden.has(wrong) ? `the delimiter "${wrong}"` : this.#unwritable(wrong);
      return this.#refuse(`The value holds ${why}.`, value, id, element, loop);
    }
    const result = rewritten(this.#forbidden.has(wrong) ? this.#withoutDelimiters(value) : value, this.#repertoire);
    if ('character' in result) {
      const why = `${this.#unwritable(result.character)}; it has no equal there`;
      return this.#refuse(`The text holds ${why}.`, value, id, element, loop);
    }
    const whole = this.#withoutDelimiters(result.text).trimEnd();
    const written = DESCRIPTIONS.has(guide.reference) ? firstCharacters(whole, guide.max).trimEnd() : whole;
    if (written === '') return this.#refuse('Nothing of the text can be written.', value, id, element, loop);
    const place = { segment: id, position: this.segments.length + 2, element, ...(loop !== undefined && { loop }) };
    this.#onRewriting({ place, given: value, written });
    return written;
  }

  #unwritable(character: string): string {
    return `${named(character)}, which is not in the repertoire ${this.#repertoire}`;
  }

  #refuse(message: string, value: string, id: string, element: number, loop: string | undefined): string {
    this.#fault('value-not-writable', message, id, loop, element, value);
    return '';
  }

  #withoutDelimiters(text: string): string {
    let free = text;
    for (const mark of this.#forbidden) free = free.replaceAll(mark, ' ');
    return free;
  }

  /** A copy is only to be recognised. A character that cannot be written is left blank. */
  #copied(text: string): string {
    const equal = (character: string) => {
      const result = rewritten(character, this.#repertoire);
      return 'text' in result && this.#isWritable(result.text) ? result.text : ' ';
    };
    return [...text].map(equal).join('');
  }

  #fault(
    code: string,
    message: string,
    segment: string,
    loop: string | undefined,
    element?: number,
    value?: string,
  ): void {
    this.errors.push({
      code,
      message,
      place: {
        segment,
        position: this.segments.length + 2,
        ...(element === undefined ? {} : { element }),
        ...(loop === undefined ? {} : { loop }),
      },
      ...(value === undefined ? {} : { value }),
    });
  }
}

/**
 * Compares the structure down to the segments. Values need no comparison because they were written
 * unchanged. An empty list equals a missing one.
 */
function sameTree(left: TreeNode, right: TreeNode): boolean {
  const held = (node: TreeNode) =>
    Object.keys(node).filter((key) => node[key] !== undefined && !(Array.isArray(node[key]) && node[key].length === 0));
  const keys = held(left);
  if (keys.length !== held(right).length) {
    return false;
  }
  return keys.every((key) => {
    const one = left[key];
    const other = right[key];
    if (!Array.isArray(one)) {
      // What may be one segment or a list was written from one.
      return other !== undefined && (!Array.isArray(other) || other.length === 1);
    }
    return (
      Array.isArray(other) &&
      other.length === one.length &&
      one.every((item, index) => isSegment(item) || sameTree(item as TreeNode, other[index] as TreeNode))
    );
  });
}

/** Keys of segments are element numbers; keys of loop iterations start with a letter. */
function isSegment(item: SegmentObject | TreeNode): boolean {
  const [first] = Object.keys(item);
  return first === undefined || /^\d/.test(first);
}
