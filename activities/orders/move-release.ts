/** Sends what a release has not shipped from another node: all of it or nothing, in one transaction. */
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { compare, isPositive, isZero, subtract, sum } from '../../domain/decimal.ts';
import type { Refusal } from '../../domain/order/guards.ts';
import type { PlannedFulfillment } from '../../domain/order/state.ts';
import { type HeldLine, whyNotFromNode } from '../../domain/policy/other-node.ts';
import { systemsFor } from '../../runtime/systems.ts';
import { type LineQuantity, rowsAs, type Transaction } from '../lib/records.ts';
import type { RecordDependencies } from './dependencies.ts';
import { found, loadOrder, profileOf } from './order-record.ts';
import { shipAheadOf } from './prepare/terms.ts';
import { releaseIdentity } from './reserve-stock.ts';

export interface MoveRelease {
  orderId: string;
  fulfillmentId: string;
  node: string;
  /** Whose decision it is: the same decision moves nothing twice. */
  exceptionId: string;
  by: string;
  note?: string;
  /** Only tells whether it is possible. */
  dryRun?: true;
}

export type MovedRelease =
  | ({ type: 'refused' } & Refusal)
  | { type: 'possible' }
  /** `left` is what the old release ships or has short in all. */
  | { type: 'moved'; left: string; to: PlannedFulfillment };

interface Row {
  node: string;
  round: number;
  releaseNumber: string;
  shipBy: Date | null;
  lines: LineQuantity[];
  shipments: number;
  last: number;
}

export async function moveRelease(deps: RecordDependencies, input: MoveRelease): Promise<MovedRelease> {
  const { orderId, fulfillmentId, node, exceptionId } = input;
  const profile = await profileOf(deps, await loadOrder(deps.prisma, orderId));
  const serving = systemsFor(deps.wms, profile.usage);
  return deps.prisma.$transaction(async (records) => {
    await records.$queryRaw`SELECT 1 FROM "Order" WHERE "id" = ${orderId} FOR NO KEY UPDATE`;
    const [done] = await records.$queryRaw<{ moved: MovedRelease }[]>`
      SELECT "detail"->'moved' AS "moved" FROM "TimelineEvent"
      WHERE "orderId" = ${orderId} AND "key" = ${`moved/${exceptionId}`}`;
    if (done !== undefined) return done.moved;
    const release = await lockRelease(records, fulfillmentId);
    const held = await heldBy(records, fulfillmentId);
    const nodes = serving.flatMap((one) => one.nodes);
    const free = await lockStock(records, [release.node, node], held);
    const refusal = whyNotFromNode(
      { from: release.node, to: node, nodes },
      held,
      free.filter((one) => one.node === node),
    );
    if (refusal !== undefined) return { type: 'refused', ...refusal };
    const system = serving.find((one) => one.nodes.includes(node));
    if (system === undefined) throw new Error(`no warehouse system runs node ${node}`);
    if (isSpread(release, held)) {
      const reason = 'some of it has left, and the rest is spread over stores: change the lines of the order instead';
      return { type: 'refused', code: 'spread-over-stores', reason };
    }
    if (input.dryRun) return { type: 'possible' };

    const order = await loadOrder(records, orderId);
    const now = new Date();
    const inTime = release.shipBy === null || release.shipBy > now;
    const shipBy = inTime ? release.shipBy : deadlineAfter(now, profile.shipWithin, profile.calendar);
    const to: PlannedFulfillment = {
      ...releaseIdentity(order, release.round, release.last + 1),
      node,
      taskQueue: system.taskQueue,
      ...(shipBy && { shipBy: shipBy.toISOString(), shipAhead: shipAheadOf(shipBy, profile) }),
      planned: sum(held.map(({ quantity }) => quantity)),
    };
    const left = leftOf(release, held);
    const moved: MovedRelease = { type: 'moved', left: sum(left.map(({ quantity }) => quantity)), to };
    await write(records, input, { release, held, left, to, wmsSystem: system.id, moved });
    return moved;
  });
}

async function lockRelease(records: Transaction, fulfillmentId: string): Promise<Row> {
  const [row] = await records.$queryRaw<Row[]>`
    SELECT f."node", f."round", f."releaseNumber", f."shipBy", f."lines",
      (SELECT count(*)::int FROM "Shipment" AS s WHERE s."fulfillmentId" = f."id") AS "shipments",
      (SELECT max(o."sequence") FROM "Fulfillment" AS o WHERE o."orderId" = f."orderId" AND o."round" = f."round") AS "last"
    FROM "Fulfillment" AS f WHERE f."id" = ${fulfillmentId} FOR UPDATE OF f`;
  return found(row, `release ${fulfillmentId}`);
}

function heldBy(records: Transaction, fulfillmentId: string): Promise<HeldLine[]> {
  return records.$queryRaw<HeldLine[]>`
    SELECT r."lineNumber", l."lineId", r."sku", trim_scale(r."quantity")::text AS "quantity"
    FROM "Reservation" AS r
    JOIN "OrderLine" AS l ON l."orderId" = r."orderId" AND l."lineNumber" = r."lineNumber"
    WHERE r."fulfillmentId" = ${fulfillmentId} AND r."quantity" > 0
    ORDER BY r."lineNumber"`;
}

/** By SKU and node, as every statement locks them. */
function lockStock(records: Transaction, nodes: readonly string[], held: readonly HeldLine[]) {
  const skus = held.map(({ sku }) => sku);
  return records.$queryRaw<{ node: string; sku: string; quantity: string }[]>`
    SELECT "node", "sku", trim_scale("onHand" - "reserved")::text AS "quantity" FROM "InventoryBalance"
    WHERE "node" = ANY(${[...nodes]}::text[]) AND "sku" = ANY(${skus}::text[])
    ORDER BY "sku", "node"
    FOR UPDATE`;
}

/** Which stores still get the rest is not kept by release. */
function isSpread({ lines }: Row, held: readonly HeldLine[]): boolean {
  const planned = new Map(lines.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  const isWhole = held.every(({ lineNumber, quantity }) => compare(planned.get(lineNumber) ?? '0', quantity) === 0);
  return !isWhole && lines.some((line) => 'stores' in line);
}

function leftOf({ lines }: Row, held: readonly HeldLine[]): LineQuantity[] {
  const moving = new Map(held.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  return lines
    .map((line) => ({ ...line, quantity: subtract(line.quantity, moving.get(line.lineNumber) ?? '0') }))
    .filter(({ quantity }) => isPositive(quantity));
}

async function write(
  records: Transaction,
  { orderId, fulfillmentId, exceptionId, by, note }: MoveRelease,
  decided: {
    release: Row;
    held: readonly HeldLine[];
    left: readonly LineQuantity[];
    to: PlannedFulfillment;
    wmsSystem: string;
    moved: MovedRelease;
  },
): Promise<void> {
  const { release, held, left, to, wmsSystem, moved } = decided;
  const lines = held.map(({ lineNumber, quantity }) => {
    const whole = release.lines.find(
      (line) => line.lineNumber === lineNumber && compare(line.quantity, quantity) === 0,
    );
    return whole ?? { lineNumber, quantity };
  });
  // `left` includes quantities that the warehouse reported short. A release that has only those has shipped nothing: it is cancelled.
  const state = release.shipments > 0 ? 'shipped' : 'cancelled';
  await records.$executeRaw`
    UPDATE "Fulfillment" SET "revision" = "revision" + 1, "lines" = ${JSON.stringify(left)}::jsonb, "state" = ${state}
    WHERE "id" = ${fulfillmentId}`;
  await records.$executeRaw`
    INSERT INTO "Fulfillment" ("id", "orderId", "round", "sequence", "node", "wmsSystem", "releaseNumber", "shipBy", "lines")
    VALUES (${to.id}, ${orderId}, ${release.round}, ${release.last + 1}, ${to.node}, ${wmsSystem}, ${to.releaseNumber},
      ${to.shipBy ?? null}::timestamptz, ${JSON.stringify(lines)}::jsonb)`;
  await records.$executeRaw`
    UPDATE "Reservation" SET "quantity" = 0 WHERE "fulfillmentId" = ${fulfillmentId}`;
  await records.$executeRaw`
    INSERT INTO "Reservation" ("orderId", "fulfillmentId", "lineNumber", "node", "sku", "quantity")
    SELECT ${orderId}, ${to.id}, t."lineNumber", ${to.node}, t."sku", t."quantity"
    FROM ${rowsAs('t', '"lineNumber" int, "sku" text, "quantity" numeric', held)}`;
  const moves = held.flatMap(({ sku, quantity }) => [
    { node: release.node, sku, quantity: `-${quantity}` },
    { node: to.node, sku, quantity },
  ]);
  await records.$executeRaw`
    UPDATE "InventoryBalance" AS b SET "reserved" = b."reserved" + q."quantity"
    FROM (
      SELECT "node", "sku", SUM("quantity") AS "quantity"
      FROM ${rowsAs('t', '"node" text, "sku" text, "quantity" numeric', moves)} GROUP BY "node", "sku"
    ) AS q
    WHERE b."node" = q."node" AND b."sku" = q."sku"`;
  const summary = `${to.planned} units ship from ${to.node} instead of ${release.node}${note ? ` (${note})` : ''}`;
  await records.$executeRaw`
    INSERT INTO "TimelineEvent" ("orderId", "key", "type", "summary", "actor", "detail", "correlationId")
    SELECT "id", ${`moved/${exceptionId}`}, 'release.moved', ${summary}, ${by},
      ${JSON.stringify({ exceptionId, fulfillmentId, moved })}::jsonb, "correlationId"
    FROM "Order" WHERE "id" = ${orderId}`;
}

export interface OtherNode {
  node: string;
  enough: boolean;
  lines: { lineId: string; sku: string; wanted: string; free: string }[];
}

/** The stock of every other node for the goods that the release has not shipped. Read without locks: it helps a person to choose. */
export async function otherNodesFor(
  deps: Pick<RecordDependencies, 'prisma' | 'wms'>,
  fulfillmentId: string,
  side: Parameters<typeof systemsFor>[1],
): Promise<OtherNode[]> {
  const { prisma, wms } = deps;
  const held = await heldBy(prisma, fulfillmentId);
  const release = await prisma.fulfillment.findUnique({ where: { id: fulfillmentId }, select: { node: true } });
  if (release === null || held.every(({ quantity }) => isZero(quantity))) return [];
  const nodes = systemsFor(wms, side).flatMap((one) => one.nodes);
  const others = nodes.filter((node) => node !== release.node);
  const stock = await prisma.inventoryBalance.findMany({
    where: { node: { in: others }, sku: { in: held.map(({ sku }) => sku) } },
  });
  return others.map((node) => {
    const free = stock.flatMap((one) =>
      one.node === node ? [{ node, sku: one.sku, quantity: one.onHand.minus(one.reserved).toFixed() }] : [],
    );
    const there = new Map(free.map(({ sku, quantity }) => [sku, quantity]));
    return {
      node,
      enough: whyNotFromNode({ from: release.node, to: node, nodes }, held, free) === undefined,
      lines: held.map(({ lineId, sku, quantity }) => ({ lineId, sku, wanted: quantity, free: there.get(sku) ?? '0' })),
    };
  });
}
