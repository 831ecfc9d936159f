import { basename } from 'node:path';
import { z } from 'zod';
import { certificationSettingsFileOf } from '../activities/partners/certification.ts';
import { checkedYaml } from '../activities/partners/checked-yaml.ts';
import type { Path } from '../activities/partners/yaml-layer.ts';
import { multiply } from '../domain/decimal.ts';
import { didYouMean } from '../domain/nearest.ts';
import { linesOf, ProfileError, type ProfileProblem } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { accountsOf } from '../mappings/profile/sides.ts';
import { articles, type Customer, customers, gtinOf } from '../sandbox/erp/master-data.ts';
import { orderForms } from './purchase-order.ts';

/**
 * Inputs of a certification that a profile does not contain: the ship-to, the ordered items, and the
 * demands of the partner's own guide on our documents. They are in
 * `PARTNERS_DIR/NAME/certification.yaml`. Every key has a default, so most partners need no such file.
 */

const shipTo = z.strictObject({
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
  price: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional()
    .describe('Contract price per piece, major units; by default the list price'),
});

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

const header = z
  .array(
    z.string().regex(/^[A-Z][A-Z0-9]{1,2}\*/, 'must be a segment with * between its elements, such as REF*IA*40817'),
  )
  .default([]);

const headersOf: Record<string, typeof header> = Object.fromEntries(
  orderForms.map(({ set }) => [set, header.describe(`Segments of an ${set} only`)]),
);

/** The schema of `certification.yaml`. */
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
  items: z.array(orderedItem).default([]).describe('Numbers and prices of ordered articles; by default derived'),
  order: z
    .strictObject({
      header: header.describe('Segments of every order of the partner, with * between elements'),
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

export type Demand = z.output<typeof demand>;

/** Master data with which a partner is certified. */
export interface TradeData {
  readonly customerNumber: string;
  /** Its record, in the ERP or to be created there. */
  readonly customer: Omit<Customer, 'customerNumber'>;
  /** Customer to create in the ERP; absent if the ERP already has it. */
  readonly added?: Omit<Customer, 'customerNumber'> & { prices: { sku: string; unit: string; unitPrice: string }[] };
  readonly shipTo: Customer['shipTos'][number];
  readonly shipToCode: string;
  readonly name: string;
  readonly buyer: string;
  /** Additional header segments, by transaction set of the order. */
  readonly headerOf: Readonly<Record<string, readonly string[]>>;
  readonly demands: Readonly<Record<string, readonly Demand[]>>;
  /** Price of one piece, in major currency units. */
  priceOf(sku: string): string;
  buyerItemOf(sku: string): string;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'invalid-certification-settings';
}

const UNUSABLE = 'The certification settings cannot be used:';

/** @throws SettingsError that begins with `introduction` and names file, line, key and reason of every error */
export function readChecked<S extends z.ZodType>(file: string, what: string, schema: S, introduction: string) {
  try {
    return checkedYaml(file, what, schema);
  } catch (error) {
    throw error instanceof ProfileError ? settingsError(introduction, error.problems) : error;
  }
}

function settingsError(introduction: string, problems: readonly ProfileProblem[]): SettingsError {
  return new SettingsError(`${introduction}\n${linesOf(problems)}`);
}

/** @throws SettingsError with file, line, key and reason of every error */
export function tradeDataOf(partnersDir: string, profile: PartnerProfile): TradeData {
  const file = certificationSettingsFileOf(partnersDir, profile.id);
  const { data: stated, problem } = readChecked(file, basename(file), certificationSettings, UNUSABLE);
  const refuse = (path: Path, reason: string) => settingsError(UNUSABLE, [problem(path, reason)]);
  const known = accountsOf(profile).flatMap((id) => customers.filter(({ partnerId }) => partnerId === id))[0];
  const customer = stated.customer === undefined && known !== undefined ? known : customerOf(profile, stated);
  const shipTo = customer.shipTos.find(({ codes }) => stated.shipTo === undefined || codes.includes(stated.shipTo));
  if (shipTo === undefined) {
    const codes = customer.shipTos.flatMap((one) => one.codes);
    const meant = didYouMean(stated.shipTo ?? '', codes);
    throw refuse(['shipTo'], `${stated.shipTo} is not a ship-to of the customer${meant}`);
  }
  const skus = articles.map(({ sku }) => sku);
  for (const [index, { sku }] of stated.items.entries()) {
    if (skus.includes(sku)) continue;
    throw refuse(['items', index, 'sku'], `${sku} is not one of our articles${didYouMean(sku, skus)}`);
  }
  const priceOf = (sku: string) => {
    const article = articles.find((candidate) => candidate.sku === sku);
    if (article === undefined) throw new TypeError(`${sku} is not one of our articles`);
    const price = stated.items.find((item) => item.sku === sku)?.price ?? article.prices[customer.customerNumber];
    return price ?? article.listPrice;
  };
  const { customerNumber, ...record } = customer;
  return {
    customerNumber,
    customer: record,
    ...(customer !== known && {
      added: {
        ...record,
        prices: articles.flatMap(({ sku, pack }) => [
          { sku, unit: 'EA', unitPrice: priceOf(sku) },
          { sku, unit: 'CA', unitPrice: multiply(priceOf(sku), String(pack)) },
        ]),
      },
    }),
    shipTo,
    shipToCode: stated.shipTo ?? shipTo.codes[0] ?? shipTo.shipToNumber,
    name: customer.name,
    buyer: stated.buyer,
    headerOf: Object.fromEntries(
      orderForms.map(({ set }) => [set, [...stated.order.header, ...(stated.order.headerOf[set] ?? [])]]),
    ),
    demands: stated.demands,
    priceOf,
    buyerItemOf: (sku) => stated.items.find((item) => item.sku === sku)?.buyerItem ?? `77${sku.slice(-4)}`,
  };
}

export { gtinOf };

function customerOf(profile: PartnerProfile, { customer }: z.output<typeof certificationSettings>): Customer {
  const number = customer?.number ?? `C-${profile.id.toUpperCase().slice(0, 20)}`;
  const shipTos = customer?.shipTos ?? [shipTo.parse({ code: '0001' })];
  return {
    customerNumber: number,
    partnerId: profile.id,
    name: profile.name,
    blocked: false,
    taxExempt: customer?.taxExempt ?? true,
    currency: profile.currency,
    terms: profile.invoicing.terms ?? { netDays: 30, description: 'Net 30' },
    creditLimit: 5_000_000_000,
    shipTos: shipTos.map(({ code, name, ...address }) => ({
      shipToNumber: `${number}-${code}`,
      codes: [code],
      name: name ?? `${profile.name} ${code}`,
      preferredNodes: ['RNO', 'MEM'],
      ...address,
    })),
  };
}
