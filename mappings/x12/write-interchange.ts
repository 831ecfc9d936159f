/** Writes the envelope around segments, with counts, control numbers and padding. */
import { type Encoding, encoded, firstCharacters, isOneByte, unencodable } from './encoding.ts';
import { named } from './repertoire.ts';
import type { Delimiters, X12Error } from './types.ts';
import { X12WriteError } from './write.ts';

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
  /** Default: latin-1. */
  encoding?: Encoding;
  /**
   * Adds a line feed after each segment terminator, for partners that read line by line; default
   * false.
   */
  lineBreaks?: boolean;
  groups: readonly OutgoingGroup[];
  /** Creation time for ISA and GS, in UTC unless `timeZone` is set. */
  date: Date;
  /** IANA zone, for instance `America/Denver`. */
  timeZone?: string;
  /** TA1 segments before the groups, from `writeInterchangeAcknowledgment`. */
  interchangeAcknowledgments?: readonly string[];
}

/**
 * From this interchange version on, ISA11 is the repetition separator; before, it names the
 * standard (U).
 */
const REPETITION_FROM = '00402';

/**
 * Returns the bytes of an interchange. Every segment ends with the terminator and optionally a line
 * feed.
 * @throws X12WriteError if a header field does not fit its width or a delimiter is unusable.
 */
export function writeInterchange(interchange: OutgoingInterchange): Buffer {
  const { header, delimiters, groups, encoding = 'latin-1' } = interchange;
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
  checkDelimiters(delimiters, version, encoding, errors);
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
    const foreign = unencodable(line, encoding);
    if (foreign !== undefined || line.includes(delimiters.segment)) {
      errors.push({
        code: 'value-not-writable',
        message: `A segment holds ${foreign === undefined ? 'the segment terminator' : `${named(foreign)}, which ${encoding} does not have`}.`,
        place: { segment: line.slice(0, 3), position: 1 },
        value: firstCharacters(line, 80),
      });
    }
  }
  if (errors.length > 0) {
    throw new X12WriteError('The interchange cannot be written', errors);
  }
  const end = segmentEnd(delimiters, interchange.lineBreaks);
  return encoded(lines.map((line) => `${line}${end}`).join(''), encoding);
}

/** Text after each segment. A line-feed terminator is not followed by another line feed. */
function segmentEnd({ segment }: Pick<Delimiters, 'segment'>, lineBreaks = false): string {
  return lineBreaks && segment !== '\n' ? `${segment}\n` : segment;
}

function holdsDelimiter(value: string, delimiters: Delimiters): boolean {
  return [delimiters.element, delimiters.component, delimiters.segment].some((one) => value.includes(one));
}

function checkDelimiters(delimiters: Delimiters, version: string, encoding: Encoding, errors: X12Error[]): void {
  const all = [delimiters.element, delimiters.component, delimiters.segment];
  if (version >= REPETITION_FROM) {
    all.push(delimiters.repetition ?? '');
  }
  const usable = all.every(
    (one) => one.length === 1 && one !== '\0' && isOneByte(one, encoding) && !/[A-Za-z0-9 ]/.test(one),
  );
  if (!usable || new Set(all).size !== all.length) {
    errors.push({
      code: 'delimiters',
      message: `Delimiters must be different characters of one byte, none of them a letter, a digit or a blank${
        version >= REPETITION_FROM ? '; a repetition separator is one of them in this version' : ''
      }.`,
      place: { segment: 'ISA', position: 1 },
      value: all.join(' '),
    });
  }
}

/** CCYYMMDD and HHMM of an instant in a zone. */
function clock(date: Date, timeZone: string): { day: string; minute: string } {
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
