import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ABSENT, stateOfFile } from '../../mappings/profile/folder.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import { CrossReferenceFileError, crossReferencesOfCsv } from './cross-reference-csv.ts';
import { loadCrossReferences } from './cross-references.ts';
import type { PartnerProfiles } from './partner-profiles.ts';

const LOOK_EVERY_MS = 1_000;
/** Rows that named what the ERP had not told us yet are good some time later. */
const TRY_REFUSED_AGAIN_AFTER_MS = 60_000;

/** The partner's file, in the folder of profiles. */
export function crossReferenceFileOf(directory: string, partnerId: string): string {
  return join(directory, partnerId, 'cross-references.csv');
}

interface Followed {
  /** State of the file at the last look, and as it was last loaded. */
  seen: string;
  loaded?: string;
  loadedAt: number;
  refused: number;
}

export interface CrossReferenceFilesDependencies {
  readonly directory: string;
  readonly prisma: Database;
  readonly profiles: PartnerProfiles;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * Loads `NAME/cross-references.csv` of each partner at start and whenever it has changed and two looks found it the same. A file that
 * cannot be read leaves what it stated before. Any number of processes may do this at once.
 */
export class CrossReferenceFiles {
  readonly #deps: CrossReferenceFilesDependencies;
  readonly #now: () => number;
  readonly #followed = new Map<string, Followed>();
  #looking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: CrossReferenceFilesDependencies) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** Looks at once and then every second, until {@link stop}. Does not keep the process alive. */
  watch(): this {
    void this.look();
    this.#timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One look at the files of all partners. Never rejects: what fails is logged and tried again. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const profile of this.#deps.profiles.values()) await this.#lookAt(profile);
    } finally {
      this.#looking = false;
    }
  }

  async #lookAt(profile: PartnerProfile): Promise<void> {
    const file = crossReferenceFileOf(this.#deps.directory, profile.id);
    const state = stateOfFile(file);
    const known = this.#followed.get(profile.id);
    const followed = known ?? { seen: state, loadedAt: 0, refused: 0 };
    this.#followed.set(profile.id, followed);
    const settled = followed.seen === state;
    followed.seen = state;
    const again = followed.refused > 0 && this.#now() - followed.loadedAt >= TRY_REFUSED_AGAIN_AFTER_MS;
    if (!settled || (followed.loaded === state && !again)) return;
    try {
      const refused = await this.#load(profile, file, state === ABSENT);
      Object.assign(followed, { loaded: state, loadedAt: this.#now(), refused });
    } catch (error) {
      const { log } = this.#deps;
      if (error instanceof CrossReferenceFileError) {
        log.error(`cross-references are kept as they were: ${file}:${error.line} ${error.message}`, {
          code: error.code,
        });
        followed.loaded = state;
      } else log.warn('cross-references could not be loaded yet', { file, error });
    }
  }

  async #load(profile: PartnerProfile, file: string, absent: boolean): Promise<number> {
    const { log } = this.#deps;
    const rows = absent ? [] : crossReferencesOfCsv(readFileSync(file, 'utf8'));
    const report = await loadCrossReferences(this.#deps, { profile, rows, source: 'file' });
    const { refused, ...counts } = report;
    if (counts.loaded > 0 || counts.removed > 0) log.info('cross-references loaded', { file, ...counts });
    if (refused.length === 0) return 0;
    const [first] = refused;
    const place = `${file}:${first?.line}`;
    log.error(
      `${refused.length} cross-references refused, the first at ${place} ${first?.column ?? ''} ${first?.reason}`,
      {
        refused: refused.slice(0, 20),
      },
    );
    return refused.length;
  }
}
