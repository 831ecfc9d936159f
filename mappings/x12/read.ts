/**
 * Passes valid interchanges to `x12-parser` and yields their transaction sets. The parser gets one
 * interchange with checked delimiters, one transaction set at a time, and splits it into segments.
 * Elements are split here, so that no character is lost: the parser would trim values, flatten
 * components and ignore repetitions. Text is read one byte a
 * character and decoded afterwards (`encoding.ts`).
 */
import { isAscii } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { X12parser } from 'x12-parser';
import { decodedDelimiters, decodeSegments, type StatedEncoding } from './encoding.ts';
import { defaultScanLimits, EnvelopeWalker } from './envelope.ts';
import type { EnvelopeEvent } from './open-envelope.ts';
import type {
  Delimiters,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ReadGroup,
  ReadSegment,
  ReadTransaction,
  ScanLimits,
  ScannedGroup,
  ScannedInterchange,
  ScannedTransaction,
  X12Error,
} from './types.ts';

/** Yields to the event loop each time this many bytes were read. */
const BYTES_PER_TURN = 1_048_576;
const PIECE = 65_536;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Uses the parser without its stream: `processChunk` splits the text and calls `generateSegments`, which
 * collects the segments. This avoids the stream's queues and makes it deterministic when a segment is
 * available. Elements are split here, once, because the parser's own would be trimmed.
 */
class SegmentParser extends X12parser {
  #segments: string[] = [];

  constructor() {
    super('latin1');
  }

  override generateSegments(segments: string[]): void {
    for (const segment of segments) {
      if (!isBlankText(segment)) {
        this.#segments.push(segment);
      }
    }
  }

  takeSegments(): string[] {
    const segments = this.#segments;
    this.#segments = [];
    return segments;
  }
}

/** Reads the transaction sets of one interchange with a single parser. */
class TransactionReader {
  readonly #parser = new SegmentParser();
  readonly #terminator: number;
  readonly #delimiters: Delimiters;

  constructor(delimiters: Delimiters) {
    this.#terminator = delimiters.segment.charCodeAt(0);
    this.#delimiters = delimiters;
    this.#parser.processChunk(headerWith(delimiters));
  }

  close(): void {
    this.#parser.destroy();
  }

  /**
   * Splits one transaction set, ST first. The parser holds back its last segment until it gets more
   * input. The segment that ends the input before therefore comes out first and is dropped. A set
   * without a trailer is refused but still reported, so one is added.
   */
  #split(bytes: Buffer, hasTrailer: boolean): string[] {
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = bytes.toString('latin1', from, from + PIECE);
      // The parser converts CRLF to LF, which would remove a CR terminator. The LF after it is not
      // data.
      this.#parser.processChunk(this.#terminator === CR && piece.includes('\n') ? piece.replaceAll('\n', '') : piece);
    }
    if (!hasTrailer) {
      this.#parser.processChunk(`${this.#delimiters.segment}SE${this.#delimiters.segment}`);
    }
    const segments = this.#parser.takeSegments();
    const start = segments.findIndex((segment) => /^\s*ST/.test(segment));
    return start > 0 ? segments.slice(start) : segments;
  }

  /** Segments between ST and SE. */
  segments(bytes: Buffer, byteOffset: number, hasTrailer: boolean): ReadSegment[] {
    const split = this.#split(bytes, hasTrailer);
    const terminator = this.#terminator;
    const length = bytes.length;
    const read: ReadSegment[] = [];
    let position = 0;
    let from = 0;
    while (from < length) {
      let at = from;
      while (at < length && isBlank(bytes[at] as number)) {
        at += 1;
      }
      if (at >= length) {
        break;
      }
      const found = bytes.indexOf(terminator, at);
      const end = found === -1 ? length : found;
      if (end > at) {
        position += 1;
        // ST and SE belong to the envelope.
        if (position > 1) {
          const text = this.#text(split[position - 1], bytes, from, at, end);
          read.push(this.#segment(text, position, byteOffset + at));
        }
      }
      from = end + 1;
    }
    if (hasTrailer) {
      read.pop();
    }
    return read;
  }

  /** The parser's text if it accounts for every byte since the last segment; otherwise reads the bytes. */
  #text(split: string | undefined, bytes: Buffer, from: number, at: number, end: number): string {
    const whole = split !== undefined && split.length === end - from;
    const text = whole ? split.slice(at - from) : bytes.toString('latin1', at, end);
    // Line breaks from wrapping at a fixed length, and CR before an LF terminator, are never data.
    return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, '') : text;
  }

  #segment(text: string, position: number, byteOffset: number): ReadSegment {
    const { element } = this.#delimiters;
    const first = text.indexOf(element);
    return first === -1
      ? { id: text.trim(), elements: [], position, byteOffset }
      : { id: text.slice(0, first).trim(), elements: text.slice(first + 1).split(element), position, byteOffset };
  }
}

/**
 * An ISA with the delimiters at the offsets where the parser looks for them. In the ISA as received
 * they may be elsewhere, after a character of several bytes.
 */
function headerWith({ element, component, segment, repetition = 'U' }: Delimiters): string {
  return `${`${`ISA${element}`.padEnd(82)}${repetition}`.padEnd(104)}${component}${segment}`;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === CR || byte === 0x09 || byte === 0x00;
}

function isBlankText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (!isBlank(text.charCodeAt(index))) {
      return false;
    }
  }
  return true;
}

function toReadGroup(group: ScannedGroup, transactionCount: number): ReadGroup {
  return {
    kind: 'group',
    start: group.start,
    functionalId: group.functionalId,
    senderId: group.senderId,
    receiverId: group.receiverId,
    date: group.date,
    time: group.time,
    control: group.control,
    version: group.version,
    errors: group.errors,
    refused: group.errors.length > 0,
    transactionCount,
    ...(group.statedTransactionCount === undefined ? {} : { statedTransactionCount: group.statedTransactionCount }),
  };
}

function toReadTransaction(
  reader: TransactionReader,
  group: ReadGroup,
  transaction: ScannedTransaction,
  bytes: Buffer,
  index: number,
  delimiters: Delimiters,
  encoding: StatedEncoding,
): ReadTransaction {
  const tooLong = transaction.errors.some((error) => error.code === 'transaction-too-long');
  const hasTrailer = !transaction.errors.some((error) => error.code === 'transaction-trailer-missing');
  const { convention } = transaction;
  const segments = tooLong ? [] : reader.segments(bytes, transaction.start, hasTrailer);
  const { decoded, errors: undecodable } = isAscii(bytes)
    ? { errors: [] }
    : decodeSegments(segments, encoding, delimiters);
  const errors = undecodable.length === 0 ? transaction.errors : [...transaction.errors, ...undecodable];
  return {
    kind: 'transaction',
    set: transaction.set,
    version: group.version,
    ...(convention === undefined ? {} : { convention }),
    functionalId: group.functionalId,
    groupControl: group.control,
    transactionControl: transaction.control,
    index,
    segments,
    segmentCount: transaction.segmentCount,
    ...(decoded !== undefined && { decoded }),
    delimiters: decodedDelimiters(delimiters, decoded?.encoding),
    errors,
    refused: group.refused || errors.length > 0,
    group,
    start: transaction.start,
    end: transaction.end,
  };
}

/**
 * Yields the groups of a valid interchange, each followed by its transaction sets. Refused groups
 * and sets have `refused` true and their errors, so that they can be acknowledged. A refused
 * interchange yields nothing.
 */
export async function* readInterchange(
  scanned: ScannedInterchange,
  encoding: StatedEncoding = 'detect',
): AsyncGenerator<ReadGroup | ReadTransaction, void, undefined> {
  const { delimiters } = scanned;
  if (!scanned.ok || delimiters === undefined) {
    return;
  }
  const bytes = Buffer.from(scanned.bytes.buffer, scanned.bytes.byteOffset, scanned.bytes.byteLength);
  const reader = new TransactionReader(delimiters);
  let sinceTurn = 0;
  let index = 0;
  try {
    for (const scannedGroup of scanned.groups) {
      const group = toReadGroup(scannedGroup, scannedGroup.transactions.length);
      yield group;
      for (const transaction of scannedGroup.transactions) {
        const { start, end } = transaction;
        const range = bytes.subarray(start - scanned.start, end - scanned.start);
        yield toReadTransaction(reader, group, transaction, range, index, delimiters, encoding);
        index += 1;
        sinceTurn += end - start;
        if (sinceTurn > BYTES_PER_TURN) {
          sinceTurn = 0;
          await nextTurn();
        }
      }
    }
  } finally {
    reader.close();
  }
}

/**
 * Events of `streamInterchanges` in document order. Offsets count from the first byte of the
 * stream.
 */
export type StreamEvent =
  | Extract<EnvelopeEvent, { kind: 'interchange' }>
  | ReadGroup
  | ReadTransaction
  /** Follows the transaction sets of the group. If it has errors, all of them are refused. */
  | { kind: 'group-end'; group: ReadGroup }
  | { kind: 'interchange-acknowledgment'; acknowledgment: InterchangeAcknowledgment }
  /** Follows the groups of the interchange. Without `ok`, none of its content may be processed. */
  | { kind: 'interchange-end'; start: number; end: number; ok: boolean; errors: X12Error[]; groupCount: number }
  | { kind: 'refused'; start: number; end: number; header?: InterchangeHeader; errors: X12Error[] };

export interface StreamOptions {
  /**
   * Reads on after an ISA with faults, if its delimiters are beyond doubt. Its events are those of a
   * sound interchange, with `refused`, and its end is not `ok`.
   */
  readsRefused?: boolean;
  /** The encoding agreed with the sender of an interchange; default `detect`. */
  encodingOf?: (header: InterchangeHeader) => StatedEncoding;
}

/**
 * Reads a stream of any length; memory is bounded by the longest transaction set. Transaction sets
 * precede the verdict on their group and interchange. Callers must be able to undo their effects
 * until `interchange-end` is `ok`.
 */
export async function* streamInterchanges(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<ScanLimits> = {},
  options: StreamOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const window = new SlidingWindow();
  let events: StreamEvent[] = [];
  let reader: TransactionReader | undefined;
  let delimiters: Delimiters | undefined;
  let encoding: StatedEncoding = 'detect';
  let group: ReadGroup | undefined;
  let index = 0;
  const onEvent = (event: EnvelopeEvent): void => {
    switch (event.kind) {
      case 'interchange':
        reader?.close();
        delimiters = event.delimiters;
        encoding = options.encodingOf?.(event.header) ?? 'detect';
        reader = new TransactionReader(delimiters);
        index = 0;
        events.push(event);
        break;
      case 'group':
        group = toReadGroup(event.group, 0);
        events.push(group);
        break;
      case 'transaction': {
        const { transaction } = event;
        if (reader !== undefined && group !== undefined && delimiters !== undefined) {
          const tooLong = transaction.errors.some((error) => error.code === 'transaction-too-long');
          const bytes = tooLong ? Buffer.alloc(0) : window.view(transaction.start, transaction.end);
          group.transactionCount += 1;
          events.push(toReadTransaction(reader, group, transaction, bytes, index, delimiters, encoding));
          index += 1;
        }
        break;
      }
      case 'group-end':
        if (group !== undefined) {
          Object.assign(group, toReadGroup(event.group, group.transactionCount));
          events.push({ kind: 'group-end', group });
        }
        break;
      case 'interchange-end':
        events.push({ ...event, ok: event.errors.length === 0 });
        break;
      default:
        events.push(event);
    }
  };
  const walker = new EnvelopeWalker({ ...defaultScanLimits, ...limits }, onEvent, options.readsRefused);
  try {
    for await (const chunk of chunks) {
      window.append(chunk);
      if (window.unread >= PIECE) {
        walker.run(window.bytes, window.base, false);
        window.release(walker.keepFrom());
        yield* events;
        events = [];
      }
      if (walker.exhausted) {
        break;
      }
    }
    walker.run(window.bytes, window.base, true);
    yield* events;
  } finally {
    reader?.close();
  }
}

/**
 * Bytes of a stream that are still needed. It doubles on growth, so appending costs amortised
 * constant time per byte.
 */
class SlidingWindow {
  #store = Buffer.allocUnsafe(4 * PIECE);
  #from = 0;
  #to = 0;
  /** Absolute offset of the first byte kept. */
  base = 0;
  /** Bytes appended since the walker last ran. */
  unread = 0;

  get bytes(): Buffer {
    return this.#store.subarray(this.#from, this.#to);
  }

  view(start: number, end: number): Buffer {
    return this.bytes.subarray(start - this.base, end - this.base);
  }

  append(chunk: Uint8Array): void {
    const kept = this.#to - this.#from;
    if (this.#to + chunk.length > this.#store.length) {
      // Compact only if at least half of the buffer is free at the front; otherwise grow.
      const target =
        kept + chunk.length > this.#store.length / 2
          ? Buffer.allocUnsafe(Math.max(2 * this.#store.length, kept + chunk.length))
          : this.#store;
      this.#store.copy(target, 0, this.#from, this.#to);
      this.#store = target;
      this.#from = 0;
      this.#to = kept;
    }
    this.#store.set(chunk, this.#to);
    this.#to += chunk.length;
    this.unread += chunk.length;
  }

  release(keepFrom: number): void {
    this.#from += keepFrom - this.base;
    this.base = keepFrom;
    this.unread = 0;
  }
}
