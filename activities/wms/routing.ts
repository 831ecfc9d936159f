/** How a release is routed: by the partner’s guide, before the warehouse hears of it. */
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import { dayOf } from '../../mappings/profile/calendar.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import {
  hasRules,
  type RoutedCarrier,
  type Routing,
  type RoutingGuide,
  type RoutingRequest,
  route,
  type ShipWindow,
  shipWindow,
} from '../../mappings/routing/route.ts';
import type { Database } from '../../prisma/client.ts';
import type { Fulfillment, Order, OrderLine, ShipTo } from '../../prisma/generated/client.ts';
import type { RoutingDecision } from '../../workflows/order-state.ts';
import { asJson, type LineQuantity } from '../orders/records.ts';

/** Decisions name the rules as they were: raise this with any change of what a routing guide means. */
const RULES_VERSION = '1';

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
  const window = shipWindow(asked, guide);
  const { carrierScac, transportMethod, shipmentPayment, routingRule } = fulfillment;
  if (transportMethod !== null) {
    const payment = shipmentPayment as RoutedCarrier['shipmentPayment'];
    const scac = carrierScac === null ? {} : { scac: carrierScac };
    const rule = routingRule === null ? {} : { rule: routingRule };
    return { carrier: { ...scac, method: transportMethod, shipmentPayment: payment }, ...rule, window };
  }
  const request = hasRules(guide) ? { ...asked, lines: await linesOf(prisma, fulfillment) } : asked;
  const routing = route(request, guide);
  const overruling = routing.violations.length === 0 ? undefined : decision;
  const carrier = routing.violations.length === 0 ? routing.carrier : overruled(decision, request, routing, guide);
  const rule = carrier === routing.carrier ? routing.rule : undefined;
  if (hasRules(guide)) {
    const { orderId } = fulfillment;
    const key = `routing/${fulfillment.id}`;
    const row = {
      rule: 'routing',
      ruleVersion: RULES_VERSION,
      inputs: asJson({ profileVersion: profile.version, request, routing }),
      outcome: outcomeOf(routing, carrier, overruling),
    };
    await prisma.$transaction([
      prisma.decision.upsert({
        where: { orderId_key: { orderId, key } },
        create: { orderId, key, ...row },
        update: { ...row, at: new Date() },
        select: { id: true },
      }),
      // Before the warehouse is asked: whoever asks it again must ask for the same.
      prisma.fulfillment.update({
        where: { id: fulfillment.id },
        data: carrier === undefined ? {} : routedColumns(carrier, rule),
        select: { id: true },
      }),
    ]);
  }
  if (carrier === undefined) return { violation: violated(routing) };
  return { carrier, window, ...(rule !== undefined && { rule }) };
}

function violated({ violations }: Routing): string {
  return violations.map(({ rule, message }) => `${rule}: ${message}`).join('; ');
}

function outcomeOf(
  routing: Routing,
  carrier: RoutedCarrier | undefined,
  decision: RoutingDecision | undefined,
): string {
  if (carrier === undefined) return `violated, ${violated(routing)}`;
  const chosen = carrier.scac ?? 'the warehouse’s choice';
  if (decision === undefined) return `${chosen} by ${routing.rule ?? 'the order or the guide’s default'}`;
  return `${chosen} by decision of ${decision.by} (${decision.resolution}), in spite of ${violated(routing)}`;
}

/** How a fulfillment was routed, as its row has it. `rule` is the rule of the guide that decided, if one did. */
export function routedColumns({ scac, method, shipmentPayment }: RoutedCarrier, rule?: string) {
  return { carrierScac: scac ?? null, transportMethod: method, shipmentPayment, routingRule: rule ?? null };
}

/** What a person decided: the order’s carrier in spite of the guide, or the guide’s in spite of the order. Undefined: neither knows one. */
function overruled(
  decision: RoutingDecision | undefined,
  { orderCarrier }: RoutingRequest,
  { carrier: picked }: Routing,
  { scac: usual, method, shipmentPayment }: RoutingGuide,
): RoutedCarrier | undefined {
  if (decision === undefined) return undefined;
  const named = (scac: string | undefined) => ({ ...(scac !== undefined && { scac }), method, shipmentPayment });
  if (decision.resolution === 'accept') {
    return orderCarrier === undefined ? (picked ?? named(usual)) : named(orderCarrier);
  }
  return picked ?? (usual === undefined ? undefined : named(usual));
}

/** What the guide is asked about, but for the load. */
function askedOf(
  { node, order }: Fulfillment & { order: Order },
  { region, postalCode, country }: ShipTo,
  { calendar }: PartnerProfile,
): RoutingRequest {
  const { carrier, requestedShipDate, requestedDeliveryDate } = salesOrder.parse(order.canonical);
  const received = dayOf(order.receivedAt, calendar);
  return {
    lines: [],
    node,
    shipTo: { region, postalCode, country },
    ...(carrier?.scac !== undefined && { orderCarrier: carrier.scac }),
    ...(carrier?.routing !== undefined && { serviceLevel: carrier.routing }),
    // A date that had passed when the order came cannot be what the buyer wants.
    ...(requestedShipDate !== undefined && requestedShipDate >= received && { requestedShipDate }),
    ...(requestedDeliveryDate !== undefined && requestedDeliveryDate >= received && { requestedDeliveryDate }),
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
