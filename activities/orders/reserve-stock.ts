/** Available-to-promise: stock that all channels share is never promised twice. */
import { deadlineAfter } from '../../domain/calendar/calendar.ts';
import { add, isPositive, subtract, sum } from '../../domain/decimal.ts';
import type { PlannedFulfillment } from '../../domain/order/state.ts';
import {
  type Allocation,
  type AllocationPlan,
  type Available,
  allocate,
  type Demand,
} from '../../domain/policy/allocation.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { systemsFor, type WmsSystem } from '../../runtime/systems.ts';
import { permanent } from '../lib/activity-failure.ts';
import { insertRows, type LineQuantity, rowsAs, type Transaction } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';
import { found, ORDER, type OrderRecord } from './order-record.ts';
import { shipAheadOf } from './prepare/terms.ts';
import { type HeldForStores, spreadOverStores } from './stores.ts';

export interface ReserveDependencies {
  prisma: Transaction;
  profiles: PartnerProfiles;
  wms: readonly WmsSystem[];
}

export interface ReservationPlan {
  fulfillments: PlannedFulfillment[];
  /** Some quantity is backordered. */
  backordered: boolean;
  /** If nothing could be reserved: a readable list of wanted and available quantities. */
  lacking?: string;
  /** With `lacking`: the partner wants to be told at once, and no person is asked. */
  refuse?: true;
}

/**
 * Each failed attempt means that another order got the stock. After this many attempts, the step
 * itself is retried.
 */
const MOST_TRIES = 50;

/**
 * Reserves stock for everything that is open or backordered, as one round of fulfillments. A
 * repeated call for a round returns its first plan.
 *
 * The plan uses stock that was read without a lock. The write locks the balances and changes
 * nothing unless they still cover the plan; otherwise a new plan is made. Balances are therefore
 * locked for one statement only.
 *
 * @throws a retryable error if stock is missing and a warehouse that could have it was never read.
 */
export async function reserveStock(
  deps: ReserveDependencies,
  { orderId, round }: { orderId: string; round: number },
): Promise<ReservationPlan> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const seen = await look(deps, orderId, round);
    const decided = await decide(deps, seen, round);
    if ('answer' in decided) return decided.answer;
    if (await write(deps.prisma, seen.order, round, decided)) return decided.plan;
  }
  throw new Error(`stock of order ${orderId} changes too often to be reserved`);
}

interface Seen {
  order: OrderRecord;
  /** Fulfillments of the round, if it was recorded before. */
  fulfillments: FulfillmentRow[];
  preferredNodes: string[] | null;
  stock: Available[];
  /** Earlier releases with lines that are spread over stores. */
  earlier: HeldForStores[];
  /** Sources whose stock was read at least once. */
  read: string[];
}

async function look({ prisma, wms }: ReserveDependencies, orderId: string, round: number): Promise<Seen> {
  const sources = wms.map(({ id }) => `wms.${id}`);
  const [row] = await prisma.$queryRaw<Seen[]>`
    SELECT ${ORDER} AS "order",
      (SELECT coalesce(json_agg(f ORDER BY f."sequence"), '[]'::json)
        FROM "Fulfillment" AS f WHERE f."orderId" = o."id" AND f."round" = ${round}) AS "fulfillments",
      (SELECT coalesce(json_agg(json_build_object('lines', f."lines", 'storesShort', f."storesShort")
          ORDER BY f."round", f."sequence"), '[]'::json)
        FROM "Fulfillment" AS f
        WHERE f."orderId" = o."id" AND f."round" < ${round} AND f."state" <> 'cancelled') AS "earlier",
      (SELECT s."preferredNodes" FROM "ShipTo" AS s
        WHERE s."erpSystem" = o."erpSystem" AND s."shipToNumber" = o."shipToNumber") AS "preferredNodes",
      (SELECT coalesce(json_agg(json_build_object(
          'node', b."node", 'sku', b."sku", 'quantity', trim_scale(b."onHand" - b."reserved")::text
        ) ORDER BY b."sku", b."node"), '[]'::json)
        FROM "InventoryBalance" AS b
        WHERE b."sku" IN (SELECT l."sku" FROM "OrderLine" AS l WHERE l."orderId" = o."id")) AS "stock",
      ARRAY(SELECT s."source" FROM "Synchronization" AS s WHERE s."source" = ANY(${sources})) AS "read"
    FROM "Order" AS o WHERE o."id" = ${orderId}`;
  return found(row, `order ${orderId}`);
}

interface Decided {
  plan: ReservationPlan;
  rows: FulfillmentRow[];
  allocations: Allocation[];
  moves: LineMove[];
}

interface LineMove {
  lineNumber: number;
  open: string;
  backordered: string;
  cancelled: string;
}

async function decide(
  { profiles, wms }: ReserveDependencies,
  { order, fulfillments, earlier, preferredNodes, stock, read }: Seen,
  round: number,
): Promise<Decided | { answer: ReservationPlan }> {
  const backordered = order.lines.some((line) => isPositive(line.backordered));
  const profile = await profiles.forOrder(order);
  if (order.reservedRound >= round) {
    return { answer: { fulfillments: fulfillments.map((row) => stateOf(row, wms, profile)), backordered } };
  }
  // Exclude stock of systems that do not serve the order's side. Without a profile, no system is
  // known to serve it.
  const serving = profile === undefined ? [] : systemsFor(wms, profile.usage);
  if (profile === undefined || serving.length === 0) {
    throw permanent('no-system-for-side', `no warehouse system is there for ${profile?.usage ?? 'these'} orders`);
  }
  const demands: Demand[] = order.lines.flatMap((line) => {
    const quantity = round === 1 ? line.open : line.backordered;
    return isPositive(quantity) ? [{ lineNumber: line.lineNumber, sku: line.sku, quantity }] : [];
  });
  const nodes = new Set(serving.flatMap((system) => system.nodes));
  const wanted = new Set(demands.map(({ sku }) => sku));
  const available = stock.filter(({ node, sku }) => nodes.has(node) && wanted.has(sku));
  const { allocations, missing } = allocate(demands, available, preferredNodes ?? [], profile.splitShipments);
  if (missing.length > 0) requireStockRead(serving, read);

  const waits = profile.backorders !== 'cancel';
  if (allocations.length === 0 && round === 1 && !waits) {
    // Nothing can ship or be backordered. A person or the profile decides; no quantity is recorded as
    // cancelled before that.
    const lacking = inWords(demands, available);
    const refuse = profile.whenNothingAvailable === 'refuse';
    return { answer: { fulfillments: [], backordered: false, lacking, ...(refuse && { refuse }) } };
  }
  // A later round that finds no stock changes nothing and may be repeated.
  if (allocations.length === 0 && round > 1 && waits) return { answer: { fulfillments: [], backordered: true } };
  const shipBy = shipByOf(order, round, profile);
  const spread = spreadOverStores(
    order,
    earlier,
    allocations.map(({ lines }) => lines),
  );
  const rows = allocations.map(({ node }, index) =>
    fulfillmentRow(order, round, index + 1, { node, lines: spread[index] ?? [] }, shipBy, wms),
  );
  const plan = {
    fulfillments: rows.map((row) => stateOf(row, wms, profile)),
    backordered: waits && missing.length > 0,
  };
  return { plan, rows, allocations, moves: movesOf(demands, missing, round, waits) };
}

/**
 * The first round uses the order's ship-by time. A later round uses it while it is in the future,
 * otherwise the time agreed for a new order.
 */
function shipByOf({ shipBy }: OrderRecord, round: number, profile: PartnerProfile): string | null {
  const now = new Date();
  if (round === 1) return shipBy;
  if (shipBy !== null && new Date(shipBy) > now) return shipBy;
  return deadlineAfter(now, profile.shipWithin, profile.calendar).toISOString();
}

/**
 * Quantities that could not be reserved are backordered or cancelled, as the partner's profile
 * says. A backorder that is now reserved becomes open again.
 */
function movesOf(
  demands: readonly Demand[],
  missing: AllocationPlan['missing'],
  round: number,
  waits: boolean,
): LineMove[] {
  const short = new Map(missing.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  return demands.flatMap(({ lineNumber, quantity }): LineMove[] => {
    const without = short.get(lineNumber) ?? '0';
    if (round > 1) {
      const covered = subtract(quantity, without);
      // Nothing waits at such a partner: it is what a change wanted more.
      const gone = waits ? '0' : without;
      return [{ lineNumber, open: covered, backordered: `-${add(covered, gone)}`, cancelled: gone }];
    }
    if (without === '0') return [];
    return [{ lineNumber, open: `-${without}`, backordered: waits ? without : '0', cancelled: waits ? '0' : without }];
  });
}

/**
 * Writes the whole plan or nothing. Returns false if the round was recorded concurrently or the
 * stock is no longer available.
 */
async function write(
  records: Transaction,
  { id: orderId }: OrderRecord,
  round: number,
  { rows, allocations, moves }: Decided,
): Promise<boolean> {
  const held = allocations.flatMap(({ node, lines }, index) =>
    lines.map(({ lineNumber, sku, quantity }) => {
      const fulfillmentId = rows[index]?.id ?? '';
      return { orderId, fulfillmentId, lineNumber, node, sku, quantity };
    }),
  );
  const go = Prisma.sql`(SELECT "ok" FROM decided)`;
  // Lock the order's row, then the balances by SKU and node as every statement does. Both return
  // the newest values.
  const [outcome] = await records.$queryRaw<{ done: boolean }[]>`
    WITH mine AS MATERIALIZED (
      SELECT "id" FROM "Order" WHERE "id" = ${orderId} AND "reservedRound" < ${round} FOR NO KEY UPDATE
    ),
    wanted AS MATERIALIZED (
      SELECT "node", "sku", SUM("quantity") AS "quantity"
      FROM ${rowsAs('t', '"node" text, "sku" text, "quantity" numeric', held)}
      GROUP BY "node", "sku"
    ),
    locked AS MATERIALIZED (
      SELECT b."node", b."sku", b."onHand" - b."reserved" AS "free" FROM "InventoryBalance" AS b
      WHERE (b."node", b."sku") IN (SELECT "node", "sku" FROM wanted) AND EXISTS (SELECT FROM mine)
      ORDER BY b."sku", b."node"
      FOR UPDATE
    ),
    decided AS MATERIALIZED (
      SELECT EXISTS (SELECT FROM mine) AND coalesce(bool_and(k."free" >= w."quantity"), TRUE) AS "ok"
      FROM wanted AS w LEFT JOIN locked AS k ON k."node" = w."node" AND k."sku" = w."sku"
    ),
    marked AS (
      UPDATE "Order" SET "reservedRound" = ${round}, "updatedAt" = now() WHERE "id" = ${orderId} AND ${go}
    ),
    planned AS (${insertRows('Fulfillment', FULFILLMENT_COLUMNS, rows, go)}),
    reserved AS (${insertRows('Reservation', RESERVATION_COLUMNS, held, go)}),
    moved AS (
      UPDATE "OrderLine" AS l SET "open" = l."open" + t."open", "backordered" = l."backordered" + t."backordered",
        "cancelled" = l."cancelled" + t."cancelled"
      FROM ${rowsAs('t', '"lineNumber" int, "open" numeric, "backordered" numeric, "cancelled" numeric', moves)}
      WHERE l."orderId" = ${orderId} AND l."lineNumber" = t."lineNumber" AND ${go}
    ),
    balanced AS (
      UPDATE "InventoryBalance" AS b SET "reserved" = b."reserved" + w."quantity"
      FROM wanted AS w WHERE b."node" = w."node" AND b."sku" = w."sku" AND ${go}
    )
    SELECT ${go} AS "done"`;
  return outcome?.done === true;
}

/** `MW-1001 10 wanted, free 0 at MEM, 4 at RNO`, for the first few SKUs. */
function inWords(demands: readonly Demand[], stock: readonly Available[]): string {
  const wanted = demands.slice(0, 5).map(({ sku, quantity }) => {
    const free = stock.flatMap((one) => (one.sku === sku ? [`${one.quantity} at ${one.node}`] : []));
    return `${sku} ${quantity} wanted, free ${free.join(', ') || 'nowhere'}`;
  });
  return [...wanted, ...(demands.length > 5 ? [`and ${demands.length - 5} more`] : [])].join('; ');
}

/** A shortage is unknown until the warehouse's stock was read for the first time. */
function requireStockRead(wms: readonly WmsSystem[], read: readonly string[]): void {
  const unread = wms.map(({ id }) => `wms.${id}`).filter((source) => !read.includes(source));
  if (unread.length > 0) throw new Error(`stock has not been read yet from ${unread.join(', ')}`);
}

interface FulfillmentRow {
  id: string;
  orderId: string;
  round: number;
  sequence: number;
  node: string;
  wmsSystem: string;
  releaseNumber: string;
  shipBy: string | null;
  lines: LineQuantity[];
}

const FULFILLMENT_COLUMNS = [
  ...['id', 'orderId', 'round', 'sequence', 'node', 'wmsSystem', 'releaseNumber', 'shipBy', 'lines'],
];
const RESERVATION_COLUMNS = ['orderId', 'fulfillmentId', 'lineNumber', 'node', 'sku', 'quantity'];

/**
 * Id and number of a release. They are derived from business identity, so that the warehouse recognizes a
 * repetition.
 */
export function releaseIdentity(
  order: Pick<OrderRecord, 'id' | 'partnerId' | 'poNumber'>,
  round: number,
  sequence: number,
): { id: string; releaseNumber: string } {
  const mark = `${round}${sequence}`;
  return {
    id: `${order.id}-${mark}`,
    releaseNumber: `${order.partnerId.toUpperCase()}-${order.poNumber}-${order.id.slice(0, 8)}-${mark}`,
  };
}

function fulfillmentRow(
  order: Pick<OrderRecord, 'id' | 'partnerId' | 'poNumber'>,
  round: number,
  sequence: number,
  { node, lines }: Pick<FulfillmentRow, 'node' | 'lines'>,
  shipBy: string | null,
  wms: readonly WmsSystem[],
): FulfillmentRow {
  const system = systemOf(node, wms);
  const { id, releaseNumber } = releaseIdentity(order, round, sequence);
  return {
    id,
    orderId: order.id,
    round,
    sequence,
    node,
    wmsSystem: system.id,
    releaseNumber,
    shipBy,
    lines,
  };
}

function stateOf(
  row: FulfillmentRow,
  wms: readonly WmsSystem[],
  profile: PartnerProfile | undefined,
): PlannedFulfillment {
  const shipBy = row.shipBy === null ? undefined : new Date(row.shipBy);
  return {
    id: row.id,
    node: row.node,
    releaseNumber: row.releaseNumber,
    taskQueue: systemOf(row.node, wms).taskQueue,
    ...(shipBy !== undefined && { shipBy: shipBy.toISOString() }),
    ...(shipBy !== undefined && profile !== undefined && { shipAhead: shipAheadOf(shipBy, profile) }),
    planned: sum(row.lines.map(({ quantity }) => quantity)),
  };
}

function systemOf(node: string, wms: readonly WmsSystem[]): WmsSystem {
  const system = wms.find(({ nodes }) => nodes.includes(node));
  if (system === undefined) throw new Error(`no warehouse system runs node ${node}`);
  return system;
}
