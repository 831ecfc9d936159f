import { join } from 'node:path';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { projectDir } from '../../scripts/stack/part.ts';

/** The partners of the example, under whose agreements every input is read. */
export function exampleProfiles(): PartnerProfile[] {
  const env = { PARTNERS_URL: 'https://partners.example', SANDBOX_TOKEN: 'secret' };
  return [...loadProfiles(join(projectDir, 'mappings', 'partners'), env).values()];
}
