import { guideFor } from '../x12/guides/index.ts';
import { narrowGuide } from '../x12/narrow.ts';
import type { Guide } from '../x12/types.ts';
import type { PartnerProfile } from './profile.ts';

const narrowed = new WeakMap<PartnerProfile, Map<string, Guide | undefined>>();

/** The guide of a set and version with the partner’s own rules on top; undefined when there is no such guide. Computed once. */
export function partnerGuide(profile: PartnerProfile, set: string, version: string): Guide | undefined {
  const guides = narrowed.get(profile) ?? new Map<string, Guide | undefined>();
  narrowed.set(profile, guides);
  const key = `${set}/${version}`;
  if (!guides.has(key)) {
    const standard = guideFor(set, version);
    const rules = (profile.guides[set] ?? []).map(({ segment, element, required, maximum, codes, maximumLength }) => ({
      at: segment,
      ...(element !== undefined && { element }),
      ...(required === true && { mandatory: true }),
      ...(maximum === 0 && { forbidden: true }),
      ...(maximum !== undefined && maximum > 0 && { maximum }),
      ...(codes !== undefined && { codes }),
      ...(maximumLength !== undefined && { maxLength: maximumLength }),
    }));
    guides.set(key, standard && narrowGuide(standard, rules));
  }
  return guides.get(key);
}
