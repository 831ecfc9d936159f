/**
 * Available-to-promise. Stock is held under row locks, so that a pool shared by every channel is never promised twice.
 */
import { isPositive, isZero, subtract, sum } from '../../domain/decimal.ts';
import type { FulfillmentState } from '../../domain/order/state.ts';
import { type Allocation, type Available, allocate, type Demand } from '../../domain/policy/allocation.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { systemsFor, type WmsSystem } from '../../runtime/systems.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { LineQuantity, Transaction } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

export interface ReserveDependencies {
  prisma: Database;
  profiles: PartnerProfiles;
  wms: readonly WmsSystem[];
}

export interface ReservationPlan {
  fulfillments: FulfillmentState[];
  /** Something waits for stock. */
  backordered: boolean;
  /** Where nothing could be held: what was wanted, and what there is, in words. */
  lacking?: string;
}

/**
 * Holds stock for everything that is open or backordered, as one round of fulfillments. A repeated call for the same round gives
 * back what the first one made. Throws (to be retried) where stock is missing and some warehouse's has never been read.
 */
export async function reserveStock(
  { prisma, profiles, wms }: ReserveDependencies,
  { orderId, round }: { orderId: string; round: number },
): Promise<ReservationPlan> {
  return prisma.$transaction(async (records) => {
    const order = await records.order.findUniqueOrThrow({
      where: { id: orderId },
      include: {
        lines: { orderBy: { lineNumber: 'asc' } },
        fulfillments: { where: { round }, orderBy: { sequence: 'asc' } },
      },
    });
    const backordered = order.lines.some((line) => isPositive(line.backordered.toFixed()));
    if (order.fulfillments.length > 0) {
      return { fulfillments: order.fulfillments.map((row) => stateOf(row, wms)), backordered };
    }
    const profile = await profiles.forOrder(order, records);
    // Stock of a system that does not serve the order's side is not there for it. Without a profile nothing is known to serve it.
    const serving = profile === undefined ? [] : systemsFor(wms, profile.usage);
    if (serving.length === 0) {
      throw permanent('no-system-for-side', `no warehouse system is there for ${profile?.usage ?? 'these'} orders`);
    }
    const shipTo = await records.shipTo.findUnique({
      where: {
        erpSystem_shipToNumber: { erpSystem: order.erpSystem ?? '', shipToNumber: order.shipToNumber ?? '' },
      },
    });
    const demands: Demand[] = order.lines.flatMap((line) => {
      const quantity = round === 1 ? line.open.toFixed() : line.backordered.toFixed();
      return isPositive(quantity) ? [{ lineNumber: line.lineNumber, sku: line.sku, quantity }] : [];
    });
    let stock: Available[] = [];
    const planned = async () => {
      stock = await lockStock(records, demands, serving);
      return allocate(demands, stock, shipTo?.preferredNodes ?? [], profile?.splitShipments ?? true);
    };
    let plan = await planned();
    if (plan.missing.length > 0) {
      await requireStockRead(records, serving);
      // The first reading may have ended between the two questions.
      plan = await planned();
    }

    const fulfillments = plan.allocations.map((allocation, index) =>
      fulfillmentRow(order, round, index + 1, allocation, wms),
    );
    if (fulfillments.length === 0 && round === 1 && profile?.backorders === 'cancel') {
      // Nothing to ship and nothing to wait for: a person decides, and until then nothing is recorded as cancelled.
      return { fulfillments: [], backordered: false, lacking: inWords(demands, stock) };
    }
    if (fulfillments.length > 0) {
      await hold(records, orderId, fulfillments, plan.allocations);
      await records.fulfillment.createMany({ data: fulfillments });
    }
    const waits = profile?.backorders !== 'cancel';
    await recordMissing(records, orderId, round, demands, plan.missing, waits);
    return {
      fulfillments: fulfillments.map((row) => stateOf(row, wms)),
      // A first round that could hold nothing leaves everything backordered; repeated, it finds that, and nothing open.
      backordered: waits && (plan.missing.length > 0 || (round === 1 && backordered)),
    };
  });
}

/** `MW-1001 10 wanted, free 0 at MEM, 4 at RNO`, of the first few SKUs. */
function inWords(demands: readonly Demand[], stock: readonly Available[]): string {
  const wanted = demands.slice(0, 5).map(({ sku, quantity }) => {
    const free = stock.flatMap((one) => (one.sku === sku ? [`${one.quantity} at ${one.node}`] : []));
    return `${sku} ${quantity} wanted, free ${free.join(', ') || 'nowhere'}`;
  });
  return [...wanted, ...(demands.length > 5 ? [`and ${demands.length - 5} more`] : [])].join('; ');
}

/** Before a warehouse's stock was read for the first time, nobody can say that anything is missing. */
async function requireStockRead(records: Transaction, wms: readonly WmsSystem[]): Promise<void> {
  const sources = wms.map(({ id }) => `wms.${id}`);
  const read = await records.synchronization.findMany({ where: { source: { in: sources } }, select: { source: true } });
  const unread = sources.filter((source) => !read.some((one) => one.source === source));
  if (unread.length > 0) throw new Error(`stock has not been read yet from ${unread.join(', ')}`);
}

/** What is on hand and not held, of the SKUs asked for, locked in one order so that two orders never wait for each other in a ring. */
async function lockStock(records: Transaction, demands: readonly Demand[], wms: readonly WmsSystem[]) {
  const skus = [...new Set(demands.map(({ sku }) => sku))];
  if (skus.length === 0) return [];
  const nodes = wms.flatMap((system) => system.nodes);
  const rows = await records.$queryRaw<{ node: string; sku: string; available: Prisma.Decimal }[]>`
    SELECT "node", "sku", "onHand" - "reserved" AS "available"
    FROM "InventoryBalance"
    WHERE "sku" = ANY(${skus}) AND "node" = ANY(${nodes})
    ORDER BY "sku", "node"
    FOR UPDATE`;
  return rows.map(({ node, sku, available }) => ({ node, sku, quantity: available.toFixed() }));
}

async function hold(
  records: Transaction,
  orderId: string,
  fulfillments: readonly { id: string; node: string }[],
  allocations: readonly Allocation[],
): Promise<void> {
  const held = allocations.flatMap((allocation, index) =>
    allocation.lines.map((line) => ({
      orderId,
      fulfillmentId: fulfillments[index]?.id ?? '',
      lineNumber: line.lineNumber,
      node: allocation.node,
      sku: line.sku,
      quantity: line.quantity,
    })),
  );
  await records.reservation.createMany({ data: held });
  await records.$executeRaw`
    UPDATE "InventoryBalance" AS b SET "reserved" = b."reserved" + h."quantity"
    FROM (
      SELECT "node", "sku", SUM("quantity") AS "quantity"
      FROM UNNEST(${held.map(({ node }) => node)}::text[], ${held.map(({ sku }) => sku)}::text[], ${held.map(({ quantity }) => quantity)}::numeric[])
        AS t("node", "sku", "quantity")
      GROUP BY "node", "sku"
    ) AS h
    WHERE b."node" = h."node" AND b."sku" = h."sku"`;
}

/** What could not be held is backordered or cancelled, by the partner’s rule; what was backordered before and is held now is open again. */
async function recordMissing(
  records: Transaction,
  orderId: string,
  round: number,
  demands: readonly Demand[],
  missing: readonly LineQuantity[],
  waits: boolean,
): Promise<void> {
  if (round === 1 && missing.length === 0) return;
  const short = new Map(missing.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  const changed = demands.filter(({ lineNumber }) => round > 1 || short.has(lineNumber));
  for (const { lineNumber, quantity } of changed) {
    const without = short.get(lineNumber) ?? '0';
    const covered = subtract(quantity, without);
    await records.orderLine.update({
      where: { orderId_lineNumber: { orderId, lineNumber } },
      data:
        round === 1
          ? { open: { decrement: without }, [waits ? 'backordered' : 'cancelled']: { increment: without } }
          : { open: { increment: covered }, backordered: { decrement: covered } },
      select: { lineNumber: true },
    });
  }
}

/** Gives back everything that the order still holds. Harmless when it holds nothing. */
export async function releaseReservations(
  { prisma }: { prisma: Database },
  { orderId }: { orderId: string },
): Promise<void> {
  await prisma.$transaction(async (records) => {
    const held = await records.reservation.findMany({ where: { orderId } });
    await unhold(
      records,
      held.map(({ fulfillmentId, lineNumber, quantity }) => ({
        fulfillmentId,
        lineNumber,
        quantity: quantity.toFixed(),
      })),
      { shipped: false },
    );
  });
}

/**
 * Takes from reservations and from what is reserved of the balances; with `shipped`, from what is on hand too. Call it last in its
 * transaction: balances are shared by all orders, and stay locked until the end.
 */
export async function unhold(
  records: Transaction,
  lines: readonly (LineQuantity & { fulfillmentId: string })[],
  { shipped }: { shipped: boolean },
): Promise<void> {
  const positive = lines.filter(({ quantity }) => !isZero(quantity));
  if (positive.length === 0) return;
  // Every transaction locks balances in this one order: an UPDATE by itself would lock them as it finds them, and two would deadlock.
  await records.$queryRaw`
    SELECT 1 FROM "InventoryBalance"
    WHERE ("node", "sku") IN (
      SELECT "node", "sku" FROM "Reservation" WHERE "fulfillmentId" = ANY(${positive.map((line) => line.fulfillmentId)})
    )
    ORDER BY "sku", "node"
    FOR UPDATE`;
  await records.$executeRaw`
    WITH taken AS (
      UPDATE "Reservation" AS r SET "quantity" = r."quantity" - t."quantity"
      FROM UNNEST(${positive.map((line) => line.fulfillmentId)}::text[], ${positive.map((line) => line.lineNumber)}::int[], ${positive.map((line) => line.quantity)}::numeric[])
        AS t("fulfillmentId", "lineNumber", "quantity")
      WHERE r."fulfillmentId" = t."fulfillmentId" AND r."lineNumber" = t."lineNumber"
      RETURNING r."node", r."sku", t."quantity"
    )
    UPDATE "InventoryBalance" AS b
    SET "reserved" = b."reserved" - s."quantity",
        "onHand" = b."onHand" - CASE WHEN ${shipped} THEN s."quantity" ELSE 0 END
    FROM (SELECT "node", "sku", SUM("quantity") AS "quantity" FROM taken GROUP BY "node", "sku") AS s
    WHERE b."node" = s."node" AND b."sku" = s."sku"`;
}

interface FulfillmentRow {
  id: string;
  orderId: string;
  round: number;
  sequence: number;
  node: string;
  wmsSystem: string;
  releaseNumber: string;
  lines: unknown;
}

/** The release number is made from business identity, so that a warehouse that has it already knows it again. */
function fulfillmentRow(
  order: { id: string; partnerId: string; poNumber: string },
  round: number,
  sequence: number,
  allocation: Allocation,
  wms: readonly WmsSystem[],
) {
  const system = systemOf(allocation.node, wms);
  const mark = `${round}${sequence}`;
  return {
    id: `${order.id}-${mark}`,
    orderId: order.id,
    round,
    sequence,
    node: allocation.node,
    wmsSystem: system.id,
    releaseNumber: `${order.partnerId.toUpperCase()}-${order.poNumber}-${order.id.slice(0, 8)}-${mark}`,
    lines: allocation.lines.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })),
  };
}

function stateOf(row: FulfillmentRow, wms: readonly WmsSystem[]): FulfillmentState {
  return {
    id: row.id,
    node: row.node,
    releaseNumber: row.releaseNumber,
    taskQueue: systemOf(row.node, wms).taskQueue,
    planned: sum((row.lines as LineQuantity[]).map(({ quantity }) => quantity)),
    shipped: '0',
    short: '0',
    release: 'planned',
    shipmentNumbers: [],
    notices: [],
  };
}

function systemOf(node: string, wms: readonly WmsSystem[]): WmsSystem {
  const system = wms.find(({ nodes }) => nodes.includes(node));
  if (system === undefined) throw new Error(`no warehouse system runs node ${node}`);
  return system;
}
