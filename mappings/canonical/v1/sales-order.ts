import { z } from 'zod';
import { compare, isDecimal, sum } from '../../../domain/decimal.ts';
import { hasRegions, OUR_COUNTRY } from '../../../domain/places.ts';
import {
  attributes,
  currency,
  day,
  identifier,
  instant,
  name,
  nonNegativeDecimal,
  note,
  positiveDecimal,
  quantity,
  shownText,
} from './common.ts';
import { party, storeCode } from './party.ts';

export const channels = ['edi', 'api', 'storefront', 'marketplace', 'crm', 'field-sales'] as const;
export const channel = z.enum(channels).meta({ description: 'Where the order came from' });
export type Channel = z.infer<typeof channel>;

/** An item number of the buyer or seller. `customerSku` is the buyer's own number, `sku` ours. */
export const itemReference = z
  .strictObject({
    sku: identifier.optional(),
    customerSku: identifier.optional(),
    gtin: z
      .string()
      .regex(/^\d{8}$|^\d{12,14}$/, 'must be a GTIN of 8, 12, 13 or 14 digits')
      .optional(),
    manufacturerPart: identifier.optional(),
    description: shownText(250).optional(),
  })
  .refine((item) => item.sku ?? item.customerSku ?? item.gtin ?? item.manufacturerPart, {
    message: 'needs one of sku, customerSku, gtin, manufacturerPart',
  });
export type ItemReference = z.infer<typeof itemReference>;

/** Days that the buyer names, for the order or a line of it; a line without one follows the order. */
export const requestedDates = {
  requestedShipDate: day.optional(),
  requestedDeliveryDate: day.optional(),
  shipNotBefore: day.optional(),
  shipNotAfter: day.optional(),
  deliverNotBefore: day.optional(),
  deliverNotAfter: day.optional(),
  /** The buyer takes nothing after this day. */
  cancelAfter: day.optional(),
};

/** What a store gets of a line, in the ordered unit. The goods of each store are packed and labelled for it. */
export const allocation = z.strictObject({
  store: party.refine((store) => storeCode(store) !== undefined, { message: 'needs an identifier or a name' }),
  quantity: positiveDecimal,
});
export type Allocation = z.infer<typeof allocation>;

/** A part of a kit or pre-pack, as the buyer states it: `quantity` is in one ordered unit of the line. */
export const component = z.strictObject({ item: itemReference, quantity: quantity.optional() });
export type Component = z.infer<typeof component>;

export const salesOrderLine = z
  .strictObject({
    /** The buyer's line number, echoed in every document. */
    lineId: z.string().trim().min(1).max(20),
    item: itemReference,
    quantity,
    /** Price in major units for one ordered unit, or for the `priceBasis`. Absent: our contract price applies. */
    unitPrice: nonNegativeDecimal.optional(),
    /** What `unitPrice` buys, where that is not one ordered unit: 12 EA, 100 CA. */
    priceBasis: quantity.optional(),
    /** How many pieces (EA) one ordered unit holds, as the buyer sees it; the order waits if ours holds another number. */
    piecesPerUnit: positiveDecimal.optional(),
    ...requestedDates,
    components: z.array(component).max(1_000).optional(),
    /** Spreads the whole line over stores that the ship-to distributes to. */
    allocations: z.array(allocation).min(1).max(5_000).optional(),
    notes: z.array(note).max(20).default([]),
    attributes,
  })
  .superRefine(({ lineId, allocations = [] }, context) => {
    const seen = new Map<string, number>();
    for (const [index, { store }] of allocations.entries()) {
      const code = storeCode(store);
      if (code === undefined) continue;
      const first = seen.get(code);
      if (first === undefined) seen.set(code, index);
      else {
        const message = `line ${lineId} names store "${code}" twice, first in allocations[${first}]`;
        context.addIssue({ code: 'custom', path: ['allocations', index, 'store'], message });
      }
    }
  })
  .superRefine(({ quantity: { value }, allocations }, context) => {
    // The refinement also runs when a quantity has been found to be no number.
    if (allocations === undefined || ![value, ...allocations.map((one) => one.quantity)].every(isDecimal)) return;
    const allocated = sum(allocations.map((one) => one.quantity));
    if (compare(allocated, value) === 0) return;
    context.addIssue({
      code: 'custom',
      path: ['allocations'],
      message: `the line orders ${value}, but allocates ${allocated} to stores`,
    });
  });
export type SalesOrderLine = z.infer<typeof salesOrderLine>;

export const paymentTerms = z.strictObject({
  discountPercent: nonNegativeDecimal.optional(),
  discountDays: z.int().min(0).max(999).optional(),
  netDays: z.int().min(0).max(999).optional(),
  description: shownText(80).optional(),
});

/** By whom the buyer wants the goods sent: a SCAC, or its own words. */
export const orderedCarrier = z.strictObject({
  scac: z
    .string()
    .regex(/^[A-Z]{2,4}$/)
    .optional(),
  routing: shownText(120).optional(),
});

/** Numbers of the buyer, by X12 qualifier. */
export const references = z
  .array(z.strictObject({ qualifier: identifier.max(3), value: shownText(80) }))
  .max(50)
  .default([]);

/** Elements 19 and 116. */
const SHORTEST = [
  ['city', 2],
  ['postalCode', 3],
] as const;

/** A purchase order in the seller's terms. Orders enter the order process only in this form. */
export const salesOrder = z
  .strictObject({
    schema: z.literal('salesOrder/v1').default('salesOrder/v1'),
    partnerId: identifier,
    channel,
    poNumber: identifier.max(22),
    /** Release of a blanket order; empty when there is none. */
    release: name.max(30).default(''),
    /**
     * Which part of the purchase order this order is, where one purchase order becomes several orders: for
     * instance a store, a ship-to or a day. Empty when the order is the whole of it. Documents never say it.
     */
    part: name.max(80).default(''),
    orderedOn: day,
    currency: currency.default('USD'),
    buyer: party.optional(),
    shipTo: party,
    /**
     * The goods go to the address of `shipTo`, which is no ship-to of the customer: to a consumer. The customer is
     * that of the profile’s `dropShip.account`, else of the buyer or the bill-to.
     */
    oneTimeShipTo: z.boolean().default(false),
    billTo: party.optional(),
    /** For whom the goods are meant at the ship-to: a store behind a distribution center, a person. */
    markFor: party.optional(),
    ...requestedDates,
    terms: paymentTerms.optional(),
    carrier: orderedCarrier.optional(),
    department: shownText(30).optional(),
    references,
    notes: z.array(note).max(50).default([]),
    lines: z
      .array(salesOrderLine)
      .min(1, 'an order has at least one line')
      .max(10_000, 'an order has at most 10,000 lines'),
    attributes,
    receivedAt: instant.optional(),
  })
  .superRefine(({ oneTimeShipTo, shipTo: { address } }, context) => {
    if (!oneTimeShipTo) return;
    const missing = [
      ...(address?.name !== undefined ? [] : ['name']),
      ...(address?.lines?.length ? [] : ['lines']),
      ...(address?.city !== undefined ? [] : ['city']),
      // Without its state, nobody knows its tax.
      ...(address?.region !== undefined || !hasRegions(address?.country ?? OUR_COUNTRY) ? [] : ['region']),
      ...(address?.postalCode !== undefined ? [] : ['postalCode']),
    ];
    for (const field of missing) {
      const message = 'is needed where the goods go to an address of the order alone';
      context.addIssue({ code: 'custom', path: ['shipTo', 'address', field], message });
    }
  })
  .superRefine(({ channel, shipTo, buyer, billTo, markFor }, context) => {
    // X12 holds no shorter city or postal code. A partner's own document may, where its profile accepts that.
    if (channel === 'edi') return;
    for (const [place, party] of Object.entries({ shipTo, buyer, billTo, markFor })) {
      for (const [field, least] of SHORTEST) {
        const length = party?.address?.[field]?.length ?? least;
        if (length === 0 || length >= least) continue;
        const message = `must have at least ${least} characters`;
        context.addIssue({ code: 'custom', path: [place, 'address', field], message });
      }
    }
  })
  .superRefine((order, context) => {
    const seen = new Map<string, number>();
    order.lines.forEach((line, index) => {
      const first = seen.get(line.lineId);
      if (first === undefined) seen.set(line.lineId, index);
      else
        context.addIssue({
          code: 'custom',
          path: ['lines', index, 'lineId'],
          message: `repeats line "${line.lineId}" of lines[${first}]`,
        });
    });
  })
  .meta({ id: 'SalesOrder', description: 'Canonical sales order, version 1' });
export type SalesOrder = z.infer<typeof salesOrder>;
export type SalesOrderInput = z.input<typeof salesOrder>;
