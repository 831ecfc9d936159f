/** All guides. New releases and sets are added here as data, without code changes. */
import type { Guide } from '../types.ts';
import * as adjustment from './004010/adjustment.ts';
import * as advice from './004010/advice.ts';
import { elements } from './004010/elements.ts';
import * as logistics from './004010/logistics.ts';
import * as rare from './004010/rare.ts';
import { composites, segments } from './004010/segments.ts';
import { sets } from './004010/sets.ts';
import * as changes005010 from './005010/index.ts';
import { compileRelease, extendRelease, type ReleaseDefinition } from './compile.ts';
import { earlierReleases } from './earlier-releases.ts';
import { laterReleases } from './later-releases.ts';

export const release004010: ReleaseDefinition = {
  version: '004010',
  elements: { ...elements, ...logistics.elements, ...rare.elements, ...advice.elements, ...adjustment.elements },
  composites,
  segments: { ...segments, ...logistics.segments, ...rare.segments, ...advice.segments, ...adjustment.segments },
  sets: [...sets, ...logistics.sets, ...advice.sets, ...adjustment.sets],
};

export const release005010: ReleaseDefinition = extendRelease(release004010, changes005010);

const guides = new Map<string, Guide>();
for (const release of [
  release004010,
  release005010,
  ...laterReleases(release004010, release005010),
  ...earlierReleases(release004010),
]) {
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

/** The first release that can be sent: the dates of earlier ones have no century. */
export const firstReleaseSent = release004010.version;

/** Releases that lack some guides or all, and the nearest release that has them. */
export const nearestReleases: readonly { from: string; to: string; by: string }[] = [
  // Those of 004010 have dates of eight digits.
  { from: '003040', to: '003070', by: '003070' },
  { from: release004010.version, to: '004060', by: release004010.version },
  { from: '005010', to: '006020', by: release005010.version },
];

/**
 * The release by whose guide a set is read if its version has none. It may differ from what the sender
 * follows, so that both sides must have agreed to it.
 */
export function nearestRelease(version: string): string | undefined {
  const release = version.slice(0, 6);
  return nearestReleases.find(({ from, to }) => release >= from && release <= to)?.by;
}

/** Every guide, for listings and tests. */
export function allGuides(): readonly Guide[] {
  return [...guides.values()];
}
