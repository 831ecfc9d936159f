import type { CurrentProfiles } from '../mappings/profile/load.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { PartnerDirectory, PartnerSummary } from './dependencies.ts';

/** The directory of the profiles as they are now. */
export function partnerDirectory(profiles: CurrentProfiles): PartnerDirectory {
  return {
    list: () => [...profiles.values()].map(summaryOf),
    find: (partnerId) => {
      const profile = profiles.get(partnerId);
      return profile && summaryOf(profile);
    },
  };
}

function summaryOf({ id, name, version, labels, invoicing }: PartnerProfile): PartnerSummary {
  return { id, name, profileVersion: version, labels, vendorNumber: invoicing.vendorNumber };
}
