/** Partner profiles at run time: the current profile of each partner, and the version with which each order started. */
import { join, relative } from 'node:path';
import { type CurrentProfiles, earlierProfile, withLineOf } from '../../mappings/profile/earlier.ts';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { Transaction } from '../lib/records.ts';
import { ProfileFolder } from './profile-folder.ts';

/**
 * `get` and `values` return current profiles, for intake, interchanges and transport. Decisions about one
 * order use {@link PartnerProfiles.forOrder}.
 */
export interface PartnerProfiles extends CurrentProfiles {
  /**
   * The profile version of an order, with identifiers, X12 syntax and transport of the current profile.
   * Undefined if the partner no longer has a profile. Queries the database only for a version that this process
   * has not read yet. Within a transaction, pass its client to avoid a second connection.
   *
   * @throws the permanent failure `profile-version-unreadable` if the current schema rejects the stored content.
   */
  forOrder(
    order: { partnerId: string; profileVersion: string },
    records?: Pick<Transaction, 'profileVersion'>,
  ): Promise<PartnerProfile | undefined>;
  /** Stores the version permanently for {@link forOrder}. Costs one insert per process and version. */
  keep(profile: PartnerProfile): Promise<void>;
  /** Current errors in the files. Their partners keep the last valid profile. */
  readonly problems: readonly ProfileProblem[];
  /** Errors of one partner: in its own file and in its templates; only in its own file if it was never read. */
  problemsOf(partnerId: string): readonly ProfileProblem[];
}

export interface PartnerProfilesDependencies {
  readonly directory: string;
  readonly prisma: Database;
  readonly log: Logger;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Reads the folder and follows its changes. */
export class FollowedProfiles implements PartnerProfiles {
  readonly #prisma: Database;
  readonly #log: Logger;
  readonly #directory: string;
  readonly #folder: ProfileFolder;
  readonly #kept = new Set<string>();
  /** Versions read from the database. */
  readonly #earlier = new Map<string, PartnerProfile>();

  /** @throws ProfileError with all errors of the files. */
  constructor({ directory, prisma, log, env }: PartnerProfilesDependencies) {
    this.#prisma = prisma;
    this.#log = log;
    this.#directory = directory;
    this.#folder = new ProfileFolder(directory, {
      ...(env && { env }),
      changed: (change) => log.info('a partner profile has changed', change),
      refused: (problems) => {
        for (const { file, line, column, key, reason, code } of problems) {
          const place = `${file}:${line}:${column}`;
          log.error(`a partner profile is wrong, the last good one stays: ${place} ${key} ${reason}`, { code });
        }
      },
    }).watch();
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
    const current = this.get(partnerId);
    const files =
      current === undefined
        ? [join(this.#directory, `${partnerId}.yaml`)]
        : this.#folder.version(partnerId, current.version)?.files;
    return this.problems.filter(({ file }) => files?.includes(file));
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
    await this.#prisma.profileVersion.createMany({
      data: [
        {
          partnerId: id,
          version,
          content: read.content as object,
          files: read.files.map((file) => relative(this.#directory, file)),
        },
      ],
      skipDuplicates: true,
    });
    this.#kept.add(key);
  }

  /** Stops following the files. */
  stop(): void {
    this.#folder.unwatch();
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
