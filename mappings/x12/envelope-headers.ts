/**
 * Reads and checks the ISA with its delimiters, and the GS. TA105 codes are those of release 4010.
 */
import { isUtf8 } from 'node:buffer';
import { CR, isAlphanumeric, LF, printable } from './bytes.ts';
import type { Delimiters, InterchangeHeader, X12Error } from './types.ts';

/** Widths of ISA01 to ISA16. A separator precedes each element. */
export const ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1] as const;
export const ISA_LENGTH = 106;
/** TA105 code for a fault in ISA01 to ISA16. */
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

/** How many bytes to search for separators before an ISA is refused. */
export const ISA_SEARCH = 400;
// biome-ignore lint/suspicious/noControlCharactersInRegex: to find them is the purpose
const CONTROL = /[\0-\x1f]/;

/** An ISA split by its separators, regardless of widths. */
interface SplitHeader {
  /** The id and the elements found; ISA16 and what follows it is the last one. */
  elements: string[];
  /** Offset of the component separator in the window, if all sixteen separators were found. */
  component: number | undefined;
  /** Whether any byte is outside ASCII. Only then do bytes and characters differ. */
  wide: boolean;
  /** The wide bytes are characters of UTF-8, so that widths are counted in characters. */
  utf8: boolean;
}

function splitHeader(window: Buffer, at: number): SplitHeader {
  const limit = Math.min(window.length, at + ISA_SEARCH);
  const separator = window[at + 3] as number;
  const separators: number[] = [];
  for (let offset = at + 3; offset < limit && separators.length < 16; offset += 1) {
    if (window[offset] === separator) {
      separators.push(offset);
    }
  }
  const last = separators[15];
  const component = last === undefined ? undefined : last + 1;
  const head = window.subarray(at, component ?? limit);
  const wide = head.some((byte) => byte >= 0x80);
  const utf8 = wide && separator < 0x80 && isUtf8(head);
  const encoding = utf8 ? 'utf8' : 'latin1';
  const bounds = [at - 1, ...separators, limit];
  const elements = bounds.slice(1).map((end, index) => window.toString(encoding, (bounds[index] as number) + 1, end));
  return { elements, component, wide, utf8 };
}

function widthOf(value: string, { utf8 }: SplitHeader): number {
  return utf8 ? [...value].length : value.length;
}

/** Whether all sixteen separators are where the fixed widths require them. */
export function isPlausibleHeader(window: Buffer, at: number): boolean {
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
      return isPlausibleInCharacters(window, at);
    }
    offset += width + 1;
  }
  return true;
}

/**
 * A character of several bytes displaces the separators after it. Like the fixed widths, this stops
 * at the first separator that is not in its place, so that junk full of "ISA" costs little.
 */
function isPlausibleInCharacters(window: Buffer, at: number): boolean {
  const separator = window[at + 3] as number;
  let offset = at + 3;
  for (const width of ISA_WIDTHS) {
    if (window[offset] !== separator) {
      return false;
    }
    offset += 1;
    for (let characters = 0; characters < width; characters += 1) {
      offset += bytesOfCharacter(window[offset] ?? 0);
    }
  }
  return separator < 0x80 && offset < window.length && isUtf8(window.subarray(at, offset));
}

/** By the first byte of a character of UTF-8. */
function bytesOfCharacter(first: number): number {
  return first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/**
 * Works for a refused ISA too, so that it can still be attributed to its sender. Line breaks are
 * never data: they come from a file wrapped at a fixed length, and a TA1 must not repeat them.
 */
export function readHeader(window: Buffer, at: number): InterchangeHeader | undefined {
  const { elements } = splitHeader(window, at);
  if (elements.length < 16) {
    return undefined;
  }
  const element = (index: number) => (elements[index] ?? '').replace(/[\r\n]/g, '').trim();
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

/** Delimiters of an ISA, and the offset of what follows it. */
export interface HeaderEnd {
  delimiters: Delimiters;
  end: number;
}

export function headerEnd(window: Buffer, at: number): HeaderEnd | undefined {
  const { elements, component, utf8 } = splitHeader(window, at);
  if (component === undefined || component + 2 > window.length) {
    return undefined;
  }
  const character = (offset: number) => window.toString('latin1', offset, offset + 1);
  const delimiters: Delimiters = {
    element: character(at + 3),
    component: character(component),
    segment: character(component + 1),
  };
  const repetition = elements[11] ?? '';
  const usable = repetition.length === 1 && repetition !== ' ' && !isAlphanumeric(repetition.charCodeAt(0));
  if ((elements[12] ?? '') >= '00402' && usable && !(utf8 && repetition.charCodeAt(0) >= 0x80)) {
    delimiters.repetition = repetition;
  }
  return { delimiters, end: component + 2 };
}

/**
 * The delimiters of a faulty ISA, if they are beyond doubt: without faults of their own, and followed
 * by a segment that may follow an ISA.
 */
export function headerEndDespiteFaults(window: Buffer, at: number): HeaderEnd | undefined {
  const found = headerEnd(window, at);
  if (found === undefined || delimiterErrors(window, at, found.end - 2).length > 0) {
    return undefined;
  }
  const { element } = found.delimiters;
  // No further than the bytes that are always available, whatever the chunks of a stream.
  const next = window.toString('latin1', found.end, at + ISA_SEARCH).trimStart();
  return next.startsWith(`GS${element}`) || next.startsWith(`TA1${element}`) ? found : undefined;
}

/** A fault of the ISA: code, message, element or 0, value and TA105 code. */
type HeaderFault = readonly [code: string, message: string, element: number, value: string, note: string];

export function headerErrors(window: Buffer, at: number, start: number): X12Error[] {
  const errors: X12Error[] = [];
  const add = (...[code, message, element, value, note]: HeaderFault) =>
    errors.push({
      code,
      message,
      place: { segment: 'ISA', position: 1, byteOffset: start, ...(element > 0 ? { element } : {}) },
      value,
      ak: { level: 'interchange', code: note },
    });
  const split = splitHeader(window, at);
  const { elements, component } = split;
  if (component === undefined) {
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
    const found = widthOf(value, split);
    if (found !== width) {
      const number = String(index).padStart(2, '0');
      add(
        'isa-element-width',
        /[\r\n]/.test(value)
          ? `ISA${number} is broken by a line break: the lines of the file must be joined before it can be read.`
          : `ISA${number} must be exactly ${width} characters wide, it is ${found}${countOf(split)}.`,
        index,
        value,
        ISA_NOTES[index - 1] as string,
      );
      // ISA11 may be any repetition separator, including a control character.
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
  if (component + 2 > window.length) {
    add(
      'interchange-truncated',
      'The input ends within the interchange header.',
      0,
      printable(window, at, window.length),
      '023',
    );
    return errors;
  }
  const version = elements[12] as string;
  if (!/^\d{5}$/.test(version)) {
    add('isa-version', 'ISA12 must be a five-digit interchange version such as 00401.', 12, version, '017');
  }
  const control = elements[13] as string;
  if (!/^\d{9}$/.test(control)) {
    add('isa-control-number', 'ISA13 must be a nine-digit control number.', 13, control, '018');
  }
  for (const fault of delimiterErrors(window, at, component)) {
    add(...fault);
  }
  return errors;
}

/** Says what was counted where that makes a difference. */
function countOf({ wide, utf8 }: SplitHeader): string {
  return wide ? (utf8 ? ', counted in characters of UTF-8' : ', counted in bytes, because it is not UTF-8') : '';
}

function delimiterErrors(window: Buffer, at: number, componentAt: number): HeaderFault[] {
  const found: HeaderFault[] = [];
  const add = (...fault: HeaderFault) => found.push(fault);
  const separator = window[at + 3] as number;
  const component = window[componentAt] as number;
  const terminator = window[componentAt + 1] as number;
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
      printable(window, componentAt, componentAt + 1),
      '027',
    );
  }
  if (component >= 0xc2 && component <= 0xf4 && terminator >= 0x80 && terminator <= 0xbf) {
    add(
      'delimiter-not-single-byte',
      'The component separator (ISA16) is a multi-byte character of UTF-8; X12 delimiters are single bytes.',
      16,
      window.toString('utf8', componentAt, componentAt + 4).slice(0, 2),
      '027',
    );
  }
  const second = window[componentAt + 2];
  // Search only bytes that are always available when a header is read. The verdict must not depend
  // on how the input is chunked.
  const nextEnd = window.subarray(0, at + ISA_SEARCH).indexOf(terminator, componentAt + 2);
  if ((terminator === LF || terminator === CR) && nextEnd > componentAt + 2 && window[nextEnd - 1] === component) {
    // GS has no components. A GS that ends with the ISA16 character shows that this character is
    // the terminator.
    add(
      'delimiter-component',
      'ISA16 is missing: the segment terminator is in the place of the component separator.',
      16,
      printable(window, componentAt, componentAt + 1),
      '027',
    );
  }
  if (terminator >= 0xc2 && terminator <= 0xf4 && second !== undefined && second >= 0x80 && second <= 0xbf) {
    add(
      'delimiter-not-single-byte',
      'The segment terminator is a multi-byte character of UTF-8; X12 delimiters are single bytes.',
      0,
      window.toString('utf8', componentAt + 1, componentAt + 5).slice(0, 1),
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
      printable(window, componentAt + 1, componentAt + 2),
      '004',
    );
  }
  return found;
}

export function groupHeaderErrors(elements: string[], start: number): X12Error[] {
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
