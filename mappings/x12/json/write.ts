/** JSON of `document.ts` as X12. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { charactersIn, decodedDelimiters, type Encoding, encoded, isOneByte } from '../encoding.ts';
import { ISA_WIDTHS } from '../envelope-headers.ts';
import { named } from '../repertoire.ts';
import type { Delimiters, GuideNode, Place, X12Error } from '../types.ts';
import {
  type DocumentJson,
  type GroupJson,
  type InterchangeJson,
  ISA_POSITIONS,
  type TransactionJson,
  x12Document,
} from './document.ts';
import {
  faultAt,
  type JsonFault,
  jsonPath,
  type Located,
  MOST_FAULTS,
  shapeFaults,
  whereIn,
  X12JsonError,
  X12ShapeError,
} from './faults.ts';
import { type GuideOf, type ReadJson, readX12Json, type SegmentLimits } from './read.ts';
import { type ElementFault, ElementWriter, isWritable } from './segments.ts';

export interface WriteJsonOptions {
  guideOf: GuideOf;
  /** Most bytes that may be written. */
  maxBytes: number;
  /** Default: none. */
  limits?: SegmentLimits;
}

const BYTES_PER_TURN = 1_048_576;

/**
 * The result is read again, and must be the same JSON: nothing is written that a reader would take
 * for something else. Names and remarks are ignored.
 *
 * @throws X12JsonError lists the faults, at most 200
 */
export async function writeX12Json(json: unknown, options: WriteJsonOptions): Promise<Buffer> {
  const document = checkedDocument(json);
  const { guideOf, limits, maxBytes } = options;
  const output = new Output(maxBytes, limits?.file ?? Number.POSITIVE_INFINITY);
  for (const [index, interchange] of document.interchanges.entries()) {
    await new InterchangeWriter(interchange, index + 1, guideOf, output).write(interchange);
  }
  if (output.faults.length > 0) throw new X12JsonError(output.faults);
  const bytes = Buffer.from(output.text(), 'latin1');
  const encodingOf = (index: number) => document.interchanges[index]?.encoding ?? 'detect';
  const again = await readX12Json(bytes, { guideOf, encodingOf, ...(limits && { limits }) });
  const difference = otherForm(document, again) ?? differenceOf(document, again.document, []);
  if (difference !== undefined) throw new X12JsonError([difference]);
  return bytes;
}

/** The first transaction set that is a list and would be read as a tree, or the other way round. */
function otherForm(given: DocumentJson, { document, listed }: ReadJson): JsonFault | undefined {
  const sets = setsOf(given);
  for (const [index, { set, at }] of setsOf(document).entries()) {
    if ((sets[index]?.set.tree === undefined) === (set.tree === undefined)) continue;
    const why = listed.find(({ place }) => place !== undefined && whereIn(place) === whereIn(at));
    const message = 'The segments are in the order of the guide: give the set as a tree, as it would be read again.';
    return why ?? faultAt({ code: 'tree-expected', message, place: { segment: 'ST', position: 1 } }, at);
  }
  return undefined;
}

function setsOf({ interchanges }: DocumentJson): { set: TransactionJson; at: Located }[] {
  return interchanges.flatMap(({ groups }, i) =>
    groups.flatMap(({ transactions }, g) =>
      transactions.map((set, t) => ({ set, at: { interchange: i + 1, group: g + 1, transaction: t + 1 } })),
    ),
  );
}

function checkedDocument(json: unknown): DocumentJson {
  const parsed = x12Document.safeParse(json);
  if (!parsed.success) throw new X12ShapeError(shapeFaults(parsed.error).slice(0, MOST_FAULTS));
  return parsed.data;
}

/** What was written so far, and what could not be. */
class Output {
  readonly faults: JsonFault[] = [];
  readonly #maxBytes: number;
  readonly #maxSegments: number;
  readonly #segments: string[] = [];
  #nextTurn = BYTES_PER_TURN;
  length = 0;

  constructor(maxBytes: number, maxSegments: number) {
    this.#maxBytes = maxBytes;
    this.#maxSegments = maxSegments;
  }

  /** Gives way to the event loop, if much was written since the last time. */
  async turn(): Promise<void> {
    if (this.length < this.#nextTurn) return;
    this.#nextTurn = this.length + BYTES_PER_TURN;
    await nextTurn();
  }

  text(): string {
    return this.#segments.join('');
  }

  /** @throws X12JsonError at a limit: a few bytes of JSON can stand for many of X12 */
  put(segment: string, place: Place, at: Located): void {
    this.length += segment.length;
    if (this.length > this.#maxBytes) this.#over('file-too-long', `${this.#maxBytes} bytes`, place, at);
    this.#segments.push(segment);
    if (this.#segments.length > this.#maxSegments) {
      this.#over('too-many-segments', `${this.#maxSegments} segments`, place, at);
    }
  }

  #over(code: string, what: string, place: Place, at: Located): never {
    this.fault({ code, message: `More than ${what} would be written.`, place }, at);
    throw new X12JsonError(this.faults);
  }

  fault(error: X12Error, at: Located): void {
    this.faults.push(faultAt(error, at));
    if (this.faults.length === MOST_FAULTS) throw new X12JsonError(this.faults);
  }
}

class InterchangeWriter {
  readonly #output: Output;
  readonly #guideOf: GuideOf;
  /** As they are in the text. */
  readonly #delimiters: Delimiters;
  readonly #encoding: Encoding | undefined;
  readonly #end: string;
  readonly #elements: ElementWriter;
  #at: Located;
  #place: Place = { segment: 'ISA', position: 1 };

  constructor(
    { delimiters: marks, encoding, lineEnd }: InterchangeJson,
    number: number,
    guideOf: GuideOf,
    output: Output,
  ) {
    this.#output = output;
    this.#guideOf = guideOf;
    const delimiters = decodedDelimiters(marks, encoding);
    this.#delimiters = delimiters;
    this.#encoding = encoding;
    this.#end = `${delimiters.segment}${lineEnd ?? ''}`;
    this.#elements = new ElementWriter(delimiters, encoding, (fault) => this.#elementFault(fault));
    this.#at = { interchange: number };
  }

  async write({ ISA, segments = [], groups, IEA }: InterchangeJson): Promise<void> {
    const { interchange } = this.#at;
    const wide = Object.values(this.#delimiters).find((one) => !isOneByte(one, this.#encoding ?? 'latin-1'));
    if (wide !== undefined) {
      const message = `${named(wide)} is more than one byte in ${this.#encoding}, so that it can be no delimiter.`;
      this.#fault({ code: 'delimiters', message, place: this.#place });
      return;
    }
    this.#header(ISA);
    for (const segment of segments) this.#segment(segment.id, segment, 1);
    for (const [index, group] of groups.entries()) await this.#group(group, { interchange, group: index + 1 });
    this.#at = { interchange };
    this.#segment('IEA', IEA ?? { '01': String(groups.length), '02': ISA['13'] ?? '' }, 1);
  }

  #header(header: InterchangeJson['ISA']): void {
    const { element, component, repetition } = this.#delimiters;
    this.#place = { segment: 'ISA', position: 1 };
    if (repetition !== undefined && header['11'] !== undefined) {
      this.#elementFault({
        code: 'isa-repetition',
        message: 'ISA11 is the repetition separator, which is among the delimiters; leave it out here.',
        element: 11,
      });
    }
    const values = ISA_POSITIONS.map((position, index) => {
      const width = ISA_WIDTHS[index] as number;
      if (position === '11' && repetition !== undefined) return repetition;
      const [value = ''] = this.#elements.elements({ '01': header[position] ?? '' });
      const length = charactersIn(value);
      if (length > width) {
        const message = `ISA${position} may hold at most ${width} characters.`;
        this.#elementFault({ code: 'isa-element-width', message, element: index + 1, value });
      }
      return value + ' '.repeat(Math.max(width - length, 0));
    });
    this.#put(['ISA', ...values, component].join(element));
  }

  async #group({ GS, transactions, GE, segments = [] }: GroupJson, at: Located): Promise<void> {
    this.#at = at;
    this.#segment('GS', GS, 1);
    for (const [index, transaction] of transactions.entries()) {
      this.#transaction(transaction, textOf(GS['08']).trim(), { ...at, transaction: index + 1 });
      await this.#output.turn();
    }
    this.#at = at;
    this.#segment('GE', GE ?? { '01': String(transactions.length), '02': GS['06'] ?? '' }, 1);
    for (const segment of segments) this.#segment(segment.id, segment, 1);
  }

  #transaction({ ST, tree, segments = [], SE }: TransactionJson, version: string, at: Located): void {
    this.#at = at;
    this.#segment('ST', ST, 1);
    const next = new Positions();
    const set = textOf(ST['01']).trim();
    const guide = this.#guideOf(set, version);
    if (tree !== undefined && guide === undefined) {
      const message = `There is no guide of ${set} in release ${version}: give its segments as a list.`;
      this.#fault({ code: 'guide-unknown', message, place: { ...this.#place, element: 1 } });
    } else if (tree !== undefined && guide !== undefined) {
      this.#node(tree, guide.children, undefined, next);
    }
    for (const segment of segments) this.#segment(segment.id, segment, next.take());
    const last = next.take();
    this.#segment('SE', SE ?? { '01': String(last), '02': ST['02'] ?? '' }, last);
  }

  #node(
    node: Record<string, unknown>,
    children: readonly GuideNode[],
    loop: string | undefined,
    next: Positions,
  ): void {
    const known = new Set(children.map(({ key }) => key));
    for (const key of Object.keys(node)) {
      if (known.has(key)) continue;
      const message = `The guide has no ${key} ${loop === undefined ? 'at this level' : `in loop ${loop}`}.`;
      // A position stands where ids do: the place is that of the loop.
      this.#misshapen('tree-unknown-key', message, /^[A-Z]/.test(key) ? key : (loop ?? 'ST'), next, loop);
    }
    for (const child of children) {
      const held = node[child.key];
      if (held === undefined) continue;
      const isList = child.kind === 'loop' || child.repeats;
      if (Array.isArray(held) !== isList) {
        const message = `${child.key} must be ${isList ? 'a list' : 'one segment'} here.`;
        this.#misshapen('tree-shape', message, child.key, next, loop);
        continue;
      }
      for (const one of isList ? (held as unknown[]) : [held]) {
        if (typeof one !== 'object' || one === null || Array.isArray(one)) {
          const message = `${child.key} must be ${child.kind === 'loop' ? 'an object of segments' : 'an object of elements'} here.`;
          this.#misshapen('tree-shape', message, child.key, next, loop);
        } else if (child.kind === 'loop') {
          this.#node(one as Record<string, unknown>, child.children, child.key, next);
        } else {
          this.#segment(child.segment.id, one as Record<string, unknown>, next.take(), loop);
        }
      }
    }
  }

  #misshapen(code: string, message: string, key: string, { next }: Positions, loop: string | undefined): void {
    this.#fault({ code, message, place: { segment: key, position: next, ...(loop !== undefined && { loop }) } });
  }

  #segment(id: string, segment: Readonly<Record<string, unknown>>, position: number, loop?: string): void {
    this.#place = { segment: id, position, ...(loop !== undefined && { loop }) };
    const { element, segment: terminator } = this.#delimiters;
    if (id.includes(element) || id.includes(terminator) || !isWritable(id, this.#encoding)) {
      const message = `The id of a segment holds a delimiter or a character outside ${this.#encoding ?? 'ASCII'}.`;
      this.#fault({ code: 'segment-id', message, place: this.#place });
      return;
    }
    this.#put([id, ...this.#elements.elements(segment)].join(element));
  }

  #put(text: string): void {
    const whole = `${text}${this.#end}`;
    // One character for each byte, as the output counts and joins them.
    const bytes = isWritable(whole, undefined) ? whole : encoded(whole, this.#encoding ?? 'latin-1').toString('latin1');
    this.#output.put(bytes, this.#place, this.#at);
  }

  #elementFault({ code, message, value, ...place }: ElementFault): void {
    this.#fault({ code, message, place: { ...this.#place, ...place }, ...(value !== undefined && { value }) });
  }

  #fault(error: X12Error): void {
    this.#output.fault(error, this.#at);
  }
}

/** Positions of segments in a transaction set, in which ST is 1. */
class Positions {
  next = 2;

  take(): number {
    this.next += 1;
    return this.next - 1;
  }
}

function textOf(element: unknown): string {
  return typeof element === 'string' ? element : '';
}

/** For people only, and the encoding, in which the JSON is read again. Neither ids nor positions are written so. */
const IGNORED: ReadonlySet<string> = new Set(['name', 'names', 'remark', 'encoding']);

/**
 * The first place at which the JSON read back is another one.
 *
 * @param path of both values; grown and cut back on the way, because a document has millions of values
 */
function differenceOf(given: unknown, again: unknown, path: PropertyKey[]): JsonFault | undefined {
  if (given === again) return undefined;
  if (typeof given === 'object' && given !== null && typeof again === 'object' && again !== null) {
    if (Array.isArray(given) === Array.isArray(again)) {
      for (const key of [...Object.keys(given), ...Object.keys(again).filter((one) => !Object.hasOwn(given, one))]) {
        if (IGNORED.has(key)) continue;
        path.push(Array.isArray(given) ? Number(key) : key);
        const [one, other] = [given, again].map((value) => (value as Record<string, unknown>)[key]);
        const found = differenceOf(one, other, path);
        if (found !== undefined) return found;
        path.pop();
      }
      return undefined;
    }
  }
  const message = `Read again, this would be ${again === undefined ? 'absent' : JSON.stringify(again).slice(0, 100)}.`;
  return { code: 'not-readable-back', message, path: jsonPath(path) };
}
