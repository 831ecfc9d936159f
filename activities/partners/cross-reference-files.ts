import { join } from 'node:path';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { Logger } from '../../runtime/logger.ts';
import { asJson } from '../lib/records.ts';
import { bytesOfFile, CrossReferenceFileError, crossReferencesOfCsv } from './cross-reference-csv.ts';
import { type CrossReferenceReport, loadCrossReferences, type StatedRow } from './cross-references.ts';
import type { PartnerProfiles } from './partner-profiles.ts';
import { ABSENT, stateOfFile } from './profile-folder.ts';

const LOOK_EVERY_MS = 1_000;
/** The retry interval: rows may name master data that the ERP has not delivered yet, and a disk may recover. */
const TRY_AGAIN_AFTER_MS = 60_000;
/** A large file is retried no sooner than this multiple of its last duration. */
const TRY_AGAIN_AFTER_TIMES = 20;
/** The number of rejected rows per file that the API reports. */
const REFUSED_KEPT = 500;

/** The partner's file, in the folder of profiles. */
export function crossReferenceFileOf(directory: string, partnerId: string): string {
  return join(directory, partnerId, 'cross-references.csv');
}

/** The reason why nothing of a file was loaded. */
export type CrossReferenceFault = Pick<CrossReferenceFileError, 'code' | 'line'> & { readonly reason: string };

interface Followed {
  /** The file's state at the last look, and at the last load. */
  seen?: string;
  loaded?: string;
  /** When to retry an unchanged file. */
  againAt?: number | undefined;
  /** The last error logged for it. */
  told?: string | undefined;
}

export interface CrossReferenceFilesDependencies {
  readonly directory: string;
  readonly prisma: Database;
  readonly profiles: PartnerProfiles;
  readonly log: Logger;
  /** Called after rows of a partner have been loaded. */
  readonly onLoaded?: (partnerId: string) => Promise<unknown>;
  readonly now?: () => number;
}

/**
 * Loads `NAME/cross-references.csv` of each partner at start and after each change, once two consecutive looks
 * find the same state. If a file cannot be read, its earlier rows stay; if it is deleted, its rows are removed.
 * The outcome is stored as `CrossReferenceFile`. Any number of processes may do this concurrently.
 */
export class CrossReferenceFiles {
  readonly #deps: CrossReferenceFilesDependencies;
  readonly #now: () => number;
  readonly #followed = new Map<string, Followed>();
  #looking: Promise<void> | undefined;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: CrossReferenceFilesDependencies) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** Looks now and then every second, until {@link stop}. Does not keep the process alive. */
  watch(): this {
    void this.look();
    this.#timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    return this;
  }

  /** Aborts a running load; resolves once the database is no longer used. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stopped = true;
    await this.#looking;
  }

  /** One look at the files of all partners. Never rejects: failures are logged and retried. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    for (const profile of this.#deps.profiles.values()) {
      if (!this.#stopped) await this.#lookAt(profile);
    }
  }

  async #lookAt(profile: PartnerProfile): Promise<void> {
    const file = crossReferenceFileOf(this.#deps.directory, profile.id);
    const state = stateOfFile(file);
    const followed = this.#followed.get(profile.id) ?? {};
    this.#followed.set(profile.id, followed);
    const settled = followed.seen === state;
    followed.seen = state;
    const begunAt = this.#now();
    const again = followed.againAt !== undefined && begunAt >= followed.againAt;
    if (!settled || (followed.loaded === state && !again)) return;
    try {
      const wrong = await this.#load(profile, file, state);
      this.#tell(followed, wrong);
      const took = this.#now() - begunAt;
      const againAt = begunAt + Math.max(TRY_AGAIN_AFTER_MS, took * TRY_AGAIN_AFTER_TIMES);
      Object.assign(followed, { loaded: state, againAt: wrong?.mayPass ? againAt : undefined });
    } catch (error) {
      if (!this.#stopped) this.#deps.log.warn('cross-references could not be loaded yet', { file, error });
    }
  }

  /** Logs an error of the file once, however often the file is retried. */
  #tell(followed: Followed, wrong: Wrong | undefined): void {
    const told = wrong && JSON.stringify(wrong);
    if (wrong && told !== followed.told) this.#deps.log.error(wrong.message, wrong.details);
    followed.told = told;
  }

  async #load(profile: PartnerProfile, file: string, state: string): Promise<Wrong | undefined> {
    const { prisma, log } = this.#deps;
    const rows = state === ABSENT ? [] : this.#rowsOf(file, state);
    let report: CrossReferenceReport;
    try {
      report = await loadCrossReferences(this.#deps, { profile, rows, source: 'file', refusedShown: REFUSED_KEPT });
    } catch (error) {
      if (!(error instanceof CrossReferenceFileError)) throw error;
      const { code, line, message: reason } = error;
      await this.#keep(profile.id, file, { ...NOTHING_LOADED, fault: { code, line, reason } });
      const message = `cross-references are kept as they were: ${file}:${line} ${reason}`;
      return { message, details: { code }, mayPass: code === 'unreadable' };
    }
    const { refused, ...counts } = report;
    if (counts.loaded > 0) await this.#deps.onLoaded?.(profile.id);
    // Keep the time and row count of the deletion; later looks leave them unchanged.
    if (state !== ABSENT || counts.removed > 0) await this.#keep(profile.id, file, report);
    else await prisma.crossReferenceFile.deleteMany({ where: { partnerId: profile.id, ...STATES_SOMETHING } });
    if (state === ABSENT && counts.removed > 0) log.warn('cross-references went with their file', { file, ...counts });
    else if (counts.loaded > 0 || counts.removed > 0) log.info('cross-references loaded', { file, ...counts });
    const [first] = refused;
    if (first === undefined) return undefined;
    const place = `${file}:${first.line} ${first.column ?? ''} ${first.reason}`;
    const message = `${counts.refusedCount} cross-references refused, the first at ${place}`;
    return { message, details: { refused: refused.slice(0, 20) }, mayPass: true };
  }

  /** A file that changes during reading is read again. */
  async *#rowsOf(file: string, state: string): AsyncGenerator<StatedRow[]> {
    for await (const rows of crossReferencesOfCsv(bytesOfFile(file), { lineEndNeeded: true })) {
      if (this.#stopped) throw new Error('the process ends');
      yield rows;
    }
    if (stateOfFile(file) !== state) throw new Error('the file changed while it was read');
  }

  async #keep(
    partnerId: string,
    file: string,
    { fault, refused, ...counts }: CrossReferenceReport & { fault?: CrossReferenceFault },
  ): Promise<void> {
    const kept = {
      file,
      readAt: new Date(this.#now()),
      fault: fault === undefined ? Prisma.DbNull : asJson(fault),
      refused: asJson(refused),
      ...counts,
    };
    await this.#deps.prisma.crossReferenceFile.upsert({
      where: { partnerId },
      create: { partnerId, ...kept },
      update: kept,
    });
  }
}

interface Wrong {
  readonly message: string;
  readonly details: object;
  /** The unchanged file may become valid later. */
  readonly mayPass: boolean;
}

/** The record of an existing file. A deleted file only has its removed rows. */
const STATES_SOMETHING = {
  OR: [
    { fault: { not: Prisma.DbNull } },
    { loaded: { gt: 0 } },
    { unchanged: { gt: 0 } },
    { refusedCount: { gt: 0 } },
    { removed: 0 },
  ],
};

const NOTHING_LOADED: CrossReferenceReport = { loaded: 0, unchanged: 0, removed: 0, refusedCount: 0, refused: [] };
