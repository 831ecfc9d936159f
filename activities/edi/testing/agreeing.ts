import { type PartnerProfile, partnerProfile } from '../../../mappings/profile/profile.ts';
import type { RecordsUnderTest } from '../../orders/testing/records-under-test.ts';
import type { PartnerProfiles } from '../../partners/partner-profiles.ts';

/** The same records with a changed profile of the partner. */
export function agreeing(
  given: RecordsUnderTest,
  partnerId: string,
  change: (profile: PartnerProfile) => object,
): RecordsUnderTest & { profiles: PartnerProfiles } {
  const profile = given.profiles.get(partnerId);
  if (profile === undefined) throw new Error(`there is no profile of ${partnerId}`);
  const { version, ...content } = profile;
  const agreed = { ...partnerProfile.parse({ ...content, ...change(profile) }), version };
  const get = (id: string) => (id === partnerId ? agreed : given.profiles.get(id));
  const profiles: PartnerProfiles = {
    get,
    values: () => [...given.profiles.values()].map((one) => get(one.id) ?? one).values(),
    forOrder: (order) => Promise.resolve(get(order.partnerId)),
    keep: (kept) => given.profiles.keep(kept),
    problems: [],
    problemsOf: () => [],
    warningsOf: () => [],
  };
  return { ...given, profiles } as RecordsUnderTest & { profiles: PartnerProfiles };
}
