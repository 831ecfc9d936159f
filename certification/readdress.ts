import { usageIndicatorOf } from '../mappings/edi/interchange-parties.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { scanInterchanges } from '../mappings/x12/index.ts';

/**
 * Readdresses a file from one side of a partner (test or production) to the other. Only the identifiers and the usage indicator in ISA and
 * GS change; a header that cannot be parsed stays unchanged.
 */
export function readdressed(bytes: Uint8Array, from: PartnerProfile, to: PartnerProfile): Uint8Array {
  let text = Buffer.from(bytes).toString('latin1');
  const replace = (start: number, end: number, by: string) => {
    text = text.slice(0, start) + by + text.slice(end);
  };
  // Replace from the end, so that the offsets of earlier replacements stay valid.
  for (const { start, header, delimiters, groups } of scanInterchanges(bytes).reverse()) {
    if (header === undefined || delimiters === undefined) continue;
    for (const group of [...groups].reverse()) {
      const end = text.indexOf(delimiters.segment, group.start);
      const elements = text.slice(group.start, end).split(delimiters.element);
      const [senderId, receiverId] = [elements[2], elements[3]];
      if (senderId === from.identifiers.theirs.gsId) elements[2] = to.identifiers.theirs.gsId;
      if (receiverId === from.identifiers.ours.gsId) elements[3] = to.identifiers.ours.gsId;
      replace(group.start, end, elements.join(delimiters.element));
    }
    for (const [at, width, one, other] of isaFields(from, to)) {
      if (text.slice(start + at, start + at + width).trimEnd() === one) {
        replace(start + at, start + at + width, other.padEnd(width));
      }
    }
  }
  return Buffer.from(text, 'latin1');
}

/** Fixed columns of the ISA: offset, width, value for `from` and value for `to`. */
function isaFields(from: PartnerProfile, to: PartnerProfile): [number, number, string, string][] {
  const [one, other] = [from.identifiers, to.identifiers];
  return [
    [32, 2, one.theirs.isaQualifier, other.theirs.isaQualifier],
    [35, 15, one.theirs.isaId, other.theirs.isaId],
    [51, 2, one.ours.isaQualifier, other.ours.isaQualifier],
    [54, 15, one.ours.isaId, other.ours.isaId],
    [102, 1, usageIndicatorOf(from.usage), usageIndicatorOf(to.usage)],
  ];
}
