import { multiply } from '../domain/decimal.ts';
import type { SalesOrderInput } from '../mappings/canonical/v1/index.ts';
import type { OrderSample } from '../mappings/edi/documents/definition.ts';
import { acknowledgmentSets, functionalIdOf, inboundOf, inboundSets } from '../mappings/edi/documents/registry.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { articles, gtinOf } from '../sandbox/erp/master-data.ts';
import type { Acknowledgment, Segment, Syntax } from '../sandbox/x12.ts';
import type { TradeData } from './settings.ts';
import type { Wishes } from './ship-window.ts';

/** Orders as the partner would write them under its profile. The sandbox’s writer produces the X12, so the product does not test itself. */

export interface OrderedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unit: 'EA' | 'CA';
}

export interface PurchaseOrder extends Wishes {
  readonly poNumber: string;
  readonly lines: readonly OrderedLine[];
}

/** An item with little stock; the first order consumes it. */
export const SCARCE = { sku: 'MW-1010', onHand: 16 } as const;

export const each = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'EA' });
export const cases = (sku: string, quantity: number): OrderedLine => ({ sku, quantity, unit: 'CA' });

/** Price of one ordered unit, in major units. */
function priceOf(data: TradeData, { sku, unit }: OrderedLine): string {
  const pack = articles.find((article) => article.sku === sku)?.pack ?? 1;
  return unit === 'CA' ? multiply(data.priceOf(sku), String(pack)) : data.priceOf(sku);
}

export const lineIdOf = (index: number): string => String(index + 1).padStart(3, '0');

/** The partner writes with the delimiters that we use towards it, in a version that we accept from it. */
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

/** A transaction set by which a partner orders. */
export interface OrderForm extends OrderSample {
  readonly set: string;
  /** GS01. */
  readonly functionalId: string;
}

/** Every transaction set by which certification can order, the default first. */
export const orderForms: readonly OrderForm[] = inboundSets.flatMap((set) => {
  const inbound = inboundOf(set);
  return inbound?.apply === 'takes-order' && inbound.sample !== undefined
    ? [{ ...inbound.sample, set, functionalId: functionalIdOf(set) ?? '' }]
    : [];
});

function formsOf({ documents: { inbound } }: PartnerProfile): readonly OrderForm[] {
  return orderForms.filter(({ set }) => inbound.includes(set));
}

/** The form in which the partner orders: the first agreed one of `orderForms`. */
export function orderFormOf(profile: PartnerProfile): OrderForm {
  const [form = orderForms[0]] = formsOf(profile);
  if (form === undefined) throw new TypeError('no document definition has a sample of an order');
  return form;
}

/** The second agreed form, if the partner has one. */
export function otherOrderFormOf(profile: PartnerProfile): OrderForm | undefined {
  return formsOf(profile)[1];
}

/** The set by which the partner acknowledges: the default unless the profile agrees only on the other. */
export function acknowledgmentOf({ documents: { inbound } }: PartnerProfile): Acknowledgment {
  const agreed = acknowledgmentSets.filter((set) => inbound.includes(set));
  return (agreed[0] ?? acknowledgmentSets[0]) as Acknowledgment;
}

/** The segments of the order between ST and SE. */
export function segmentsOfOrder(
  profile: PartnerProfile,
  data: TradeData,
  order: PurchaseOrder,
  today: Date,
  form: OrderForm = orderFormOf(profile),
): Segment[] {
  const { poNumber, lines, shipOn, deliverOn } = order;
  return form.write(
    {
      poNumber,
      orderedOn: dayOf(today),
      ...(shipOn !== undefined && { shipOn: plainDay(shipOn) }),
      ...(deliverOn !== undefined && { deliverOn: plainDay(deliverOn) }),
      header: (data.headerOf[form.set] ?? []).map((text) => text.split('*')),
      parties: partiesOf(profile, data).map((segment) => [...segment]),
      lines: lines.map((line, index) => ({
        lineId: lineIdOf(index),
        quantity: String(line.quantity),
        unit: unitOf(profile, line),
        price: priceOf(data, line),
        numbers: numbersOf(profile, data, line),
      })),
    },
    profile,
  );
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

/** Alternating qualifiers and item numbers. */
function numbersOf({ items }: PartnerProfile, data: TradeData, { sku }: OrderedLine): string[] {
  return [
    ...pair(items.buyer[0], data.buyerItemOf(sku)),
    ...pair(items.seller[0], sku),
    ...(items.seller.length === 0 && items.gtin.includes('UP') ? ['UP', gtinOf(sku)] : []),
  ];
}

/** The order as a partner’s system posts it to the API. */
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

/** A qualifier (N103) that the profile accepts for the partner’s own codes. */
function qualifierOf({ parties }: PartnerProfile): string {
  const { partner } = parties.send;
  if (parties.schemes[partner] === 'partner') return partner;
  return Object.keys(parties.schemes).find((code) => parties.schemes[code] === 'partner') ?? partner;
}

function pair(qualifier: string | undefined, value: string): string[] {
  return qualifier === undefined ? [] : [qualifier, value];
}

const dayOf = (day: Date): string => plainDay(day.toISOString().slice(0, 10));

const plainDay = (day: string): string => day.replaceAll('-', '');
