import { randomUUID } from 'node:crypto';
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { add, isZero } from '../../domain/decimal.ts';
import type { Progress } from '../../domain/order/state.ts';
import type { Shipment } from '../../mappings/canonical/v1/index.ts';
import { shipNotice } from '../../mappings/edi/documents/all.ts';
import { writeDocument } from '../../mappings/edi/documents/write-document.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { nodeAddress } from '../../runtime/systems.ts';
import { outgoing } from '../documents/outgoing.ts';
import { byLine, insertReferences, insertRows, insertTimeline, setProgress, type TimelineRow } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { documentLines, documentOrder, outbound, rendered, routingOf } from './order-documents.ts';
import { happened, type OrderRecord, profileOf } from './order-record.ts';
import { labelPackages, PACKAGE_COLUMNS, packageRows } from './packages.ts';
import { type EventInput, loadRelease, MOST_DECISIONS, type ReleaseRecord } from './release-record.ts';
import { leftAfter, moveLines, takeFromStock } from './stock-moves.ts';
import { shippedToStores, withStoresOfPallets } from './stores.ts';
import { type Surplus, surplusOf } from './surplus.ts';

export interface ShipmentInput extends EventInput {
  progress: Progress;
  /** The decision about goods that the release did not ask for. `quantity` is their sum over all lines, in base units. */
  surplus?: { quantity: string; charged: boolean };
}

/** It is not recorded before it is decided what becomes of what left beyond the release. */
export type RecordedShipment = { shipmentId: string; scanBy?: string } | { surplus: Surplus };

/** Records a shipment: packages, quantities and stock. Queues the 856 for the partner. */
export async function recordShipment(deps: RecordDependencies, input: ShipmentInput): Promise<RecordedShipment> {
  const { orderId, fulfillmentId, system, progress } = input;
  const { prisma, handOff } = deps;
  for (let decision = 0; decision < MOST_DECISIONS; decision += 1) {
    const { order, release, event } = await loadRelease(prisma, input, 'shipped');
    const shipment = withStoresOfPallets(event.shipment);
    const { shipmentNumber, carrier } = shipment;
    const known = release.shipments.find((earlier) => earlier.shipmentNumber === shipmentNumber);
    if (known !== undefined) return withScan(known.id, known.scanBy);
    const profile = await profileOf(deps, order);
    const shipped = byLine(
      shipment.packages.flatMap((packed) => packed.lines),
      add,
    );
    const beyond = surplusOf(order, release, shipped, profile, input.surplus);
    if ('surplus' in beyond) return beyond;
    const left = leftAfter(release.releaseNumber, release.held, beyond.lines, shipmentNumber);
    const lines = shippedToStores(order, release, shipment, beyond.lines);
    const labelled = await labelPackages(prisma, profile, shipment);
    const written = rendered(deps, profile, (by) =>
      writeDocument(
        shipNotice,
        {
          order: documentOrder(order),
          lines: documentLines(order),
          node: { code: release.node, address: nodeAddress(deps.wms, release.node) },
          shipment: labelled,
          routing: routingOf(release.routing, carrier.scac),
        },
        by,
        evaluateAll,
      ),
    );
    const shipmentId = randomUUID();
    const since = { shipped: new Date(shipment.shippedAt) };
    const sent = outgoing(profile, [
      outbound(order, { ...written, businessKey: `${written.set}/${shipmentId}`, since, shipmentId }),
    ]);
    const { carrierScan } = profile.deadlines;
    const shippedAt = new Date(shipment.shippedAt);
    const scanBy = carrierScan === undefined ? null : deadlineAfter(shippedAt, carrierScan, profile.calendar);
    const row = {
      id: shipmentId,
      scanBy: scanBy?.toISOString() ?? null,
      orderId,
      fulfillmentId,
      shipmentNumber,
      shippedAt: shipment.shippedAt,
      carrierScac: carrier.scac,
      billOfLading: carrier.billOfLading,
      tracking: carrier.tracking,
      weight: shipment.weight,
      lines,
    };
    // Keep the status "closed short": it identifies a repeated close.
    const state = left.every(({ quantity }) => isZero(quantity)) ? 'shipped' : 'partly-shipped';
    const go = Prisma.sql`EXISTS (SELECT FROM advanced)`;
    // One statement writes everything, or nothing if the release changed since it was read. Lock
    // order: order, release, balances.
    const [outcome] = await prisma.$queryRaw<{ done: boolean }[]>`
      WITH mine AS MATERIALIZED (SELECT "id" FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE),
      advanced AS (
        UPDATE "Fulfillment" SET "revision" = "revision" + 1,
          "state" = CASE WHEN "state" = 'closed-short' THEN "state" ELSE ${state} END
        WHERE "id" = ${fulfillmentId} AND "revision" = ${release.revision} AND EXISTS (SELECT FROM mine)
        RETURNING "id"
      ),
      progressed AS (UPDATE "Order" SET ${setProgress(progress)} WHERE "id" = ${orderId} AND ${go}),
      shipped AS (${insertRows('Shipment', SHIPMENT_COLUMNS, [row], go)}),
      packed AS (${insertRows('Package', PACKAGE_COLUMNS, packageRows(shipmentId, labelled), go)}),
      moved AS (${moveLines(orderId, lines, 'shipped', go)}),
      told AS (${insertTimeline(eventsOf(order, release, shipment, shipmentId, system), go)}),
      referred AS (${insertReferences(orderId, numbersOf(labelled), go)}),
      queued AS (${sent.documents(go)}),
      woken AS (${sent.wakes(go)}),
      ${takeFromStock(fulfillmentId, lines, { shipped: true, onlyIf: go, before: go })}
      SELECT ${go} AS "done"`;
    if (!outcome?.done) continue;
    handOff.committed(sent.handOffs);
    return withScan(shipmentId, row.scanBy);
  }
  throw new Error(`release ${fulfillmentId} changes too often for its shipment to be recorded`);
}

const SHIPMENT_COLUMNS = [
  ...['id', 'orderId', 'fulfillmentId', 'shipmentNumber', 'shippedAt', 'carrierScac', 'billOfLading', 'tracking'],
  ...['weight', 'lines', 'scanBy'],
];

function withScan(shipmentId: string, scanBy: string | null): { shipmentId: string; scanBy?: string } {
  return { shipmentId, ...(scanBy !== null && { scanBy: new Date(scanBy).toISOString() }) };
}

function numbersOf({ shipmentNumber, carrier, packages }: Shipment): [string, string | undefined][] {
  return [
    ['shipment', shipmentNumber],
    ['bill-of-lading', carrier.billOfLading],
    ['tracking', carrier.tracking],
    ...packages.flatMap(({ sscc, tracking }): [string, string | undefined][] => [
      ['sscc', sscc],
      ['tracking', tracking],
    ]),
  ];
}

function eventsOf(
  order: OrderRecord,
  release: ReleaseRecord,
  shipment: Shipment,
  shipmentId: string,
  system: string,
): TimelineRow[] {
  const { node, routing } = release;
  const { shipmentNumber, carrier, packages } = shipment;
  const actor = `wms.${system}`;
  const left = happened(order, {
    key: `shipped/${shipmentId}`,
    type: 'order.shipped',
    summary: `Shipment ${shipmentNumber} left ${node} with ${carrier.scac}`,
    actor,
    detail: { shipmentId, packages: packages.length },
  });
  const routed = routing?.carrier.scac;
  if (routed === undefined || routed === carrier.scac) return [left];
  // The ship notice names the actual carrier. The timeline records that the routing guide selected
  // another one.
  const wanted = routing?.rule === undefined ? routed : `${routed} by rule "${routing.rule}"`;
  const other = happened(order, {
    key: `other-carrier/${node}/${shipmentNumber}`,
    type: 'shipment.other-carrier',
    summary: `Shipment ${shipmentNumber} left ${node} with ${carrier.scac}; it was routed with ${wanted}`,
    actor,
    detail: { shipmentNumber, carrierScac: carrier.scac, routed },
  });
  return [left, other];
}
