/**
 * The characters that labels have: those of Latin, Greek and Cyrillic letters, with the usual signs.
 * The PDF has a font for them, and so have printers (Swiss 721 beside font 0). Neither has letters
 * of East Asia; Arabic and Hebrew would also have to be set from right to left.
 */
const PRINTED =
  /[\x20-\x7e\xa0-\u024f\u0370-\u0377\u037a-\u037e\u0384-\u03ff\u0400-\u0525\u1e00-\u1efb\u1f00-\u1ffe\u2010-\u2027\u2030-\u205e\u20a0-\u20b5\u20b8\u20b9\u2116\u2122\u2126]|[\u0300-\u034e]/u;

/** Printed as a blank, or not at all. */
const UNSEEN = /[\s\p{Cc}\p{Zl}\p{Zp}\u00ad\u200b-\u200f\u2060\ufeff]/u;

export interface Unprintable {
  /** Dotted path of the text in the label's content. */
  path: string;
  text: string;
  character: string;
}

/** The first text of the content that has a character that a label cannot show. */
export function unprintableIn(content: unknown, path = ''): Unprintable | undefined {
  if (typeof content === 'string') {
    const character = [...content.normalize('NFC')].find((one) => !PRINTED.test(one) && !UNSEEN.test(one));
    return character === undefined ? undefined : { path, text: content, character };
  }
  if (typeof content !== 'object' || content === null) return undefined;
  for (const [key, value] of Object.entries(content)) {
    const found = unprintableIn(value, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a label shows of the text: characters in their composed form, without invisible ones. */
export function shown(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** Whether a printer's font 0 has the whole text: Latin letters of Europe, and usual punctuation. */
export function isInFontZero(text: string): boolean {
  return !/[^\x20-\u017f\u2010-\u2026\u20ac\u2122]/.test(text);
}
