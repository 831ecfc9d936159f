import type { PartnerProfiles } from '../activities/partners/partner-profiles.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { PartnerDirectory, PartnerSummary } from './dependencies.ts';

/** The current profiles, as a directory. */
export function partnerDirectory(
  profiles: Pick<PartnerProfiles, 'get' | 'values' | 'forOrder' | 'problemsOf' | 'problems' | 'warningsOf'>,
): PartnerDirectory {
  return {
    list: () => [...profiles.values()].map(summaryOf),
    find: (partnerId) => {
      const profile = profiles.get(partnerId);
      return profile && summaryOf(profile);
    },
    profile: (partnerId) => profiles.get(partnerId),
    forOrder: (order) => profiles.forOrder(order),
    problemsOf: (partnerId) => profiles.problemsOf(partnerId),
    warningsOf: (partnerId) => profiles.warningsOf(partnerId),
    problems: () => profiles.problems,
  };
}

function summaryOf({ id, name, version, usage }: PartnerProfile): PartnerSummary {
  return { id, name, profileVersion: version, usage };
}
