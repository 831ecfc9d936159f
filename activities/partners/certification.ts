import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';

/** What a certification run leaves behind: `NAME/result.json` in the folder of results. */
const certificationResult = z.object({
  partner: z.string(),
  /** The version that was certified. */
  profileVersion: z.string(),
  finishedAt: z.iso.datetime({ offset: true }),
  scenarios: z.array(
    z.object({ name: z.string(), state: z.enum(['passed', 'failed', 'not-run']), reason: z.string().optional() }),
  ),
});

export type CertificationResult = z.output<typeof certificationResult>;

export const CERTIFICATION_STATES = ['certified', 'failed', 'outdated', 'none', 'unreadable'] as const;

export interface Certification {
  /**
   * `certified`: this very version has passed; `outdated`: the result is of another version; `none`: there is no result; `unreadable`: the
   * file is none.
   */
  readonly state: (typeof CERTIFICATION_STATES)[number];
  readonly result?: CertificationResult;
}

/** Whether a profile, as it is now, has passed its certification. A scenario that was not run counts neither way. */
export function certificationOf(
  directory: string,
  { id, version }: Pick<PartnerProfile, 'id' | 'version'>,
): Certification {
  let text: string;
  try {
    text = readFileSync(join(directory, id, 'result.json'), 'utf8');
  } catch (error) {
    return { state: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'unreadable' };
  }
  const result = resultOf(text);
  if (result === undefined || result.partner !== id) return { state: 'unreadable' };
  if (result.profileVersion !== version) return { state: 'outdated', result };
  const states = new Set(result.scenarios.map(({ state }) => state));
  return { state: states.has('passed') && !states.has('failed') ? 'certified' : 'failed', result };
}

function resultOf(text: string): CertificationResult | undefined {
  try {
    return certificationResult.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
