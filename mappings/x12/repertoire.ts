/**
 * The characters that a partner can take. Free text is written in them as well as it can be, and
 * each change is reported; numbers and codes are never changed.
 */
import anyAscii from 'any-ascii';
import { type Encoding, unencodable } from './encoding.ts';

/**
 * - basic: upper-case letters, digits, blank and `! " & ' ( ) * + , - . / : ; ? =` (X12.6, basic set)
 * - extended: printable ASCII, that is also lower-case letters and `% @ [ ] _ { } \ | < > ~ # $ ^` and the grave
 * - latin-1: ISO-8859-1 without control characters
 * - utf-8: Unicode without control characters
 */
export const REPERTOIRES = ['basic', 'extended', 'latin-1', 'utf-8'] as const;
export type Repertoire = (typeof REPERTOIRES)[number];

/** The encoding of what is sent; undefined for ASCII. */
export function encodingFor(repertoire: Repertoire): Encoding | undefined {
  return repertoire === 'latin-1' || repertoire === 'utf-8' ? repertoire : undefined;
}

const OUTSIDE: Readonly<Record<Repertoire, RegExp>> = {
  basic: /[^A-Z0-9 !"&'()*+,\-./:;?=]/,
  extended: /[^\x20-\x7e]/,
  'latin-1': /[^\x20-\x7e\xa0-\xff]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  'utf-8': /[\0-\x1f\x7f-\x9f]/,
};

/** Whether all of the text is in the repertoire; false too for half a character beyond U+FFFF. */
export function isWithin(text: string, repertoire: Repertoire): boolean {
  return !OUTSIDE[repertoire].test(text) && (repertoire !== 'utf-8' || unencodable(text, 'utf-8') === undefined);
}

/** For messages: “Ж” (U+0416). */
export function named(character: string): string {
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return /[\p{C}\p{Z}\p{M}]/u.test(character) ? `U+${code}` : `"${character}" (U+${code})`;
}

/** Characters of ASCII that the basic set has not. `$`, `^`, `<` and `>` have no equal in it. */
const BASIC: Readonly<Record<string, string>> = {
  '#': 'NO.',
  '%': ' PCT',
  '@': ' AT ',
  '[': '(',
  '\\': '/',
  ']': ')',
  _: '-',
  '`': "'",
  '{': '(',
  '|': '/',
  '}': ')',
  '~': '-',
};

/**
 * Scripts whose letters have agreed equals in Latin letters, letter by letter. Han has readings that
 * depend on the language and the word, Hebrew and Arabic write no vowels: such a name would be
 * another one.
 */
const EQUAL_LETTERS = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}]/u;
const SIGNS = /[\p{P}\p{S}\p{N}\p{Zs}]/u;
/** Marks of a letter, and characters that are not printed. */
const UNSEEN = /[\p{M}\p{Cf}]/u;

/** The text within the repertoire, or the first character that has no equal in it. */
export function rewritten(text: string, repertoire: Repertoire): { text: string } | { character: string } {
  const whole = text.normalize('NFC');
  // A word in capitals stays in capitals: STRAßE is STRASSE.
  const cased = whole.replaceAll('ß', '');
  const isUpper = cased === cased.toUpperCase();
  let written = '';
  for (const character of whole) {
    if (isWithin(character, repertoire)) {
      written += character;
      continue;
    }
    const equal = equalOf(character, repertoire);
    const inCase = equal !== undefined && (isUpper || repertoire === 'basic') ? equal.toUpperCase() : equal;
    if (inCase === undefined || !isWithin(inCase, repertoire)) return { character };
    written += inCase;
  }
  return { text: written };
}

function equalOf(character: string, repertoire: Repertoire): string | undefined {
  if (/[\x20-\x7e]/.test(character)) return Object.hasOwn(BASIC, character) ? BASIC[character] : character;
  if (UNSEEN.test(character)) return '';
  if (character === '\ufffd' || !(EQUAL_LETTERS.test(character) || SIGNS.test(character))) return undefined;
  const ascii = anyAscii(character);
  // Pictures are named, as in `:grinning:`, which no reader of an address expects.
  if (ascii === '' || /^:.+:$/.test(ascii)) return undefined;
  if (repertoire !== 'basic') return ascii;
  return [...ascii].map((one) => (Object.hasOwn(BASIC, one) ? BASIC[one] : one)).join('');
}
