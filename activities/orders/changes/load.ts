/** A change and its order, as they are at one moment, and the order as the rules of changes see it. */
import { createHash } from 'node:crypto';
import { add, isPositive, isZero, subtract, sum } from '../../../domain/decimal.ts';
import type {
  ChangingLine,
  ChangingOrder,
  ChangingRelease,
  Dates,
  OpenAt,
} from '../../../domain/order/changes/order.ts';
import type { ChangeOutcome } from '../../../domain/order/changes/outcome.ts';
import { correctedDates } from '../../../domain/order/corrections.ts';
import { type StoreQuantity, without } from '../../../domain/policy/allocations.ts';
import type { OrderChange, SalesOrder, SalesOrderLine } from '../../../mappings/canonical/v1/index.ts';
import type { LineQuantity, Transaction } from '../../lib/records.ts';
import { found, ORDER, type OrderLineRecord, type OrderRecord } from '../order-record.ts';
import { allocationsOf, type StoreShort } from '../stores.ts';
import type { StoredPlan } from './plan.ts';
import type { RecordedChange } from './record.ts';

export interface ChangeRow {
  id: string;
  state: 'waiting' | 'applying' | 'answered';
  source: string;
  askedBy: string;
  receivedAt: string;
  canonical: OrderChange;
  outcome: ChangeOutcome | null;
  plan: StoredPlan | { recorded: RecordedChange } | null;
}

export interface ReleaseRow {
  id: string;
  node: string;
  state: string;
  revision: number;
  shipBy: string | null;
  lines: LineQuantity[];
  storesShort: StoreShort[];
  shipments: { shipmentNumber: string; shippedAt: string; lines: LineQuantity[] }[];
  /** What it still holds. */
  held: LineQuantity[];
}

export interface Seen {
  order: OrderRecord;
  change: ChangeRow;
  releases: ReleaseRow[];
  /** The first change of the order that was to be made before it and is not. */
  earlier: { changeId: string; by: string } | null;
  /** Percent of the last decision about tax. */
  taxPercent: string | null;
  /** Of the items of the order. */
  taxable: string[];
}

export async function loadChange(records: Transaction, orderId: string, changeId: string): Promise<Seen> {
  const [row] = await records.$queryRaw<Seen[]>`
    SELECT ${ORDER} AS "order",
      json_build_object('id', c."id", 'state', c."state", 'source', c."source", 'askedBy', c."askedBy", 'receivedAt', c."receivedAt",
        'canonical', c."canonical", 'outcome', c."outcome", 'plan', c."plan") AS "change",
      (SELECT coalesce(json_agg(json_build_object(
          'id', f."id", 'node', f."node", 'state', f."state", 'revision', f."revision", 'shipBy', f."shipBy",
          'lines', f."lines", 'storesShort', f."storesShort",
          'shipments', (SELECT coalesce(json_agg(json_build_object('shipmentNumber', s."shipmentNumber",
              'shippedAt', s."shippedAt", 'lines', s."lines") ORDER BY s."shippedAt", s."id"), '[]'::json)
            FROM "Shipment" AS s WHERE s."fulfillmentId" = f."id"),
          'held', (SELECT coalesce(json_agg(json_build_object('lineNumber', r."lineNumber",
              'quantity', trim_scale(r."quantity")::text) ORDER BY r."lineNumber"), '[]'::json)
            FROM "Reservation" AS r WHERE r."fulfillmentId" = f."id" AND r."quantity" > 0)
        ) ORDER BY f."round", f."sequence"), '[]'::json)
        FROM "Fulfillment" AS f WHERE f."orderId" = o."id") AS "releases",
      (SELECT json_build_object('changeId', e."id", 'by', e."askedBy") FROM "OrderChange" AS e
        WHERE e."orderId" = o."id" AND e."position" < c."position" AND e."state" <> 'answered'
        ORDER BY e."position" LIMIT 1) AS "earlier",
      (SELECT d."inputs"->>'percent' FROM "Decision" AS d WHERE d."orderId" = o."id" AND d."key" = 'tax') AS "taxPercent",
      ARRAY(SELECT i."sku" FROM "Item" AS i WHERE i."erpSystem" = o."erpSystem" AND i."taxable"
        AND i."sku" IN (SELECT l."sku" FROM "OrderLine" AS l WHERE l."orderId" = o."id")) AS "taxable"
    FROM "Order" AS o JOIN "OrderChange" AS c ON c."orderId" = o."id"
    WHERE o."id" = ${orderId} AND c."id" = ${changeId}`;
  return found(row, `change ${changeId} of order ${orderId}`);
}

/** Changes whenever something changed that a decision about the change rests on. */
export function basisOf({ order: { lines, canonical, asOrdered, reservedRound }, releases }: Seen): string {
  const rests = { lines, canonical, asOrdered, reservedRound };
  const held = releases.map(({ id, revision, held: holds, shipBy }) => ({ id, revision, holds, shipBy }));
  return createHash('sha256')
    .update(JSON.stringify([rests, held]))
    .digest('hex');
}

/** What the order's workflow knows of its releases. */
export interface Standing {
  /** Releases that a warehouse has, or may have. */
  atWarehouse: readonly string[];
  /** Releases that were called back for the change. */
  recalled: readonly string[];
  /** Releases that it does not give back, and why. */
  fixed: readonly { id: string; why: string }[];
}

export function changingOrder({ order, releases }: Seen, { atWarehouse, fixed }: Standing): ChangingOrder {
  const standing = (release: ReleaseRow): ChangingRelease => {
    const { id, node, shipments } = release;
    const told = fixed.find((one) => one.id === id);
    if (told !== undefined) return { id, node, standing: 'fixed', why: told.why };
    if (shipments.length > 0) return { id, node, standing: 'fixed', why: 'it has begun to ship them' };
    return { id, node, standing: atWarehouse.includes(id) ? 'at-warehouse' : 'here' };
  };
  return {
    reserved: order.reservedRound > 0,
    lines: order.lines.map((line) => changingLine(line, order, releases)),
    releases: releases.map(standing),
    dates: datesOf(order.canonical),
    shipTo: JSON.stringify(order.canonical.shipTo),
  };
}

function changingLine(
  line: OrderLineRecord,
  { canonical }: OrderRecord,
  releases: readonly ReleaseRow[],
): ChangingLine {
  const { lineNumber, lineId, sku, baseUnit, unitFactor, unitPrice } = line;
  const { ordered, cancelled, rejected, backordered, shipped } = line;
  const stated = canonical.lines[lineNumber - 1];
  const shipments = releases.flatMap((release) =>
    release.shipments.filter((one) => one.lines.some((shippedLine) => shippedLine.lineNumber === lineNumber)),
  );
  const allocations = isZero(ordered) ? [] : allocationsOf(stated, unitFactor);
  const held = releases.flatMap((release) => openAt(release, lineNumber));
  const unheld = subtract(line.open, sum(held.map(({ quantity }) => quantity)));
  return {
    ...{ lineNumber, lineId, sku, unit: line.orderedUnit, baseUnit, unitFactor, value: line.orderedValue, unitPrice },
    ...{ ordered, cancelled, rejected, backordered, shipped },
    open: [...(isPositive(unheld) ? [{ release: '', quantity: unheld }] : []), ...held],
    shipments: shipments.map(({ shipmentNumber, shippedAt }) => `${shipmentNumber} on ${shippedAt.slice(0, 10)}`),
    dates: datesOf(stated),
    ...(allocations.length > 0 && {
      allocations,
      shippedToStores: shipments.flatMap(({ lines }) => storesIn(lines, lineNumber)),
    }),
  };
}

function openAt({ id, held, lines, storesShort, shipments }: ReleaseRow, lineNumber: number): OpenAt[] {
  const holds = held.find((line) => line.lineNumber === lineNumber);
  if (holds === undefined) return [];
  const stores = storesIn(lines, lineNumber);
  if (stores.length === 0) return [{ release: id, quantity: holds.quantity }];
  const gone = [
    ...shipments.flatMap((shipment) => storesIn(shipment.lines, lineNumber)),
    ...storesShort.filter((short) => short.lineNumber === lineNumber),
  ];
  return [{ release: id, quantity: holds.quantity, stores: without(stores, gone) }];
}

function storesIn(lines: readonly LineQuantity[], lineNumber: number): StoreQuantity[] {
  return lines.flatMap((line) => (line.lineNumber === lineNumber ? (line.stores ?? []) : []));
}

export function datesOf(of: SalesOrder | SalesOrderLine | undefined): Dates {
  return Object.fromEntries(correctedDates.flatMap((name) => (of?.[name] === undefined ? [] : [[name, of[name]]])));
}

/** Releases with what they hold once the change is made: a line gives up what was taken from it there. */
export function releasesAfter(
  { releases }: Seen,
  before: ChangingOrder,
  after: ChangingOrder,
): { id: string; lines: LineQuantity[]; taken: LineQuantity[] }[] {
  return releases.map(({ id, lines }) => {
    const taken = before.lines.flatMap((line): LineQuantity[] => {
      const was = line.open.find(({ release }) => release === id);
      const is = after.lines.find(({ lineId }) => lineId === line.lineId)?.open.find(({ release }) => release === id);
      if (was === undefined) return [];
      const quantity = subtract(was.quantity, is?.quantity ?? '0');
      if (!isPositive(quantity)) return [];
      const stores = was.stores && { stores: without(was.stores, is?.stores ?? []) };
      return [{ lineNumber: line.lineNumber, quantity, ...stores }];
    });
    return { id, taken, lines: lines.flatMap((line) => less(line, taken)) };
  });
}

function less(line: LineQuantity, taken: readonly LineQuantity[]): LineQuantity[] {
  const gone = taken.find(({ lineNumber }) => lineNumber === line.lineNumber);
  if (gone === undefined) return [line];
  const quantity = subtract(line.quantity, gone.quantity);
  if (!isPositive(quantity)) return [];
  return [{ ...line, quantity, ...(line.stores && { stores: without(line.stores, gone.stores ?? []) }) }];
}

/** What each release is to have shipped in the end: what has left, and what it holds then. */
export function sourcesAfter({ releases }: Seen, after: ChangingOrder): { node: string; lines: LineQuantity[] }[] {
  return releases.map(({ id, node, shipments }) => ({
    node,
    lines: after.lines.flatMap(({ lineNumber, open }) => {
      const left = open.flatMap(({ release, quantity }) => (release === id ? [quantity] : []));
      const shipped = shipments.flatMap(({ lines }) =>
        lines.flatMap((line) => (line.lineNumber === lineNumber ? [line.quantity] : [])),
      );
      const quantity = sum([...left, ...shipped]);
      return isPositive(quantity) ? [{ lineNumber, quantity }] : [];
    }),
  }));
}

export function totalOf(lines: readonly LineQuantity[]): string {
  return lines.reduce((total, { quantity }) => add(total, quantity), '0');
}
