/**
 * Tracks the open interchange, functional group and transaction set. It checks counts and control
 * numbers and emits each part once it is complete or abandoned. TA105, AK905 and AK502 codes are
 * those of release 4010.
 */
import { printable } from './bytes.ts';
import { groupHeaderErrors } from './envelope-headers.ts';
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

/**
 * Scan events with absolute offsets. `transaction` is emitted when a set is complete or abandoned.
 */
export type EnvelopeEvent =
  /** `refused` if its header has faults and it is read all the same, to be explained. */
  | { kind: 'interchange'; start: number; header: InterchangeHeader; delimiters: Delimiters; refused?: true }
  | { kind: 'group'; group: ScannedGroup }
  | { kind: 'transaction'; group: ScannedGroup; transaction: ScannedTransaction }
  | { kind: 'group-end'; group: ScannedGroup }
  | { kind: 'interchange-acknowledgment'; acknowledgment: InterchangeAcknowledgment }
  | { kind: 'interchange-end'; start: number; end: number; errors: X12Error[]; groupCount: number }
  | { kind: 'refused'; start: number; end: number; header?: InterchangeHeader; errors: X12Error[] };

/** ISA13 and GS06 are numeric: 0001 and 1 are the same control number. */
function sameNumber(left: string, right: string): boolean {
  return (
    left === right ||
    (/^\d+$/.test(left) && /^\d+$/.test(right) && left.replace(/^0+/, '') === right.replace(/^0+/, ''))
  );
}

export interface OpenInterchange {
  start: number;
  header: InterchangeHeader;
  delimiters: Delimiters;
  element: number;
  terminator: number;
  errors: X12Error[];
  groupCount: number;
  segmentCount: number;
}

export class OpenEnvelope {
  readonly #limits: ScanLimits;
  readonly #emit: (event: EnvelopeEvent) => void;
  interchange: OpenInterchange | undefined;
  transaction: ScannedTransaction | undefined;
  transactionRefusedForSize = false;
  #group: ScannedGroup | undefined;
  #transactionsInGroup = 0;
  readonly #controlsInGroup = new Set<string>();

  constructor(limits: ScanLimits, emit: (event: EnvelopeEvent) => void) {
    this.#limits = limits;
    this.#emit = emit;
  }

  /** Processes an envelope segment. Returns true if it ends the interchange. */
  take(elements: string[], start: number, end: number): boolean {
    const interchange = this.interchange as OpenInterchange;
    switch (elements[0]) {
      case 'ST':
        this.#openTransaction(elements, start);
        return false;
      case 'SE':
        this.#closeTransaction(elements, start, end);
        return false;
      case 'GS':
        this.abandonGroup(start);
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
    this.transaction = transaction;
    this.transactionRefusedForSize = false;
  }

  #closeTransaction(elements: string[], start: number, end: number): void {
    const transaction = this.transaction;
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
    this.transaction = undefined;
    this.#transactionsInGroup += 1;
    this.#emit({ kind: 'transaction', group, transaction });
  }

  #abandonTransaction(at: number): void {
    const transaction = this.transaction;
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

  refuseForSize(transaction: ScannedTransaction): void {
    if (!this.transactionRefusedForSize) {
      this.transactionRefusedForSize = true;
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

  abandonGroup(at: number): void {
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
    const interchange = this.interchange as OpenInterchange;
    this.abandonGroup(start);
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
    const interchange = this.interchange as OpenInterchange;
    this.interchange = undefined;
    this.#emit({
      kind: 'interchange-end',
      start: interchange.start,
      end,
      errors: interchange.errors.map(inBrief),
      groupCount: interchange.groupCount,
    });
  }

  truncated(end: number): void {
    this.#interchangeError(
      'interchange-truncated',
      'The interchange ends without its trailer (IEA).',
      'IEA',
      end,
      '023',
    );
    this.abandonGroup(end);
    this.#finishInterchange(end);
  }
  outside(window: Buffer, at: number, end: number, base: number, idLength: number): void {
    const interchange = this.interchange as OpenInterchange;
    const id = printable(window, at, at + Math.min(idLength, 3));
    const start = base + at;
    const group = this.#group;
    if (group !== undefined) {
      this.#groupError(group, 'segment-outside-transaction', `Segment ${id} is between transaction sets.`, id, start);
      return;
    }
    if (id === 'TA1' && interchange.groupCount === 0) {
      const elements = window
        .toString('latin1', at, end)
        .replace(/[\r\n]/g, '')
        .split(interchange.delimiters.element);
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
    // Service segments (delivery, security) are allowed before the first group.
    if (id === 'ISB' || id === 'ISE' || id === 'TA3') {
      return;
    }
    this.#interchangeError('segment-outside-group', `Segment ${id} is outside any functional group.`, id, start, '022');
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
    const interchange = this.interchange as OpenInterchange;
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
