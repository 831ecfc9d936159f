/** All guides. New releases and sets are added here as data, without code changes. */
import type { Guide } from '../types.ts';
import { elements } from './004010/elements.ts';
import * as logistics from './004010/logistics.ts';
import { composites, segments } from './004010/segments.ts';
import { sets } from './004010/sets.ts';
import * as changes005010 from './005010/index.ts';
import { compileRelease, extendRelease, type ReleaseDefinition } from './compile.ts';

export const release004010: ReleaseDefinition = {
  version: '004010',
  elements: { ...elements, ...logistics.elements },
  composites,
  segments: { ...segments, ...logistics.segments },
  sets: [...sets, ...logistics.sets],
};

export const release005010: ReleaseDefinition = extendRelease(release004010, changes005010);

const guides = new Map<string, Guide>();
for (const release of [release004010, release005010]) {
  for (const guide of compileRelease(release)) {
    guides.set(`${guide.set}/${guide.version}`, guide);
  }
}

/**
 * Returns the guide for a GS08 version: `004010` and `004010VICS` share one. Returns `undefined` if
 * there is none (AK502 code 1, or AK905 code 2 for a whole group).
 */
export function guideFor(set: string, version: string): Guide | undefined {
  return guides.get(`${set}/${version.slice(0, 6)}`);
}

/** Every guide, for listings and tests. */
export function allGuides(): readonly Guide[] {
  return [...guides.values()];
}
