/** The profiles with which a process starts: those of the files, and the last good version where a file is wrong. */
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { profileNames, type ReadProfile, readProfiles, sharedIdentifiers, sharersOf } from './profile-files.ts';
import type { Environment } from './resolve-profile.ts';

export interface FoundProfiles {
  readonly read: ReadonlyMap<string, ReadProfile>;
  readonly problems: readonly ProfileProblem[];
}

/**
 * The last good version of each of these partners, where there is one. A problem says why a stored version cannot
 * be used.
 */
export type LastGood = (partnerIds: readonly string[]) => Promise<FoundProfiles>;

/**
 * One wrong file must not keep all other partners from starting, so its partner goes on with its last good version, or
 * has no profile if there is none. The same holds for partners that claim the same identifiers: of them, those that
 * were in force before go on.
 *
 * @throws ProfileError if the folder cannot be read, or if partners claim the same identifiers and nothing says which
 * of them had these before.
 */
export async function profilesAtStart(
  directory: string,
  env: Environment | undefined,
  lastGood: LastGood,
): Promise<FoundProfiles> {
  const found = readProfiles(directory, env);
  const read = new Map(found.read);
  const problems = [...found.problems];
  const replaced = new Set<string>();
  let wanted = profileNames(directory).filter((name) => !read.has(name));
  for (;;) {
    for (const id of wanted) replaced.add(id);
    if (wanted.length > 0) {
      const stored = await lastGood(wanted);
      problems.push(...stored.problems);
      for (const id of wanted) {
        const one = stored.read.get(id);
        if (one === undefined) read.delete(id);
        else read.set(id, one);
      }
    }
    // A stored version may claim what a file claims now, so that one round can call for another.
    const groups = sharersOf([...read.values()].map(({ profile }) => profile));
    const reported = new Set(problems.filter(isShared).map(({ file }) => file));
    problems.push(...sharedIdentifiers(directory, groups).filter(({ file }) => !reported.has(file)));
    wanted = groups.flat().filter((id) => !replaced.has(id));
    if (wanted.length > 0) continue;
    if (groups.length > 0) throw new ProfileError(problems.filter(isShared));
    break;
  }
  const undecided = sharersOf([...found.read.values()].map(({ profile }) => profile)).filter(
    (ids) => !ids.some((id) => read.has(id)),
  );
  if (undecided.length > 0) throw new ProfileError(sharedIdentifiers(directory, undecided));
  return { read: new Map([...read].sort(([one], [other]) => one.localeCompare(other))), problems };
}

function isShared({ code }: ProfileProblem): boolean {
  return code === 'profile-identifiers-shared';
}
