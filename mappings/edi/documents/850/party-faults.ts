/** Where in the document a party stands whose address breaks a rule of the canonical order. */
import type { Party } from '../../../canonical/v1/index.ts';
import type { TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { partyOf } from '../../party.ts';
import { type Fault, iterationsOf, segmentOf } from '../../tree.ts';
import { partiesOf, peek } from './header-parties.ts';
import type { ReadLine } from './pieces.ts';
import type { Draft } from './split.ts';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Source = readonly [segment: string, element: number, what: string, reference: string];

/** Segment, element, words and data element number by the path below the party. */
const SOURCES: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['identifiers', ['N1', 4, 'code', '67']],
  ['address.name', ['N1', 2, 'name', '93']],
  ['address.lines', ['N3', 1, 'street', '166']],
  ['address.city', ['N4', 1, 'city', '19']],
  ['address.region', ['N4', 2, 'state or province', '156']],
  ['address.postalCode', ['N4', 3, 'postal code', '116']],
  ['address.country', ['N4', 4, 'country', '26']],
  ['contact.name', ['PER', 2, 'contact', '93']],
]);

const PARTIES = ['shipTo', 'buyer', 'billTo', 'markFor'] as const;

/** Undefined if the issue is about no party, or about none that the document states. */
export function partyFault(
  { path, message }: Issue,
  part: Draft,
  { tree, lines, profile }: { tree: TreeNode; lines: readonly ReadLine[]; profile: Agreement },
): Fault | undefined {
  const role = PARTIES.find((name) => name === path[0]);
  const party = role && part[role];
  if (role === undefined || party === undefined) return undefined;
  const source = SOURCES.get(path.slice(1, 3).join('.')) ?? SOURCES.get(String(path[1]));
  const loop = loopOf(role, party, part, { tree, lines, profile });
  if (source === undefined || loop === undefined) return undefined;
  const [segment, element, what, reference] = source;
  const at = segmentOf(loop, segment);
  const place = { segment, at, loop: 'N1', element };
  const named = `${segment}0${element} (${what}) of N1*${peek(segmentOf(loop, 'N1'), '01') ?? ''}`;
  if (!isMissing(party, path)) return { code: 'order-invalid', message: `${named}: ${message}`, ...place };
  const type = peek(segmentOf(tree, 'BEG'), '02');
  return {
    code: 'ship-to-address-incomplete',
    message: `${named} is needed: an order of type ${type} goes to the address that it states`,
    ...place,
    ...(at !== undefined && { syntax: { fault: 'conditionally-missing', reference } }),
  };
}

function isMissing({ address }: Party, [, below, field]: readonly PropertyKey[]): boolean {
  if (below !== 'address') return false;
  const value = (address as Record<PropertyKey, unknown> | undefined)?.[field ?? ''];
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The N1 loop that the party was read from: of the header, or of a line of its part of the order. */
function loopOf(
  role: (typeof PARTIES)[number],
  party: Party,
  part: Draft,
  { tree, lines, profile }: { tree: TreeNode; lines: readonly ReadLine[]; profile: Agreement },
): TreeNode | undefined {
  const { parties } = profile;
  const fallback = role === 'shipTo' && parties.shipToFallback === 'buyer' ? parties.buyer : [];
  const codes = role === 'shipTo' || role === 'markFor' ? [...parties[role], ...parties.store] : parties[role];
  const ids = new Set(part.lines.map(({ lineId }) => lineId));
  const candidates = [
    ...partiesOf(tree, codes),
    ...partiesOf(tree, fallback),
    ...lines.filter(({ line }) => ids.has(line.lineId)).flatMap(({ loop }) => partiesOf(loop, codes)),
  ];
  const stated = JSON.stringify(party);
  const same = candidates.find((loop) => JSON.stringify(partyOf(loop, profile)) === stated);
  return same ?? candidates[0] ?? iterationsOf(tree, 'N1')[0];
}
