/** Identifies the buyer and the ship-to. */
import type { Correction } from '../../../domain/order/corrections.ts';
import type { Party, SalesOrder } from '../../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../../mappings/profile/profile.ts';
import type { Known, KnownBuyer } from './load.ts';
import type { Problem } from './problem.ts';

export interface BuyerMatch {
  buyer: KnownBuyer;
  /** Readable explanation for the decision. */
  by: string;
}

/**
 * The party that is looked up in the ERP: the ship-to. If the goods go to an address of the order alone, it is the
 * account of the profile, else the buyer and the bill-to, whose customer buys. A person's word stands before all.
 */
export function soughtParty(
  order: SalesOrder,
  { dropShip: { account } }: PartnerProfile,
  corrections: readonly Correction[],
): Party {
  const given = corrections.find((one) => one.kind === 'ship-to');
  if (given !== undefined) return { identifiers: [{ scheme: 'seller', value: given.shipToNumber }] };
  if (!order.oneTimeShipTo) return order.shipTo;
  const named = [order.buyer, order.billTo].flatMap((party) => party?.identifiers ?? []);
  return { identifiers: account === undefined ? named : [{ scheme: 'seller', value: account }] };
}

/**
 * Finds the customer and ship-to of one ERP. Identifiers come first: the partner's
 * cross-references, our own number, then the codes that the ERP knows. The address is used only if
 * the order has no known code.
 */
export function matchCustomer(
  erpSystem: string,
  { buyers, customersIn, names }: Known,
  partnerId: string,
  shipTo: Party,
): BuyerMatch | Problem {
  if (!customersIn.includes(erpSystem)) {
    return { type: 'unknown-customer', summary: `no customer of the ERP belongs to partner ${partnerId}` };
  }
  const candidates = buyers.filter((buyer) => buyer.erpSystem === erpSystem);
  for (const { scheme, value } of shipTo.identifiers) {
    const number = names.shipTo(value);
    const buyer = candidates.find((candidate) => candidate.shipToNumber === number);
    if (buyer !== undefined) return { buyer, by: `cross-reference of ${scheme} code ${value}` };
  }
  for (const { scheme, value } of shipTo.identifiers) {
    const buyer = candidates.find(
      (candidate) => (scheme === 'seller' && candidate.shipToNumber === value) || candidate.codes.includes(value),
    );
    if (buyer !== undefined) return { buyer, by: `${scheme} code ${value}` };
  }
  const [line] = shipTo.address?.lines ?? [];
  const postalCode = shipTo.address?.postalCode;
  if (postalCode !== undefined && line !== undefined) {
    const buyer = candidates.find(
      (candidate) =>
        zipOf(candidate.postalCode) === zipOf(postalCode) &&
        candidate.lines.some((known) => addressForm(known) === addressForm(line)),
    );
    if (buyer !== undefined) return { buyer, by: `address ${line}, ${postalCode}` };
  }
  const named = describeParty(shipTo);
  if (named === '') {
    return {
      type: 'unknown-ship-to',
      summary: `the goods go to an address of the order alone, and neither it nor the profile (dropShip.account) names who buys`,
    };
  }
  return { type: 'unknown-ship-to', summary: `no ship-to of ${partnerId} is ${named}` };
}

/**
 * The ship-to was found by its code, and the order also states an address in another place: following either
 * could send the goods to the wrong one. The goods go to the address of the ERP, and documents repeat the
 * order's. Spellings of street and name differ all the time, so only the postal code counts.
 */
export function shipToDifference(
  { buyer, by }: BuyerMatch,
  { shipTo, oneTimeShipTo }: SalesOrder,
): Problem | undefined {
  if (oneTimeShipTo) return undefined;
  const stated = shipTo.address?.postalCode;
  if (stated === undefined || zipOf(stated) === zipOf(buyer.postalCode)) return undefined;
  const ours = [...buyer.lines, buyer.region, buyer.postalCode].join(', ');
  return {
    type: 'ship-to-differs',
    summary: `the order says ${describeParty(shipTo)}, but ship-to ${buyer.shipToNumber} (by ${by}) is at ${ours}; accepted, the goods go there`,
  };
}

function describeParty(party: Party): string {
  const codes = party.identifiers.map(({ scheme, value }) => `${scheme} ${value}`);
  const address = party.address && [
    party.address.name,
    ...party.address.lines,
    party.address.city,
    party.address.postalCode,
  ];
  return [...codes, ...(address ?? [])].filter(Boolean).join(', ');
}

/** Five digits of a ZIP code identify a place; the other four only a delivery route. */
export function zipOf(postalCode: string): string {
  return postalCode.replace(/\W/g, '').slice(0, 5).toUpperCase();
}

function addressForm(line: string): string {
  return line.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
