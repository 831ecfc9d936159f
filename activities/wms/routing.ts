/** Routes a release by the partner's guide, before the warehouse receives it. */

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
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { ReleaseToRoute } from './load-release.ts';

/** Recorded with each decision: increase it when the meaning of routing guides changes. */
const RULES_VERSION = '2';

/** The unit of a full carton (X12 element 355). */
const CARTON = 'CA';

/** `rule`: the guide's rule that chose the carrier. */
export type RoutedRelease = { carrier: RoutedCarrier; rule?: string; window: ShipWindow } | { violation: string };

/**
 * Applies the guide and stores the result: request, rule and outcome as a decision of the order, and the
 * carrier in the fulfillment, so that a repeated release requests the same. A violation is a result too; after
 * a person's decision, `decision` determines how to proceed. One write, or none if the guide has no rules.
 */
export async function routeRelease(
  prisma: Database,
  release: ReleaseToRoute,
  profile: PartnerProfile,
  decision: RoutingDecision | undefined,
): Promise<RoutedRelease> {
  const guide = profile.routing;
  const earlier = routedBefore(release);
  // Use the days that were first sent to the warehouse. A guide without rules has no window and records no decision.
  if (earlier !== undefined) return { ...earlier, window: windowOf(release.window) };
  const asked = askedOf(release, profile);
  if (!hasRules(guide)) return answerOf(route(asked, guide));
  const request = { ...asked, lines: linesOf(release) };
  const routing = route(request, guide);
  const overruling = routing.violations.length === 0 ? undefined : decision;
  const answer = overruling === undefined ? answerOf(routing) : overruled(overruling, request, routing, guide);
  const { id, orderId } = release;
  const inputs = JSON.stringify({ profileVersion: profile.version, request, routing });
  const outcome = outcomeOf(answer, routing, overruling);
  // Store before the call: a repeated attempt must request the same.
  const columns = 'violation' in answer ? [] : [{ id, ...routedColumns(answer) }];
  await prisma.$executeRaw`
    WITH decided AS (
      INSERT INTO "Decision" ("orderId", "key", "rule", "ruleVersion", "inputs", "outcome")
      VALUES (${orderId}, ${`routing/${id}`}, 'routing', ${RULES_VERSION}, ${inputs}::jsonb, ${outcome})
      ON CONFLICT ("orderId", "key") DO UPDATE SET
        "ruleVersion" = EXCLUDED."ruleVersion", "inputs" = EXCLUDED."inputs", "outcome" = EXCLUDED."outcome", "at" = now()
    )
    UPDATE "Fulfillment" AS f SET "carrierScac" = t."carrierScac", "transportMethod" = t."transportMethod",
      "shipmentPayment" = t."shipmentPayment", "routingRule" = t."routingRule"
    FROM jsonb_to_recordset(${JSON.stringify(columns)}::jsonb) AS t(
      "id" text, "carrierScac" text, "transportMethod" text, "shipmentPayment" text, "routingRule" text)
    WHERE f."id" = t."id"`;
  return answer;
}

/** The stored routing of a fulfillment. */
export function routedColumns({ carrier, rule }: { carrier: RoutedCarrier; rule?: string }) {
  const { scac, method, shipmentPayment } = carrier;
  return { carrierScac: scac ?? null, transportMethod: method, shipmentPayment, routingRule: rule ?? null };
}

function routedBefore({ carrierScac, transportMethod, shipmentPayment, routingRule }: ReleaseToRoute) {
  if (transportMethod === null) return undefined;
  const payment = shipmentPayment as RoutedCarrier['shipmentPayment'];
  return {
    carrier: { ...(carrierScac !== null && { scac: carrierScac }), method: transportMethod, shipmentPayment: payment },
    ...(routingRule !== null && { rule: routingRule }),
  };
}

function windowOf(window: ReleaseToRoute['window']): ShipWindow {
  const { opens, closes } = window ?? {};
  return { ...(opens !== undefined && { opens }), ...(closes !== undefined && { closes }) };
}

/** The carrier, or why the guide allows none. */
export function answerOf({ carrier, rule, window, violations }: Routing): RoutedRelease {
  if (carrier === undefined || violations.length > 0) return { violation: described(violations) };
  return { carrier, window, ...(rule !== undefined && { rule }) };
}

/** A person's choice: the order's carrier despite the guide, or the guide's despite the order; the default if neither names one. */
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
  // The guide names no carrier.
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

/** The request to the guide, except for the load. */
export function askedOf(
  {
    node,
    canonical,
    receivedAt,
    shipTo,
  }: Pick<ReleaseToRoute, 'node' | 'canonical' | 'receivedAt'> & {
    shipTo: RoutingRequest['shipTo'];
  },
  { calendar }: PartnerProfile,
): RoutingRequest {
  const { region, postalCode, country } = shipTo;
  const { carrier, ...asked } = canonical;
  return {
    lines: [],
    node,
    shipTo: { region, postalCode, country },
    ...(carrier?.scac !== undefined && { orderCarrier: carrier.scac }),
    ...(carrier?.routing !== undefined && { serviceLevel: carrier.routing }),
    ...datesToCome(asked, dayOf(receivedAt, calendar)),
    today: dayOf(new Date(), calendar),
  };
}

/** Quantities with the weights and case sizes of the ERP’s item master. */
export function linesOf({
  lines,
}: {
  lines: readonly Pick<ReleaseToRoute['lines'][number], 'sku' | 'quantity' | 'weight' | 'packs'>[];
}): RoutingRequest['lines'] {
  return lines.map(({ sku, quantity, weight, packs }) => {
    const carton = packs?.find(({ unit }) => unit === CARTON)?.factor;
    return {
      sku,
      quantity,
      ...(weight !== null && { weight }),
      ...(carton !== undefined && { cartonSize: carton }),
    };
  });
}
