import { guideFor, allGuides as guidesOfReleases, nearestRelease } from '../../x12/guides/index.ts';
import type { Guide } from '../../x12/types.ts';
import { documents } from './all.ts';
import type { DocumentDefinition, InboundDocument, OutboundDocument } from './definition.ts';

const bySet = new Map<string, DocumentDefinition>(documents.map((definition) => [definition.set, definition]));

/** Undefined for a set with only a guide. Such a set can be explained but not processed. */
export function documentOf(set: string): DocumentDefinition | undefined {
  return bySet.get(set);
}

/** The inbound part of a set; undefined if no process accepts it. */
export function inboundOf(set: string): InboundDocument | undefined {
  return bySet.get(set)?.inbound;
}

/** Sets that a profile may accept, and those that it accepts by default. */
export const inboundSets: readonly string[] = documents.filter(({ inbound }) => inbound).map(({ set }) => set);
/** Those, and the sets whose question is read: what a profile may say about their content. */
export const readSets: readonly string[] = documents
  .filter(({ inbound, about }) => inbound !== undefined || about?.change !== undefined)
  .map(({ set }) => set);
export const inboundByDefault: readonly string[] = documents
  .filter(({ inbound }) => inbound?.agreedByDefault)
  .map(({ set }) => set);

export const outboundDocuments: readonly (DocumentDefinition & { readonly outbound: OutboundDocument })[] =
  documents.flatMap(({ outbound, ...definition }) => (outbound === undefined ? [] : [{ ...definition, outbound }]));

/** Whether a functional group of that GS01 holds acknowledgments, which are never acknowledged. */
export function acknowledges(functionalId: string): boolean {
  return acknowledgmentSets.some((set) => functionalIdOf(set) === functionalId);
}

/** The key in `documents.outbound` of a profile that says how a set is sent. */
export function ruleSetOf(set: string): string {
  return bySet.get(set)?.outbound?.ruleOf ?? set;
}

/** Whether a set that we send is acknowledged: an acknowledgment never is. */
export function isAcknowledged(set: string): boolean {
  const outbound = bySet.get(set)?.outbound;
  return outbound !== undefined && outbound.writes !== 'functional-acknowledgment';
}

/** The sets with which a group can be acknowledged, the usual one first. */
export const acknowledgmentSets: readonly string[] = outboundDocuments
  .filter(({ outbound }) => outbound.writes === 'functional-acknowledgment')
  .map(({ set }) => set);

const ownGuides = documents.flatMap(({ guides }) => guides ?? []);

/** The guide of a set in a version as GS08 states it, without the rules of any partner. */
export function guideOf(set: string, version: string): Guide | undefined {
  const release = version.slice(0, 6);
  return ownGuides.find((guide) => guide.set === set && guide.version === release) ?? guideFor(set, version);
}

/** The guide of a set in a version or, if there is none, in the nearest release. */
export function nearestGuideOf(set: string, version: string): Guide | undefined {
  const nearest = nearestRelease(version);
  return guideOf(set, version) ?? (nearest === undefined ? undefined : guideOf(set, nearest));
}

/** Every guide, for listings. */
export function allGuides(): readonly Guide[] {
  return [...guidesOfReleases(), ...ownGuides];
}

/** One guide of each set, for what is the same in every release. */
const anyGuide = new Map(allGuides().map((guide) => [guide.set, guide]));

/** The name of a set for people. */
export function nameOf(set: string): string | undefined {
  return anyGuide.get(set)?.name;
}

/** GS01 of the groups that hold a set. */
export function functionalIdOf(set: string): string | undefined {
  return anyGuide.get(set)?.functionalId;
}
