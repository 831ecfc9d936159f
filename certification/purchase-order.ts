import { lookup } from '../domain/lookup.ts';
import type { SalesOrderInput } from '../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { type Segment, type Syntax, writeInterchange } from '../sandbox/x12.ts';
import { type Content, NO_CONTENT, withContent, withHeader } from './content.ts';
import type { OrderedLine } from './goods.ts';
import { type OrderForm, orderFormOf } from './order-forms.ts';
import type { TradeData } from './settings.ts';
import type { Wishes } from './ship-window.ts';

/** Orders as the partner would write them under its profile. The sandbox’s writer produces the X12, so the product does not test itself. */

export interface PurchaseOrder extends Wishes {
  readonly poNumber: string;
  readonly lines: readonly OrderedLine[];
  /** What the order says beyond the common content; only for orders by EDI. */
  readonly content?: Content;
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

/** A file of the partner; `control` numbers both the interchange and its group. */
export function interchangeOf(
  profile: PartnerProfile,
  control: number,
  functionalId: string,
  transactions: readonly { set: string; segments: readonly Segment[] }[],
): string {
  const { theirs, ours } = profile.identifiers;
  return writeInterchange({
    senderQualifier: theirs.isaQualifier,
    sender: theirs.isaId,
    receiverQualifier: ours.isaQualifier,
    receiver: ours.isaId,
    groupSender: theirs.gsId,
    groupReceiver: ours.gsId,
    syntax: syntaxOf(profile),
    control,
    groupControl: control,
    functionalId,
    at: new Date(),
    transactions,
  });
}

/** The segments of the order between ST and SE. */
export function segmentsOfOrder(
  profile: PartnerProfile,
  data: TradeData,
  order: PurchaseOrder,
  today: Date,
  form: OrderForm = orderFormOf(profile),
): Segment[] {
  const { poNumber, lines, shipOn, deliverOn, content = NO_CONTENT } = order;
  const plain = form.write(
    {
      poNumber,
      orderedOn: dayOf(today),
      ...(shipOn !== undefined && { shipOn: plainDay(shipOn) }),
      ...(deliverOn !== undefined && { deliverOn: plainDay(deliverOn) }),
      header: [],
      parties: partiesOf(profile, data).map((segment) => [...segment]),
      lines: lines.map((line, index) => ({
        lineId: lineIdOf(index),
        quantity: String(line.quantity),
        unit: line.goods.unit,
        price: line.goods.price,
        numbers: line.goods.numbers,
      })),
    },
    profile,
  );
  const { version } = syntaxOf(profile);
  const header = (data.headerOf[form.set] ?? []).map((text) => headerSegment(text, today));
  return withContent(withHeader(plain, header, { set: form.set, version }), content, { set: form.set, version });
}

/** A segment of `order.header`; `{+14}` in it stands for the day two weeks after the order. */
export function headerSegment(text: string, today: Date): string[] {
  const later = (days: number) => dayOf(new Date(today.getTime() + days * DAY_MS));
  return text.split('*').map((element) => element.replace(RELATIVE_DAY, (_, days: string) => later(Number(days))));
}

const RELATIVE_DAY = /\{([+-]\d{1,3})\}/g;
const DAY_MS = 86_400_000;

function partiesOf(profile: PartnerProfile, { shipTo, shipToCode, name, buyer }: TradeData): Segment[] {
  const { parties } = profile;
  const qualifier = codeQualifierOf(profile);
  const [buyerParty] = parties.buyer.length > 0 ? parties.buyer : parties.billTo;
  return [
    ['N1', parties.shipTo[0] ?? 'ST', shipTo.name, qualifier, shipToCode],
    ['N3', ...shipTo.lines.slice(0, 2)],
    ['N4', shipTo.city, shipTo.region, shipTo.postalCode, shipTo.country ?? 'US'],
    ...(buyerParty === undefined ? [] : [['N1', buyerParty, name, qualifier, buyer]]),
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
      item: { sku: line.goods.sku },
      quantity: { value: String(line.quantity), unit: line.goods.ourUnit },
      unitPrice: line.goods.price,
    })),
  };
}

/** A qualifier (N103) that the profile accepts for the partner’s own codes. */
export function codeQualifierOf({ parties }: PartnerProfile): string {
  const { partner } = parties.send;
  if (lookup(parties.schemes, partner) === 'partner') return partner;
  return Object.keys(parties.schemes).find((code) => parties.schemes[code] === 'partner') ?? partner;
}

const dayOf = (day: Date): string => plainDay(day.toISOString().slice(0, 10));

const plainDay = (day: string): string => day.replaceAll('-', '');
