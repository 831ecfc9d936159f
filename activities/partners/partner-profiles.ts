/** Partner profiles in a running system: the current one of each partner, and for each order the version that it started with. */
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
 * `get` and `values` are the profiles of today: for intake, interchanges and transport. What is decided for one order goes by
 * {@link PartnerProfiles.forOrder}.
 */
export interface PartnerProfiles extends CurrentProfiles {
  /**
   * The profile that an order keeps, on the line of today: identifiers, X12 syntax and transport are those of the current profile.
   * Undefined when the partner has no profile any more. Asks the database only for a version that this process has not met yet; within a
   * transaction give its client, so that no second connection is asked for.
   *
   * @throws a failure `profile-version-unreadable` that no retry mends when the schema of today does not take the content any more.
   */
  forOrder(
    order: { partnerId: string; profileVersion: string },
    records?: Pick<Transaction, 'profileVersion'>,
  ): Promise<PartnerProfile | undefined>;
  /** Sees to it that the version can be found by {@link forOrder} for ever. Once per process and version it costs an insert. */
  keep(profile: PartnerProfile): Promise<void>;
  /** Current errors in the files. Their partners keep the last valid profile. */
  readonly problems: readonly ProfileProblem[];
  /** Those of one partner: of its own file, and of a template that it extends; of one never read yet, of its own file alone. */
  problemsOf(partnerId: string): readonly ProfileProblem[];
}

export interface PartnerProfilesDependencies {
  readonly directory: string;
  readonly prisma: Database;
  readonly log: Logger;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Reads the folder now and follows it from then on. */
export class FollowedProfiles implements PartnerProfiles {
  readonly #prisma: Database;
  readonly #log: Logger;
  readonly #directory: string;
  readonly #folder: ProfileFolder;
  readonly #kept = new Set<string>();
  /** Versions that were read from the database. */
  readonly #earlier = new Map<string, PartnerProfile>();

  /** @throws ProfileError with everything that is wrong with the files. */
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

  /** One look at the files, as it is done every second; a change is taken at the second one. */
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
      // Only an order from before versions were kept: those that came later wait for their version to be stored first.
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

  /** Follows the files no longer. */
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
