import { join } from 'node:path';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { projectDir } from '../../scripts/stack/part.ts';

/** The example partners; every input is read with one of their profiles. */
export function exampleProfiles(): PartnerProfile[] {
  const env = { PARTNERS_URL: 'https://partners.example', SANDBOX_TOKEN: 'secret' };
  return [...loadProfiles(join(projectDir, 'mappings', 'partners'), env).values()];
}
