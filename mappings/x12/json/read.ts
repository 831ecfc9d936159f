/** X12 as JSON: see `document.ts`. */
import { isAscii } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  decoded,
  decodedDelimiters,
  detectedEncoding,
  type Encoding,
  firstNotUtf8,
  type StatedEncoding,
} from '../encoding.ts';
import { scanInterchanges } from '../scan.ts';
import type { Delimiters, Guide, ReadSegment, ScannedInterchange } from '../types.ts';
import {
  type DocumentJson,
  type GroupJson,
  type InterchangeJson,
  ISA_POSITIONS,
  type ListedSegmentJson,
  type TransactionJson,
} from './document.ts';
import { envelopeNames } from './envelope-names.ts';
import { faultAt, type JsonFault, type Located, MOST_FAULTS, X12JsonError } from './faults.ts';
import { segmentJson } from './segments.ts';
import { treeOf } from './tree.ts';

export type GuideOf = (set: string, version: string) => Guide | undefined;

/** Most segments. They bound memory, and the time of a set, during which nothing else runs. */
export interface SegmentLimits {
  file: number;
  transactionSet: number;
}

export interface ReadJsonOptions {
  guideOf: GuideOf;
  /** Default: none. */
  limits?: SegmentLimits;
  /** Of the interchange at this index; default `detect`. */
  encodingOf?: (index: number) => StatedEncoding;
  /** Adds the names of the guides, and the reason where a set is a list; default false. */
  names?: boolean;
}

export interface ReadJson {
  document: DocumentJson;
  /** One for each transaction set that is a list of segments: why it has no tree. */
  listed: JsonFault[];
}

/** Yields to the event loop each time this many bytes were read. */
const BYTES_PER_TURN = 1_048_576;

/**
 * @throws X12JsonError if anything of the envelope is faulty, because the JSON could not give that
 * back. Faults within transaction sets are kept as they are.
 */
export async function readX12Json(bytes: Uint8Array, options: ReadJsonOptions): Promise<ReadJson> {
  const scanned = scanInterchanges(bytes);
  const encodings = scanned.map((one, index) => encodingOf(one, options.encodingOf?.(index) ?? 'detect'));
  const faults = scanned.flatMap(envelopeFaults);
  faults.push(...scanned.flatMap((one, index) => undecodable(one, encodings[index], index + 1)));
  if (options.limits !== undefined) faults.push(...lengthFaults(scanned, options.limits));
  if (faults.length > 0) throw new X12JsonError(faults.slice(0, MOST_FAULTS));
  const listed: JsonFault[] = [];
  const interchanges: InterchangeJson[] = [];
  let turn = BYTES_PER_TURN;
  for (const [index, one] of scanned.entries()) {
    const reader = new InterchangeReader(one, encodings[index], index + 1, options, listed);
    for (const byteOffset of reader.read()) {
      if (byteOffset < turn) continue;
      turn = byteOffset + BYTES_PER_TURN;
      await nextTurn();
    }
    interchanges.push(reader.made);
  }
  return { document: { interchanges }, listed };
}

function encodingOf({ bytes, delimiters }: ScannedInterchange, stated: StatedEncoding): Encoding | undefined {
  return stated === 'detect' || isAscii(bytes) ? detectedEncoding(bytes, delimiters) : stated;
}

/** Bytes that are no characters could not be given back. */
function undecodable(scanned: ScannedInterchange, encoding: Encoding | undefined, interchange: number): JsonFault[] {
  const stray = encoding === 'utf-8' ? firstNotUtf8(scanned.bytes) : -1;
  if (stray < 0) return [];
  const byteOffset = scanned.start + stray;
  const message = `Byte 0x${scanned.bytes[stray]?.toString(16).toUpperCase()} at ${byteOffset} is no character of UTF-8.`;
  return [
    faultAt({ code: 'encoding-invalid', message, place: { segment: 'ISA', position: 1, byteOffset } }, { interchange }),
  ];
}

function envelopeFaults({ errors, groups }: ScannedInterchange, index: number): JsonFault[] {
  const interchange = index + 1;
  return [
    ...errors.map((error) => faultAt(error, { interchange })),
    ...groups.flatMap((one, groupIndex) => {
      const group = groupIndex + 1;
      return [
        ...one.errors.map((error) => faultAt(error, { interchange, group })),
        ...one.transactions.flatMap((set, setIndex) =>
          set.errors.map((error) => faultAt(error, { interchange, group, transaction: setIndex + 1 })),
        ),
      ];
    }),
  ];
}

function lengthFaults(scanned: readonly ScannedInterchange[], limits: SegmentLimits): JsonFault[] {
  let left = limits.file;
  for (const [i, { groups }] of scanned.entries()) {
    for (const [g, { transactions }] of groups.entries()) {
      for (const [t, { segmentCount, start }] of transactions.entries()) {
        left -= segmentCount;
        const [most, what] =
          segmentCount > limits.transactionSet ? [limits.transactionSet, 'transaction set'] : [limits.file, 'file'];
        if (segmentCount <= most && left >= 0) continue;
        const message = `A ${what} may have at most ${most} segments here.`;
        const place = { segment: 'ST', position: 1, byteOffset: start };
        return [
          faultAt(
            { code: 'too-many-segments', message, place },
            { interchange: i + 1, group: g + 1, transaction: t + 1 },
          ),
        ];
      }
    }
  }
  return [];
}

/** `id` with blanks and line breaks as they stand: only an exact id is one of the envelope. */
interface RawSegment {
  id: string;
  elements: string[];
  byteOffset: number;
}

/** Reads one interchange of which the scan found no fault. */
class InterchangeReader {
  readonly made: InterchangeJson;
  readonly #scanned: ScannedInterchange;
  readonly #text: string;
  readonly #encoding: Encoding | undefined;
  /** As they are in the bytes. */
  readonly #marks: Delimiters;
  /** As they are in the text. */
  readonly #delimiters: Delimiters;
  readonly #at: Located;
  readonly #options: ReadJsonOptions;
  readonly #listed: JsonFault[];
  #group: GroupJson | undefined;
  #set: { st: RawSegment; segments: RawSegment[] } | undefined;

  constructor(
    scanned: ScannedInterchange,
    encoding: Encoding | undefined,
    interchange: number,
    options: ReadJsonOptions,
    listed: JsonFault[],
  ) {
    const { bytes, delimiters } = scanned;
    this.#scanned = scanned;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    this.#encoding = encoding;
    this.#marks = delimiters as Delimiters;
    this.#delimiters = decodedDelimiters(this.#marks, encoding);
    this.#at = { interchange };
    this.#options = options;
    this.#listed = listed;
    this.made = this.#header();
  }

  /** Yields after each segment how far it has read. */
  *read(): Generator<number, void, undefined> {
    for (const segment of this.#segments()) {
      this.#take(segment);
      yield segment.byteOffset;
    }
  }

  #header(): InterchangeJson {
    const elements = this.#elementsOf(this.#text.slice(0, this.#headerLength() - 2));
    const header: InterchangeJson['ISA'] = {};
    for (const [index, position] of ISA_POSITIONS.entries()) {
      const text = (elements[index + 1] as string).replace(/ +$/, '');
      const stated = text === '' || (position === '11' && this.#delimiters.repetition !== undefined);
      if (!stated) header[position] = text;
    }
    if (this.#options.names === true) Object.assign(header, { names: envelopeNames('ISA', header) });
    const end = this.#headerLength();
    const lineEnd = /^\r?\n/.exec(this.#text.slice(end, end + 2))?.[0] as '\n' | '\r\n' | undefined;
    return {
      delimiters: this.#marks,
      ...(this.#encoding !== undefined && { encoding: this.#encoding }),
      ...(lineEnd !== undefined && this.#marks.segment !== '\n' && { lineEnd }),
      ISA: header,
      groups: [],
    };
  }

  /** Every segment after the ISA. */
  *#segments(): Generator<RawSegment, void, undefined> {
    const { element, component, segment: terminator, repetition } = this.#marks;
    // Line breaks are layout, unless they are delimiters.
    const layout = ['\r', '\n'].filter((one) => ![element, component, repetition].includes(one));
    for (let at = this.#headerLength(); ; ) {
      while (/[ \n\r\t\0]/.test(this.#text.charAt(at))) at += 1;
      if (at >= this.#text.length) return;
      const found = this.#text.indexOf(terminator, at);
      const end = found === -1 ? this.#text.length : found;
      if (end > at) {
        let text = this.#text.slice(at, end);
        for (const one of layout) if (text.includes(one)) text = text.replaceAll(one, '');
        const [id = '', ...elements] = this.#elementsOf(text);
        yield { id, elements, byteOffset: this.#scanned.start + at };
      }
      at = end + 1;
    }
  }

  #elementsOf(text: string): string[] {
    const elements = text.split(this.#marks.element);
    const encoding = this.#encoding;
    return encoding === undefined ? elements : elements.map((one) => decoded(one, encoding));
  }

  /** Bytes of the ISA with its terminator; its widths are in characters. */
  #headerLength(): number {
    let at = -1;
    for (let separators = 0; separators < 16; separators += 1) at = this.#text.indexOf(this.#marks.element, at + 1);
    return at + 3;
  }

  #take(segment: RawSegment): void {
    const { id, elements } = segment;
    if (this.#set !== undefined) {
      if (id === 'SE') this.#endSet(this.#set, elements);
      else this.#set.segments.push(segment);
    } else if (id === 'ST') {
      this.#set = { st: segment, segments: [] };
    } else if (id === 'GS') {
      this.#group = { GS: segmentJson(elements, this.#delimiters), transactions: [] };
      if (this.#options.names === true) this.#group.GS.names = envelopeNames('GS', this.#group.GS);
      this.made.groups.push(this.#group);
    } else if (id === 'GE' && this.#group !== undefined) {
      const { GS, transactions } = this.#group;
      this.#trailer(this.#group, 'GE', elements, transactions.length, GS['06']);
    } else if (id === 'IEA') {
      this.#trailer(this.made, 'IEA', elements, this.made.groups.length, this.made.ISA['13']);
    } else {
      const holder = this.#group ?? this.made;
      holder.segments ??= [];
      holder.segments.push(this.#listedSegment(segment));
    }
  }

  /** A trailer that says what its parts say already is left out; others spell it differently, with leading zeros for instance. */
  #trailer<Key extends 'SE' | 'GE' | 'IEA'>(
    holder: { [K in Key]?: TransactionJson['SE'] },
    key: Key,
    elements: readonly string[],
    count: number,
    control: unknown,
  ): void {
    const usual = elements.length === 2 && elements[0] === String(count) && elements[1] === control;
    if (!usual) holder[key] = segmentJson(elements, this.#delimiters);
  }

  #listedSegment({ id, elements }: RawSegment): ListedSegmentJson {
    return Object.assign({ id }, segmentJson(elements, this.#delimiters)) as ListedSegmentJson;
  }

  #endSet({ st, segments }: { st: RawSegment; segments: RawSegment[] }, trailer: readonly string[]): void {
    this.#set = undefined;
    const { transactions, GS } = this.#group as GroupJson;
    const set = (st.elements[0] ?? '').trim();
    const version = textOf(GS['08']).trim();
    const guide = this.#options.guideOf(set, version);
    const ST = segmentJson(st.elements, this.#delimiters);
    const made: TransactionJson = { ST };
    transactions.push(made);
    this.#trailer(made, 'SE', trailer, segments.length + 2, ST['02']);
    const { tree, misfit } =
      guide === undefined
        ? {
            tree: undefined,
            misfit: {
              code: 'guide-unknown',
              message: `There is no guide of ${set} in release ${version}.`,
              place: { segment: 'ST', position: 1, element: 1, byteOffset: st.byteOffset },
            },
          }
        : treeOf(segments.map(asRead), guide, this.#delimiters, this.#options.names === true);
    if (tree !== undefined) made.tree = tree;
    else made.segments = segments.map((segment) => this.#listedSegment(segment));
    const why =
      misfit && faultAt(misfit, { ...this.#at, group: this.made.groups.length, transaction: transactions.length });
    if (why !== undefined) this.#listed.push(why);
    if (this.#options.names !== true) return;
    ST.names = envelopeNames('ST', ST);
    if (guide !== undefined) made.name = guide.name;
    if (why !== undefined) made.remark = `${why.path}: ${why.message}`;
  }
}

function asRead({ id, elements, byteOffset }: RawSegment, index: number): ReadSegment {
  return { id, elements, position: index + 2, byteOffset };
}

function textOf(element: unknown): string {
  return typeof element === 'string' ? element : '';
}
