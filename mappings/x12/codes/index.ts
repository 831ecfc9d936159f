/** Which codes X12 has for a data element. */
import { lookup } from '../../../domain/lookup.ts';
import { didYouMean } from '../../../domain/nearest.ts';
import type { SimpleElementGuide } from '../types.ts';
import { LISTS } from './lists.ts';

/** Dictionary numbers of the elements with a complete list. */
export const LISTED_ELEMENTS: readonly string[] = Object.keys(LISTS);

const split = new Map<string, ReadonlySet<string> | undefined>();

/** All codes of the element, of all releases; undefined for an element without a complete list. */
export function codesOf(reference: string): ReadonlySet<string> | undefined {
  if (split.has(reference)) return split.get(reference);
  const text = lookup(LISTS, reference);
  const codes = text === undefined ? undefined : new Set(text.trim().split(/\s+/));
  split.set(reference, codes);
  return codes;
}

/** Whether X12 or the guide has the code. True for an element without a complete list, whose codes nobody knows. */
export function isKnownCode({ reference, codes }: SimpleElementGuide, value: string): boolean {
  if (codes !== undefined && Object.hasOwn(codes, value)) return true;
  return codesOf(reference)?.has(value) ?? true;
}

/** What is wrong with a code that is not known. */
export function unknownCodeText({ reference, name, codes = {} }: SimpleElementGuide, value: string): string {
  const inUse = Object.keys(codes);
  const near = didYouMean(value, inUse) || didYouMean(value, codesOf(reference) ?? []);
  return `"${value}" is no code that X12 has for ${lowerFirst(name)} (element ${reference})${near}`;
}

/** Names of elements begin with a capital; abbreviations keep it. */
function lowerFirst(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : name;
}
