/** Numbers that our documents repeat are checked where they come in, while their sender can still correct them. */
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { named } from '../../mappings/x12/repertoire.ts';
import { unwritableIn } from '../../mappings/x12/write.ts';
import { IntakeRefusal } from './intake-refusal.ts';

export type NumberAt = readonly [path: string, text: string | undefined];

/** Numbers and codes are never rewritten, so a document with such a character could never be written. */
export function refuseUnwritable(numbers: readonly NumberAt[], { documents, x12 }: PartnerProfile): void {
  if (Object.keys(documents.outbound).length === 0) return;
  for (const [path, text] of numbers) {
    const character = text === undefined ? undefined : unwritableIn(text, x12.delimiters, x12.repertoire);
    if (character === undefined) continue;
    const reason = `${named(character)} cannot be written into the documents of this partner (x12.delimiters, x12.repertoire)`;
    throw new IntakeRefusal('number-not-writable', path, reason);
  }
}
