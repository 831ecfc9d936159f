import { didYouMean } from '../../domain/nearest.ts';
import { allGuides } from '../edi/documents/registry.ts';
import type { ElementGuide, GuideNode } from '../x12/types.ts';
import type { PartnerProfileContent } from './profile.ts';
import { routing } from './routing.ts';
import { items, parties } from './trade.ts';

/**
 * Codes in a profile that no guide lists. They are allowed, because partners use codes of later releases and of their
 * own, but most of them are slips.
 */
export interface UnknownCode {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

export function unknownCodesIn(profile: PartnerProfileContent): UnknownCode[] {
  const { items: numbers, parties: roles, units, invoicing, documents, routing: guide } = profile;
  const one = (kind: Kind, code: string | undefined, ...path: PropertyKey[]) =>
    code === undefined ? [] : unknown(kind, code, path);
  const list = (kind: Kind, codes: readonly string[], ...path: PropertyKey[]) =>
    codes.flatMap((code, index) => unknown(kind, code, [...path, index]));
  return [
    ...(['buyer', 'seller', 'gtin', 'manufacturer'] as const).flatMap((key) =>
      list('item', numbers[key], 'items', key),
    ),
    ...(['buyer', 'seller', 'gtin'] as const).flatMap((key) => one('item', numbers.send[key], 'items', 'send', key)),
    ...(['shipTo', 'buyer', 'billTo', 'markFor', 'payer'] as const).flatMap((key) =>
      list('party', roles[key], 'parties', key),
    ),
    ...Object.keys(roles.schemes).flatMap((code) => one('scheme', code, 'parties', 'schemes', code)),
    ...Object.entries(roles.send).flatMap(([key, code]) => one('scheme', code, 'parties', 'send', key)),
    ...Object.entries(units).flatMap(([theirs, ours]) => [
      ...one('unit', theirs, 'units', theirs),
      ...one('unit', ours, 'units', theirs),
    ]),
    ...invoicing.charges.flatMap(({ code }, index) => one('charge', code, 'invoicing', 'charges', index, 'code')),
    ...one('reference', guide.authorization, 'routing', 'authorization'),
    ...Object.entries(documents.outbound).flatMap(([set, rule]) =>
      list('reference', rule?.echo ?? [], 'documents', 'outbound', set, 'echo'),
    ),
  ];
}

/** Data elements by dictionary number, and the codes that our own defaults add to the lists of the guides. */
const KINDS = {
  item: { reference: '235', name: 'an item qualifier', ours: () => Object.values(items.parse({})).flat() },
  party: { reference: '98', name: 'an N101 code', ours: () => [] },
  scheme: { reference: '66', name: 'an N103 qualifier', ours: () => Object.keys(parties.parse({}).schemes) },
  unit: { reference: '355', name: 'a unit', ours: () => [] },
  charge: { reference: '1300', name: 'a SAC02 code', ours: () => [] },
  reference: { reference: '128', name: 'a REF qualifier', ours: () => [routing.parse({}).authorization] },
} as const satisfies Record<string, { reference: string; name: string; ours: () => unknown[] }>;

type Kind = keyof typeof KINDS;

function unknown(kind: Kind, code: string, path: readonly PropertyKey[]): UnknownCode[] {
  const known = codesOf(kind);
  if (known.has(code)) return [];
  return [{ path, reason: `names ${code}, ${KINDS[kind].name} that no guide lists${didYouMean(code, known)}` }];
}

const codes = new Map<Kind, ReadonlySet<string>>();

function codesOf(kind: Kind): ReadonlySet<string> {
  const known = codes.get(kind);
  if (known !== undefined) return known;
  const { reference, ours } = KINDS[kind];
  const listed = allGuides().flatMap(({ children }) => children.flatMap((node) => codesIn(node, reference)));
  const found = new Set([...listed, ...ours().filter((code) => typeof code === 'string')]);
  codes.set(kind, found);
  return found;
}

function codesIn(node: GuideNode, reference: string): string[] {
  if (node.kind === 'loop') return node.children.flatMap((child) => codesIn(child, reference));
  return node.segment.elements.flatMap((element) => codesOfElement(element, reference));
}

function codesOfElement(element: ElementGuide, reference: string): string[] {
  if (element.kind === 'composite') return element.components.flatMap((one) => codesOfElement(one, reference));
  return element.reference === reference ? Object.keys(element.codes ?? {}) : [];
}
