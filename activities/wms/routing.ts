/** How a release is routed: by the partner’s guide, before the warehouse hears of it. */

import { dayOf } from '../../domain/calendar/calendar.ts';
import type { RoutingDecision } from '../../domain/order/state.ts';
import {
  datesToCome,
  hasRules,
  type RoutedCarrier,
  type Routing,
  type RoutingGuide,
  type RoutingRequest,
  route,
  type ShipWindow,
} from '../../domain/policy/carrier-routing.ts';
import type { SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { Fulfillment, Order, OrderLine, ShipTo } from '../../prisma/generated/client.ts';
import { asJson, type LineQuantity } from '../lib/records.ts';

/** Decisions name the rules as they were: raise this with any change of what a routing guide means. */
const RULES_VERSION = '2';

/** The unit of a full carton (X12 element 355). */
const CARTON = 'CA';

/** `rule`: the one of the guide that picked the carrier. */
export type RoutedRelease = { carrier: RoutedCarrier; rule?: string; window: ShipWindow } | { violation: string };

/**
 * Asks the guide and keeps its answer: what it was asked, the rule and the outcome stand among the order’s decisions, and the carrier in the
 * fulfillment, so that a repeated release asks the warehouse for the same again. A violation is an answer too; once a person has decided,
 * `decision` says how to go on.
 */
export async function routeRelease(
  prisma: Database,
  fulfillment: Fulfillment & { order: Order & { lines: OrderLine[] } },
  shipTo: ShipTo,
  profile: PartnerProfile,
  decision: RoutingDecision | undefined,
): Promise<RoutedRelease> {
  const guide = profile.routing;
  const asked = askedOf(fulfillment, shipTo, profile);
  const earlier = routedBefore(fulfillment);
  if (earlier !== undefined) return { ...earlier, window: await windowBefore(prisma, fulfillment) };
  if (!hasRules(guide)) return answerOf(route(asked, guide));
  const request = { ...asked, lines: await linesOf(prisma, fulfillment) };
  const routing = route(request, guide);
  const overruling = routing.violations.length === 0 ? undefined : decision;
  const answer = overruling === undefined ? answerOf(routing) : overruled(overruling, request, routing, guide);
  const row = {
    rule: 'routing',
    ruleVersion: RULES_VERSION,
    inputs: asJson({ profileVersion: profile.version, request, routing }),
    outcome: outcomeOf(answer, routing, overruling),
  };
  const { id, orderId } = fulfillment;
  const key = decisionKeyOf(fulfillment);
  await prisma.$transaction([
    prisma.decision.upsert({
      where: { orderId_key: { orderId, key } },
      create: { orderId, key, ...row },
      update: { ...row, at: new Date() },
      select: { id: true },
    }),
    // Before the warehouse is asked: whoever asks it again must ask for the same.
    prisma.fulfillment.update({
      where: { id },
      data: 'violation' in answer ? {} : routedColumns(answer),
      select: { id: true },
    }),
  ]);
  return answer;
}

/** How a fulfillment was routed, as its row has it. */
export function routedColumns({ carrier, rule }: { carrier: RoutedCarrier; rule?: string }) {
  const { scac, method, shipmentPayment } = carrier;
  return { carrierScac: scac ?? null, transportMethod: method, shipmentPayment, routingRule: rule ?? null };
}

function routedBefore({ carrierScac, transportMethod, shipmentPayment, routingRule }: Fulfillment) {
  if (transportMethod === null) return undefined;
  const payment = shipmentPayment as RoutedCarrier['shipmentPayment'];
  return {
    carrier: { ...(carrierScac !== null && { scac: carrierScac }), method: transportMethod, shipmentPayment: payment },
    ...(routingRule !== null && { rule: routingRule }),
  };
}

/** The days that the warehouse was told first; a guide without rules has no window and leaves no decision. */
async function windowBefore(prisma: Database, fulfillment: Fulfillment): Promise<ShipWindow> {
  const decision = await prisma.decision.findUnique({
    where: { orderId_key: { orderId: fulfillment.orderId, key: decisionKeyOf(fulfillment) } },
    select: { inputs: true },
  });
  return (decision?.inputs as { routing: Routing } | undefined)?.routing.window ?? {};
}

const decisionKeyOf = ({ id }: Fulfillment) => `routing/${id}`;

function answerOf({ carrier, rule, window, violations }: Routing): RoutedRelease {
  if (carrier === undefined || violations.length > 0) return { violation: described(violations) };
  return { carrier, window, ...(rule !== undefined && { rule }) };
}

/** What a person decided: the order’s carrier in spite of the guide, or the guide’s in spite of the order; the guide’s usual one where neither names any. */
function overruled(
  { resolution }: RoutingDecision,
  { orderCarrier }: RoutingRequest,
  routing: Routing,
  { scac: usual, method, shipmentPayment }: RoutingGuide,
): RoutedRelease {
  const { window, violations } = routing;
  const isContradicted = orderCarrier !== undefined && orderCarrier !== routing.carrier?.scac;
  if (routing.carrier !== undefined && (resolution === 'use-guide' || !isContradicted)) {
    return answerOf({ ...routing, violations: [] });
  }
  const scac = resolution === 'accept' ? (orderCarrier ?? usual) : usual;
  // The guide knows no carrier at all: there is none to use.
  if (scac === undefined && resolution === 'use-guide') return { violation: described(violations) };
  return { carrier: { ...(scac !== undefined && { scac }), method, shipmentPayment }, window };
}

function described(violations: Routing['violations']): string {
  return violations.map(({ rule, message }) => `${rule}: ${message}`).join('; ');
}

function outcomeOf(answer: RoutedRelease, { violations }: Routing, decision: RoutingDecision | undefined): string {
  if ('violation' in answer) return `violated, ${answer.violation}`;
  const chosen = answer.carrier.scac ?? 'the warehouse’s choice';
  if (decision === undefined) return `${chosen} by ${answer.rule ?? 'the order or the guide’s default'}`;
  return `${chosen} by decision of ${decision.by} (${decision.resolution}), in spite of ${described(violations)}`;
}

/** What the guide is asked about, but for the load. */
function askedOf(
  { node, order }: Fulfillment & { order: Order },
  { region, postalCode, country }: ShipTo,
  { calendar }: PartnerProfile,
): RoutingRequest {
  const { carrier, ...asked } = order.canonical as unknown as SalesOrder;
  return {
    lines: [],
    node,
    shipTo: { region, postalCode, country },
    ...(carrier?.scac !== undefined && { orderCarrier: carrier.scac }),
    ...(carrier?.routing !== undefined && { serviceLevel: carrier.routing }),
    ...datesToCome(asked, dayOf(order.receivedAt, calendar)),
    today: dayOf(new Date(), calendar),
  };
}

/** Quantities with the weights and case sizes of the ERP’s item master. */
async function linesOf(
  prisma: Database,
  { lines, order }: Fulfillment & { order: { lines: OrderLine[] } },
): Promise<RoutingRequest['lines']> {
  const quantities = lines as unknown as LineQuantity[];
  const skuOf = new Map(order.lines.map(({ lineNumber, sku }) => [lineNumber, sku]));
  const items = await prisma.item.findMany({
    where: { sku: { in: [...skuOf.values()] } },
    select: { sku: true, weight: true, units: true },
  });
  const known = new Map(items.map((item) => [item.sku, item]));
  return quantities.map(({ lineNumber, quantity }) => {
    const sku = skuOf.get(lineNumber) ?? '';
    const item = known.get(sku);
    const units = (item?.units ?? []) as { unit: string; factor: string }[];
    const carton = units.find(({ unit }) => unit === CARTON)?.factor;
    return {
      sku,
      quantity,
      ...(item?.weight && { weight: item.weight.toFixed() }),
      ...(carton !== undefined && { cartonSize: carton }),
    };
  });
}
