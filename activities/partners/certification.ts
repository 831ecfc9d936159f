import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { productionSideOf } from '../../mappings/profile/sides.ts';
import { crossReferenceFileOf } from './cross-reference-files.ts';

/** The inputs of a certification, as users call them. */
export const CERTIFICATION_BASES = ['profile', 'crossReferences', 'settings', 'fixtures'] as const;
export type CertificationBasis = (typeof CERTIFICATION_BASES)[number];

/**
 * The profile's version, and the first 16 hexadecimal digits of the SHA-256 of the files beside it. A
 * certification is valid only for these inputs.
 */
const fingerprint = z.strictObject({
  profile: z.string(),
  crossReferences: z.string(),
  settings: z.string(),
  fixtures: z.string(),
});
export type CertificationFingerprint = z.output<typeof fingerprint>;

/** The result of a certification run: `NAME/result.json` in the results folder. */
const certificationResult = z.object({
  partner: z.string(),
  fingerprint,
  finishedAt: z.iso.datetime({ offset: true }),
  scenarios: z.array(
    z.object({ name: z.string(), state: z.enum(['passed', 'failed', 'not-run']), reason: z.string().optional() }),
  ),
});

export type CertificationResult = z.output<typeof certificationResult>;

export const CERTIFICATION_STATES = ['certified', 'failed', 'outdated', 'none', 'unreadable'] as const;

export interface Certification {
  /**
   * `certified`: exactly these inputs have passed. `outdated`: the result has other inputs, see `changed`.
   * `none`: there is no result. `unreadable`: the file is not a result.
   */
  readonly state: (typeof CERTIFICATION_STATES)[number];
  readonly result?: CertificationResult;
  /** The inputs that changed since the result. */
  readonly changed: readonly CertificationBasis[];
}

type Certified = Pick<PartnerProfile, 'id' | 'usage' | 'version'>;

/** The partner's certification settings, if it has any. */
export const certificationSettingsFileOf = (partnersDir: string, partnerId: string): string =>
  join(partnersDir, partnerId, 'certification.yaml');

/** Files that the partner really sent, stored as regression cases. */
export const fixturesDirOf = (partnersDir: string, partnerId: string): string =>
  join(partnersDir, partnerId, 'fixtures');

/** The fixtures of a partner's certification: its own, and those of its production side that it does not replace. */
export function fixtureFilesOf(
  partnersDir: string,
  profile: Pick<PartnerProfile, 'id' | 'usage'>,
): { own: string[]; inherited: string[] } {
  const own = interchangesIn(fixturesDirOf(partnersDir, profile.id));
  const production = productionSideOf(profile);
  const titles = new Set(own.map((file) => basename(file)));
  const inherited = production === undefined ? [] : interchangesIn(fixturesDirOf(partnersDir, production));
  return { own, inherited: inherited.filter((file) => !titles.has(basename(file))) };
}

function interchangesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.edi'))
    .sort()
    .map((name) => join(folder, name));
}

/** The expected outcome of a fixture, in a file beside it. */
export const expectationFileOf = (fixture: string): string => fixture.replace(/\.edi$/, '.yaml');

/** The current inputs of the partner's certification. */
export function certificationFingerprint(partnersDir: string, profile: Certified): CertificationFingerprint {
  const { own, inherited } = fixtureFilesOf(partnersDir, profile);
  const fixtures = [...own, ...inherited].flatMap((file) => [file, expectationFileOf(file)]);
  return {
    profile: profile.version,
    crossReferences: digestOf([crossReferenceFileOf(partnersDir, profile.id)]),
    settings: digestOf([certificationSettingsFileOf(partnersDir, profile.id)]),
    fixtures: digestOf(fixtures),
  };
}

/** A hash of names and bytes; a missing file counts as empty. */
function digestOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    hash.update(`${basename(file)}:${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whether the current profile and its files have passed certification. Scenarios that were not run do not count. */
export function certificationOf(resultsDir: string, partnersDir: string, profile: Certified): Certification {
  let text: string;
  try {
    text = readFileSync(join(resultsDir, profile.id, 'result.json'), 'utf8');
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'unreadable', changed: [] };
  }
  const result = resultOf(text);
  if (result === undefined || result.partner !== profile.id) return { state: 'unreadable', changed: [] };
  const now = certificationFingerprint(partnersDir, profile);
  const changed = CERTIFICATION_BASES.filter((basis) => result.fingerprint[basis] !== now[basis]);
  if (changed.length > 0) return { state: 'outdated', result, changed };
  const states = new Set(result.scenarios.map(({ state }) => state));
  return { state: states.has('passed') && !states.has('failed') ? 'certified' : 'failed', result, changed };
}

function resultOf(text: string): CertificationResult | undefined {
  try {
    return certificationResult.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
