import { firstCharacters } from './encoding.ts';
import type { X12Error } from './types.ts';

const MESSAGE_LENGTH = 500;
const VALUE_LENGTH = 200;
const SEGMENT_LENGTH = 10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: to find them is the purpose
const CONTROL = /[\0-\x1f]/;
const EACH_CONTROL = new RegExp(CONTROL, 'g');
const PICTURES = 0x2400;

/**
 * Shortens the input quoted in an error. An element may hold 64 KB and a document may have 200
 * errors, all of which are stored, logged and shown. Control characters become their Unicode
 * pictures.
 */
export function inBrief(error: X12Error): X12Error {
  const { message, value, place } = error;
  const brief = excerpt(message, MESSAGE_LENGTH);
  const kept = value === undefined ? undefined : excerpt(value, VALUE_LENGTH);
  const segment = excerpt(place.segment, SEGMENT_LENGTH);
  if (brief === message && kept === value && segment === place.segment) return error;
  return { ...error, message: brief, place: { ...place, segment }, ...(kept !== undefined && { value: kept }) };
}

function excerpt(text: string, length: number): string {
  const cut = text.length <= length ? text : `${firstCharacters(text, length - 1)}…`;
  if (!CONTROL.test(cut)) return cut;
  return cut.replace(EACH_CONTROL, (character) => String.fromCharCode(PICTURES + character.charCodeAt(0)));
}
