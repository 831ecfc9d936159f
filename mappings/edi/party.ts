import type { Address, Party } from '../canonical/v1/index.ts';
import type { PartnerProfile } from '../profile/profile.ts';
import type { TreeNode } from '../x12/types.ts';
import { segmentOf, segmentsOf, textOf } from './tree.ts';

/** Country codes of three letters that partners send in N404, where the canonical model has two (ISO 3166-1). */
const COUNTRIES: Readonly<Record<string, string>> = { USA: 'US', CAN: 'CA', MEX: 'MX' };

const LINE_LENGTH = 55;

/** The party of an N1 loop, or undefined when nothing in it says who it is. Codes get their scheme from the partner’s profile. */
export function partyOf(loop: TreeNode, profile: PartnerProfile): Party | undefined {
  const n1 = segmentOf(loop, 'N1');
  const n4 = segmentOf(loop, 'N4');
  const schemeOf = (qualifier: string | undefined) => profile.parties.schemes[qualifier ?? ''] ?? 'other';
  const identifiers = [
    { qualifier: textOf(n1, '03'), value: textOf(n1, '04') },
    { qualifier: textOf(n4, '05'), value: textOf(n4, '06') },
  ].flatMap(({ qualifier, value }) => (value === undefined ? [] : [{ scheme: schemeOf(qualifier), value }]));

  const address = addressOf(loop);
  if (identifiers.length === 0 && address === undefined) return undefined;
  return { identifiers, ...(address === undefined ? {} : { address }) };
}

function addressOf(loop: TreeNode): Address | undefined {
  const n4 = segmentOf(loop, 'N4');
  const name = textOf(segmentOf(loop, 'N1'), '02');
  const texts = [...segmentsOf(loop, 'N2'), ...segmentsOf(loop, 'N3')].flatMap((segment) =>
    ['01', '02'].flatMap((element) => textOf(segment, element) ?? []),
  );
  // N201 holds 60 characters, an address line 55.
  const lines = texts.flatMap((text) => text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'gsu')) ?? []);
  const city = textOf(n4, '01');
  const region = textOf(n4, '02');
  const postalCode = textOf(n4, '03');
  const sentCountry = textOf(n4, '04');
  if (name === undefined && lines.length === 0 && city === undefined && postalCode === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    lines: lines.length <= 4 ? lines : [...lines.slice(0, 3), lines.slice(3).join(', ').slice(0, LINE_LENGTH)],
    ...(city === undefined ? {} : { city }),
    ...(region === undefined ? {} : { region }),
    ...(postalCode === undefined ? {} : { postalCode }),
    country: sentCountry === undefined ? 'US' : (COUNTRIES[sentCountry] ?? sentCountry),
  };
}
