/** Partner profiles at run time: the current profile of each partner, and the version with which each order started. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CurrentProfiles, earlierProfile, withLineOf } from '../../mappings/profile/earlier.ts';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { Transaction } from '../lib/records.ts';
import type { ReadProfile } from './profile-files.ts';
import { ProfileFolder } from './profile-folder.ts';
import { lastInForce, storeFirstUse, storeInForce } from './stored-versions.ts';

/**
 * `get` and `values` return current profiles, for intake, interchanges and transport. Decisions about one
 * order use {@link PartnerProfiles.forOrder}.
 */
export interface PartnerProfiles extends CurrentProfiles {
  /**
   * The profile version of an order, with identifiers, X12 syntax, guide rules and transport of the current profile.
   * Undefined if the partner no longer has a profile. Queries the database only for a version that this process
   * has not read yet. Within a transaction, pass its client to avoid a second connection.
   *
   * @throws the permanent failure `profile-version-unreadable` if the current schema rejects the stored content.
   */
  forOrder(
    order: { partnerId: string; profileVersion: string },
    records?: Pick<Transaction, 'profileVersion'>,
  ): Promise<PartnerProfile | undefined>;
  /** Stores that an order came under the version, for {@link forOrder}. Costs one insert per process and version. */
  keep(profile: PartnerProfile): Promise<void>;
  /** Current errors in the files. Their partners keep the last valid profile. */
  readonly problems: readonly ProfileProblem[];
  /** Errors of one partner: in its own file and in its templates. */
  problemsOf(partnerId: string): readonly ProfileProblem[];
  /** Warnings about likely mistakes in the files of a partner. They do not keep its profile from being used. */
  warningsOf(partnerId: string): readonly ProfileProblem[];
}

export interface PartnerProfilesDependencies {
  readonly directory: string;
  readonly prisma: Database;
  readonly log: Logger;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** How long to wait for the database before the next attempt, in milliseconds. */
const AGAIN_AFTER_MS = 1_000;

/** Reads the folder and follows its changes. */
export class FollowedProfiles implements PartnerProfiles {
  readonly #prisma: Database;
  readonly #log: Logger;
  readonly #directory: string;
  readonly #folder: ProfileFolder;
  /** Versions in force that the database does not know yet, by partner. */
  readonly #unrecorded = new Map<string, ReadProfile>();
  #recording: NodeJS.Timeout | undefined;
  /** Partners for which the log says so. */
  readonly #warned = new Set<string>();
  readonly #kept = new Set<string>();
  /** Versions read from the database. */
  readonly #earlier = new Map<string, PartnerProfile>();

  private constructor({ directory, prisma, log }: PartnerProfilesDependencies, folder: ProfileFolder) {
    this.#prisma = prisma;
    this.#log = log;
    this.#directory = directory;
    this.#folder = folder;
    for (const { id, version } of folder.values()) this.#comesIntoForce({ partnerId: id, version });
    folder.watch();
  }

  /**
   * Needs the database only if a file is invalid, and then waits for it: without its last good profile, a partner would
   * be a stranger and its files refused.
   *
   * @throws ProfileError if the folder cannot be read, or nothing says whose the identifiers are that partners share.
   */
  static async open(dependencies: PartnerProfilesDependencies): Promise<FollowedProfiles> {
    const { directory, prisma, log, env } = dependencies;
    let followed: FollowedProfiles | undefined;
    const folder = await ProfileFolder.open(directory, {
      ...(env && { env }),
      lastGood: (partnerIds) => onceAnswered(log, () => lastInForce(prisma, directory, partnerIds, env)),
      changed: (change) => {
        log.info('a partner profile has changed', change);
        if (followed !== undefined) followed.#comesIntoForce(change);
      },
      refused: (problems, without) => {
        for (const { file, line, column, key, reason, code } of problems) {
          const place = `${file}:${line}:${column}`;
          log.error(`a partner profile is wrong, the last good one stays: ${place} ${key} ${reason}`, { code });
        }
        for (const partnerId of without) {
          log.error('a partner has no profile, because none of it was ever good', { partnerId });
        }
      },
    });
    followed = new FollowedProfiles(dependencies, folder);
    return followed;
  }

  get(partnerId: string): PartnerProfile | undefined {
    return this.#folder.get(partnerId);
  }

  values(): MapIterator<PartnerProfile> {
    return this.#folder.values();
  }

  get problems(): readonly ProfileProblem[] {
    return this.#folder.problems;
  }

  problemsOf(partnerId: string): readonly ProfileProblem[] {
    return this.problems.filter((problem) => problem.partnerId === partnerId);
  }

  warningsOf(partnerId: string): readonly ProfileProblem[] {
    const current = this.get(partnerId);
    return (current && this.#folder.version(partnerId, current.version)?.warnings) ?? [];
  }

  /** One of the looks that happen every second; a change is adopted at the second look. */
  look(): void {
    this.#folder.look();
  }

  async forOrder(
    order: { partnerId: string; profileVersion: string },
    records: Pick<Transaction, 'profileVersion'> = this.#prisma,
  ): Promise<PartnerProfile | undefined> {
    const { partnerId, profileVersion } = order;
    const current = this.get(partnerId);
    if (current === undefined || current.version === profileVersion) return current;
    const key = `${partnerId}/${profileVersion}`;
    const known = this.#folder.version(partnerId, profileVersion)?.profile ?? this.#earlier.get(key);
    if (known !== undefined) return withLineOf(known, current);
    const row = await records.profileVersion.findUnique({
      where: { partnerId_version: { partnerId, version: profileVersion } },
      select: { content: true },
    });
    if (row === null) {
      // Only possible for an order without a stored version: intake stores the version first.
      this.#log.warn('the profile version of an order was never kept, the current one is used', { ...order });
      return current;
    }
    const earlier = readEarlier(row.content, profileVersion, current);
    this.#earlier.set(key, earlier);
    return earlier;
  }

  async keep({ id, version }: PartnerProfile): Promise<void> {
    const key = `${id}/${version}`;
    const read = this.#kept.has(key) ? undefined : this.#folder.version(id, version);
    if (read === undefined) return;
    await storeFirstUse(this.#prisma, this.#directory, read);
    this.#kept.add(key);
  }

  /** Stops following the files. */
  stop(): void {
    this.#folder.unwatch();
    this.#unrecorded.clear();
    clearTimeout(this.#recording);
  }

  #comesIntoForce({ partnerId, version }: { partnerId: string; version?: string }): void {
    const read = version === undefined ? undefined : this.#folder.version(partnerId, version);
    if (read === undefined) this.#unrecorded.delete(partnerId);
    else this.#unrecorded.set(partnerId, read);
    this.#recordInForce();
  }

  /** Nothing waits for this record: it matters at the next start, and the database may be away now. */
  #recordInForce(): void {
    clearTimeout(this.#recording);
    this.#recording = setTimeout(() => void this.#record(), 0).unref();
  }

  async #record(): Promise<void> {
    for (const [partnerId, read] of [...this.#unrecorded]) {
      if (this.#unrecorded.get(partnerId) !== read) continue;
      try {
        await storeInForce(this.#prisma, this.#directory, read);
        if (this.#unrecorded.get(partnerId) === read) this.#unrecorded.delete(partnerId);
      } catch (error) {
        if (!this.#warned.has(partnerId)) {
          this.#log.warn('the profile in force is not stored yet for the next start', { partnerId, error });
        }
        this.#warned.add(partnerId);
      }
    }
    if (this.#unrecorded.size === 0) return;
    clearTimeout(this.#recording);
    this.#recording = setTimeout(() => void this.#record(), AGAIN_AFTER_MS).unref();
  }
}

async function onceAnswered<T>(log: Logger, read: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (attempt % 60 === 0) {
        log.warn('a partner profile is wrong, and the database is needed for the last good one', { error });
      }
      await delay(AGAIN_AFTER_MS);
    }
  }
}

function readEarlier(content: unknown, version: string, current: PartnerProfile): PartnerProfile {
  try {
    return earlierProfile(content, version, current);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw permanent('profile-version-unreadable', error.message);
  }
}
