import { z } from 'zod';
import { minorUnits, nonNegativeDecimal, positiveDecimal } from '../canonical/v1/common.ts';
import { paymentTerms } from '../canonical/v1/sales-order.ts';
import { duration, entityCode, qualifier } from './fields.ts';

/** Naming and counting of goods, parties, prices, ship notices and invoices. */

export const items = z
  .strictObject({
    buyer: z.array(qualifier).default(['IN', 'BP', 'CB', 'SK', 'PI']).describe('Qualifiers of the buyer’s item number'),
    seller: z.array(qualifier).default(['VN', 'VP', 'VC', 'VA']).describe('Qualifiers of our item number (SKU)'),
    gtin: z
      .array(qualifier)
      .default(['UK', 'EN', 'UP', 'EO'])
      .describe('Qualifiers of a GTIN with its check digit: U.P.C., EAN or 14 digits'),
    manufacturer: z.array(qualifier).default(['MG', 'MF', 'MN']).describe('Qualifiers of the maker’s part number'),
    send: z
      .strictObject({
        buyer: qualifier.default('IN').describe('Qualifier under which we echo the buyer’s item number'),
        seller: qualifier.default('VN').describe('Qualifier of our SKU'),
        gtin: qualifier
          .optional()
          .describe('Qualifier of the GTIN; without it chosen by length: UP of 12 digits, EN of 13, UK of 14'),
        order: z
          .array(z.enum(['buyer', 'seller', 'gtin']))
          .min(1)
          .default(['buyer', 'seller', 'gtin'])
          .describe('Which numbers are sent, in which order'),
      })
      .prefault({})
      .describe('How items are named in what we send'),
  })
  .prefault({})
  .describe('Item qualifiers of PO1, in order of trust: the first one present wins');

const partyScheme = z.enum(['partner', 'seller', 'gln', 'duns', 'store', 'other']);

export const parties = z
  .strictObject({
    shipTo: z.array(entityCode).min(1).default(['ST']).describe('N101 codes of the ship-to, the first present wins'),
    buyer: z.array(entityCode).default(['BY']).describe('N101 codes of the buying party'),
    billTo: z.array(entityCode).default(['BT']).describe('N101 codes of the bill-to'),
    markFor: z
      .array(entityCode)
      .default(['Z7', 'MA'])
      .describe(
        'N101 codes of the party for whom the goods are meant at the ship-to; printed on labels, sent in the 856',
      ),
    store: z
      .array(entityCode)
      .default(['BY', 'SN', 'Z7', 'MA'])
      .describe(
        'N101 codes of a party of a line that, with a quantity (QTY), is a store which gets that much of the line',
      ),
    payer: z.array(entityCode).default(['PR']).describe('N101 codes of the payer in an 820'),
    shipToFallback: z
      .enum(['none', 'buyer'])
      .default('none')
      .describe('Receiver of the goods if no ship-to is named: none (an error), or the buyer'),
    shipToAddress: z
      .enum(['asOrdered', 'ours'])
      .default('asOrdered')
      .describe('Address of the ship-to in what we send (N1*ST): as the order states it, or that of our master data'),
    schemes: z
      .record(z.string().regex(/^[A-Z0-9]{1,2}$/), partyScheme)
      .default({
        '1': 'duns',
        '9': 'duns',
        '91': 'seller',
        '92': 'partner',
        UL: 'gln',
        SN: 'store',
        ZZ: 'other',
        '15': 'partner',
      })
      .describe('Meaning of a code by its N103 qualifier: partner’s own, ours, GLN, DUNS, store'),
    send: z
      .strictObject({
        partner: z.string().default('92').describe('N103 for the partner’s own code'),
        seller: z.string().default('91').describe('N103 for our code'),
        gln: z.string().default('UL').describe('N103 for a GLN'),
        duns: z.string().default('1').describe('N103 for a DUNS number'),
        store: z.string().default('92').describe('N103 for a store number'),
        other: z.string().default('ZZ').describe('N103 for anything else'),
      })
      .prefault({})
      .describe('N103 qualifiers in what we send'),
  })
  .prefault({})
  .describe('Parties and the schemes of their codes');

export const orders = z
  .strictObject({
    storeDistribution: z
      .enum(['ask', 'order-per-store', 'allocate'])
      .default('ask')
      .describe(
        'Lines spread over stores (SDQ, or N1 with QTY): a question each time; an order for each store; or one order whose lines ' +
          'say what each store gets, packed, labelled and documented by store',
      ),
    storeDelivery: z
      .enum(['through-ship-to', 'direct'])
      .default('through-ship-to')
      .describe(
        'With an order for each store: its goods go to the ship-to of the order, which passes them on (the store becomes the ' +
          'mark-for), or to the store itself. An order without a ship-to goes to the stores in any case',
      ),
    lineShipTos: z
      .enum(['ask', 'order-per-ship-to'])
      .default('ask')
      .describe('Lines with a ship-to of their own (N1): a question each time, or an order for each ship-to'),
    lineDates: z
      .enum(['ask', 'order-per-date'])
      .default('ask')
      .describe(
        'Lines with several dates (SCH): a question each time, or an order for each date; lines with one date of their own then ' +
          'join the order of that date',
      ),
    unknownItems: z
      .enum(['ask', 'reject'])
      .default('ask')
      .describe(
        'A line whose item or unit we do not know: a question each time, or the line is rejected by our acknowledgment of orders (855) and ' +
          'the others go on. If no line is left, it is a question all the same',
      ),
    unsupported: z
      .enum(['ask', 'reject', 'advise'])
      .default('ask')
      .describe(
        'An order that means more than we can do: consigned goods, a blanket order or another type (BEG02) that is not to be delivered or invoiced as it stands, several ship-tos, goods spread over stores or ' +
          'days for which `orders` has no rule. Its document is accepted, and then it is a question each time (ask), or rejected at once: ' +
          'line by line by our acknowledgment of orders (reject: 855), or as a whole by our application advice (advise: 824), which the profile ' +
          'must have. Other content that nothing uses is a question at first sight',
      ),
  })
  .prefault({})
  .describe('Which purchase orders become several orders: by store, by ship-to, by date, or by several of them');

export const pricing = z
  .strictObject({
    tolerance: z
      .strictObject({
        percent: nonNegativeDecimal.default('0').describe('Accepted deviation from our price, percent of it'),
        absolute: nonNegativeDecimal.default('0').describe('Accepted deviation per ordered unit, major units'),
      })
      .prefault({})
      .describe('A price within either bound is accepted as ordered'),
    whenPriceAbsent: z
      .enum(['contract', 'exception'])
      .default('contract')
      .describe('A line without a price takes our contract price, or waits for a person'),
  })
  .prefault({})
  .describe('Prices on orders');

export const shipNotice = z
  .strictObject({
    hierarchy: z
      .enum(['SOTPI', 'SOPI', 'SOIP', 'SOI'])
      .default('SOI')
      .describe('Levels of the 856, outermost first: shipment, order, tare (pallet), pack (carton), item'),
    stores: z
      .enum(['packs', 'orders'])
      .default('packs')
      .describe(
        'Where the 856 names the store of goods that are spread over stores: at each pack and tare (N1*Z7; SDQ where there are none), or at an ' +
          'order level for each store (N1*BY)',
      ),
    sscc: z
      .strictObject({
        companyPrefix: z
          .string()
          .regex(/^\d{7,10}$/, 'must be a GS1 company prefix of 7 to 10 digits')
          .describe('GS1 company prefix under which we number cartons and pallets'),
        extensionDigit: z.int().min(0).max(9).default(0).describe('Extension digit of the SSCC'),
      })
      .optional()
      .describe('Numbering of cartons; needed where the hierarchy names packs'),
  })
  .prefault({})
  .superRefine((value, context) => {
    if (value.hierarchy !== 'SOI' && value.sscc === undefined) {
      context.addIssue({ code: 'custom', path: ['sscc'], message: `is needed for the hierarchy ${value.hierarchy}` });
    }
  })
  .describe('The ship notice');

const charge = z
  .strictObject({
    kind: z.enum(['allowance', 'charge']).describe('SAC01: A allowance, C charge'),
    code: z
      .string()
      .regex(/^[A-Z]\d{3}$/, 'must be an X12 element 1300 code such as D240')
      .describe('SAC02'),
    description: z.string().min(1).max(80).describe('SAC15'),
    percent: positiveDecimal
      .optional()
      .describe('Percent of the goods, such as "2"; rounded half away from zero to minor units'),
    amount: minorUnits
      .min(1)
      .optional()
      .describe('Amount per invoice in minor units; allowances never take more than the goods'),
  })
  .refine((value) => (value.percent === undefined) !== (value.amount === undefined), {
    message: 'needs either percent or amount',
  });

const address = z.strictObject({
  name: z.string().min(1).max(60),
  lines: z.array(z.string().min(1).max(55)).max(4).default([]),
  city: z.string().max(30).optional(),
  region: z.string().max(3).optional(),
  postalCode: z.string().max(15).optional(),
  country: z.string().length(2).default('US'),
  code: z.string().max(80).optional().describe('Number by which the partner knows us (vendor number)'),
});

export const invoicing = z
  .strictObject({
    terms: paymentTerms.strict().optional().describe('Terms where the order and the customer record give none'),
    charges: z
      .array(charge)
      .max(20)
      .default([])
      .describe(
        'Agreed allowances and charges: the ERP is asked to put them on each invoice, and the 810 repeats the ERP’s invoice',
      ),
    remitTo: address.optional().describe('Remittance address: N1*RI of the 810'),
    vendorNumber: z.string().max(30).optional().describe('Our number at the partner: REF*IA of what we send'),
    paymentGrace: duration
      .default('P7D')
      .describe('How long after the due date a payment may come before it is chased'),
  })
  .prefault({})
  .describe('Invoice and payment');
