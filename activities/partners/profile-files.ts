import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Document } from 'yaml';
import { mergeContent, versionOf } from '../../mappings/profile/content.ts';
import { keyOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { warningsIn } from '../../mappings/profile/warnings.ts';
import { problemIn, readLayers } from './profile-layers.ts';
import { type Environment, type Locate, resolve } from './resolve-profile.ts';
import { valueAt } from './schema-faults.ts';
import { type Layer, type Path, unreadable } from './yaml-layer.ts';

/**
 * Reads partner profiles from a folder of YAML files.
 *
 * A profile is built in this order:
 * 1. `extends: templates/retailer` names a file of the same folder, which may extend another.
 * 2. Mappings merge key by key, at every depth. Anything else (a value, a list) replaces what the template says.
 * 3. `null` removes a key of the template, so that the schema's default applies.
 * 4. The version is computed from the merged content, so it is the same in every environment.
 * 5. `${NAME}` under `transport` stands for an environment variable.
 * 6. The schema checks the result; every problem is reported with file, line, column and key.
 */

const THEIRS: Path = ['identifiers', 'theirs'];

/** A profile with its sources. */
export interface ReadProfile {
  readonly profile: PartnerProfile;
  /** The merged content without substituted variables; the version is computed from it. */
  readonly content: Readonly<Record<string, unknown>>;
  /** The partner's own file, then its templates. */
  readonly files: readonly string[];
  /** Warnings about likely mistakes in its files; none for a stored version. */
  readonly warnings: readonly ProfileProblem[];
}

/**
 * Every profile of a folder, by id. Templates live in its subfolders and are not partners themselves.
 *
 * @throws ProfileError with the problems of all files.
 */
export function loadProfiles(directory: string, env: Environment = process.env): Map<string, PartnerProfile> {
  const { read, problems } = readProfiles(directory, env);
  if (problems.length > 0) throw new ProfileError(problems);
  return new Map([...read].map(([id, { profile }]) => [id, profile]));
}

/**
 * The same for a folder with invalid files: the valid profiles, and all errors of the others.
 *
 * @throws ProfileError only if the folder itself cannot be read.
 */
export function readProfiles(
  directory: string,
  env: Environment = process.env,
): { read: Map<string, ReadProfile>; problems: ProfileProblem[] } {
  const problems: ProfileProblem[] = [];
  const read = new Map<string, ReadProfile>();
  for (const name of profileNames(directory)) {
    try {
      const one = readProfile(directory, name, env);
      read.set(one.profile.id, one);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, partnerId: name })));
    }
  }
  const groups = sharersOf([...read.values()].map(({ profile }) => profile));
  problems.push(...sharedIdentifiers(directory, groups));
  return { read, problems };
}

/** The file of one partner. */
export function profileFileOf(directory: string, partnerId: string): string {
  return join(directory, `${partnerId}.yaml`);
}

/**
 * Names of the partners’ files, without `.yaml`.
 *
 * @throws ProfileError when the folder cannot be read.
 */
export function profileNames(directory: string): string[] {
  try {
    // A folder in place of a profile file is an error to report. The partner was not removed.
    return readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => basename(name, '.yaml'))
      .sort();
  } catch (error) {
    throw new ProfileError([unreadable(directory, error)]);
  }
}

/**
 * One profile; `name` is the file name without `.yaml`.
 *
 * @throws ProfileError with all problems of the file and its templates.
 */
export function loadProfile(directory: string, name: string, env: Environment = process.env): PartnerProfile {
  return readProfile(directory, name, env).profile;
}

/** {@link loadProfile} with the sources of the profile. */
export function readProfile(directory: string, name: string, env: Environment = process.env): ReadProfile {
  return profileOfLayers(readLayers(directory, name), env, name);
}

/**
 * The profile that the text would be as the partner's own file. The file need not exist.
 *
 * @throws ProfileError with all problems of the text and its templates.
 */
export function readProfileText(
  directory: string,
  name: string,
  text: string,
  env: Environment = process.env,
): ReadProfile {
  return profileOfLayers(readLayers(directory, name, text), env, name);
}

function profileOfLayers(layers: readonly Layer[], env: Environment, name: string): ReadProfile {
  const content = mergeLayers(layers);
  const locate: Locate = (path, code, reason) => problemIn(layers, path, code, reason);
  const profile = resolve(content, locate, env, name);
  // Our own defaults are meant as they are.
  const stated = warningsIn(profile).filter(({ path }) => valueAt(content, path) !== undefined);
  const warnings = stated.map(({ path, code, reason }) => locate(path, code, reason));
  return { profile, content, warnings, files: layers.map(({ file }) => file) };
}

/** The profile's content before variables are substituted and the schema is applied. */
export interface ProfileContent {
  readonly content: Readonly<Record<string, unknown>>;
  /** The content of its templates alone. */
  readonly inherited: Readonly<Record<string, unknown>>;
  readonly version: string;
  /** The text of the partner's own file, comments included. */
  readonly document: Document.Parsed;
}

/**
 * The content of a profile without environment variables, for tools that work on files.
 *
 * @throws ProfileError when the files cannot be read or are not YAML.
 */
export function readContent(directory: string, name: string): ProfileContent {
  const layers = readLayers(directory, name);
  const [own] = layers;
  if (own === undefined) throw new TypeError('a profile has at least one file');
  const content = mergeLayers(layers);
  return { content, inherited: mergeLayers(layers.slice(1)), version: versionOf(content), document: own.document };
}

function mergeLayers(layers: readonly Layer[]): Record<string, unknown> {
  return layers.reduceRight<Record<string, unknown>>((merged, { content }) => mergeContent(merged, content), {});
}

/** Groups of partners that claim the same identifiers. The two sides of one partner may, because ISA15 distinguishes them. */
export function sharersOf(profiles: Iterable<PartnerProfile>): string[][] {
  const owners = new Map<string, string[]>();
  for (const { id, identifiers, usage } of profiles) {
    const { theirs, ours } = identifiers;
    const key = [theirs.isaQualifier, theirs.isaId, ours.isaQualifier, ours.isaId, usage].join('\0');
    owners.set(key, [...(owners.get(key) ?? []), id]);
  }
  return [...owners.values()].filter((ids) => ids.length > 1);
}

/** Either file may be wrong where identifiers are shared, so each error names the other file. */
export function sharedIdentifiers(directory: string, groups: readonly (readonly string[])[]): ProfileProblem[] {
  return groups.flatMap((ids) => {
    const places = ids.map((id) => ({ id, problem: placeOfIdentifiers(directory, id) }));
    return places.map(({ id, problem }) => {
      const others = places
        .filter((other) => other.id !== id)
        .map(({ id: other, problem: { file, line } }) => `${other} (${file}:${line})`);
      const reason = `are those of ${others.join(' and ')} too, so that their interchanges could not be told apart`;
      return { ...problem, reason, partnerId: id };
    });
  });
}

function placeOfIdentifiers(directory: string, id: string): ProfileProblem {
  const code = 'profile-identifiers-shared';
  try {
    return problemIn(readLayers(directory, id), THEIRS, code, '');
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    // The file of a partner that goes on with its last good profile may be unreadable.
    return { code, file: profileFileOf(directory, id), line: 1, column: 1, key: keyOf(THEIRS), reason: '' };
  }
}
