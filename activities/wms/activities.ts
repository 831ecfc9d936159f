/** What workflows ask of a warehouse system. */
import { dayOf } from '../../domain/calendar/calendar.ts';
import type { RoutingDecision } from '../../domain/order/state.ts';
import type { Database } from '../../prisma/client.ts';
import { runWithCorrelation } from '../../runtime/correlation.ts';
import { callSystem, permanent } from '../lib/activity-failure.ts';
import type { LineQuantity } from '../lib/records.ts';
import { reporting } from '../lib/reporting.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import type { StockSnapshot, WmsPort } from './port.ts';
import { routedColumns, routeRelease } from './routing.ts';

export interface WmsActivityDependencies {
  /** Id of the instance. */
  system: string;
  nodes: readonly string[];
  wms: WmsPort;
  prisma: Database;
  profiles: PartnerProfiles;
}

export type WmsActivities = ReturnType<typeof createWmsActivities>;

export function createWmsActivities({ system, nodes, wms, prisma, profiles }: WmsActivityDependencies) {
  return {
    /**
     * Routes the release by the partner’s guide and hands it to the warehouse. Where the guide is violated the warehouse hears of nothing, and
     * the answer says how; `routing` is what a person has decided about it.
     */
    async releaseToWarehouse({
      fulfillmentId,
      routing,
    }: {
      fulfillmentId: string;
      routing?: RoutingDecision;
    }): Promise<{ reference: string } | { violation: string }> {
      const fulfillment = await prisma.fulfillment.findUniqueOrThrow({
        where: { id: fulfillmentId },
        include: { order: { include: { lines: true } } },
      });
      const { order } = fulfillment;
      const shipTo = await prisma.shipTo.findUniqueOrThrow({ where: { shipToNumber: order.shipToNumber ?? '' } });
      const profile = await profiles.forOrder(order);
      if (profile === undefined)
        throw permanent('unknown-partner', `partner ${order.partnerId} has no profile any more`);
      const routed = await routeRelease(prisma, fulfillment, shipTo, profile, routing);
      if ('violation' in routed) return routed;
      const { carrier, window } = routed;
      const shipBy = [
        ...(order.nextDeadline === null ? [] : [dayOf(order.nextDeadline, profile.calendar)]),
        ...(window.closes === undefined ? [] : [window.closes]),
      ]
        // A deadline that has passed while the release was held is no day of a window that opens later.
        .filter((day) => window.opens === undefined || day >= window.opens)
        .toSorted()[0];
      const lines = new Map(order.lines.map((line) => [line.lineNumber, line]));
      const released = await runWithCorrelation(order.correlationId, () =>
        callSystem(() =>
          wms.release({
            releaseNumber: fulfillment.releaseNumber,
            correlationId: order.correlationId,
            node: fulfillment.node,
            poNumber: order.poNumber,
            customerName: profile.name,
            shipTo: {
              name: shipTo.name,
              lines: shipTo.lines,
              city: shipTo.city,
              region: shipTo.region,
              postalCode: shipTo.postalCode,
              country: shipTo.country,
            },
            ...(shipBy !== undefined && { shipBy }),
            ...(window.opens !== undefined && { shipNotBefore: window.opens }),
            ...(carrier.scac !== undefined && { carrierScac: carrier.scac }),
            transportMethod: carrier.method,
            shipmentPayment: carrier.shipmentPayment,
            lines: (fulfillment.lines as unknown as LineQuantity[]).flatMap(({ lineNumber, quantity }) => {
              const line = lines.get(lineNumber);
              if (line === undefined) return [];
              return [{ lineNumber, sku: line.sku, description: line.description, quantity, unit: line.baseUnit }];
            }),
          }),
        ),
      );
      await prisma.fulfillment.updateMany({
        where: { id: fulfillmentId, state: 'planned' },
        data: { state: 'released', wmsReference: released.reference, ...routedColumns(routed) },
      });
      return released;
    },

    /** Undoes {@link releaseToWarehouse}. Fails for good when the warehouse has gone too far: then its events tell what shipped. */
    async cancelRelease({ fulfillmentId, reason }: { fulfillmentId: string; reason: string }): Promise<void> {
      const { releaseNumber, order } = await prisma.fulfillment.findUniqueOrThrow({
        where: { id: fulfillmentId },
        select: { releaseNumber: true, order: { select: { correlationId: true } } },
      });
      const { cancelled } = await runWithCorrelation(order.correlationId, () =>
        callSystem(() => wms.cancelRelease(releaseNumber, reason)),
      );
      if (!cancelled)
        throw permanent('release-not-cancelled', `${releaseNumber} can no longer be stopped at the warehouse`);
      await prisma.fulfillment.updateMany({ where: { id: fulfillmentId }, data: { state: 'cancelled' } });
    },

    /** Reads physical stock of the system’s nodes. */
    async syncStock(): Promise<{ balances: number }> {
      const snapshot = await callSystem(() => wms.readStock(nodes));
      await reporting(() => storeStock(prisma, `wms.${system}`, snapshot));
      return { balances: snapshot.balances.length };
    },
  };
}

/** What is reserved is ours to know and stays; what is on hand is the warehouse’s word. */
async function storeStock(prisma: Database, source: string, snapshot: StockSnapshot): Promise<void> {
  const { balances } = snapshot;
  const read = { asOf: snapshot.asOf, completedAt: new Date() };
  await prisma.$transaction([
    prisma.$executeRaw`
      INSERT INTO "InventoryBalance" ("node", "sku", "onHand", "asOf")
      SELECT t."node", t."sku", t."onHand", ${new Date(snapshot.asOf)}::timestamptz
      FROM UNNEST(${balances.map(({ node }) => node)}::text[], ${balances.map(({ sku }) => sku)}::text[], ${balances.map(({ onHand }) => onHand)}::numeric[])
        AS t("node", "sku", "onHand")
      ORDER BY t."sku", t."node"
      ON CONFLICT ("node", "sku") DO UPDATE SET "onHand" = EXCLUDED."onHand", "asOf" = EXCLUDED."asOf"
      WHERE "InventoryBalance"."asOf" <= EXCLUDED."asOf"`,
    prisma.synchronization.upsert({ where: { source }, create: { source, ...read }, update: read }),
  ]);
}
