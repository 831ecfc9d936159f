/** Byte constants and tests for reading X12. */
export const LF = 0x0a;
export const CR = 0x0d;
export const I = 0x49;
export const S = 0x53;
export const A = 0x41;
export const G = 0x47;
export const E = 0x45;
export const T = 0x54;

export function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === CR || byte === 0x09 || byte === 0x00;
}

/** A byte order mark of UTF-16 or UTF-32, or an ISA with a zero byte after each letter. */
export function isWideText(window: Buffer, at: number): boolean {
  const [first, second, third] = [window[at], window[at + 1], window[at + 2]];
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first === I && second === 0 && (third === S || third === 0));
}

export function lengthOfId(window: Buffer, at: number, end: number, element: number): number {
  const bound = Math.min(end, at + 4);
  let index = at;
  while (index < bound && window[index] !== element) {
    index += 1;
  }
  // A trailing CR or blank of a segment without elements is not part of its id.
  while (index > at && index === end && isBlank(window[index - 1] as number)) {
    index -= 1;
  }
  return index - at;
}

export function printable(window: Buffer, start: number, end: number): string {
  return window.toString('latin1', start, end).replace(/[^\x20-\x7e]/g, '.');
}
