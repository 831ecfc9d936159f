import { z } from 'zod';
import { orderForms } from './order-forms.ts';

/**
 * The schema of `PARTNERS_DIR/NAME/certification.yaml`: inputs of a certification that a profile does not contain. Every key has a
 * default, so most partners need no such file.
 */

/** Warehouses of the sandbox. */
export const NODES = ['RNO', 'MEM'] as const;

/** What the warehouses hold of an item. */
export const STOCKS = ['plenty', 'scarce', 'none', ...NODES] as const;
export type Stock = (typeof STOCKS)[number];

export const shipTo = z.strictObject({
  code: z.string().min(1).max(80).describe('Code by which the partner identifies the ship-to'),
  name: z.string().min(1).max(60).optional(),
  lines: z.array(z.string().min(1).max(55)).min(1).max(4).default(['100 Certification Way']),
  city: z.string().max(30).default('Reno'),
  region: z.string().length(2).default('NV'),
  postalCode: z.string().max(15).default('89502'),
  country: z.string().length(2).default('US'),
});

const orderedItem = z.strictObject({
  sku: z.string().min(1).describe('One of our articles'),
  buyerItem: z.string().min(1).max(48).optional().describe('The partner’s own number'),
  numbers: z
    .record(
      z.string().regex(/^[A-Z0-9]{2}$/, 'must be a qualifier of two characters such as VN'),
      z.string().min(1).max(48),
    )
    .refine((numbers) => Object.keys(numbers).length > 0, 'must hold a number')
    .optional()
    .describe(
      'All numbers of the item by qualifier, in the order of the document; by default the partner’s own number and ours, under the first ' +
        'qualifiers of `items` of the profile',
    ),
  price: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional()
    .describe('Contract price per piece, major units; by default the list price'),
  unit: z
    .string()
    .regex(/^[A-Z0-9]{2}$/, 'must be a unit of two characters such as EA')
    .optional()
    .describe('Unit in which the partner orders it, as the partner writes it; by default pieces'),
  quantity: z.int().min(1).max(1_000).optional().describe('Units of an ordinary line; by default 12'),
  stock: z
    .enum(STOCKS)
    .default('plenty')
    .describe(
      'What the warehouses hold of it: enough, two ordinary lines, nothing, or enough in one of the two only. The sandbox’s article for ' +
        'each but `plenty` is chosen if no item states it',
    ),
});
export type OrderedItem = Omit<z.output<typeof orderedItem>, 'stock'> & { readonly stock?: Stock };

const demand = z
  .strictObject({
    segment: z
      .string()
      .regex(/^[A-Z][A-Z0-9]{1,2}$/)
      .describe('Id of the segment; the demand covers all its occurrences in the document'),
    element: z
      .string()
      .regex(/^\d{2}$/)
      .optional()
      .describe('The element that `codes` and `includes` check, such as "01"; by default every element'),
    count: z.int().min(0).optional().describe('Exact number of occurrences'),
    required: z.boolean().default(true).describe('Whether the segment must occur'),
    codes: z.array(z.string()).min(1).optional().describe('Every value of the element must be one of these'),
    includes: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Each of these values must occur in the element, or in any element if `element` is absent'),
  })
  .describe('A check that the partner applies to our documents; the sandbox’s reader evaluates it, not ours');
export type Demand = z.output<typeof demand>;

const header = z
  .array(
    z.string().regex(/^[A-Z][A-Z0-9]{1,2}\*/, 'must be a segment with * between its elements, such as REF*IA*40817'),
  )
  .default([]);

const headersOf: Record<string, typeof header> = Object.fromEntries(
  orderForms.map(({ set }) => [set, header.describe(`Segments of an ${set} only`)]),
);

export const certificationSettings = z.strictObject({
  customer: z
    .strictObject({
      number: z
        .string()
        .min(1)
        .max(30)
        .optional()
        .describe('Customer number in the ERP; by default C- followed by the partner’s id'),
      taxExempt: z.boolean().default(true).describe('Whether its invoices are free of tax'),
      shipTos: z
        .array(shipTo)
        .min(1)
        .default([
          {
            code: '0001',
            lines: ['100 Certification Way'],
            city: 'Reno',
            region: 'NV',
            postalCode: '89502',
            country: 'US',
          },
        ]),
    })
    .optional()
    .describe(
      'Customer to create in the sandbox’s ERP; by default the partner’s existing customer, or a generated one',
    ),
  shipTo: z.string().optional().describe('Code of the ship-to that the orders name; by default the first'),
  buyer: z.string().max(80).default('HQ').describe('Code by which the partner identifies itself'),
  items: z
    .array(orderedItem)
    .default([])
    .describe(
      'What the scenarios order: articles with numbers, units, prices, quantities and stock; by default derived',
    ),
  order: z
    .strictObject({
      header: header.describe(
        'Segments of every order of the partner, with * between elements; `{+14}` stands for the day two weeks after the order',
      ),
      headerOf: z
        .strictObject(headersOf)
        .prefault({})
        .describe(
          'Segments of one transaction set only, after those of `header`; an 875 lacks some segments of an 850',
        ),
    })
    .prefault({})
    .describe('Segments that the partner’s orders have in addition to the common ones'),
  demands: z
    .record(z.string().regex(/^\d{3}$/), z.array(demand))
    .default({})
    .describe('Checks that the partner applies to our documents, by transaction set'),
});
export type CertificationSettings = z.output<typeof certificationSettings>;
