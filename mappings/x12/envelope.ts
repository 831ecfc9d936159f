/**
 * Walks the bytes of an input and recognises the envelope: ISA/IEA, GS/GE, ST/SE. It reads the
 * delimiters at every ISA, visits each byte once and holds at most the caller's window. Hostile
 * input therefore costs no more than valid input. `read.ts` and `parse.ts` handle the contents of
 * transaction sets.
 */
import { A, E, G, I, isAlphanumeric, isBlank, isWideText, lengthOfId, printable, S, T } from './bytes.ts';
import { envelopeText } from './encoding.ts';
import {
  headerEnd,
  headerEndDespiteFaults,
  headerErrors,
  ISA_SEARCH,
  isPlausibleHeader,
  readHeader,
} from './envelope-headers.ts';
import { inBrief } from './excerpt.ts';
import { type EnvelopeEvent, OpenEnvelope, type OpenInterchange } from './open-envelope.ts';
import type { InterchangeHeader, ScanLimits, X12Error } from './types.ts';

export const defaultScanLimits: ScanLimits = {
  segmentBytes: 65_536,
  transactionBytes: 67_108_864,
  interchanges: 10_000,
  errors: 200,
};

/**
 * Incremental scanner. It takes a window of bytes with its absolute offset, consumes complete
 * segments and remembers its position. `keepFrom()` returns the first offset that must be kept.
 */
export class EnvelopeWalker {
  readonly #limits: ScanLimits;
  readonly #emit: (event: EnvelopeEvent) => void;
  readonly #readsRefused: boolean;
  #position = 0;
  readonly #open: OpenEnvelope;
  /** A refused range that is being skipped up to the next plausible ISA. */
  #skipping: { start: number; header?: InterchangeHeader; errors: X12Error[]; groupCount?: number } | undefined;
  #skipPosition = 0;
  #reported = 0;
  /** Terminator of the previous interchange; some senders repeat it after IEA. */
  #lastTerminator = -1;

  /** @param readsRefused whether to read on after a faulty ISA whose delimiters are beyond doubt */
  constructor(limits: ScanLimits, emit: (event: EnvelopeEvent) => void, readsRefused = false) {
    this.#limits = limits;
    this.#emit = emit;
    this.#readsRefused = readsRefused;
    this.#open = new OpenEnvelope(limits, emit);
  }

  /** Bytes before this absolute offset can be dropped. An oversized transaction is not kept. */
  keepFrom(): number {
    if (this.#skipping !== undefined) {
      return this.#skipPosition;
    }
    return this.#open.transaction !== undefined && !this.#open.transactionRefusedForSize
      ? this.#open.transaction.start
      : this.#position;
  }

  /** True after the interchange limit is reached; the remaining input is ignored. */
  get exhausted(): boolean {
    return this.#reported > this.#limits.interchanges;
  }

  run(window: Buffer, base: number, last: boolean): void {
    while (!this.exhausted) {
      const progressed =
        this.#skipping !== undefined
          ? this.#skip(window, base, last)
          : this.#open.interchange === undefined
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

  /**
   * Skips blanks and byte order marks between interchanges. Anything other than an ISA starts a
   * refused range.
   */
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
    if (isWideText(window, at)) {
      this.#startSkipping(this.#position, [
        {
          code: 'encoding-utf-16',
          message: 'The file is UTF-16 or UTF-32. X12 is read in UTF-8, windows-1252 and ISO-8859-1.',
          place: { segment: 'ISA', position: 1, byteOffset: this.#position },
          ak: { level: 'interchange', code: '024' },
        },
      ]);
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

  /** Looks for the next ISA with correct widths. Bytes before it belong to the refused range. */
  #skip(window: Buffer, base: number, last: boolean): boolean {
    const skipping = this.#skipping;
    if (skipping === undefined) {
      return true;
    }
    let from = Math.max(this.#skipPosition - base, 0);
    for (;;) {
      const found = window.indexOf('ISA', from, 'latin1');
      if (found === -1 || (found + ISA_SEARCH > window.length && !last)) {
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
    const refused = errors.length > 0;
    const found = refused && this.#readsRefused ? headerEndDespiteFaults(window, at) : headerEnd(window, at);
    if (header === undefined || found === undefined || (refused && !this.#readsRefused)) {
      this.#startSkipping(start, errors, header);
      return;
    }
    if (!this.#countReport(start, base + window.length)) {
      return;
    }
    const { delimiters, end } = found;
    this.#open.interchange = {
      start,
      header,
      delimiters,
      element: window[at + 3] as number,
      terminator: window[end - 1] as number,
      errors: [...errors],
      groupCount: 0,
      segmentCount: 1,
    };
    this.#position = base + end;
    this.#emit({ kind: 'interchange', start, header, delimiters, ...(refused && { refused }) });
  }

  /** Reads segments until the window holds no complete one or the interchange ends. */
  #segment(window: Buffer, base: number, last: boolean): boolean {
    const interchange = this.#open.interchange as OpenInterchange;
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
        // Accept a final IEA without terminator: some senders omit it, and no data is lost.
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
      const transaction = this.#open.transaction;
      const first = window[at] as number;
      if (transaction !== undefined) {
        transaction.segmentCount += 1;
        if (base + next - transaction.start > this.#limits.transactionBytes) {
          this.#open.refuseForSize(transaction);
        }
        // Inside a transaction set only ids starting with S, G or I can belong to the envelope.
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
            elements[index] = envelopeText(elements[index] as string).trim();
          }
          if (this.#open.take(elements, base + at, base + next)) {
            this.#lastTerminator = terminator;
            return true;
          }
          at = next;
          continue;
        }
      }
      if (transaction === undefined) {
        this.#open.outside(window, at, end, base, idLength);
      }
      at = next;
    }
  }

  #truncated(end: number): void {
    this.#position = end;
    this.#lastTerminator = (this.#open.interchange as OpenInterchange).terminator;
    this.#open.truncated(end);
  }

  #segmentTooLong(at: number, id: string): void {
    const interchange = this.#open.interchange as OpenInterchange;
    const error: X12Error = {
      code: 'segment-too-long',
      message: `No segment terminator within ${this.#limits.segmentBytes} bytes; the interchange is refused from here on.`,
      place: { segment: id.replace(/[^A-Z0-9]/g, ''), position: interchange.segmentCount + 1, byteOffset: at },
      ak: { level: 'interchange', code: '004' },
    };
    this.#open.abandonGroup(at);
    this.#open.interchange = undefined;
    // Bytes up to the next plausible header belong to the refused interchange.
    const { start, errors, groupCount } = interchange;
    this.#skipping = { start, errors: [...errors, error], groupCount };
    this.#skipPosition = at;
  }
}
