import { multiply } from '../../domain/decimal.ts';
import type { SalesOrderInput } from '../../mappings/canonical/v1/index.ts';
import { articles, customers } from '../../sandbox/erp/master-data.ts';
import { type Segment, writeInterchange } from '../../sandbox/x12.ts';

/**
 * Purchase orders as the sandbox's partners would write them. The X12 is written by the sandbox's own writer, so that no writer of ours has
 * a part in what our reader is given.
 */

export type EdiPartner = 'harbor-pine' | 'tri-valley';
export type Partner = EdiPartner | 'cobalt-ridge';

/** Quantities are in the unit; CA is the article's case. */
export interface OrderedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unit: 'EA' | 'CA';
}

export interface PurchaseOrder {
  readonly partnerId: Partner;
  readonly poNumber: string;
  /** Code by which the partner names the ship-to. */
  readonly shipTo: string;
  readonly lines: readonly OrderedLine[];
}

const SENDERS = { 'harbor-pine': 'HARBORPINE', 'tri-valley': 'TRIVALLEY' } as const;
const SHIP_TOS = { 'harbor-pine': 'DC07', 'tri-valley': 'BR01', 'cobalt-ridge': 'MAIN' } as const;
const DAY_MS = 86_400_000;

export const each = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'EA' });
export const cases = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'CA' });

/** The warehouse behaviour that each order shape causes. */
export const shapes = {
  /** One node, one shipment. */
  plain: [each('MW-1001', 24), cases('MW-1002', 2), each('MW-1007', 48)],
  /** MW-1011 is only in Memphis and MW-1012 only in Reno. */
  splitOverTwoNodes: [cases('MW-1008', 5), each('MW-1011', 60), each('MW-1012', 40)],
  /** Above 100 pieces a line leaves in two shipments. */
  twoWaves: [each('MW-1003', 144), cases('MW-1005', 2), each('MW-1004', 36)],
  /** Two nodes, and two waves at one of them. */
  splitAndWaves: [each('MW-1011', 150), each('MW-1012', 20)],
  oneLine: [each('MW-1009', 7)],
} as const satisfies Record<string, readonly OrderedLine[]>;

export function purchaseOrder(
  partnerId: Partner,
  poNumber: string,
  lines: readonly OrderedLine[] = shapes.plain,
  shipTo: string = SHIP_TOS[partnerId],
): PurchaseOrder {
  return { partnerId, poNumber, shipTo, lines };
}

/** Contract price for one unit, major units. */
export function contractPrice(partnerId: Partner, { sku, unit }: OrderedLine): string {
  const customer = customers.find((candidate) => candidate.partnerId === partnerId);
  const article = articles.find((candidate) => candidate.sku === sku);
  const price = article?.prices[customer?.customerNumber ?? ''];
  if (article === undefined || price === undefined) throw new Error(`no contract price of ${sku} for ${partnerId}`);
  return unit === 'CA' ? multiply(price, String(article.pack)) : price;
}

/** Pieces in one unit. */
export function piecesIn({ sku, unit }: OrderedLine): number {
  return unit === 'CA' ? (articles.find((candidate) => candidate.sku === sku)?.pack ?? 1) : 1;
}

/** One file with one interchange: an 850 for each order, all of one partner. `control` is ISA13 and GS06. */
export function interchangeOf(orders: readonly PurchaseOrder[], control: number, today = new Date()): string {
  return interchangeWith(
    partnerOf(orders),
    control,
    orders.map((order) => ({ set: '850', segments: segmentsOf850(order, today) })),
    today,
  );
}

/** The envelope around any transaction sets of a partner. */
export function interchangeWith(
  partnerId: EdiPartner,
  control: number,
  transactions: readonly { set: string; segments: readonly Segment[] }[],
  today = new Date(),
  functionalId = 'PO',
): string {
  return writeInterchange({
    sender: SENDERS[partnerId],
    receiver: 'MERIDIAN',
    groupSender: SENDERS[partnerId],
    groupReceiver: 'MERIDIAN',
    control,
    groupControl: control,
    functionalId,
    at: today,
    transactions,
  });
}

/** From after ST to before SE. */
export function segmentsOf850(order: PurchaseOrder, today = new Date()): Segment[] {
  const ediPartner = partnerOf([order]);
  const retailer = ediPartner === 'harbor-pine';
  const customer = customers.find(({ partnerId }) => partnerId === ediPartner);
  const shipTo = customer?.shipTos.find(({ codes }) => codes.includes(order.shipTo));
  if (customer === undefined || shipTo === undefined) throw new Error(`no ship-to ${order.shipTo} of ${ediPartner}`);
  const [buyerItem, sellerItem] = retailer ? ['IN', 'VN'] : ['BP', 'VP'];
  return [
    ['BEG', '00', retailer ? 'SA' : 'NE', order.poNumber, '', x12Day(today)],
    ['REF', ...(retailer ? ['DP', '0045'] : ['19', 'SOUTH'])],
    ['DTM', '010', x12Day(new Date(today.getTime() + 5 * DAY_MS))],
    ['N1', 'ST', shipTo.name, '92', order.shipTo],
    ['N3', ...shipTo.lines],
    ['N4', shipTo.city, shipTo.region, shipTo.postalCode, shipTo.country],
    ['N1', retailer ? 'BT' : 'BY', customer.name, '92', retailer ? 'HP01' : 'TV'],
    ...order.lines.map((line, index) => [
      'PO1',
      lineIdOf(index),
      String(line.quantity),
      line.unit === 'CA' && !retailer ? 'CT' : line.unit,
      contractPrice(ediPartner, line),
      '',
      buyerItem as string,
      `77${line.sku.slice(-4)}`,
      sellerItem as string,
      line.sku,
    ]),
    ['CTT', String(order.lines.length)],
  ];
}

/** The order as the dealer's own system sends it. */
export function canonicalOrder(order: PurchaseOrder, today = new Date()): SalesOrderInput {
  return {
    schema: 'salesOrder/v1',
    partnerId: order.partnerId,
    channel: 'api',
    poNumber: order.poNumber,
    orderedOn: today.toISOString().slice(0, 10),
    currency: 'USD',
    shipTo: { identifiers: [{ scheme: 'partner', value: order.shipTo }] },
    lines: order.lines.map((line, index) => ({
      lineId: lineIdOf(index),
      item: { sku: line.sku },
      quantity: { value: String(line.quantity), unit: line.unit },
      unitPrice: contractPrice(order.partnerId, line),
    })),
  };
}

/** The buyer's line number. */
export function lineIdOf(index: number): string {
  return String((index + 1) * 10);
}

function partnerOf(orders: readonly PurchaseOrder[]): EdiPartner {
  const [first] = orders;
  if (first === undefined || first.partnerId === 'cobalt-ridge' || orders.some((o) => o.partnerId !== first.partnerId))
    throw new Error('an interchange holds the orders of one EDI partner');
  return first.partnerId;
}

function x12Day(day: Date): string {
  return day.toISOString().slice(0, 10).replaceAll('-', '');
}
