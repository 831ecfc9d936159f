import { z } from 'zod';
import { address, identifier, shownText } from './common.ts';

/** A party code and the scheme that defines it. */
export const partyIdentifier = z.strictObject({
  scheme: z.enum(['partner', 'seller', 'gln', 'duns', 'store', 'other']).meta({
    description: 'partner: the buyer’s own code; seller: our customer or ship-to number; gln, duns: global numbers',
  }),
  value: identifier,
});

/** Whom to call or write about a delivery. */
export const contact = z.strictObject({
  name: shownText(60).optional(),
  phone: shownText(40).optional(),
  email: shownText(254).optional(),
});
export type Contact = z.infer<typeof contact>;

/** A party of an order: buyer, ship-to or bill-to. It needs an identifier or an address. */
export const party = z
  .strictObject({
    identifiers: z.array(partyIdentifier).max(8).default([]),
    address: address.optional(),
    contact: contact.optional(),
  })
  .refine((value) => value.identifiers.length > 0 || value.address !== undefined, {
    message: 'needs an identifier or an address',
  });
export type Party = z.infer<typeof party>;

/** By what warehouses, labels and shipments name a store: the first code of it, else its name. */
export function storeCode({ identifiers, address: place }: Party): string | undefined {
  return identifiers[0]?.value ?? place?.name;
}

/** A store as ERPs and warehouses are told of it. */
export function namedStore(store: Party): { code: string; name?: string } {
  const code = storeCode(store) ?? '';
  const name = store.address?.name;
  return { code, ...(name !== undefined && name !== code && { name }) };
}
