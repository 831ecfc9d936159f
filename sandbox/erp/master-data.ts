import type { ErpMasterData } from '../../activities/erp/port.ts';
import { multiply } from '../../domain/decimal.ts';

/**
 * Items, customers and prices of Meridian Wholesale. The warehouse uses the same pack sizes and weights, and the sample
 * documents the same prices and codes.
 */

interface Article {
  sku: string;
  description: string;
  /** Pounds per piece. */
  weight: string;
  listPrice: string;
  /** Pieces in a case. */
  pack: number;
  /** Contract price per piece, by customer number. */
  prices: Readonly<Record<string, string>>;
}

export const HARBOR_PINE = 'C-10010';
export const TRI_VALLEY = 'C-10020';
export const COBALT_RIDGE = 'C-10030';

function article(
  number: number,
  description: string,
  weight: string,
  pack: number,
  [listPrice, harborPine, triValley, cobaltRidge]: [string, string, string, string],
): Article {
  return {
    sku: `MW-${number}`,
    description,
    weight,
    listPrice,
    pack,
    prices: { [HARBOR_PINE]: harborPine, [TRI_VALLEY]: triValley, [COBALT_RIDGE]: cobaltRidge },
  };
}

export const articles: readonly Article[] = [
  article(1001, 'Claw hammer 16 oz, fiberglass handle', '1.9', 12, ['14.20', '11.35', '10.65', '12.50']),
  article(1002, 'Screwdriver set, 6 piece', '1.2', 12, ['11.80', '9.45', '8.85', '10.40']),
  article(1003, 'Tape measure 25 ft', '0.8', 24, ['8.45', '6.75', '6.35', '7.45']),
  article(1004, 'Adjustable wrench 10 in', '1.4', 12, ['12.60', '10.10', '9.45', '11.10']),
  article(1005, 'Utility knife, retractable', '0.4', 36, ['4.95', '3.95', '3.70', '4.35']),
  article(1006, 'Cabinet hinge, soft close, pair', '0.5', 50, ['3.995', '3.195', '2.995', '3.515']),
  article(1007, 'Padlock, solid brass, 40 mm', '0.6', 24, ['6.75', '5.40', '5.05', '5.95']),
  article(1008, 'Mixing bowl set, stainless, 3 piece', '3.6', 6, ['18.90', '15.10', '14.20', '16.65']),
  article(1009, 'Cutting board, bamboo, 18 in', '2.2', 10, ['9.30', '7.45', '7.00', '8.20']),
  article(1010, 'Storage container set, 10 piece', '2.8', 8, ['16.40', '13.10', '12.30', '14.45']),
  article(1011, 'Cast iron skillet 10 in', '5.1', 6, ['21.50', '17.20', '16.15', '18.90']),
  article(1012, 'Folding step stool, 2 tread', '7.4', 4, ['24.75', '19.80', '18.55', '21.80']),
];

/** UPC (GTIN-12): number system and company 850012, article from 01001, modulo-10 check digit. */
export function gtinOf(sku: string): string {
  const digits = `8500120${sku.slice(-4)}`;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

export type Customer = ErpMasterData['customers'][number] & {
  /** Minor units. */
  creditLimit: number;
};

/** Sufficient for thousands of orders; lower it with `/_control/customers/{number}`. */
export const CREDIT_LIMIT = 5_000_000_000;

export const customers: readonly Customer[] = [
  {
    customerNumber: HARBOR_PINE,
    partnerId: 'harbor-pine',
    name: 'Harbor & Pine Stores',
    blocked: false,
    taxExempt: true,
    currency: 'USD',
    terms: { discountPercent: '2', discountDays: 10, netDays: 30, description: '2% 10, net 30' },
    creditLimit: CREDIT_LIMIT,
    shipTos: [
      {
        shipToNumber: 'C-10010-0101',
        codes: ['0101'],
        name: 'Harbor & Pine Store 0101',
        lines: ['1180 Lighthouse Avenue'],
        city: 'Monterey',
        region: 'CA',
        postalCode: '93940',
        country: 'US',
        preferredNodes: ['RNO', 'MEM'],
      },
      {
        shipToNumber: 'C-10010-0102',
        codes: ['0102'],
        name: 'Harbor & Pine Store 0102',
        lines: ['2250 Cedar Street'],
        city: 'Eugene',
        region: 'OR',
        postalCode: '97401',
        country: 'US',
        preferredNodes: ['RNO', 'MEM'],
      },
      {
        shipToNumber: 'C-10010-DC07',
        codes: ['DC07'],
        name: 'Harbor & Pine Distribution Center 07',
        lines: ['4700 Logistics Parkway', 'Dock 12'],
        city: 'Salt Lake City',
        region: 'UT',
        postalCode: '84116',
        country: 'US',
        preferredNodes: ['RNO', 'MEM'],
      },
    ],
  },
  {
    customerNumber: TRI_VALLEY,
    partnerId: 'tri-valley',
    name: 'Tri-Valley Supply',
    blocked: false,
    taxExempt: true,
    currency: 'USD',
    terms: { netDays: 45, description: 'Net 45' },
    creditLimit: CREDIT_LIMIT,
    shipTos: [
      {
        shipToNumber: 'C-10020-BR01',
        codes: ['BR01'],
        name: 'Tri-Valley Supply, Nashville branch',
        lines: ['615 Foundry Road'],
        city: 'Nashville',
        region: 'TN',
        postalCode: '37210',
        country: 'US',
        preferredNodes: ['MEM', 'RNO'],
      },
      {
        shipToNumber: 'C-10020-BR02',
        codes: ['BR02'],
        name: 'Tri-Valley Supply, Little Rock branch',
        lines: ['88 Quarry Lane'],
        city: 'Little Rock',
        region: 'AR',
        postalCode: '72206',
        country: 'US',
        preferredNodes: ['MEM', 'RNO'],
      },
    ],
  },
  {
    customerNumber: COBALT_RIDGE,
    partnerId: 'cobalt-ridge',
    name: 'Cobalt Ridge Hardware',
    blocked: false,
    taxExempt: false,
    currency: 'USD',
    terms: { netDays: 30, description: 'Net 30' },
    creditLimit: CREDIT_LIMIT,
    shipTos: [
      {
        shipToNumber: 'C-10030-MAIN',
        codes: ['MAIN'],
        name: 'Cobalt Ridge Hardware',
        lines: ['37 Summit Street'],
        city: 'Boise',
        region: 'ID',
        postalCode: '83702',
        country: 'US',
        preferredNodes: ['RNO', 'MEM'],
      },
    ],
  },
];

const VALID_FROM = '2020-01-01';

export const items: ErpMasterData['items'] = articles.map(({ sku, description, weight, listPrice, pack }) => ({
  sku,
  description,
  baseUnit: 'EA',
  gtin: gtinOf(sku),
  weight,
  listPrice,
  taxable: true,
  units: [{ unit: 'CA', factor: String(pack) }],
}));

export const prices: ErpMasterData['prices'] = articles.flatMap(({ sku, pack, prices: contract }) =>
  Object.entries(contract).flatMap(([customerNumber, each]) => [
    { customerNumber, sku, unit: 'EA', unitPrice: each, validFrom: VALID_FROM },
    { customerNumber, sku, unit: 'CA', unitPrice: multiply(each, String(pack)), validFrom: VALID_FROM },
  ]),
);

export const taxRates: ErpMasterData['taxRates'] = [
  { region: 'AR', percent: '6.5' },
  { region: 'CA', percent: '7.25' },
  { region: 'ID', percent: '6' },
  { region: 'NV', percent: '8.265' },
  { region: 'OR', percent: '0' },
  { region: 'TN', percent: '7' },
  { region: 'UT', percent: '6.1' },
  { region: 'WA', percent: '6.5' },
];
