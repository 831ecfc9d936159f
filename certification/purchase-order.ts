import { multiply } from '../domain/decimal.ts';
import type { SalesOrderInput } from '../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { articles, gtinOf } from '../sandbox/erp/master-data.ts';
import type { Acknowledgment, Segment, Syntax } from '../sandbox/x12.ts';
import type { TradeData } from './settings.ts';
import type { Wishes } from './ship-window.ts';

/** Orders as the partner would write them by its profile. The X12 is written by the sandbox’s writer, never by the product’s. */

export interface OrderedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unit: 'EA' | 'CA';
}

export interface PurchaseOrder extends Wishes {
  readonly poNumber: string;
  readonly lines: readonly OrderedLine[];
}

/** What the warehouses have little of: whoever orders first gets what there is. */
export const SCARCE = { sku: 'MW-1010', onHand: 16 } as const;

export const each = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'EA' });
export const cases = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'CA' });

/** Major units for one ordered unit. */
function priceOf(data: TradeData, { sku, unit }: OrderedLine): string {
  const pack = articles.find((article) => article.sku === sku)?.pack ?? 1;
  return unit === 'CA' ? multiply(data.priceOf(sku), String(pack)) : data.priceOf(sku);
}

export const lineIdOf = (index: number): string => String(index + 1).padStart(3, '0');

/** The partner’s syntax: that of what we send it, in a version that we accept from it. */
export function syntaxOf({ x12, usage }: PartnerProfile): Syntax {
  const { element, component, segment, repetition } = x12.delimiters;
  const release = x12.version.slice(0, 6);
  return {
    element,
    component,
    segment,
    ...(repetition !== undefined && { repetition }),
    interchangeVersion: x12.interchangeVersion,
    version: x12.acceptedVersions.includes(release) ? x12.version : (x12.acceptedVersions[0] ?? release),
    usage: usage === 'production' ? 'P' : 'T',
  };
}

/** A set that a partner orders by: its functional group, and where it has the quantity of a line. */
export interface OrderForm {
  readonly set: '850' | '875';
  readonly functionalId: string;
  readonly quantity: { readonly segment: string; readonly element: string };
}

const FORM_850: OrderForm = { set: '850', functionalId: 'PO', quantity: { segment: 'PO1', element: '2' } };
const FORM_875: OrderForm = { set: '875', functionalId: 'OG', quantity: { segment: 'G68', element: '1' } };

/** The form in which the partner orders: an 850, or the grocery trade’s 875 where only that is agreed. */
export function orderFormOf({ documents: { inbound } }: PartnerProfile): OrderForm {
  return inbound.includes('875') && !inbound.includes('850') ? FORM_875 : FORM_850;
}

/** The form in which it can order as well. */
export function otherOrderFormOf({ documents: { inbound } }: PartnerProfile): OrderForm | undefined {
  return inbound.includes('850') && inbound.includes('875') ? FORM_875 : undefined;
}

/** By which set the partner acknowledges: a 999 only where nothing else is agreed. */
export function acknowledgmentOf({ documents: { inbound } }: PartnerProfile): Acknowledgment {
  return inbound.includes('999') && !inbound.includes('997') ? '999' : '997';
}

/** The order in the partner’s form, from after ST to before SE. */
export function segmentsOfOrder(
  profile: PartnerProfile,
  data: TradeData,
  order: PurchaseOrder,
  today: Date,
  form: OrderForm = orderFormOf(profile),
): Segment[] {
  return form.set === '875' ? segmentsOf875(profile, data, order, today) : segmentsOf850(profile, data, order, today);
}

function segmentsOf850(
  profile: PartnerProfile,
  data: TradeData,
  { poNumber, lines, shipOn, deliverOn }: PurchaseOrder,
  today: Date,
): Segment[] {
  return [
    ['BEG', '00', allowed(profile, 'BEG', '02', 'SA'), poNumber, '', dayOf(today)],
    ...data.headerOf['850'].map((text) => text.split('*')),
    ...dated(['DTM', '010'], shipOn),
    ...dated(['DTM', '002'], deliverOn),
    ...partiesOf(profile, data),
    ...lines.map((line, index) => [
      'PO1',
      lineIdOf(index),
      String(line.quantity),
      unitOf(profile, line),
      priceOf(data, line),
      '',
      ...numbersOf(profile, data, line),
    ]),
    ['CTT', String(lines.length)],
  ];
}

function segmentsOf875(
  profile: PartnerProfile,
  data: TradeData,
  { poNumber, lines, shipOn, deliverOn }: PurchaseOrder,
  today: Date,
): Segment[] {
  return [
    ['G50', 'N', dayOf(today), poNumber],
    ...data.headerOf['875'].map((text) => text.split('*')),
    ...dated(['G62', '10'], shipOn),
    ...dated(['G62', '02'], deliverOn),
    ...partiesOf(profile, data),
    ...lines.map((line) => [
      'G68',
      String(line.quantity),
      unitOf(profile, line),
      priceOf(data, line),
      '',
      ...numbersOf(profile, data, line),
    ]),
    ['G76', String(lines.reduce((total, { quantity }) => total + quantity, 0)), 'CA'],
  ];
}

function partiesOf(profile: PartnerProfile, { shipTo, shipToCode, name, buyer }: TradeData): Segment[] {
  const { parties } = profile;
  const qualifier = qualifierOf(profile);
  const [buyerParty] = parties.buyer.length > 0 ? parties.buyer : parties.billTo;
  return [
    ['N1', parties.shipTo[0] ?? 'ST', shipTo.name, qualifier, shipToCode],
    ['N3', ...shipTo.lines.slice(0, 2)],
    ['N4', shipTo.city, shipTo.region, shipTo.postalCode, shipTo.country ?? 'US'],
    ...(buyerParty === undefined ? [] : [['N1', buyerParty, name, qualifier, buyer]]),
  ];
}

function unitOf({ units }: PartnerProfile, { unit }: OrderedLine): string {
  return Object.keys(units).find((theirs) => units[theirs] === unit) ?? unit;
}

/** Pairs of qualifier and number. */
function numbersOf({ items }: PartnerProfile, data: TradeData, { sku }: OrderedLine): string[] {
  return [
    ...pair(items.buyer[0], data.buyerItemOf(sku)),
    ...pair(items.seller[0], sku),
    ...(items.seller.length === 0 && items.gtin.includes('UP') ? ['UP', gtinOf(sku)] : []),
  ];
}

/** The order as a partner’s own system posts it. */
export function canonicalOrder(
  profile: PartnerProfile,
  data: TradeData,
  { poNumber, lines, shipOn, deliverOn }: PurchaseOrder,
  today: Date,
): SalesOrderInput {
  return {
    schema: 'salesOrder/v1',
    partnerId: profile.id,
    channel: 'api',
    poNumber,
    orderedOn: today.toISOString().slice(0, 10),
    currency: profile.currency,
    ...(shipOn !== undefined && { requestedShipDate: shipOn }),
    ...(deliverOn !== undefined && { requestedDeliveryDate: deliverOn }),
    shipTo: { identifiers: [{ scheme: 'partner', value: data.shipToCode }] },
    lines: lines.map((line, index) => ({
      lineId: lineIdOf(index),
      item: { sku: line.sku },
      quantity: { value: String(line.quantity), unit: line.unit },
      unitPrice: priceOf(data, line),
    })),
  };
}

/** N103 for the partner’s own codes, as it may send it. */
function qualifierOf({ parties }: PartnerProfile): string {
  const { partner } = parties.send;
  if (parties.schemes[partner] === 'partner') return partner;
  return Object.keys(parties.schemes).find((code) => parties.schemes[code] === 'partner') ?? partner;
}

/** What the partner’s narrowed guide lets an element be. */
function allowed(profile: PartnerProfile, segment: string, element: string, usual: string): string {
  const codes = profile.guides['850']?.find((rule) => rule.segment === segment && rule.element === element)?.codes;
  return codes === undefined || codes.includes(usual) ? usual : (codes[0] ?? usual);
}

function pair(qualifier: string | undefined, value: string): string[] {
  return qualifier === undefined ? [] : [qualifier, value];
}

const dayOf = (day: Date): string => plainDay(day.toISOString().slice(0, 10));

const plainDay = (day: string): string => day.replaceAll('-', '');

function dated(segment: Segment, day: string | undefined): Segment[] {
  return day === undefined ? [] : [[...segment, plainDay(day)]];
}
