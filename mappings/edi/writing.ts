import { type Decimal, divideRounded, isPositive, isZero, toScaled } from '../../domain/decimal.ts';
import { fromMinor } from '../../domain/money.ts';
import type { Party } from '../canonical/v1/index.ts';
import { firstCharacters } from '../x12/encoding.ts';
import type { SegmentObject, TreeNode } from '../x12/types.ts';
import type { Agreement } from './agreement.ts';
import type { DocumentLine, DocumentOrder } from './document-content.ts';

/** Helpers for outbound documents. */

/** Builds a segment from its elements in order, without empty ones. */
export function segment(...elements: (string | undefined)[]): SegmentObject {
  return Object.fromEntries(
    elements.flatMap((value, index) =>
      value === undefined || value === '' ? [] : [[String(index + 1).padStart(2, '0'), value]],
    ),
  );
}

/** Removes empty keys from a node. */
export function node(parts: Record<string, TreeNode[string] | undefined>): TreeNode {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([id, part]) => {
      const empty = part === undefined || (Array.isArray(part) ? part.length === 0 : Object.keys(part).length === 0);
      return empty ? [] : [[id, part]];
    }),
  );
}

/**
 * Minor units as an element of type N2, which has two implied decimals whatever the currency: 12.50
 * USD is `1250`, 300 JPY `30000`.
 */
export function amountN2(minor: number, currency: string): string {
  return divideRounded(toScaled(fromMinor(minor, currency)), 10n ** 7n).toString();
}

/** Minor units as an element of type R: `12.5`. */
export function amountR(minor: number, currency: string): string {
  return fromMinor(minor, currency);
}

/** A day or an instant as CCYYMMDD, in the zone in which it was stated. */
export function dateElement(iso: string): string {
  return iso.slice(0, 10).replaceAll('-', '');
}

/** The time of an instant as HHMM, in the zone in which it was stated. */
export function timeElement(iso: string): string {
  return iso.slice(11, 16).replace(':', '');
}

/** The code by which a party is named in what we send; element 67 needs at least two characters. */
export function identifierToSend(party: Party): Party['identifiers'][number] | undefined {
  const preference = ['partner', 'store', 'gln', 'duns', 'seller', 'other'] as const;
  return preference
    .map((scheme) => party.identifiers.find((candidate) => candidate.scheme === scheme))
    .find((candidate) => candidate !== undefined && candidate.value.length >= 2);
}

/** N405 of a state or province in N406. */
export const STATE = 'SP';

/**
 * Builds an N1 loop. The partner's own code takes precedence, because the partner identifies the
 * party by it.
 */
export function partyLoop(code: string, party: Party, profile: Agreement): TreeNode {
  // Without a code that can be sent, only the name is.
  const known = identifierToSend(party);
  const { address } = party;
  const lines = address?.lines ?? [];
  const { region } = address ?? {};
  // N402 holds two characters: a state such as NSW goes into N406.
  const isShort = region?.length === 2;
  const place = segment(
    address?.city,
    isShort ? region : undefined,
    address?.postalCode,
    address !== undefined && (address.city !== undefined || address.postalCode !== undefined)
      ? address.country
      : undefined,
    ...(region === undefined || isShort ? [] : [STATE, region]),
  );
  const name = address?.name ?? (known === undefined ? party.identifiers[0]?.value : undefined);
  return node({
    N1: segment(code, name, known === undefined ? undefined : schemeQualifier(known, profile), known?.value),
    N3: [lines.slice(0, 2), lines.slice(2, 4)].filter((pair) => pair.length > 0).map((pair) => segment(...pair)),
    N4: place,
  });
}

/** N1*ST of what we send. */
export function shipToLoop({ shipTo, shipToAddress }: DocumentOrder, profile: Agreement): TreeNode {
  const isOurs = profile.parties.shipToAddress === 'ours' && shipToAddress !== undefined;
  return partyLoop('ST', isOurs ? { ...shipTo, address: shipToAddress } : shipTo, profile);
}

export function schemeQualifier(identifier: Party['identifiers'][number], profile: Agreement): string {
  // A nine-digit DUNS number has qualifier 1; with a four-digit location suffix, 9.
  if (identifier.scheme === 'duns' && identifier.value.length > 9) return '9';
  return profile.parties.send[identifier.scheme];
}

/** Item numbers of a line as alternating qualifiers and numbers, in the partner's order. */
export function itemNumbers(line: DocumentLine, profile: Agreement): string[] {
  const { send } = profile.items;
  const numbers = { buyer: line.customerSku, seller: line.sku, gtin: line.gtin };
  const qualifiers = { buyer: send.buyer, seller: send.seller, gtin: send.gtin ?? gtinQualifier(line.gtin) };
  return send.order.flatMap((kind) => {
    const number = numbers[kind];
    return number === undefined || number === '' ? [] : [qualifiers[kind], number];
  });
}

function gtinQualifier(gtin: string | undefined): string {
  switch (gtin?.length) {
    case 8:
      return 'EO';
    case 12:
      return 'UP';
    case 13:
      return 'EN';
    default:
      return 'UK';
  }
}

/** A number for element 127. One that is too long for the release is left out, because cut off it is another number. */
export function referenceNumber(number: string | undefined, { x12: { version } }: Agreement): string | undefined {
  return number === undefined || number.length > longestReference(version) ? undefined : number;
}

/** A REF with such a number, as a list. */
export function reference(qualifier: string, number: string | undefined, profile: Agreement): SegmentObject[] {
  const writable = referenceNumber(number, profile);
  return writable === undefined ? [] : [segment(qualifier, writable)];
}

/** Element 127. */
function longestReference(version: string): number {
  return version >= '005010' ? 50 : 30;
}

/**
 * REF segments of a header: the buyer's department, our number at the partner, and the order
 * references that the profile echoes. Values longer than REF02 are omitted, because a truncated
 * number is wrong.
 */
export function commonReferences(order: DocumentOrder, profile: Agreement, set: string): SegmentObject[] {
  const { vendorNumber } = profile.invoicing;
  const echo = profile.documents.outbound[set]?.echo ?? [];
  const longest = longestReference(profile.x12.version);
  const echoed = (order.references ?? []).filter(
    ({ qualifier, value }) => echo.includes(qualifier) && value.length <= longest,
  );
  return [
    ...(order.department === undefined ? [] : [segment('DP', order.department)]),
    ...(vendorNumber === undefined ? [] : [segment('IA', vendorNumber)]),
    ...echoed
      .filter(({ qualifier }) => qualifier !== (order.department === undefined ? '' : 'DP'))
      .filter(({ qualifier }) => qualifier !== (vendorNumber === undefined ? '' : 'IA'))
      .map(({ qualifier, value }) => segment(qualifier, value)),
  ];
}

export function description(text: string): TreeNode[] {
  return text.trim() === ''
    ? []
    : [{ PID: segment('F', undefined, undefined, undefined, firstCharacters(text.trim(), 80)) }];
}

export function positive(quantity: Decimal): boolean {
  return !isZero(quantity) && isPositive(quantity);
}
