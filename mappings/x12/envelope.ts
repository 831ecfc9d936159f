/**
 * Walks the bytes of an input and recognises the envelope: ISA/IEA, GS/GE, ST/SE, their counts and control numbers. It reads the delimiters
 * anew at every ISA, looks at each byte once, and never holds more than the caller's window, so that hostile input costs no more than
 * sound input. It does not look inside transaction sets: that is the business of `read.ts` and `parse.ts`.
 *
 * TA105, AK905 and AK502 codes are those of release 4010.
 */
import { inBrief } from './excerpt.ts';
import type {
  Delimiters,
  InterchangeAcknowledgment,
  InterchangeHeader,
  ScanLimits,
  ScannedGroup,
  ScannedTransaction,
  X12Error,
} from './types.ts';

export const defaultScanLimits: ScanLimits = {
  segmentBytes: 65_536,
  transactionBytes: 67_108_864,
  interchanges: 10_000,
  errors: 200,
};

/** What the walk found; offsets are absolute. `transaction` means: complete or given up, with its byte range. */
export type EnvelopeEvent =
  | { kind: 'interchange'; start: number; header: InterchangeHeader; delimiters: Delimiters }
  | { kind: 'group'; group: ScannedGroup }
  | { kind: 'transaction'; group: ScannedGroup; transaction: ScannedTransaction }
  | { kind: 'group-end'; group: ScannedGroup }
  | { kind: 'interchange-acknowledgment'; acknowledgment: InterchangeAcknowledgment }
  | { kind: 'interchange-end'; start: number; end: number; errors: X12Error[]; groupCount: number }
  | { kind: 'refused'; start: number; end: number; header?: InterchangeHeader; errors: X12Error[] };

const LF = 0x0a;
const CR = 0x0d;
const I = 0x49;
const S = 0x53;
const A = 0x41;
const G = 0x47;
const E = 0x45;
const T = 0x54;

/** Offset of each element separator in a well-formed ISA, and the width of the element that follows it. */
const ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1] as const;
const ISA_LENGTH = 106;
/** TA105 code for a fault in ISA01 … ISA16. */
const ISA_NOTES = [
  '010',
  '011',
  '012',
  '013',
  '005',
  '006',
  '007',
  '008',
  '014',
  '015',
  '016',
  '017',
  '018',
  '019',
  '020',
  '027',
] as const;

/** ISA16 is the component separator; how far to look for a separator before an ISA is called hopeless. */
const ISA_SEARCH = 400;
// biome-ignore lint/suspicious/noControlCharactersInRegex: to find them is the purpose
const CONTROL = /[\0-\x1f]/;

function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === CR || byte === 0x09 || byte === 0x00;
}

/** Control numbers of the envelope (ISA13, GS06) are numeric: 0001 and 1 are the same number. */
function sameNumber(left: string, right: string): boolean {
  return (
    left === right ||
    (/^\d+$/.test(left) && /^\d+$/.test(right) && left.replace(/^0+/, '') === right.replace(/^0+/, ''))
  );
}

interface OpenInterchange {
  start: number;
  header: InterchangeHeader;
  delimiters: Delimiters;
  element: number;
  terminator: number;
  errors: X12Error[];
  groupCount: number;
  segmentCount: number;
}

/**
 * Incremental: give it a window of bytes and the absolute offset of the window's first byte; it consumes what it can and remembers where
 * it stopped. `keepFrom()` says from which absolute offset on the bytes are still needed.
 */
export class EnvelopeWalker {
  readonly #limits: ScanLimits;
  readonly #emit: (event: EnvelopeEvent) => void;
  #position = 0;
  #interchange: OpenInterchange | undefined;
  #group: ScannedGroup | undefined;
  #transaction: ScannedTransaction | undefined;
  #transactionRefusedForSize = false;
  #transactionsInGroup = 0;
  readonly #controlsInGroup = new Set<string>();
  /** Start and reason of a stretch that is being skipped until the next plausible ISA. */
  #skipping: { start: number; header?: InterchangeHeader; errors: X12Error[]; groupCount?: number } | undefined;
  #skipPosition = 0;
  #reported = 0;
  /** Of the interchange before: some senders repeat it after IEA. */
  #lastTerminator = -1;

  constructor(limits: ScanLimits, emit: (event: EnvelopeEvent) => void) {
    this.#limits = limits;
    this.#emit = emit;
  }

  /** Bytes before this absolute offset are no longer needed. An oversized transaction is not kept. */
  keepFrom(): number {
    if (this.#skipping !== undefined) {
      return this.#skipPosition;
    }
    return this.#transaction !== undefined && !this.#transactionRefusedForSize
      ? this.#transaction.start
      : this.#position;
  }

  /** True once the limit on interchanges is reached: the rest of the input is not looked at. */
  get exhausted(): boolean {
    return this.#reported > this.#limits.interchanges;
  }

  run(window: Buffer, base: number, last: boolean): void {
    while (!this.exhausted) {
      const progressed =
        this.#skipping !== undefined
          ? this.#skip(window, base, last)
          : this.#interchange === undefined
            ? this.#seek(window, base, last)
            : this.#segment(window, base, last);
      if (!progressed) {
        if (last && this.#reported === 0) {
          this.#nothingToRead(base + window.length);
        }
        return;
      }
    }
  }

  #nothingToRead(end: number): void {
    this.#emit({
      kind: 'refused',
      start: 0,
      end,
      errors: [
        {
          code: 'empty-input',
          message: 'The input is empty or holds only blanks; expected an interchange.',
          place: { segment: 'ISA', position: 1, byteOffset: 0 },
          ak: { level: 'interchange', code: '024' },
        },
      ],
    });
  }

  #countReport(start: number, end: number): boolean {
    this.#reported += 1;
    if (this.#reported === this.#limits.interchanges + 1) {
      this.#emit({
        kind: 'refused',
        start,
        end,
        errors: [
          {
            code: 'too-many-interchanges',
            message: `The input holds more than ${this.#limits.interchanges} interchanges; the rest was not read.`,
            place: { segment: 'ISA', position: 1, byteOffset: start },
            ak: { level: 'interchange', code: '024' },
          },
        ],
      });
    }
    return !this.exhausted;
  }

  /** Between interchanges: blanks and byte order marks are passed over, anything but an ISA starts a refused stretch. */
  #seek(window: Buffer, base: number, last: boolean): boolean {
    let at = this.#position - base;
    while (at < window.length) {
      const byte = window[at] as number;
      if (isBlank(byte) || byte === this.#lastTerminator) {
        at += 1;
      } else if (byte === 0xef && window[at + 1] === 0xbb && window[at + 2] === 0xbf) {
        at += 3;
      } else if (byte === 0xef && at + 3 > window.length && !last) {
        break;
      } else {
        break;
      }
    }
    this.#position = base + at;
    const available = window.length - at;
    if (available === 0 || (available < ISA_SEARCH && !last)) {
      return false;
    }
    if (
      window[at] === I &&
      window[at + 1] === S &&
      window[at + 2] === A &&
      available > 3 &&
      !isAlphanumeric(window[at + 3] as number)
    ) {
      this.#openInterchange(window, base, at);
      return true;
    }
    this.#startSkipping(this.#position, [
      {
        code: 'not-x12',
        message: 'Expected an interchange header (ISA) here, but found other data.',
        place: { segment: 'ISA', position: 1, byteOffset: this.#position },
        value: printable(window, at, Math.min(window.length, at + 20)),
        ak: { level: 'interchange', code: '024' },
      },
    ]);
    return true;
  }

  #startSkipping(start: number, errors: X12Error[], header?: InterchangeHeader): void {
    this.#skipping = { start, errors, ...(header === undefined ? {} : { header }) };
    this.#skipPosition = start;
  }

  /** Looks for the next ISA with correct widths; what lies before it belongs to the refused stretch. */
  #skip(window: Buffer, base: number, last: boolean): boolean {
    const skipping = this.#skipping;
    if (skipping === undefined) {
      return true;
    }
    let from = Math.max(this.#skipPosition - base, 0);
    for (;;) {
      const found = window.indexOf('ISA', from, 'latin1');
      if (found === -1 || (found + ISA_LENGTH > window.length && !last)) {
        const unread = found === -1 ? Math.max(from, window.length - 2) : found;
        this.#skipPosition = base + unread;
        if (last) {
          this.#endSkipping(base + window.length);
        }
        return last;
      }
      if (isPlausibleHeader(window, found) && !(base + found === skipping.start)) {
        this.#endSkipping(base + found);
        return true;
      }
      from = found + 3;
    }
  }

  #endSkipping(end: number): void {
    const skipping = this.#skipping;
    if (skipping === undefined) {
      return;
    }
    this.#skipping = undefined;
    this.#position = end;
    const { start, errors, header, groupCount } = skipping;
    if (groupCount !== undefined) {
      this.#emit({ kind: 'interchange-end', start, end, errors, groupCount });
    } else if (this.#countReport(start, end)) {
      this.#emit({
        kind: 'refused',
        start,
        end,
        errors: errors.map(inBrief),
        ...(header === undefined ? {} : { header }),
      });
    }
  }

  #openInterchange(window: Buffer, base: number, at: number): void {
    const start = base + at;
    const errors = headerErrors(window, at, start);
    const header = readHeader(window, at);
    if (errors.length > 0) {
      this.#startSkipping(start, errors, header);
      return;
    }
    if (!this.#countReport(start, base + window.length)) {
      return;
    }
    const text = window.toString('latin1', at, at + ISA_LENGTH);
    const repetition = text.charAt(82);
    const delimiters: Delimiters = { element: text.charAt(3), component: text.charAt(104), segment: text.charAt(105) };
    if (
      (header as InterchangeHeader).version >= '00402' &&
      !isAlphanumeric(repetition.charCodeAt(0)) &&
      repetition !== ' '
    ) {
      delimiters.repetition = repetition;
    }
    this.#interchange = {
      start,
      header: header as InterchangeHeader,
      delimiters,
      element: window[at + 3] as number,
      terminator: window[at + 105] as number,
      errors: [],
      groupCount: 0,
      segmentCount: 1,
    };
    this.#position = start + ISA_LENGTH;
    this.#emit({ kind: 'interchange', start, header: header as InterchangeHeader, delimiters });
  }

  /** Reads segments of the open interchange until the window has no complete one left, or the interchange ends. */
  #segment(window: Buffer, base: number, last: boolean): boolean {
    const interchange = this.#interchange as OpenInterchange;
    const { terminator, element } = interchange;
    const cap = this.#limits.segmentBytes;
    const length = window.length;
    let at = this.#position - base;
    for (;;) {
      while (at < length && isBlank(window[at] as number)) {
        at += 1;
      }
      if (at >= length) {
        this.#position = base + length;
        if (last) {
          this.#truncated(base + length);
          return true;
        }
        return false;
      }
      let end = at;
      const bound = Math.min(length, at + cap + 1);
      while (end < bound && window[end] !== terminator) {
        end += 1;
      }
      if (end === bound) {
        this.#position = base + at;
        if (end - at > cap) {
          this.#segmentTooLong(base + at, window.toString('latin1', at, at + 3));
          return true;
        }
        if (!last) {
          return false;
        }
        // Some senders leave out the terminator of the very last IEA; nothing is lost by it.
        if (!(window[at] === I && window[at + 1] === E && window[at + 2] === A)) {
          this.#truncated(base + length);
          return true;
        }
      }
      const next = end < length ? end + 1 : end;
      if (end === at) {
        at = next;
        continue;
      }
      interchange.segmentCount += 1;
      const transaction = this.#transaction;
      const first = window[at] as number;
      if (transaction !== undefined) {
        transaction.segmentCount += 1;
        if (base + next - transaction.start > this.#limits.transactionBytes) {
          this.#refuseForSize(transaction);
        }
        // Inside a transaction set only S., G. and I. can belong to the envelope.
        if (first !== S && first !== G && first !== I) {
          at = next;
          continue;
        }
      }
      const idLength = lengthOfId(window, at, end, element);
      if (idLength === 2 || idLength === 3) {
        const second = window[at + 1] as number;
        const third = window[at + 2] as number;
        if (idLength === 3 && first === I && second === S && third === A && isPlausibleHeader(window, at)) {
          interchange.segmentCount -= 1;
          this.#position = base + at;
          this.#truncated(base + at);
          return true;
        }
        const isEnvelope =
          (idLength === 2 &&
            ((first === S && (second === T || second === E)) || (first === G && (second === S || second === E)))) ||
          (idLength === 3 && first === I && second === E && third === A);
        if (isEnvelope) {
          this.#position = base + next;
          const elements = window
            .toString('latin1', at, end)
            .replace(/[\r\n]/g, '')
            .split(interchange.delimiters.element);
          for (let index = 0; index < elements.length; index += 1) {
            elements[index] = (elements[index] as string).trim();
          }
          if (this.#envelopeSegment(elements, base + at, base + next)) {
            return true;
          }
          at = next;
          continue;
        }
      }
      if (transaction === undefined) {
        this.#outside(window, at, end, base, idLength);
      }
      at = next;
    }
  }

  /** True when the interchange has ended. */
  #envelopeSegment(elements: string[], start: number, end: number): boolean {
    const interchange = this.#interchange as OpenInterchange;
    switch (elements[0]) {
      case 'ST':
        this.#openTransaction(elements, start);
        return false;
      case 'SE':
        this.#closeTransaction(elements, start, end);
        return false;
      case 'GS':
        this.#abandonGroup(start);
        interchange.groupCount += 1;
        this.#transactionsInGroup = 0;
        this.#controlsInGroup.clear();
        this.#group = {
          functionalId: elements[1] ?? '',
          senderId: elements[2] ?? '',
          receiverId: elements[3] ?? '',
          date: elements[4] ?? '',
          time: elements[5] ?? '',
          control: elements[6] ?? '',
          version: elements[8] ?? '',
          start,
          end,
          errors: groupHeaderErrors(elements, start),
          transactions: [],
        };
        this.#emit({ kind: 'group', group: this.#group });
        return false;
      case 'GE':
        this.#closeGroup(elements, start, end);
        return false;
      default:
        this.#closeInterchange(elements, start, end);
        return true;
    }
  }

  #openTransaction(elements: string[], start: number): void {
    const group = this.#group;
    if (group === undefined) {
      this.#interchangeError(
        'transaction-outside-group',
        'A transaction set (ST) starts outside any functional group (GS).',
        'ST',
        start,
        '022',
      );
      return;
    }
    this.#abandonTransaction(start);
    const transaction: ScannedTransaction = {
      set: elements[1] ?? '',
      control: elements[2] ?? '',
      start,
      end: start,
      segmentCount: 1,
      errors: [],
    };
    if (elements[3] !== undefined && elements[3] !== '') {
      transaction.convention = elements[3];
    }
    if (!/^[A-Z0-9]{3}$/.test(transaction.set)) {
      transaction.errors.push({
        code: 'transaction-set-id',
        message: 'ST01 must name a transaction set with three characters.',
        place: { segment: 'ST', position: 1, element: 1, byteOffset: start },
        value: transaction.set,
        ak: { level: 'transaction', code: '6' },
      });
    }
    if (!/^[\x21-\x7e]{4,9}$/.test(transaction.control)) {
      transaction.errors.push({
        code: 'transaction-control-number',
        message: 'ST02 must hold a control number of 4 to 9 characters.',
        place: { segment: 'ST', position: 1, element: 2, byteOffset: start },
        value: transaction.control,
        ak: { level: 'transaction', code: '7' },
      });
    } else if (this.#controlsInGroup.has(transaction.control)) {
      transaction.errors.push({
        code: 'transaction-control-duplicate',
        message: `Control number ${transaction.control} (ST02) was already used in this functional group.`,
        place: { segment: 'ST', position: 1, element: 2, byteOffset: start },
        value: transaction.control,
        ak: { level: 'transaction', code: '23' },
      });
    }
    this.#controlsInGroup.add(transaction.control);
    this.#transaction = transaction;
    this.#transactionRefusedForSize = false;
  }

  #closeTransaction(elements: string[], start: number, end: number): void {
    const transaction = this.#transaction;
    const group = this.#group;
    if (transaction === undefined || group === undefined) {
      const message = 'A transaction set trailer (SE) has no header (ST) before it.';
      if (group === undefined) {
        this.#interchangeError('trailer-without-header', message, 'SE', start, '022');
      } else {
        this.#groupError(group, 'trailer-without-header', message, 'SE', start);
      }
      return;
    }
    const position = transaction.segmentCount;
    if (!sameNumber(elements[1] ?? '', String(transaction.segmentCount))) {
      transaction.errors.push({
        code: 'segment-count',
        message: `SE01 states ${elements[1] || 'nothing'}, but ${transaction.segmentCount} segments were received (ST and SE included).`,
        place: { segment: 'SE', position, element: 1, byteOffset: start },
        value: elements[1] ?? '',
        ak: { level: 'transaction', code: '4' },
      });
    }
    if ((elements[2] ?? '') !== transaction.control) {
      transaction.errors.push({
        code: 'transaction-control-mismatch',
        message: `SE02 must repeat the control number of ST02 (${transaction.control}).`,
        place: { segment: 'SE', position, element: 2, byteOffset: start },
        value: elements[2] ?? '',
        ak: { level: 'transaction', code: '3' },
      });
    }
    this.#finishTransaction(group, transaction, end);
  }

  #finishTransaction(group: ScannedGroup, transaction: ScannedTransaction, end: number): void {
    transaction.end = end;
    transaction.errors = transaction.errors.map(inBrief);
    this.#transaction = undefined;
    this.#transactionsInGroup += 1;
    this.#emit({ kind: 'transaction', group, transaction });
  }

  #abandonTransaction(at: number): void {
    const transaction = this.#transaction;
    if (transaction !== undefined && this.#group !== undefined) {
      transaction.errors.push({
        code: 'transaction-trailer-missing',
        message: `Transaction set ${transaction.control} has no trailer (SE).`,
        place: { segment: 'SE', position: transaction.segmentCount, byteOffset: at },
        ak: { level: 'transaction', code: '2' },
      });
      // The segment that ended it was already counted.
      transaction.segmentCount -= 1;
      this.#finishTransaction(this.#group, transaction, at);
    }
  }

  #refuseForSize(transaction: ScannedTransaction): void {
    if (!this.#transactionRefusedForSize) {
      this.#transactionRefusedForSize = true;
      transaction.errors.push({
        code: 'transaction-too-long',
        message: `A transaction set may hold at most ${this.#limits.transactionBytes} bytes.`,
        place: { segment: 'ST', position: 1, byteOffset: transaction.start },
        ak: { level: 'transaction', code: '5' },
      });
    }
  }

  #closeGroup(elements: string[], start: number, end: number): void {
    const group = this.#group;
    if (group === undefined) {
      this.#interchangeError(
        'trailer-without-header',
        'A group trailer (GE) has no header (GS) before it.',
        'GE',
        start,
        '022',
      );
      return;
    }
    this.#abandonTransaction(start);
    const stated = elements[1] ?? '';
    if (/^\d{1,9}$/.test(stated)) {
      group.statedTransactionCount = Number(stated);
    }
    if (!sameNumber(stated, String(this.#transactionsInGroup))) {
      group.errors.push({
        code: 'transaction-count',
        message: `GE01 states ${stated || 'nothing'}, but ${this.#transactionsInGroup} transaction sets were received.`,
        place: { segment: 'GE', position: 1, element: 1, byteOffset: start },
        value: stated,
        ak: { level: 'group', code: '5' },
      });
    }
    if (!sameNumber(elements[2] ?? '', group.control)) {
      group.errors.push({
        code: 'group-control-mismatch',
        message: `GE02 must repeat the control number of GS06 (${group.control}).`,
        place: { segment: 'GE', position: 1, element: 2, byteOffset: start },
        value: elements[2] ?? '',
        ak: { level: 'group', code: '4' },
      });
    }
    this.#finishGroup(group, end);
  }

  #finishGroup(group: ScannedGroup, end: number): void {
    group.end = end;
    group.errors = group.errors.map(inBrief);
    this.#group = undefined;
    this.#emit({ kind: 'group-end', group });
  }

  #abandonGroup(at: number): void {
    const group = this.#group;
    if (group !== undefined) {
      this.#abandonTransaction(at);
      this.#groupError(
        group,
        'group-trailer-missing',
        `Functional group ${group.control} has no trailer (GE).`,
        'GE',
        at,
        '3',
      );
      this.#finishGroup(group, at);
    }
  }

  #closeInterchange(elements: string[], start: number, end: number): void {
    const interchange = this.#interchange as OpenInterchange;
    this.#abandonGroup(start);
    if (!sameNumber(elements[1] ?? '', String(interchange.groupCount))) {
      this.#interchangeError(
        'group-count',
        `IEA01 states ${elements[1] || 'nothing'}, but ${interchange.groupCount} functional groups were received.`,
        'IEA',
        start,
        '021',
        { element: 1, value: elements[1] ?? '' },
      );
    }
    if (!sameNumber(elements[2] ?? '', interchange.header.controlNumber)) {
      this.#interchangeError(
        'interchange-control-mismatch',
        `IEA02 must repeat the control number of ISA13 (${interchange.header.controlNumber}).`,
        'IEA',
        start,
        '001',
        { element: 2, value: elements[2] ?? '' },
      );
    }
    this.#finishInterchange(end);
  }

  #finishInterchange(end: number): void {
    const interchange = this.#interchange as OpenInterchange;
    this.#interchange = undefined;
    this.#position = end;
    this.#lastTerminator = interchange.terminator;
    this.#emit({
      kind: 'interchange-end',
      start: interchange.start,
      end,
      errors: interchange.errors.map(inBrief),
      groupCount: interchange.groupCount,
    });
  }

  #truncated(end: number): void {
    this.#interchangeError(
      'interchange-truncated',
      'The interchange ends without its trailer (IEA).',
      'IEA',
      end,
      '023',
    );
    this.#abandonGroup(end);
    this.#finishInterchange(end);
  }

  #segmentTooLong(at: number, id: string): void {
    const interchange = this.#interchange as OpenInterchange;
    const error: X12Error = {
      code: 'segment-too-long',
      message: `No segment terminator within ${this.#limits.segmentBytes} bytes; the interchange is refused from here on.`,
      place: { segment: id.replace(/[^A-Z0-9]/g, ''), position: interchange.segmentCount + 1, byteOffset: at },
      ak: { level: 'interchange', code: '004' },
    };
    this.#abandonGroup(at);
    this.#interchange = undefined;
    // Everything up to the next plausible header belongs to the refused interchange.
    const { start, errors, groupCount } = interchange;
    this.#skipping = { start, errors: [...errors, error], groupCount };
    this.#skipPosition = at;
  }

  #outside(window: Buffer, at: number, end: number, base: number, idLength: number): void {
    const interchange = this.#interchange as OpenInterchange;
    const id = printable(window, at, at + Math.min(idLength, 3));
    const start = base + at;
    const group = this.#group;
    if (group !== undefined) {
      this.#groupError(
        group,
        'segment-outside-transaction',
        `Segment ${id} stands between transaction sets.`,
        id,
        start,
      );
      return;
    }
    if (id === 'TA1' && interchange.groupCount === 0) {
      const elements = window.toString('latin1', at, end).split(interchange.delimiters.element);
      this.#emit({
        kind: 'interchange-acknowledgment',
        acknowledgment: {
          controlNumber: (elements[1] ?? '').trim(),
          date: (elements[2] ?? '').trim(),
          time: (elements[3] ?? '').trim(),
          status: (elements[4] ?? '').trim(),
          note: (elements[5] ?? '').trim(),
        },
      });
      return;
    }
    // Interchange service segments (delivery, security) that may stand before the first group.
    if (id === 'ISB' || id === 'ISE' || id === 'TA3') {
      return;
    }
    this.#interchangeError(
      'segment-outside-group',
      `Segment ${id} stands outside any functional group.`,
      id,
      start,
      '022',
    );
  }

  #groupError(
    group: ScannedGroup,
    code: string,
    message: string,
    segment: string,
    byteOffset: number,
    ak?: string,
  ): void {
    if (group.errors.length < this.#limits.errors) {
      group.errors.push({
        code,
        message,
        place: { segment, position: 1, byteOffset },
        ...(ak === undefined ? {} : { ak: { level: 'group' as const, code: ak } }),
      });
    }
  }

  #interchangeError(
    code: string,
    message: string,
    segment: string,
    byteOffset: number,
    note: string,
    more?: { element: number; value: string },
  ): void {
    const interchange = this.#interchange as OpenInterchange;
    if (interchange.errors.length < this.#limits.errors) {
      interchange.errors.push({
        code,
        message,
        place: {
          segment,
          position: interchange.segmentCount,
          byteOffset,
          ...(more === undefined ? {} : { element: more.element }),
        },
        ...(more === undefined ? {} : { value: more.value }),
        ak: { level: 'interchange', code: note },
      });
    }
  }
}

function lengthOfId(window: Buffer, at: number, end: number, element: number): number {
  const bound = Math.min(end, at + 4);
  let index = at;
  while (index < bound && window[index] !== element) {
    index += 1;
  }
  // A trailing CR or blank of an element-less segment is not part of its name.
  while (index > at && index === end && isBlank(window[index - 1] as number)) {
    index -= 1;
  }
  return index - at;
}

function printable(window: Buffer, start: number, end: number): string {
  return window.toString('latin1', start, end).replace(/[^\x20-\x7e]/g, '.');
}

/** All sixteen separators where the fixed widths put them, and the five characters of ISA12 numeric. */
function isPlausibleHeader(window: Buffer, at: number): boolean {
  if (at + ISA_LENGTH > window.length) {
    return false;
  }
  const separator = window[at + 3] as number;
  if (isAlphanumeric(separator)) {
    return false;
  }
  let offset = at + 3;
  for (const width of ISA_WIDTHS) {
    if (window[offset] !== separator) {
      return false;
    }
    offset += width + 1;
  }
  return true;
}

/** Elements of an ISA by its separators, whatever their widths, so that a refused interchange can still be laid to its sender. */
function headerElements(window: Buffer, at: number): string[] {
  const text = window.toString('latin1', at, Math.min(window.length, at + ISA_SEARCH));
  return text.split(text.charAt(3), 17);
}

function readHeader(window: Buffer, at: number): InterchangeHeader | undefined {
  const elements = headerElements(window, at);
  if (elements.length < 16) {
    return undefined;
  }
  const element = (index: number) => (elements[index] ?? '').trim();
  return {
    senderQualifier: element(5),
    senderId: element(6),
    receiverQualifier: element(7),
    receiverId: element(8),
    date: element(9),
    time: element(10),
    version: element(12),
    controlNumber: element(13),
    acknowledgmentRequested: element(14) === '1',
    usage: element(15),
  };
}

function headerErrors(window: Buffer, at: number, start: number): X12Error[] {
  const errors: X12Error[] = [];
  const add = (code: string, message: string, element: number, value: string, note: string) =>
    errors.push({
      code,
      message,
      place: { segment: 'ISA', position: 1, byteOffset: start, ...(element > 0 ? { element } : {}) },
      value,
      ak: { level: 'interchange', code: note },
    });
  const available = window.length - at;
  const elements = headerElements(window, at);
  if (elements.length < 17) {
    add(
      'isa-incomplete',
      `The interchange header must hold 16 elements; ${elements.length - 1} were found.`,
      0,
      printable(window, at, at + ISA_LENGTH),
      '024',
    );
    return errors;
  }
  for (let index = 1; index <= 15; index += 1) {
    const width = ISA_WIDTHS[index - 1] as number;
    const value = elements[index] as string;
    if (value.length !== width) {
      const number = String(index).padStart(2, '0');
      add(
        'isa-element-width',
        /[\r\n]/.test(value)
          ? `ISA${number} is broken by a line break: the lines of the file must be joined before it can be read.`
          : `ISA${number} must be exactly ${width} characters wide, it is ${value.length}.`,
        index,
        value,
        ISA_NOTES[index - 1] as string,
      );
      // ISA11 may be any repetition separator.
    } else if (index !== 11 && CONTROL.test(value)) {
      add(
        'isa-element-character',
        `ISA${String(index).padStart(2, '0')} holds a control character.`,
        index,
        value,
        ISA_NOTES[index - 1] as string,
      );
    }
  }
  if (errors.length > 0) {
    return errors;
  }
  if (available < ISA_LENGTH) {
    add(
      'interchange-truncated',
      'The input ends within the interchange header.',
      0,
      printable(window, at, window.length),
      '023',
    );
    return errors;
  }
  checkDelimiters(window, at, add);
  return errors;
}

function checkDelimiters(
  window: Buffer,
  at: number,
  add: (code: string, message: string, element: number, value: string, note: string) => number,
): void {
  const separator = window[at + 3] as number;
  const component = window[at + 104] as number;
  const terminator = window[at + 105] as number;
  const version = window.toString('latin1', at + 84, at + 89);
  if (!/^\d{5}$/.test(version)) {
    add('isa-version', 'ISA12 must be a five-digit interchange version such as 00401.', 12, version, '017');
  }
  const control = window.toString('latin1', at + 90, at + 99);
  if (!/^\d{9}$/.test(control)) {
    add('isa-control-number', 'ISA13 must be a nine-digit control number.', 13, control, '018');
  }
  if (isAlphanumeric(separator) || separator === 0x20) {
    add(
      'delimiter-element',
      'The element separator must not be a letter, a digit or a blank.',
      0,
      printable(window, at + 3, at + 4),
      '026',
    );
  }
  if (isAlphanumeric(component) || component === 0x20 || component === separator) {
    add(
      'delimiter-component',
      'The component separator (ISA16) must be a character of its own, not a letter, digit or blank.',
      16,
      printable(window, at + 104, at + 105),
      '027',
    );
  }
  if (component >= 0xc2 && component <= 0xf4 && terminator >= 0x80 && terminator <= 0xbf) {
    add(
      'delimiter-not-single-byte',
      'The component separator (ISA16) is a multi-byte character of UTF-8; X12 delimiters are single bytes.',
      16,
      window.toString('utf8', at + 104, at + 108).slice(0, 2),
      '027',
    );
  }
  const second = window[at + 106];
  // No further than what is always there when a header is read, so that the verdict is the same however the bytes come in.
  const nextEnd = window.subarray(0, at + ISA_SEARCH).indexOf(terminator, at + 106);
  if ((terminator === LF || terminator === CR) && nextEnd > at + 106 && window[nextEnd - 1] === component) {
    // Nothing of GS has components, so what ends it too is the terminator, and the line break after it is none.
    add(
      'delimiter-component',
      'ISA16 is missing: the segment terminator stands where the component separator belongs.',
      16,
      printable(window, at + 104, at + 105),
      '027',
    );
  }
  if (terminator >= 0xc2 && terminator <= 0xf4 && second !== undefined && second >= 0x80 && second <= 0xbf) {
    add(
      'delimiter-not-single-byte',
      'The segment terminator is a multi-byte character of UTF-8; X12 delimiters are single bytes.',
      0,
      window.toString('utf8', at + 105, at + 109).slice(0, 1),
      '004',
    );
  } else if (
    isAlphanumeric(terminator) ||
    terminator === 0x20 ||
    terminator === separator ||
    terminator === component
  ) {
    add(
      'delimiter-segment',
      'The segment terminator must be a character of its own, not a letter, digit or blank.',
      0,
      printable(window, at + 105, at + 106),
      '004',
    );
  }
}

function groupHeaderErrors(elements: string[], start: number): X12Error[] {
  const errors: X12Error[] = [];
  const add = (element: number, message: string, ak: string) =>
    errors.push({
      code: 'group-header',
      message,
      place: { segment: 'GS', position: 1, element, byteOffset: start },
      value: elements[element] ?? '',
      ak: { level: 'group', code: ak },
    });
  if (!/^[A-Z]{2}$/.test(elements[1] ?? '')) {
    add(1, 'GS01 must be a functional identifier of two letters.', '1');
  }
  if (!/^\d{1,9}$/.test(elements[6] ?? '')) {
    add(6, 'GS06 must be a control number of 1 to 9 digits.', '6');
  }
  if (!/^\d{6}/.test(elements[8] ?? '')) {
    add(8, 'GS08 must start with a six-digit version such as 004010.', '2');
  }
  return errors;
}
