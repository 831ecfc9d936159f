/**
 * Character encodings of X12. Every encoding here holds ASCII as it is, so that envelope and
 * delimiters are found in the bytes before the encoding is known. Texts are decoded afterwards,
 * from ISO-8859-1 text in which one character is one byte.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Delimiters, ReadSegment, X12Error } from './types.ts';

export const ENCODINGS = ['utf-8', 'latin-1', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];
/** `detect`: by the bytes of each transaction set. */
export type StatedEncoding = Encoding | 'detect';

/** How the text of a transaction set was read; absent where all of it is ASCII. */
export interface Decoded {
  encoding: Encoding;
  /** For people. */
  reason: string;
}

/** Bytes 0x80 to 0x9F of windows-1252. The five that it leaves undefined keep their control character. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
const BYTES_1252: ReadonlyMap<string, number> = new Map(
  [...WINDOWS_1252].map((character, index) => [character, 0x80 + index]),
);

const WIDE = /[\x80-\xff]/;
const C1 = /[\x80-\x9f]/;
const EACH_C1 = /[\x80-\x9f]/g;

/** Decodes text that was read one byte a character. What is no character becomes U+FFFD. */
export function decoded(bytesAsText: string, encoding: Encoding): string {
  if (encoding === 'latin-1' || !WIDE.test(bytesAsText)) return bytesAsText;
  if (encoding === 'utf-8') return Buffer.from(bytesAsText, 'latin1').toString('utf8');
  return bytesAsText.replace(EACH_C1, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80));
}

/** The first character that the encoding does not have. */
export function unencodable(text: string, encoding: Encoding): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const has =
      code < 0x80 ||
      (encoding === 'utf-8'
        ? code < 0xd800 || code > 0xdfff
        : encoding === 'latin-1'
          ? code < 0x100
          : (code >= 0xa0 && code < 0x100) || BYTES_1252.has(character));
    if (!has) return character;
  }
  return undefined;
}

/** A delimiter is found in the bytes, so it must be one. */
export function isOneByte(character: string, encoding: Encoding): boolean {
  return unencodable(character, encoding) === undefined && (encoding !== 'utf-8' || character < '\u0080');
}

/** Only for text that the encoding has; see `unencodable`. */
export function encoded(text: string, encoding: Encoding): Buffer {
  if (encoding !== 'windows-1252') return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
  const bytes = text.replace(/[\u0080-\uffff]/g, (one) =>
    String.fromCharCode(BYTES_1252.get(one) ?? one.charCodeAt(0)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** What speaks for and against UTF-8. */
interface Evidence {
  /** Characters of several bytes. */
  characters: number;
  /** Bytes above 0x7F that belong to none. */
  strays: number;
  /** Where the first of them is. */
  firstStray: number;
}

function evidenceOf(bytesAsText: string): Evidence {
  const found: Evidence = { characters: 0, strays: 0, firstStray: -1 };
  for (let at = 0; at < bytesAsText.length; ) {
    const first = bytesAsText.charCodeAt(at);
    if (first < 0x80) {
      at += 1;
      continue;
    }
    const length = lengthOfCharacter(bytesAsText, at, first);
    if (length > 0) {
      found.characters += 1;
      at += length;
    } else {
      if (found.strays === 0) found.firstStray = at;
      found.strays += 1;
      at += 1;
    }
  }
  return found;
}

/** Bytes of the character of UTF-8 that starts here (RFC 3629, section 4); 0 if none does. */
function lengthOfCharacter(text: string, at: number, first: number): number {
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const second = text.charCodeAt(at + 1);
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || !(second >= least && second <= most)) return 0;
  for (let index = 2; index < length; index += 1) {
    const code = text.charCodeAt(at + index);
    if (!(code >= 0x80 && code <= 0xbf)) return 0;
  }
  return length;
}

/** The offset of the first byte that is no character of UTF-8; -1 if there is none. */
export function firstNotUtf8(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  return evidenceOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')).firstStray;
}

/** The encoding of a whole file or interchange; undefined if it is ASCII. Nothing is judged. */
export function detectedEncoding(bytes: Uint8Array, delimiters?: Delimiters): Encoding | undefined {
  if (isAscii(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const { strays } = evidenceOf(text);
  if (strays === 0 && !hasWideDelimiter(delimiters)) return 'utf-8';
  return C1.test(text) && !hasWideDelimiter(delimiters, C1) ? 'windows-1252' : 'latin-1';
}

function hasWideDelimiter(delimiters: Delimiters | undefined, wide = WIDE): boolean {
  return delimiters !== undefined && Object.values(delimiters).some((one) => wide.test(one));
}

/**
 * Text of an envelope segment. Its identifiers are ASCII, so that this matters only for one that
 * somebody has to read in an error.
 */
export function envelopeText(bytesAsText: string): string {
  const { characters, strays } = WIDE.test(bytesAsText) ? evidenceOf(bytesAsText) : { characters: 0, strays: 0 };
  return decoded(bytesAsText, characters > 0 && strays === 0 ? 'utf-8' : 'latin-1');
}

/**
 * Decodes the elements of a transaction set in place. Offsets are exact unless line breaks within a
 * segment were removed. Separators were found in the bytes before:
 * no byte of a character of UTF-8 is one of ASCII.
 *
 * @returns how they were read, and what cannot be
 */
export function decodeSegments(
  segments: readonly ReadSegment[],
  stated: StatedEncoding,
  delimiters: Delimiters,
): { decoded?: Decoded; errors: X12Error[] } {
  const total = { characters: 0, strays: 0 };
  let hasC1 = false;
  const wide: { segment: ReadSegment; index: number; text: string; start: number }[] = [];
  for (const segment of segments) {
    const { elements } = segment;
    let start = segment.byteOffset + segment.id.length + 1;
    for (let index = 0; index < elements.length; index += 1) {
      const text = elements[index] as string;
      const at = start;
      start += text.length + 1;
      if (!WIDE.test(text)) continue;
      wide.push({ segment, index, text, start: at });
      const { characters, strays } = evidenceOf(text);
      total.characters += characters;
      total.strays += strays;
      hasC1 ||= C1.test(text);
    }
  }
  if (wide.length === 0) return { errors: [] };
  const found = stated === 'detect' ? detected(total, hasC1, delimiters) : { encoding: stated, reason: STATED };
  const errors: X12Error[] = [];
  for (const { segment, index, text, start } of wide) {
    segment.elements[index] = decoded(text, found.encoding);
    if (found.encoding !== 'utf-8') continue;
    const { strays, firstStray } = evidenceOf(text);
    if (strays > 0)
      errors.push(notUtf8({ segment, index, text, stray: firstStray, at: start + firstStray }, stated, total));
  }
  return { decoded: found, errors };
}

const STATED = 'the profile says so (x12.encoding)';

function detected(
  { characters, strays }: Pick<Evidence, 'characters' | 'strays'>,
  hasC1: boolean,
  delimiters: Delimiters,
): Decoded {
  if (hasWideDelimiter(delimiters)) {
    const is1252 = hasC1 && !hasWideDelimiter(delimiters, C1);
    return { encoding: is1252 ? 'windows-1252' : 'latin-1', reason: 'a delimiter is one byte above 0x7F' };
  }
  if (strays === 0) {
    return { encoding: 'utf-8', reason: `every byte above 0x7F belongs to a character of UTF-8 (${characters} found)` };
  }
  // A file in UTF-8 with a character cut in half must not turn into other letters. A few pairs of
  // letters of windows-1252 look like UTF-8 by chance, so the majority decides.
  if (characters > strays) {
    return {
      encoding: 'utf-8',
      reason: `${characters} characters of UTF-8 were found, and ${strays} bytes that are not`,
    };
  }
  const reason = `${strays} bytes above 0x7F are not UTF-8`;
  return hasC1
    ? { encoding: 'windows-1252', reason }
    : { encoding: 'latin-1', reason: `${reason}; windows-1252 would read them alike` };
}

function notUtf8(
  place: { segment: ReadSegment; index: number; text: string; stray: number; at: number },
  stated: StatedEncoding,
  { characters, strays }: Pick<Evidence, 'characters' | 'strays'>,
): X12Error {
  const { segment, index, text, stray, at } = place;
  const byte = `0x${text.charCodeAt(stray).toString(16).toUpperCase()}`;
  const advice =
    stated === 'detect'
      ? `; ${characters} characters of the set are UTF-8 and ${strays} bytes are not. If it is another encoding, state it in the profile (x12.encoding)`
      : ', which the profile states (x12.encoding)';
  return {
    code: 'encoding-invalid',
    message: `Byte ${byte} at ${at} is no character of UTF-8${advice}.`,
    place: { segment: segment.id, position: segment.position, element: index + 1, byteOffset: at },
    value: decoded(text, 'utf-8'),
    ak: { level: 'element', code: '6' },
  };
}

/** Delimiters as they stand in the decoded text. */
export function decodedDelimiters(delimiters: Delimiters, encoding: Encoding | undefined): Delimiters {
  if (encoding !== 'windows-1252' || !hasWideDelimiter(delimiters)) return delimiters;
  return Object.fromEntries(
    Object.entries(delimiters).map(([name, one]) => [name, decoded(one, encoding)]),
  ) as unknown as Delimiters;
}

/** Code points, as length limits count them: not bytes, and not halves of a character beyond U+FFFF. */
export function charactersIn(text: string): number {
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    if (isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1))) count -= 1;
  }
  return count;
}

/** At most the first `most` code points. */
export function firstCharacters(text: string, most: number): string {
  return text.length <= most ? text : [...text.slice(0, 2 * most)].slice(0, most).join('');
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
