/**
 * Hands sound interchanges to `x12-parser` and yields their transaction sets. What the parser cannot do is done around it: it only ever
 * sees one interchange with checked delimiters, transaction set by transaction set; where it shortens values (it trims them), or where an
 * element has components or repetitions (it flattens the one and ignores the other), the segment is read again from its bytes, so that no
 * character is lost. Text is ISO-8859-1.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FormattedSegment, X12parser } from 'x12-parser';
import { defaultScanLimits, EnvelopeWalker } from './envelope.ts';
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

/** Long inputs give other work a turn each time this many bytes were read. */
const BYTES_PER_TURN = 1_048_576;
const PIECE = 65_536;
const ISA_LENGTH = 106;
const LF = 0x0a;
const CR = 0x0d;

/**
 * The parser, used without its stream: `processChunk` hands each segment to `push`, which keeps it. This spares the stream's queues and
 * makes it certain when a segment is out.
 */
class SegmentParser extends X12parser {
  #segments: FormattedSegment[] = [];

  constructor() {
    super('latin1');
  }

  override push(segment: FormattedSegment | null): boolean {
    if (segment !== null) {
      this.#segments.push(segment);
    }
    return true;
  }

  takeSegments(): FormattedSegment[] {
    const segments = this.#segments;
    this.#segments = [];
    return segments;
  }
}

/** Reads the transaction sets of one interchange, each handed to the same parser in turn. */
class TransactionReader {
  readonly #parser = new SegmentParser();
  readonly #terminator: number;
  readonly #delimiters: Delimiters;

  /** `header` is the ISA segment with its terminator, 106 bytes: the parser learns its delimiters from it. */
  constructor(header: Buffer, delimiters: Delimiters) {
    this.#terminator = delimiters.segment.charCodeAt(0);
    this.#delimiters = delimiters;
    this.#parser.processChunk(header.toString('latin1'));
  }

  close(): void {
    this.#parser.destroy();
  }

  /**
   * What the parser makes of one transaction set, ST first. It holds its last segment back until it sees more: so the trailer before this ST
   * comes out first and is dropped, and where this set has no trailer of its own (it is refused, but still reported on) one is added.
   */
  #parse(bytes: Buffer, hasTrailer: boolean): FormattedSegment[] {
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = bytes.toString('latin1', from, from + PIECE);
      // The parser turns CRLF into LF, which would remove a terminator that is CR; the LF after it carries nothing.
      this.#parser.processChunk(this.#terminator === CR && piece.includes('\n') ? piece.replaceAll('\n', '') : piece);
    }
    if (!hasTrailer) {
      this.#parser.processChunk(`${this.#delimiters.segment}SE${this.#delimiters.segment}`);
    }
    const segments = this.#parser.takeSegments();
    const start = segments.findIndex((segment) => segment.name === 'ST');
    const own = start > 0 ? segments.slice(start) : segments;
    return own.some((segment) => segment.name === '') ? own.filter((segment) => segment.name !== '') : own;
  }

  /** Segments between ST and SE. */
  segments(bytes: Buffer, byteOffset: number, hasTrailer: boolean): ReadSegment[] {
    const parsed = this.#parse(bytes, hasTrailer);
    const terminator = this.#terminator;
    const length = bytes.length;
    const read: ReadSegment[] = [];
    let position = 0;
    let at = 0;
    for (;;) {
      while (at < length && isBlank(bytes[at] as number)) {
        at += 1;
      }
      if (at >= length) {
        break;
      }
      let end = at;
      while (end < length && bytes[end] !== terminator) {
        end += 1;
      }
      if (end > at) {
        position += 1;
        read.push(this.#segment(parsed[position - 1], bytes, at, end, position, byteOffset + at));
      }
      at = end + 1;
    }
    read.shift();
    if (hasTrailer) {
      read.pop();
    }
    return read;
  }

  /** Takes the parser's values when they account for every byte of the segment, and reads the segment from its bytes otherwise. */
  #segment(
    parsed: FormattedSegment | undefined,
    bytes: Buffer,
    start: number,
    end: number,
    position: number,
    byteOffset: number,
  ): ReadSegment {
    if (parsed !== undefined && startsWith(bytes, start, parsed.name)) {
      let accounted = parsed.name.length;
      const elements: string[] = [];
      for (let index = 1; ; index += 1) {
        const value = parsed[index];
        if (value === undefined) {
          break;
        }
        elements.push(value);
        accounted += value.length + 1;
      }
      if (accounted === end - start) {
        return { id: parsed.name, elements, position, byteOffset };
      }
    }
    let text = bytes.toString('latin1', start, end);
    if (text.includes('\n') || text.includes('\r')) {
      // Lines wrapped at a fixed length, and CR before a terminator that is LF: never data.
      text = text.replace(/[\r\n]/g, '');
    }
    const elements = text.split(this.#delimiters.element);
    const id = (elements.shift() ?? '').trim();
    return { id, elements, position, byteOffset };
  }
}

function startsWith(bytes: Buffer, at: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[at + index] !== name.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === CR || byte === 0x09 || byte === 0x00;
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
): ReadTransaction {
  const tooLong = transaction.errors.some((error) => error.code === 'transaction-too-long');
  const hasTrailer = !transaction.errors.some((error) => error.code === 'transaction-trailer-missing');
  const convention = transaction.convention ?? group.version.slice(6);
  return {
    kind: 'transaction',
    set: transaction.set,
    version: group.version,
    ...(convention === '' ? {} : { convention }),
    functionalId: group.functionalId,
    groupControl: group.control,
    transactionControl: transaction.control,
    index,
    segments: tooLong ? [] : reader.segments(bytes, transaction.start, hasTrailer),
    segmentCount: transaction.segmentCount,
    delimiters,
    errors: transaction.errors,
    refused: group.refused || transaction.errors.length > 0,
    group,
    start: transaction.start,
    end: transaction.end,
  };
}

/**
 * The groups of a sound interchange, each followed by its transaction sets. A refused group or transaction set is yielded too, with
 * `refused` true and the reasons, so that it can be acknowledged as such. An interchange that is itself refused yields nothing.
 */
export async function* readInterchange(
  scanned: ScannedInterchange,
): AsyncGenerator<ReadGroup | ReadTransaction, void, undefined> {
  const { delimiters } = scanned;
  if (!scanned.ok || delimiters === undefined) {
    return;
  }
  const bytes = Buffer.from(scanned.bytes.buffer, scanned.bytes.byteOffset, scanned.bytes.byteLength);
  const reader = new TransactionReader(bytes.subarray(0, ISA_LENGTH), delimiters);
  let sinceTurn = 0;
  let index = 0;
  try {
    for (const scannedGroup of scanned.groups) {
      const group = toReadGroup(scannedGroup, scannedGroup.transactions.length);
      yield group;
      for (const transaction of scannedGroup.transactions) {
        const { start, end } = transaction;
        const range = bytes.subarray(start - scanned.start, end - scanned.start);
        yield toReadTransaction(reader, group, transaction, range, index, delimiters);
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

/** What `streamInterchanges` reports, in document order. Offsets count from the first byte of the stream. */
export type StreamEvent =
  | { kind: 'interchange'; start: number; header: InterchangeHeader; delimiters: Delimiters }
  | ReadGroup
  | ReadTransaction
  /** The verdict on a group comes after its transaction sets: with errors, all of them are refused. */
  | { kind: 'group-end'; group: ReadGroup }
  | { kind: 'interchange-acknowledgment'; acknowledgment: InterchangeAcknowledgment }
  /** The verdict on an interchange comes last: without `ok`, nothing of it may be processed. */
  | { kind: 'interchange-end'; start: number; end: number; ok: boolean; errors: X12Error[]; groupCount: number }
  | { kind: 'refused'; start: number; end: number; header?: InterchangeHeader; errors: X12Error[] };

/**
 * Reads a stream of any length in memory bounded by the longest transaction set. Transaction sets come before the verdict on their group
 * and interchange, so keep their effects undone until `interchange-end` says `ok`.
 */
export async function* streamInterchanges(
  chunks: AsyncIterable<Uint8Array>,
  limits: Partial<ScanLimits> = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const window = new SlidingWindow();
  let events: StreamEvent[] = [];
  let reader: TransactionReader | undefined;
  let delimiters: Delimiters | undefined;
  let group: ReadGroup | undefined;
  let index = 0;
  const walker = new EnvelopeWalker({ ...defaultScanLimits, ...limits }, (event) => {
    switch (event.kind) {
      case 'interchange':
        reader?.close();
        delimiters = event.delimiters;
        reader = new TransactionReader(window.copy(event.start, event.start + ISA_LENGTH), delimiters);
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
          events.push(toReadTransaction(reader, group, transaction, bytes, index, delimiters));
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
  });
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

/** The bytes of a stream that are still needed. Grows by doubling, so that appending costs amortised constant time per byte. */
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

  copy(start: number, end: number): Buffer {
    return Buffer.from(this.view(start, end));
  }

  append(chunk: Uint8Array): void {
    const kept = this.#to - this.#from;
    if (this.#to + chunk.length > this.#store.length) {
      // Moving is only worth it when at least half of the store is free in front; otherwise grow.
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
