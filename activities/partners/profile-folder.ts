import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { profileNames, type ReadProfile, readProfiles, sharedIdentifiers, sharersOf } from './profile-files.ts';
import { type FoundProfiles, type LastGood, profilesAtStart } from './profiles-at-start.ts';
import { unreadable } from './yaml-layer.ts';

/** The interval at which files are checked for changes, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** The {@link stateOfFile} of a missing file. */
export const ABSENT = 'absent';

export interface ProfileFolderOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A partner's profile has changed; without `version`, the partner was removed. */
  readonly changed?: (change: { partnerId: string; version?: string }) => void;
  /** Files are invalid. Called once for each state of the files; `without` names the partners that have no profile. */
  readonly refused?: (problems: readonly ProfileProblem[], without: readonly string[]) => void;
  /** Where a partner whose file is invalid at the start has its last good profile; by default nowhere. */
  readonly lastGood?: LastGood;
}

/**
 * The profiles of a folder at run time: file changes are adopted without a restart.
 *
 * If a file is invalid, its partner keeps the last valid profile, also over a restart. A change is adopted after two consecutive
 * looks find the same state, so that a file is not read while it is being written. Looks poll the file system,
 * because network file systems and mounted configurations send no notifications.
 */
export class ProfileFolder implements CurrentProfiles {
  readonly #directory: string;
  readonly #options: ProfileFolderOptions;
  #profiles: ReadonlyMap<string, ReadProfile>;
  #problems: readonly ProfileProblem[] = [];
  /** All versions that this process has read. */
  readonly #versions = new Map<string, ReadProfile>();
  #loaded: string;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;

  private constructor(directory: string, options: ProfileFolderOptions, loaded: string, found: FoundProfiles) {
    this.#directory = directory;
    this.#options = options;
    this.#loaded = loaded;
    this.#seen = loaded;
    this.#profiles = found.read;
    this.#remember(found.read);
    this.#refuse(found.problems);
  }

  /** @throws ProfileError if the folder cannot be read, or nothing says whose the identifiers are that partners share. */
  static async open(directory: string, options: ProfileFolderOptions = {}): Promise<ProfileFolder> {
    // Taken before the files are read, so that a change in between is seen by the next look.
    const loaded = fingerprintOf(directory);
    const { lastGood = () => Promise.resolve({ read: new Map(), problems: [] }) } = options;
    return new ProfileFolder(directory, options, loaded, await profilesAtStart(directory, options.env, lastGood));
  }

  get(partnerId: string): PartnerProfile | undefined {
    return this.#profiles.get(partnerId)?.profile;
  }

  values(): MapIterator<PartnerProfile> {
    return new Map([...this.#profiles].map(([id, { profile }]) => [id, profile])).values();
  }

  /** A version that this process has read. */
  version(partnerId: string, version: string): ReadProfile | undefined {
    return this.#versions.get(`${partnerId}/${version}`);
  }

  /** Current errors in the files. Their partners keep the last valid profile. */
  get problems(): readonly ProfileProblem[] {
    return this.#problems;
  }

  /** Checks the folder every second until {@link unwatch}. Does not keep the process alive. */
  watch(): this {
    this.#timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    return this;
  }

  unwatch(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One look: reads the files if they differ from those in use and equal those of the previous look. */
  look(): void {
    const now = fingerprintOf(this.#directory);
    const settled = now === this.#seen;
    this.#seen = now;
    if (!settled || now === this.#loaded) return;
    this.#loaded = now;
    this.#read();
  }

  #read(): void {
    let found: ReturnType<typeof readProfiles>;
    try {
      found = readProfiles(this.#directory, this.#options.env);
    } catch (error) {
      // No error here may end a running process.
      this.#refuse(error instanceof ProfileError ? error.problems : [unreadable(this.#directory, error)]);
      return;
    }
    const before = this.#profiles;
    const next = goodAfter(before, found);
    // A file may also claim the identifiers of a partner that goes on with its last good profile.
    const shared = sharedIdentifiers(this.#directory, sharersOf([...next.values()].map(({ profile }) => profile)));
    if (shared.length === 0) this.#profiles = next;
    this.#remember(this.#profiles);
    this.#tell(before);
    this.#refuse([...found.problems, ...shared]);
  }

  #refuse(problems: readonly ProfileProblem[]): void {
    this.#problems = problems;
    if (problems.length > 0) this.#options.refused?.(problems, this.#without());
  }

  #without(): string[] {
    try {
      return profileNames(this.#directory).filter((name) => !this.#profiles.has(name));
    } catch {
      // The folder is gone, which is a problem of its own.
      return [];
    }
  }

  #tell(before: ReadonlyMap<string, ReadProfile>): void {
    for (const partnerId of new Set([...before.keys(), ...this.#profiles.keys()])) {
      const [old, now] = [before, this.#profiles].map((profiles) => profiles.get(partnerId)?.profile.version);
      if (old !== now) this.#options.changed?.({ partnerId, ...(now !== undefined && { version: now }) });
    }
  }

  #remember(profiles: ReadonlyMap<string, ReadProfile>): void {
    for (const [id, read] of profiles) this.#versions.set(`${id}/${read.profile.version}`, read);
  }
}

/** The valid files, and the earlier profile of each partner whose file is invalid now. */
function goodAfter(
  before: ReadonlyMap<string, ReadProfile>,
  { read, problems }: FoundProfiles,
): ReadonlyMap<string, ReadProfile> {
  if (problems.length === 0) return read;
  // If two partners claim one id, neither can have it, so this state of the files is not adopted.
  if (problems.some(({ code }) => code === 'profile-identifiers-shared')) return before;
  const broken = [...before].filter(([id, { files }]) => !read.has(id) && stateOfFile(files[0] ?? '') !== ABSENT);
  return new Map([...read, ...broken].sort(([one], [other]) => one.localeCompare(other)));
}

/** Name and state of each YAML file of the folder and its subfolders; none if the folder is missing. */
function fingerprintOf(directory: string): string {
  let names: string[];
  try {
    names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch {
    return '';
  }
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => `${name}:${stateOfFile(join(directory, name))}`)
    .join('\n');
}

/** The file's state as text; a different text means a changed file. Never throws. */
export function stateOfFile(file: string): string {
  try {
    const { ino, mtimeNs, ctimeNs, size } = statSync(file, { bigint: true });
    return [ino, mtimeNs, ctimeNs, size].join(':');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? ABSENT : String(error);
  }
}
