/** Edits the file of a partner's test side. Production's file comes from a promotion alone. */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CurrentProfiles } from '../../mappings/profile/earlier.ts';
import { linesOf, ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import { profileFileOf, type ReadProfile, readContent, readProfileText, sharersOf } from './profile-files.ts';
import { PROFILE, readLayers } from './profile-layers.ts';
import type { Environment } from './resolve-profile.ts';
import { type Layer, layerOf, problemAt } from './yaml-layer.ts';

export interface ProfileText {
  readonly text: string;
  /** Changes with every change of the text, also where the profile's version does not. */
  readonly revision: string;
  /** The file and its templates, relative to the folder. */
  readonly files: readonly string[];
}

export type CheckedText =
  | { readonly read: ReadProfile; readonly problems: readonly [] }
  | { readonly read?: undefined; readonly problems: readonly ProfileProblem[] };

/** Why a text is not saved. `code` is stable. */
export class SaveRefused extends Error {
  override readonly name = 'SaveRefused';
  readonly code: 'profile-changed-meanwhile' | 'profile-not-editable' | 'profile-invalid' | 'profile-folder-read-only';
  readonly problems: readonly ProfileProblem[];

  constructor(code: SaveRefused['code'], message: string, problems: readonly ProfileProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

/** Where a value of a profile comes from. */
export interface ProfileValue {
  /** Dotted. */
  readonly key: string;
  readonly value: unknown;
  /** A file relative to the folder; null for a default. */
  readonly from: string | null;
}

export interface ProfileEditorDependencies {
  readonly directory: string;
  readonly profiles: CurrentProfiles;
  readonly prisma: Database;
  readonly env?: Environment;
  /** Stands in for the file system where a test makes it refuse. */
  readonly disk?: Disk;
}

export interface Disk {
  open(path: string, flags: string, mode: number): number;
  rename(from: string, to: string): void;
}

const REAL_DISK: Disk = { open: openSync, rename: renameSync };

const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

export class ProfileEditor {
  readonly #directory: string;
  readonly #profiles: CurrentProfiles;
  readonly #prisma: Database;
  readonly #env: Environment;
  readonly #disk: Disk;

  constructor({ directory, profiles, prisma, env = process.env, disk = REAL_DISK }: ProfileEditorDependencies) {
    this.#directory = directory;
    this.#profiles = profiles;
    this.#prisma = prisma;
    this.#env = env;
    this.#disk = disk;
  }

  /** The partner's own file; undefined if there is none. */
  read(partnerId: string): ProfileText | undefined {
    if (!NAME.test(partnerId)) return undefined;
    const file = profileFileOf(this.#directory, partnerId);
    const text = textOf(file);
    return text === undefined ? undefined : { text, revision: revisionOf(text), files: this.#filesOf(partnerId, file) };
  }

  /** Every value of the profile in force, with the file that states it. */
  values(profile: PartnerProfile): ProfileValue[] {
    const layers = this.#layersOf(profile.id);
    const { version: _, transport: __, ...content } = profile;
    // Of the transport only what the files say: variables stay variables.
    const stated = layers.find((layer) => layer.content.transport !== undefined)?.content.transport;
    const plain = JSON.parse(JSON.stringify({ ...content, ...(stated !== undefined && { transport: stated }) }));
    return leavesOf(plain, []).map(({ path, value }) => {
      const layer = layers.find(({ document }) => document.hasIn(path));
      return { key: path.join('.'), value, from: layer === undefined ? null : relative(this.#directory, layer.file) };
    });
  }

  /**
   * What the text would be as the partner's file, by the rules of the folder.
   *
   * @param namesOthers whether the caller may know which other partners there are
   */
  check(partnerId: string, text: string, { namesOthers }: { namesOthers: boolean }): CheckedText {
    let read: ReadProfile;
    try {
      this.#refuseStrangeTemplate(partnerId, text);
      read = readProfileText(this.#directory, partnerId, text, this.#env);
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      return { problems: error.problems.map((problem) => this.#told(problem)) };
    }
    const others = [...this.#profiles.values()].filter(({ id }) => id !== partnerId);
    const shared = sharersOf([...others, read.profile]).find((ids) => ids.includes(partnerId));
    if (shared === undefined) {
      return { read: { ...read, warnings: read.warnings.map((one) => this.#told(one)) }, problems: [] };
    }
    const names = shared.filter((id) => id !== partnerId).join(' and ');
    const whose = namesOthers ? names : 'another partner';
    const [line, column] = placeOf(text, /^\s*theirs\s*:/m);
    return {
      problems: [
        {
          code: 'profile-identifiers-shared',
          file: `${partnerId}.yaml`,
          line,
          column,
          key: 'identifiers.theirs',
          reason: `are those of ${whose} too, so that their interchanges could not be told apart`,
        },
      ],
    };
  }

  /**
   * Writes the text as the partner's file, which running systems take up within seconds. It is checked as a whole
   * before, and takes the file's place in one step.
   *
   * @param revision of the text that the editor began with; null to create the file
   * @throws SaveRefused
   */
  async save(
    partnerId: string,
    { text, revision }: { text: string; revision: string | null },
    caller: { namesOthers: boolean },
  ): Promise<{ read: ReadProfile; revision: string }> {
    if (!NAME.test(partnerId)) {
      throw new SaveRefused('profile-not-editable', 'a profile is named by lower-case letters, digits and hyphens');
    }
    const file = profileFileOf(this.#directory, partnerId);
    // Two editors on processes of one folder take turns.
    return this.#prisma.$transaction(async (records) => {
      await records.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`profile/${partnerId}`}))`;
      const before = textOf(file);
      if ((before === undefined ? null : revisionOf(before)) !== revision) {
        const changed =
          before === undefined
            ? 'there is no such file any more'
            : revision === null
              ? 'there is a file of that name'
              : 'the file has changed since it was read';
        throw new SaveRefused('profile-changed-meanwhile', `${changed}: read it again`);
      }
      const current = this.#profiles.get(partnerId);
      if (current?.usage === 'production') {
        const reason = `${partnerId} is in production: change its test side, certify and promote that`;
        throw new SaveRefused('profile-not-editable', reason);
      }
      // A file that never was right says of no side that it is in production, so its name has to.
      if (before !== undefined && current === undefined && !partnerId.endsWith('-test')) {
        throw new SaveRefused('profile-not-editable', `${partnerId} has no profile that says it is a test side`);
      }
      const { read, problems } = this.check(partnerId, text, caller);
      if (read === undefined)
        throw new SaveRefused('profile-invalid', `the profile has errors:\n${linesOf(problems)}`, problems);
      this.#refuseTransport(partnerId, read, before !== undefined);
      if (read.profile.usage !== 'test') {
        const reason = 'usage must be test: production’s file comes from a promotion';
        throw new SaveRefused('profile-not-editable', reason);
      }
      replaceFile(file, text, this.#disk);
      return { read, revision: revisionOf(text) };
    });
  }

  /**
   * A text extends templates, the production side of the same partner, or what its file extends already. Otherwise whoever may
   * edit one partner could read the profile of another.
   */
  #refuseStrangeTemplate(partnerId: string, text: string): void {
    const file = profileFileOf(this.#directory, partnerId);
    const layer = layerOf(file, text, PROFILE);
    const template = layer.content.extends;
    if (typeof template !== 'string') return;
    const name = normalize(template);
    const isOwn = name === partnerId.replace(/-test$/, '') && name !== partnerId;
    const isKept = this.#layersOf(partnerId)[0]?.content.extends === template;
    if (name.startsWith(`templates${sep}`) || isOwn || isKept) return;
    const reason = 'must name a template, such as templates/retailer, or the production side of the same partner';
    throw new ProfileError([problemAt(layer, ['extends'], 'profile-value-invalid', reason)]);
  }

  /**
   * Variables under `transport` are secrets of our processes, and an address inside our network is not the partner's. Whoever
   * may edit profiles from afar must not be able to send anything there. A name may still lead inside: what our processes may
   * reach is the network's to say.
   */
  #refuseTransport(partnerId: string, { content: { transport } }: ReadProfile, exists: boolean): void {
    const before = exists ? this.#contentOf(partnerId)?.transport : undefined;
    const same = exists && isDeepStrictEqual(transport, before);
    const secret = /"tokenEnv"|\$\{/.test(JSON.stringify(transport ?? {}));
    const { url } = (transport ?? {}) as { url?: unknown };
    if (same || (before === undefined && !secret && isPublicAddress(String(url)))) return;
    const reason = exists
      ? 'transport is changed in the file itself, because it names addresses and secrets'
      : 'the transport of a new profile must name no variables, and https at a public name; others are added in the file itself';
    throw new SaveRefused('profile-not-editable', reason);
  }

  #contentOf(partnerId: string): Readonly<Record<string, unknown>> | undefined {
    try {
      return readContent(this.#directory, partnerId).content;
    } catch (error) {
      if (error instanceof ProfileError) return undefined;
      throw error;
    }
  }

  #layersOf(partnerId: string): Layer[] {
    try {
      return readLayers(this.#directory, partnerId);
    } catch (error) {
      // The file may be wrong while its last good profile is in force.
      if (error instanceof ProfileError) return [];
      throw error;
    }
  }

  #filesOf(partnerId: string, file: string): string[] {
    const layers = this.#layersOf(partnerId).map((layer) => relative(this.#directory, layer.file));
    return layers.length > 0 ? layers : [relative(this.#directory, file)];
  }

  #told(problem: ProfileProblem): ProfileProblem {
    return { ...problem, file: relative(this.#directory, problem.file) };
  }
}

/** An https address with a name that is not of a network inside. */
export function isPublicAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  const isName = /^(?=.{1,253}$)([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(hostname) && !INSIDE.test(hostname);
  return protocol === 'https:' && isName && username === '' && password === '';
}

/** Names that lead inside by their ending (RFC 6761, RFC 6762, RFC 8375 and usage). */
const INSIDE = /\.(localhost|localdomain|local|svc|internal|intranet|lan|home|corp|arpa|test|invalid)$/;

function textOf(file: string): string | undefined {
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  return readFileSync(file, 'utf8');
}

function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function placeOf(text: string, pattern: RegExp): [line: number, column: number] {
  const at = pattern.exec(text)?.index ?? 0;
  const before = text.slice(0, at).split('\n');
  return [before.length, (before.at(-1) ?? '').length + 1];
}

/** A look at the folder finds the old file or the new one, never a part. */
function replaceFile(file: string, text: string, disk: Disk): void {
  // Not named .yaml, so that no look takes it for a profile.
  const beside = join(dirname(file), `.${randomUUID()}.tmp`);
  try {
    const descriptor = disk.open(beside, 'wx', 0o644);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    disk.rename(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EROFS', 'EACCES', 'EPERM'].includes(code)) throw error;
    throw new SaveRefused(
      'profile-folder-read-only',
      `the folder of profiles cannot be written to here (${code}); change ${basename(file)} where it comes from`,
    );
  }
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Values that a file states as one: everything but mappings with content. */
export function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isMapping ? Object.entries(value) : [];
  return entries.length === 0 ? [{ path, value }] : entries.flatMap(([key, below]) => leavesOf(below, [...path, key]));
}
