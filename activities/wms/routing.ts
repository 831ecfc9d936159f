/** Routes a release by the partner's guide, before the warehouse receives it. */

import { dayOf } from '../../domain/calendar/calendar.ts';
import type { RoutingDecision } from '../../domain/order/state.ts';
import {
  carrierOf,
  hasRules,
  type RoutedCarrier,
  type Routing,
  type RoutingGuide,
  type RoutingRequest,
  route,
} from '../../domain/policy/carrier-routing.ts';
import { datesToCome, type ShipWindow } from '../../domain/policy/ship-window.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import type { Database } from '../../prisma/client.ts';
import type { FulfillmentRouting } from '../orders/release-record.ts';
import type { ReleaseToRoute } from './load-release.ts';

/** Recorded with each decision: increase it when the meaning of routing guides changes. */
const RULES_VERSION = '3';

/** The unit of a full carton (X12 element 355). */
const CARTON = 'CA';

/** `rule`: the guide's rule that chose the carrier. */
export type RoutedRelease = { carrier: RoutedCarrier; rule?: string; window: ShipWindow } | Unrouted;

/** `needsCarrier`: the guide leaves the carrier to a person; `violation` says how to get one. */
export interface Unrouted {
  violation: string;
  needsCarrier?: true;
}

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
  // Use the days that were first sent to the warehouse. A guide without rules has no window and records no decision.
  if (release.routing !== null) return { ...release.routing, window: windowOf(release.window) };
  const asked = askedOf(release, profile);
  if (!hasRules(guide)) return answerOf(route(asked, guide));
  const request = { ...asked, lines: linesOf(release) };
  const routing = route(request, guide);
  const isNeeded = routing.violations.length > 0 || decision?.resolution === 'use-carrier';
  const overruling = isNeeded ? decision : undefined;
  const answer = overruling === undefined ? answerOf(routing) : overruled(overruling, request, routing, guide);
  const { id, orderId } = release;
  const inputs = JSON.stringify({ profileVersion: profile.version, request, routing });
  const outcome = outcomeOf(answer, routing, overruling);
  // Store before the call: a repeated attempt must request the same.
  const stored = 'violation' in answer ? null : JSON.stringify(routedOf(answer));
  await prisma.$executeRaw`
    WITH decided AS (
      INSERT INTO "Decision" ("orderId", "key", "rule", "ruleVersion", "inputs", "outcome")
      VALUES (${orderId}, ${`routing/${id}`}, 'routing', ${RULES_VERSION}, ${inputs}::jsonb, ${outcome})
      ON CONFLICT ("orderId", "key") DO UPDATE SET
        "ruleVersion" = EXCLUDED."ruleVersion", "inputs" = EXCLUDED."inputs", "outcome" = EXCLUDED."outcome", "at" = now()
    )
    UPDATE "Fulfillment" SET "routing" = ${stored}::jsonb WHERE "id" = ${id} AND ${stored}::text IS NOT NULL`;
  return answer;
}

/** The routing of a fulfillment as it is stored. */
export function routedOf({ carrier, rule }: { carrier: RoutedCarrier; rule?: string }): FulfillmentRouting {
  return { carrier, ...(rule !== undefined && { rule }) };
}

function windowOf(window: ReleaseToRoute['window']): ShipWindow {
  const { opens, closes } = window ?? {};
  return { ...(opens !== undefined && { opens }), ...(closes !== undefined && { closes }) };
}

/** The carrier, or why the guide allows none. */
export function answerOf({ carrier, rule, window, violations }: Routing): RoutedRelease {
  if (carrier === undefined || violations.length > 0) return unrouted(violations);
  return { carrier, window, ...(rule !== undefined && { rule }) };
}

function unrouted(violations: Routing['violations']): Unrouted {
  const isHeld = violations.some(({ code }) => code === 'carrier-needed');
  return { violation: described(violations), ...(isHeld && { needsCarrier: true }) };
}

/**
 * A person's choice: the carrier that they state, the order's carrier despite the guide, or the guide's despite the
 * order; the default if neither names one.
 */
function overruled(
  decision: RoutingDecision,
  request: RoutingRequest,
  routing: Routing,
  guide: RoutingGuide,
): RoutedRelease {
  const { window, violations } = routing;
  if (decision.resolution === 'use-carrier') {
    const { authorization, ...stated } = decision.carrier;
    const carrier = carrierOf(stated, request, guide);
    return { carrier: { ...carrier, ...(authorization !== undefined && { authorization }) }, window };
  }
  const { resolution } = decision;
  const { orderCarrier } = request;
  const isContradicted = orderCarrier !== undefined && orderCarrier !== routing.carrier?.scac;
  if (routing.carrier !== undefined && (resolution === 'use-guide' || !isContradicted)) {
    return answerOf({ ...routing, violations: [] });
  }
  const scac = resolution === 'accept' ? (orderCarrier ?? guide.scac) : guide.scac;
  // The guide names no carrier.
  if (scac === undefined && resolution === 'use-guide') return unrouted(violations);
  return { carrier: carrierOf({ scac }, request, guide), window };
}

function described(violations: Routing['violations']): string {
  return violations.map(({ rule, message }) => `${rule}: ${message}`).join('; ');
}

function outcomeOf(
  answer: RoutedRelease,
  { violations, insteadOf }: Routing,
  decision: RoutingDecision | undefined,
): string {
  if ('violation' in answer) return `violated, ${answer.violation}`;
  const chosen = answer.carrier.scac ?? 'the warehouse’s choice';
  if (decision === undefined) {
    const by = answer.rule ?? 'the order or the guide’s default';
    const other = insteadOf?.by === 'order' ? `the order instead of ${insteadOf.scac} by ${by}` : by;
    return `${chosen} by ${other}${insteadOf?.by === 'guide' ? ` instead of ${insteadOf.scac} of the order` : ''}`;
  }
  const despite = violations.length === 0 ? '' : `, in spite of ${described(violations)}`;
  return `${chosen} by decision of ${decision.by} (${decision.resolution})${despite}`;
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
  const { carrier, attributes, ...asked } = canonical;
  const { serviceLevel } = attributes;
  return {
    lines: [],
    node,
    shipTo: { region, postalCode, country },
    ...(carrier?.scac !== undefined && { orderCarrier: carrier.scac }),
    ...(typeof serviceLevel === 'string' && { serviceLevel }),
    ...(carrier?.routing !== undefined && { service: carrier.routing }),
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
