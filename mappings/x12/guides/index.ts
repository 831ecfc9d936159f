/** The guides at hand. A new release or set is added here as data; no code changes. */
import type { Guide } from '../types.ts';
import { elements } from './004010/elements.ts';
import { composites, segments } from './004010/segments.ts';
import { sets } from './004010/sets.ts';
import { compileRelease, type ReleaseDefinition } from './compile.ts';

export const release004010: ReleaseDefinition = { version: '004010', elements, composites, segments, sets };

const guides = new Map<string, Guide>();
for (const guide of compileRelease(release004010)) {
  guides.set(`${guide.set}/${guide.version}`, guide);
}

/**
 * The guide of a transaction set in a version as GS08 states it: `004010` and `004010VICS` give the same guide. `undefined` when we do not
 * have it (AK502 code 1, or AK905 code 2 for a whole group).
 */
export function guideFor(set: string, version: string): Guide | undefined {
  return guides.get(`${set}/${version.slice(0, 6)}`);
}

/** Every guide, for listings and for tests. */
export function allGuides(): readonly Guide[] {
  return [...guides.values()];
}
