/**
 * Reads and checks the ISA with its delimiters, and the GS. TA105 codes are those of release 4010.
 */
import { CR, isAlphanumeric, LF, printable } from './bytes.ts';
import type { InterchangeHeader, X12Error } from './types.ts';

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
      return false;
    }
    offset += width + 1;
  }
  return true;
}

/**
 * Splits an ISA by its separators regardless of widths, so that a refused interchange can still be
 * attributed to its sender.
 */
function headerElements(window: Buffer, at: number): string[] {
  const text = window.toString('latin1', at, Math.min(window.length, at + ISA_SEARCH));
  return text.split(text.charAt(3), 17);
}

export function readHeader(window: Buffer, at: number): InterchangeHeader | undefined {
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

export function headerErrors(window: Buffer, at: number, start: number): X12Error[] {
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
  // Search only bytes that are always available when a header is read. The verdict must not depend
  // on how the input is chunked.
  const nextEnd = window.subarray(0, at + ISA_SEARCH).indexOf(terminator, at + 106);
  if ((terminator === LF || terminator === CR) && nextEnd > at + 106 && window[nextEnd - 1] === component) {
    // GS has no components. A GS that ends with the ISA16 character shows that this character is
    // the terminator.
    add(
      'delimiter-component',
      'ISA16 is missing: the segment terminator is in the place of the component separator.',
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
