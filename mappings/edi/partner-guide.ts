import { didYouMean } from '../../domain/nearest.ts';
import { triggerOf } from '../x12/levels.ts';
import {
  GuideRuleError,
  type GuideRuleFault,
  type GuideRule as Narrowing,
  narrowGuide,
  pathsIn,
} from '../x12/narrow.ts';
import { segmentIn } from '../x12/placing.ts';
import type { Guide, GuideNode } from '../x12/types.ts';
import type { Agreement, GuideRule } from './agreement.ts';
import { allGuides, guideOf, nearestGuideOf } from './documents/registry.ts';
import { withPartnerCodes } from './partner-codes.ts';

const narrowed = new WeakMap<Agreement, Map<string, Guide | undefined>>();

/**
 * The guide of a set and version with the partner's rules; undefined if there is none. A release
 * without guides is read by the nearest one if the partner's profile accepts it. Cached.
 */
export function partnerGuide(profile: Agreement, set: string, version: string): Guide | undefined {
  const guides = narrowed.get(profile) ?? new Map<string, Guide | undefined>();
  narrowed.set(profile, guides);
  const key = `${set}/${version}`;
  if (!guides.has(key)) {
    const agreed = profile.x12.acceptedVersions.includes(version.slice(0, 6));
    const standard = agreed ? nearestGuideOf(set, version) : guideOf(set, version);
    guides.set(key, standard && withPartnerCodes(withRules(standard, profile.guides[set] ?? []), profile));
  }
  return guides.get(key);
}

/** @throws GuideRuleError if a rule does not fit the guide. */
function withRules(standard: Guide, rules: readonly GuideRule[]): Guide {
  if (rules.length === 0) return standard;
  const segmentOf = (id: string) => {
    const ofRelease = allGuides().filter(({ version }) => version === standard.version);
    return ofRelease.map(({ children }) => segmentIn(children, id)).find((found) => found !== undefined);
  };
  return narrowGuide(standard, rules.map(asNarrowing), segmentOf);
}

function asNarrowing({
  segment,
  required,
  maximum,
  minimumLength,
  maximumLength,
  elements,
  ...rule
}: GuideRule): Narrowing {
  const { element, codes, moreCodes, widens, level, after } = rule;
  return {
    at: segment,
    ...(element !== undefined && { element }),
    ...(required !== undefined && { mandatory: required }),
    ...(maximum === 0 && { forbidden: true }),
    ...(maximum !== undefined && maximum > 0 && { maximum }),
    ...(codes !== undefined && { codes }),
    ...(moreCodes !== undefined && { moreCodes }),
    ...(minimumLength !== undefined && { minLength: minimumLength }),
    ...(maximumLength !== undefined && { maxLength: maximumLength }),
    ...(widens !== undefined && { widens }),
    ...(level !== undefined && { level }),
    ...(after !== undefined && { after }),
    ...(elements !== undefined && {
      elements: elements.map((one) => ({
        name: one.name,
        type: one.type,
        minLength: one.minimumLength,
        maxLength: one.maximumLength,
        mandatory: one.required,
        codes: one.codes,
      })),
    }),
  };
}

/** Resolves a path of keys (`IT1/REF`) in a guide; undefined if there is no such place. */
export function placeOf(at: string, { children }: Guide): { loops: readonly string[]; node: GuideNode } | undefined {
  const loops = at.split('/');
  const last = loops.pop();
  let level = children;
  for (const step of loops) {
    const loop = level.find(({ key }) => key === step);
    if (loop?.kind !== 'loop') return undefined;
    level = loop.children;
  }
  const node = level.find(({ key }) => key === last);
  return node && { loops, node };
}

/**
 * Profile entries that name places missing from its guides, by profile key. They are reported when
 * the profile is loaded, not when its first document is processed.
 */
export function misplaced(
  profile: Pick<Agreement, 'x12' | 'guides' | 'map'>,
): { path: PropertyKey[]; message: string }[] {
  const { x12, guides, map } = profile;
  const releases = [...new Set([x12.version.slice(0, 6), ...x12.acceptedVersions])];
  const narrowings = Object.entries(guides).flatMap(([set, rules]) => {
    const standards = [...new Set(releases.flatMap((release) => nearestGuideOf(set, release) ?? []))];
    if (standards.length === 0) {
      const known = allGuides().filter(({ version }) => releases.includes(version));
      const meant = didYouMean(
        set,
        known.map((guide) => guide.set),
      );
      return [{ path: ['guides', set], message: `is a set without a guide in ${releases.join(', ')}${meant}` }];
    }
    return standards.flatMap((standard) =>
      faultsOf(standard, rules).map(({ rule, text }) => ({
        path: ['guides', set, rule],
        message: `cannot be applied to the guide of ${standard.version}: ${text}`,
      })),
    );
  });
  const additions = Object.entries(map.documents).flatMap(([set, added]) => {
    const standard = guideOf(set, x12.version);
    const rules = guides[set] ?? [];
    // Faults of the rules are reported above.
    const guide = standard && faultsOf(standard, rules).length === 0 ? withRules(standard, rules) : standard;
    return added.flatMap(({ at, elements }, index) => {
      const path = ['map', 'documents', set, index];
      const node = guide && placeOf(at, guide)?.node;
      if (node === undefined) {
        const meant = guide === undefined ? '' : didYouMean(at, pathsIn(guide.children));
        const message = `names ${at}, which the ${set} of ${x12.version} does not have${meant}`;
        return [{ path: [...path, 'at'], message }];
      }
      const { segment } = triggerOf(node);
      return Object.keys(elements)
        .filter((number) => segment.elements[Number(number) - 1]?.kind !== 'simple')
        .map((number) => ({
          path: [...path, 'elements', number],
          message: `is no element of ${segment.id} that holds one text`,
        }));
    });
  });
  return [...narrowings, ...additions];
}

function faultsOf(standard: Guide, rules: readonly GuideRule[]): readonly GuideRuleFault[] {
  try {
    withRules(standard, rules);
    return [];
  } catch (error) {
    if (!(error instanceof GuideRuleError)) throw error;
    return error.faults;
  }
}
