import { loadProfiles, readProfile } from '../activities/partners/profile-files.ts';
import { ProfileError, type ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';

export class UnknownName extends Error {
  override readonly name = 'UnknownName';
}

/** Profiles are loaded here without being used for transport, so any value serves as a variable of the environment. */
const anyEnvironment = new Proxy({}, { get: () => 'http://127.0.0.1' }) as Record<string, string>;

/**
 * The profiles with these names, in the given order.
 *
 * @throws ProfileError if any file of the folder is invalid; UnknownName
 */
export function profilesOf(partnersDir: string, names: readonly string[]): PartnerProfile[] {
  const all = loadProfiles(partnersDir, anyEnvironment);
  return names.map((name) => {
    const profile = all.get(name);
    if (profile === undefined)
      throw new UnknownName(`there is no partner ${name}; known partners: ${[...all.keys()].join(', ')}`);
    return profile;
  });
}

/** Warnings about likely mistakes in the files of known partners. */
export function warningsOf(partnersDir: string, names: readonly string[]): ProfileProblem[] {
  return names.flatMap((name) => readProfile(partnersDir, name, anyEnvironment).warnings);
}

/**
 * What the transport of a partner needs and the environment lacks. A certification does without it, because its sandbox takes the place of
 * the transport; trading does not.
 */
export function missingVariables(
  partnersDir: string,
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): ProfileProblem[] {
  try {
    readProfile(partnersDir, name, env);
    return [];
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return error.problems.filter(({ code }) => code === 'profile-variable-missing');
  }
}
