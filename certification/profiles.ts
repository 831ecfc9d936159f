import { loadProfiles } from '../activities/partners/profile-files.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';

export class UnknownName extends Error {
  override readonly name = 'UnknownName';
}

/** Any value will do before there is a network: what is named here is only looked at. */
const anyEnvironment = new Proxy({}, { get: () => 'http://127.0.0.1' }) as Record<string, string>;

/**
 * The profiles of these names, in their order.
 *
 * @throws ProfileError where any file of the folder is wrong; UnknownName
 */
export function profilesOf(partnersDir: string, names: readonly string[]): PartnerProfile[] {
  const all = loadProfiles(partnersDir, anyEnvironment);
  return names.map((name) => {
    const profile = all.get(name);
    if (profile === undefined)
      throw new UnknownName(`there is no partner ${name}; there are ${[...all.keys()].join(', ')}`);
    return profile;
  });
}
