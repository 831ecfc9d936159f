/** Workflow steps at a warehouse system. */
import { activityInfo } from '@temporalio/activity';
import { dayOf } from '../../domain/calendar/calendar.ts';
import type { RoutingDecision } from '../../domain/order/state.ts';
import type { StoreQuantity } from '../../domain/policy/allocations.ts';
import { lastShipDay, whyTooLate } from '../../domain/policy/cancel-after.ts';
import { type Allocation, type Note, namedStore, storeCode, textsFor } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import type { HandOff } from '../handoff/hand-off.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import { reporting } from '../lib/reporting.ts';
import { retryGivenUp } from '../orders/given-up.ts';
import { cancelAfterSpans } from '../orders/prepare/terms.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import type { WmsCapabilities } from './connector.ts';
import { loadRelease, type ReleaseToRoute } from './load-release.ts';
import type { StoreAllocation, WarehouseRelease, WmsPort } from './port.ts';
import { routedOf, routeRelease, type Unrouted } from './routing.ts';
import { storeStock } from './stock.ts';

export interface WmsActivityDependencies {
  /** Id of the instance. */
  system: string;
  nodes: readonly string[];
  port: WmsPort;
  capabilities: Pick<WmsCapabilities, 'canCancel'>;
  prisma: Database;
  profiles: PartnerProfiles;
  handOff: HandOff;
}

/** The later of two days: the partner's routing guide and its order may each forbid an earlier shipment. */
function shipNotBefore(opens: string | undefined, asked: string | undefined): Pick<WarehouseRelease, 'shipNotBefore'> {
  const [latest] = [opens, asked]
    .filter((day) => day !== undefined)
    .toSorted()
    .reverse();
  return latest === undefined ? {} : { shipNotBefore: latest };
}

/** Instructions of the buyer for the warehouse, without a last day that is no longer kept (`late`). */
function wishesOf(order: ReleaseToRoute['canonical'], late: boolean) {
  const { requestedDeliveryDate, deliverNotBefore, deliverNotAfter, cancelAfter, notes, markFor } = order;
  const { contact } = order.shipTo;
  const code = markFor?.identifiers[0]?.value;
  const name = markFor?.address?.name;
  return {
    ...(contact !== undefined && { contact }),
    ...(requestedDeliveryDate !== undefined && { requestedDeliveryDate }),
    ...(deliverNotBefore !== undefined && { deliverNotBefore }),
    ...(deliverNotAfter !== undefined && { deliverNotAfter }),
    ...(cancelAfter !== undefined && !late && { cancelAfter }),
    ...(markFor !== undefined && {
      markFor: { ...(code !== undefined && { code }), ...(name !== undefined && { name }) },
    }),
    ...notesOf(notes),
  };
}

function notesOf(notes: readonly Note[] | null): { notes?: string[] } {
  const texts = textsFor('warehouse', notes ?? []);
  return texts.length === 0 ? {} : { notes: texts };
}

/** The stores with the names that the order gives them. */
function namedStores(stores: readonly StoreQuantity[], ordered: readonly Allocation[]): StoreAllocation[] {
  const named = new Map(ordered.map(({ store }) => [storeCode(store), namedStore(store)]));
  return stores.map(({ store: code, quantity }) => ({ store: named.get(code) ?? { code }, quantity }));
}

/** Nothing was sent: it would leave after the buyer's last day. */
export interface TooLate {
  tooLate: string;
}

export type WmsActivities = ReturnType<typeof createWmsActivities>;

export function createWmsActivities(deps: WmsActivityDependencies) {
  const { system, nodes, port, capabilities, prisma, profiles } = deps;
  return {
    /**
     * Routes the release by the partner's guide and sends it to the warehouse. If the guide is violated, nothing
     * is sent and the result states the violation. `routing` is a person's decision about it. Each attempt looks
     * at the buyer's last day too, as it is now: what would leave after it is not sent, unless that was agreed
     * (`lateAgreed`).
     */
    async releaseToWarehouse({
      fulfillmentId,
      routing,
      lateAgreed = false,
    }: {
      fulfillmentId: string;
      routing?: RoutingDecision;
      lateAgreed?: boolean;
    }): Promise<{ reference: string } | Unrouted | TooLate> {
      const release = await loadRelease(prisma, fulfillmentId);
      const profile = await profiles.forOrder(release);
      if (profile === undefined)
        throw permanent('unknown-partner', `partner ${release.partnerId} has no profile any more`);
      const last = lastShipDay(release.canonical, release.receivedAt, profile.calendar, cancelAfterSpans(profile));
      const tooLate = last === undefined ? undefined : whyTooLate(last, new Date());
      if (tooLate !== undefined && !lateAgreed && !release.released) return { tooLate };
      const routed = await routeRelease(prisma, release, profile, routing);
      if ('violation' in routed) return routed;
      const { carrier, window } = routed;
      const shipBy = [
        ...(release.shipBy === null ? [] : [dayOf(release.shipBy, profile.calendar)]),
        ...(window.closes === undefined ? [] : [window.closes]),
      ]
        // If the deadline passed while the release was held, a window that opens later does not contain it.
        .filter((day) => window.opens === undefined || day >= window.opens)
        .toSorted()[0];
      const { releaseNumber, correlationId, node, poNumber, shipTo } = release;
      const released = await runWithCorrelation(correlationId, () =>
        callSystem(() =>
          port.release({
            releaseNumber,
            correlationId,
            node,
            poNumber,
            customerName: profile.name,
            shipTo,
            ...(shipBy !== undefined && { shipBy }),
            ...shipNotBefore(window.opens, release.canonical.shipNotBefore),
            ...wishesOf(release.canonical, tooLate !== undefined),
            ...(carrier.scac !== undefined && { carrierScac: carrier.scac }),
            transportMethod: carrier.method,
            shipmentPayment: carrier.shipmentPayment,
            ...(carrier.serviceLevel !== undefined && { serviceLevel: carrier.serviceLevel }),
            ...(carrier.service !== undefined && { service: carrier.service }),
            ...(carrier.authorization !== undefined && { authorization: carrier.authorization }),
            lines: release.lines.map(({ weight: _, packs: __, notes, components, stores, ordered, ...line }) => ({
              ...line,
              ...notesOf(notes),
              ...(stores !== null && { allocations: namedStores(stores, ordered ?? []) }),
              ...(components !== null && { components }),
            })),
          }),
        ),
      );
      await prisma.$executeRaw`
        UPDATE "Fulfillment" SET "state" = 'released', "wmsReference" = ${released.reference},
          "releasedAt" = now(), "routing" = ${JSON.stringify(routedOf(routed))}::jsonb
        WHERE "id" = ${fulfillmentId} AND "state" = 'planned'`;
      return released;
    },

    /** Compensates {@link releaseToWarehouse}. Fails permanently once the warehouse has gone too far; its events then report what shipped. */
    async cancelRelease({ fulfillmentId, reason }: { fulfillmentId: string; reason: string }): Promise<void> {
      const { releaseNumber, order } = await prisma.fulfillment.findUniqueOrThrow({
        where: { id: fulfillmentId },
        select: { releaseNumber: true, order: { select: { correlationId: true } } },
      });
      const { cancelled } = await runWithCorrelation(order.correlationId, () =>
        callSystem(async () =>
          capabilities.canCancel ? port.cancelRelease(releaseNumber, reason) : { cancelled: false },
        ),
      );
      if (!cancelled)
        throw permanent('release-not-cancelled', `${releaseNumber} can no longer be stopped at the warehouse`);
      await prisma.fulfillment.updateMany({ where: { id: fulfillmentId }, data: { state: 'cancelled' } });
    },

    /** Reads the physical stock of the system's nodes, and signals the orders that wait for it. */
    async syncStock(): Promise<{ balances: number }> {
      const snapshot = await callSystem(() => port.readStock(nodes));
      await reporting(() => storeStock(deps, `wms.${system}`, snapshot));
      await retryGivenUp(deps, { system: `wms.${system}`, taskQueue: activityInfo().taskQueue });
      return { balances: snapshot.balances.length };
    },
  };
}
