/** A step that a person does by hand outside, so that the order goes on without it. */
import type { Refusal } from './guards.ts';
import type { ResolveExceptionInput } from './messages.ts';

/** Whoever reads the order later must understand why: one word says too little. */
const FEWEST_WORDS = 3;

export const REASON_NEEDED = `skip needs a note of at least ${FEWEST_WORDS} words that says why`;

export function whyNotSkip({
  resolution,
  note,
}: Pick<ResolveExceptionInput, 'resolution' | 'note'>): Refusal | undefined {
  if (resolution !== 'skip' || saysWhy(note)) return undefined;
  return { code: 'reason-missing', reason: REASON_NEEDED };
}

export function saysWhy(note: string | undefined): boolean {
  return (note ?? '').split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length >= FEWEST_WORDS;
}
