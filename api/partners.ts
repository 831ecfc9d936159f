import type { PartnerProfile } from '../mappings/profile/profile.ts';
import type { PartnerDirectory, PartnerSummary } from './dependencies.ts';

/** The directory of the profiles that the process has loaded. */
export function partnerDirectory(profiles: ReadonlyMap<string, PartnerProfile>): PartnerDirectory {
  const summaries = new Map<string, PartnerSummary>(
    [...profiles.values()].map(({ id, name, version, labels, invoicing }) => [
      id,
      { id, name, profileVersion: version, labels, vendorNumber: invoicing.vendorNumber },
    ]),
  );
  return { list: () => [...summaries.values()], find: (partnerId) => summaries.get(partnerId) };
}
