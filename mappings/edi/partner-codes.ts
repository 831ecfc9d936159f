/** What a profile says about codes: those that the partner uses, and whether others are refused. */
import { codesOf } from '../x12/codes/index.ts';
import type { ElementGuide, Guide, GuideNode, SimpleElementGuide } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';

/** Codes that the profile names, by data element: with this partner they mean something, whatever X12 lists. */
export function codesNamedBy(profile: Pick<Agreement, 'items' | 'parties' | 'units'>): ReadonlyMap<string, string[]> {
  const { items, parties, units } = profile;
  return new Map([
    ['235', [...items.buyer, ...items.seller, ...items.gtin, ...items.manufacturer]],
    [
      '98',
      [...parties.shipTo, ...parties.buyer, ...parties.billTo, ...parties.markFor, ...parties.store, ...parties.payer],
    ],
    ['66', [...Object.keys(parties.schemes), ...Object.values(parties.send)]],
    ['355', Object.keys(units)],
  ]);
}

/** The guide with that. Parts about which the profile says nothing stay the same objects. */
export function withPartnerCodes(guide: Guide, profile: Agreement): Guide {
  const refuses = profile.x12.unknownCodes === 'refuse';
  const own = new Map(
    [...codesNamedBy(profile)].map(([reference, codes]) => [
      reference,
      codes.filter((code) => codesOf(reference)?.has(code) === false),
    ]),
  );

  const simple = (element: SimpleElementGuide): SimpleElementGuide => {
    const { reference, closed, codes } = element;
    if (closed || codesOf(reference) === undefined) return element;
    const added = (own.get(reference) ?? []).filter((code) => codes === undefined || !Object.hasOwn(codes, code));
    if (added.length === 0 && !refuses) return element;
    return {
      ...element,
      ...(added.length > 0 && { codes: { ...codes, ...Object.fromEntries(added.map((code) => [code, AGREED])) } }),
      ...(refuses && { refusesUnknown: true as const }),
    };
  };
  const element = (one: ElementGuide): ElementGuide => {
    if (one.kind === 'simple') return simple(one);
    const components = each(one.components, simple);
    return components === one.components ? one : { ...one, components };
  };
  const level = (children: readonly GuideNode[]) => each(children, place);
  const place = (node: GuideNode): GuideNode => {
    if (node.kind === 'segment') {
      const elements = each(node.segment.elements, element);
      return elements === node.segment.elements ? node : { ...node, segment: { ...node.segment, elements } };
    }
    const { byLevel } = node;
    const children = level(node.children);
    if (byLevel === undefined) return children === node.children ? node : { ...node, children };
    return { ...node, children, byLevel: new Map([...byLevel].map(([code, nodes]) => [code, level(nodes)])) };
  };
  return { ...guide, children: level(guide.children) };
}

/** The same list if nothing of it changes: partners share what they have in common. */
function each<T>(list: readonly T[], change: (one: T) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((one, index) => one === list[index]) ? list : changed;
}

const AGREED = 'as agreed with the partner';
