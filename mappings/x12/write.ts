/**
 * Writes trees as segments and segments as interchanges. What is written is read back along the same guide before it is handed out, so that
 * nothing leaves that the guide refuses or that would read as another document.
 *
 * Characters: only ISO-8859-1 is written. A delimiter, a control character or a character outside ISO-8859-1 inside a value is refused,
 * unless `substitute` is given: then a letter loses its diacritic if that helps, typographic quotes and dashes become plain ones, and
 * whatever is still not writable becomes `substitute`.
 */
import { elementKeys, parseTransaction } from './parse.ts';
import type {
  Delimiters,
  ElementGuide,
  ElementNode,
  Guide,
  GuideNode,
  ReadSegment,
  SegmentObject,
  SegmentUse,
  SimpleElementGuide,
  Tree,
  TreeNode,
  X12Error,
} from './types.ts';

/** Thrown when a tree does not obey its guide, or an envelope cannot be written. `errors` says where and why. */
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

export interface WriteOptions {
  /**
   * One character that replaces what cannot be written in names, addresses and descriptions; without it such a value is an error. In a number
   * or code it always is: with another character it would be another one.
   */
  substitute?: string;
}

/** Data elements that people read: name, address, city, description, message. */
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

const PLAIN: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2013': '-',
  '\u2014': '-',
  '\u2026': '...',
  '\u00a0': ' ',
};

/**
 * Segments of a transaction set without ST and SE and without terminators, in the order of the guide.
 * @throws X12WriteError listing every fault.
 */
export function writeTransaction(
  tree: Tree,
  guide: Guide,
  delimiters: Delimiters,
  options: WriteOptions = {},
): string[] {
  const writer = new Writer(delimiters, options.substitute);
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

function isX12Character(character: string): boolean {
  const code = character.charCodeAt(0);
  return character.length === 1 && code >= 32 && code < 256 && !(code >= 127 && code < 160);
}

/** The first character of a text that cannot be written with these delimiters; undefined when all can. */
export function unwritableIn(text: string, delimiters: Delimiters): string | undefined {
  const { element, component, segment, repetition } = delimiters;
  const marks = [element, component, segment, repetition];
  return [...text].find((character) => !isX12Character(character) || marks.includes(character));
}

class Writer {
  readonly segments: ReadSegment[] = [];
  readonly errors: X12Error[] = [];
  readonly #delimiters: Delimiters;
  readonly #forbidden: ReadonlySet<string>;
  readonly #substitute: string | undefined;

  constructor(delimiters: Delimiters, substitute: string | undefined) {
    this.#delimiters = delimiters;
    this.#forbidden = new Set(
      [delimiters.element, delimiters.component, delimiters.segment, delimiters.repetition].filter(
        (one) => one !== undefined,
      ),
    );
    if (substitute !== undefined && (substitute.length !== 1 || !this.#isWritable(substitute))) {
      throw new X12WriteError('The substitute must be one writable character', []);
    }
    this.#substitute = substitute;
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
          this.level(iteration, child.children, child.key);
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
    if (Array.isArray(held) !== use.repeats) {
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
        return this.#text(value, guide.reference, id, element, loop);
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
        const { reference } = guide.components[index - 1] as SimpleElementGuide;
        pieces.push(this.#text(value[String(index)] ?? '', reference, id, element, loop));
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

  #isWritable(character: string): boolean {
    return isX12Character(character) && !this.#forbidden.has(character);
  }

  #text(value: string, reference: string, id: string, element: number, loop: string | undefined): string {
    for (let index = 0; index < value.length; index += 1) {
      if (!this.#isWritable(value.charAt(index))) {
        return this.#substitute === undefined || !FREE_TEXT.has(reference)
          ? this.#refuse(value, index, id, element, loop)
          : this.#replace(value, this.#substitute);
      }
    }
    return value;
  }

  #refuse(value: string, index: number, id: string, element: number, loop: string | undefined): string {
    const character = String.fromCodePoint(value.codePointAt(index) as number);
    const why = this.#forbidden.has(character)
      ? `the delimiter "${character}"`
      : `a character that cannot be written (U+${(value.codePointAt(index) as number).toString(16).toUpperCase().padStart(4, '0')})`;
    this.#fault('value-not-writable', `The value holds ${why}.`, id, loop, element, value);
    return '';
  }

  #replace(value: string, substitute: string): string {
    let written = '';
    for (const character of value) {
      if (this.#isWritable(character)) {
        written += character;
        continue;
      }
      const plain = PLAIN[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '');
      for (const replacement of plain) {
        written += this.#isWritable(replacement) ? replacement : substitute;
      }
    }
    return written;
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
 * Same structure: the same keys and lists down to the segments. Values need no comparison, because each was written as it reads; a list
 * without items and a missing one are the same.
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
      return other !== undefined && !Array.isArray(other);
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

export interface OutgoingTransaction {
  set: string;
  /** ST02, 4 to 9 characters, unique within its group. */
  control: string;
  /** From `writeTransaction`: without ST, SE and terminators. */
  segments: readonly string[];
  /** ST03, from release 005010 on. */
  convention?: string;
}

export interface OutgoingGroup {
  functionalId: string;
  senderId: string;
  receiverId: string;
  /** GS06, 1 to 9 digits. */
  control: string;
  /** GS08, for instance `004010`. */
  version: string;
  transactions: readonly OutgoingTransaction[];
}

export interface OutgoingInterchange {
  header: {
    senderQualifier: string;
    senderId: string;
    receiverQualifier: string;
    receiverId: string;
    /** ISA13; padded with zeros to nine digits. */
    controlNumber: string;
    /** ISA12; default 00401. From 00402 on, the delimiters must include a repetition separator. */
    version?: string;
    acknowledgmentRequested?: boolean;
    /** ISA15; default P. */
    usage?: 'P' | 'T' | 'I';
  };
  delimiters: Delimiters;
  /** Whether a line feed follows each segment terminator, for partners that read line by line; default false. */
  lineBreaks?: boolean;
  groups: readonly OutgoingGroup[];
  /** When it is written. Written into ISA and GS in UTC unless `timeZone` says otherwise. */
  date: Date;
  /** IANA zone, for instance `America/Denver`. */
  timeZone?: string;
  /** TA1 segments to go before the groups, from `writeInterchangeAcknowledgment`. */
  interchangeAcknowledgments?: readonly string[];
}

/** From this interchange version on, ISA11 is the repetition separator; before, it names the standard (U). */
const REPETITION_FROM = '00402';

/**
 * The bytes of an interchange with counts, control numbers and padding. Every segment ends with the terminator and, where that is wanted,
 * a line feed.
 * @throws X12WriteError when a header field does not fit its width or a delimiter is unusable.
 */
export function writeInterchange(interchange: OutgoingInterchange): Buffer {
  const { header, delimiters, groups } = interchange;
  const errors: X12Error[] = [];
  const field = (segment: string, element: number, value: string, pattern: RegExp, expected: string): string => {
    if (!pattern.test(value) || holdsDelimiter(value, delimiters)) {
      errors.push({
        code: 'envelope-field',
        message: `${segment}${String(element).padStart(2, '0')} must be ${expected}.`,
        place: { segment, position: 1, element },
        value,
      });
    }
    return value;
  };
  const version = header.version ?? '00401';
  checkDelimiters(delimiters, version, errors);
  const { day, minute } = clock(interchange.date, interchange.timeZone ?? 'UTC');
  const control = header.controlNumber.padStart(9, '0');
  const isa = [
    'ISA',
    '00',
    ' '.repeat(10),
    '00',
    ' '.repeat(10),
    field('ISA', 5, header.senderQualifier, /^[\x20-\x7e]{2}$/, 'two characters'),
    field('ISA', 6, header.senderId, /^[\x21-\x7e][\x20-\x7e]{0,14}$/, '1 to 15 characters').padEnd(15),
    field('ISA', 7, header.receiverQualifier, /^[\x20-\x7e]{2}$/, 'two characters'),
    field('ISA', 8, header.receiverId, /^[\x21-\x7e][\x20-\x7e]{0,14}$/, '1 to 15 characters').padEnd(15),
    day.slice(2),
    minute,
    version >= REPETITION_FROM ? (delimiters.repetition ?? '') : 'U',
    field('ISA', 12, version, /^\d{5}$/, 'five digits'),
    field('ISA', 13, control, /^\d{9}$/, 'at most nine digits'),
    header.acknowledgmentRequested === true ? '1' : '0',
    field('ISA', 15, header.usage ?? 'P', /^[PTI]$/, 'P, T or I'),
    delimiters.component,
  ];
  const lines: string[] = [isa.join(delimiters.element), ...(interchange.interchangeAcknowledgments ?? [])];
  for (const group of groups) {
    lines.push(
      [
        'GS',
        field('GS', 1, group.functionalId, /^[A-Z]{2}$/, 'two letters'),
        field('GS', 2, group.senderId, /^[\x21-\x7e][\x20-\x7e]{1,14}$/, '2 to 15 characters'),
        field('GS', 3, group.receiverId, /^[\x21-\x7e][\x20-\x7e]{1,14}$/, '2 to 15 characters'),
        day,
        minute,
        field('GS', 6, group.control, /^\d{1,9}$/, '1 to 9 digits'),
        'X',
        field('GS', 8, group.version, /^\d{6}[A-Z0-9]{0,6}$/, 'six digits and at most six more characters'),
      ].join(delimiters.element),
    );
    const controls = new Set<string>();
    for (const transaction of group.transactions) {
      field('ST', 1, transaction.set, /^[A-Z0-9]{3}$/, 'a transaction set of three characters');
      field('ST', 2, transaction.control, /^[A-Z0-9]{4,9}$/, '4 to 9 characters');
      if (controls.has(transaction.control)) {
        field('ST', 2, transaction.control, /^(?!)/, 'unique within its group');
      }
      controls.add(transaction.control);
      const st = ['ST', transaction.set, transaction.control];
      if (transaction.convention !== undefined) {
        st.push(field('ST', 3, transaction.convention, /^[\x21-\x7e]{1,35}$/, '1 to 35 characters'));
      }
      lines.push(st.join(delimiters.element), ...transaction.segments);
      lines.push(['SE', String(transaction.segments.length + 2), transaction.control].join(delimiters.element));
    }
    lines.push(['GE', String(group.transactions.length), group.control].join(delimiters.element));
  }
  lines.push(['IEA', String(groups.length), control].join(delimiters.element));
  for (const line of lines) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
    if (line.includes(delimiters.segment) || /[^\x00-\xff]/.test(line)) {
      errors.push({
        code: 'value-not-writable',
        message: 'A segment holds the segment terminator or a character outside ISO-8859-1.',
        place: { segment: line.slice(0, 3), position: 1 },
        value: line.slice(0, 80),
      });
    }
  }
  if (errors.length > 0) {
    throw new X12WriteError('The interchange cannot be written', errors);
  }
  const end = segmentEnd(delimiters, interchange.lineBreaks);
  return Buffer.from(lines.map((line) => `${line}${end}`).join(''), 'latin1');
}

/** What stands after each segment. A terminator that is a line feed itself is not followed by another one. */
function segmentEnd({ segment }: Pick<Delimiters, 'segment'>, lineBreaks = false): string {
  return lineBreaks && segment !== '\n' ? `${segment}\n` : segment;
}

function holdsDelimiter(value: string, delimiters: Delimiters): boolean {
  return [delimiters.element, delimiters.component, delimiters.segment].some((one) => value.includes(one));
}

function checkDelimiters(delimiters: Delimiters, version: string, errors: X12Error[]): void {
  const all = [delimiters.element, delimiters.component, delimiters.segment];
  if (version >= REPETITION_FROM) {
    all.push(delimiters.repetition ?? '');
  }
  const usable = all.every(
    (one) => one.length === 1 && one.charCodeAt(0) < 256 && one.charCodeAt(0) > 0 && !/[A-Za-z0-9 ]/.test(one),
  );
  if (!usable || new Set(all).size !== all.length) {
    errors.push({
      code: 'delimiters',
      message: `Delimiters must be different single characters, none of them a letter, a digit or a blank${
        version >= REPETITION_FROM ? '; a repetition separator is one of them in this version' : ''
      }.`,
      place: { segment: 'ISA', position: 1 },
      value: all.join(' '),
    });
  }
}

/** CCYYMMDD and HHMM of an instant in a zone. */
export function clock(date: Date, timeZone: string): { day: string; minute: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return { day: `${part('year')}${part('month')}${part('day')}`, minute: `${part('hour')}${part('minute')}` };
}
