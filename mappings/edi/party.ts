import { lookup } from '../../domain/lookup.ts';
import { OUR_COUNTRY } from '../../domain/places.ts';
import type { Address, Contact, Party } from '../canonical/v1/index.ts';
import type { SegmentObject, TreeNode } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import { segmentOf, segmentsOf, textOf } from './tree.ts';
import { STATE } from './writing.ts';

const LINE_LENGTH = 55;
const PIECES = new RegExp(`.{1,${LINE_LENGTH}}`, 'gsu');

/**
 * The party of an N1 loop; undefined if nothing identifies it. The partner's profile gives the
 * scheme of its code.
 */
export function partyOf(loop: TreeNode, profile: Agreement): Party | undefined {
  const n1 = segmentOf(loop, 'N1');
  const n4 = segmentOf(loop, 'N4');
  const identifiers: Party['identifiers'] = [];
  addIdentifier(identifiers, profile, textOf(n1, '03'), textOf(n1, '04'));
  if (textOf(n4, '05') !== STATE) addIdentifier(identifiers, profile, textOf(n4, '05'), textOf(n4, '06'));
  const address = addressOf(loop, n1, n4);
  if (address === undefined && identifiers.length === 0) return undefined;
  const party: Party = { identifiers };
  if (address !== undefined) party.address = address;
  const contact = contactOf(segmentOf(loop, 'PER'));
  if (contact !== undefined) party.contact = contact;
  return party;
}

const PHONE: ReadonlySet<string> = new Set(['TE', 'CP', 'HP', 'WP']);

/** The first PER of a party: its name, phone number and e-mail address. */
function contactOf(per: SegmentObject | undefined): Contact | undefined {
  if (per === undefined) return undefined;
  const contact: Contact = {};
  const name = textOf(per, '02');
  if (name !== undefined) contact.name = name;
  for (const [kind, number] of CONTACT_PAIRS) {
    const qualifier = textOf(per, kind) ?? '';
    const value = textOf(per, number);
    if (value === undefined) continue;
    if (PHONE.has(qualifier)) contact.phone ??= value.slice(0, 40);
    else if (qualifier === 'EM') contact.email ??= value.slice(0, 254);
  }
  return Object.keys(contact).length === 0 ? undefined : contact;
}

const CONTACT_PAIRS = [
  ['03', '04'],
  ['05', '06'],
  ['07', '08'],
] as const;

function addIdentifier(
  identifiers: Party['identifiers'],
  profile: Agreement,
  qualifier: string | undefined,
  value: string | undefined,
): void {
  if (value !== undefined) identifiers.push(identifierOf(profile, qualifier, value));
}

/** A code with its scheme; `qualifier` is that of N103. */
export function identifierOf(
  { parties }: Agreement,
  qualifier: string | undefined,
  value: string,
): Party['identifiers'][number] {
  return { scheme: lookup(parties.schemes, qualifier) ?? 'other', value };
}

function addressOf(loop: TreeNode, n1: SegmentObject | undefined, n4: SegmentObject | undefined): Address | undefined {
  const name = textOf(n1, '02');
  const lines: string[] = [];
  for (const id of ['N2', 'N3']) {
    for (const segment of segmentsOf(loop, id)) {
      addLine(lines, textOf(segment, '01'));
      addLine(lines, textOf(segment, '02'));
    }
  }
  const city = textOf(n4, '01');
  const region = textOf(n4, '02') ?? (textOf(n4, '05') === STATE ? textOf(n4, '06') : undefined);
  const postalCode = textOf(n4, '03');
  // The canonical model brings countries and regions to one form.
  const country = textOf(n4, '04') ?? OUR_COUNTRY;
  if (name === undefined && lines.length === 0 && city === undefined && postalCode === undefined) return undefined;
  // Assign properties individually: every order has addresses, and object spreads take ten times as
  // long.
  const address: Address = { lines, country };
  if (name !== undefined) address.name = name;
  if (city !== undefined) address.city = city;
  if (region !== undefined) address.region = region;
  if (postalCode !== undefined) address.postalCode = postalCode;
  return address;
}

/** N201 holds 60 characters, an address line 55. */
function addLine(lines: string[], text: string | undefined): void {
  if (text === undefined) return;
  if (text.length <= LINE_LENGTH) lines.push(text);
  else lines.push(...(text.match(PIECES) ?? []));
}
