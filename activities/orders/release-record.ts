/** A release and the warehouse event about it, loaded in one round trip. */
import type { RoutedCarrier } from '../../domain/policy/carrier-routing.ts';
import { type WarehouseEvent, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { LineQuantity, Transaction } from '../lib/records.ts';
import { found, ORDER, type OrderRecord } from './order-record.ts';
import type { StoreShort } from './stores.ts';

/** The routing of a release as it is stored, and as the warehouse was asked for it; `rule` chose the carrier. */
export interface FulfillmentRouting {
  carrier: RoutedCarrier;
  rule?: string;
}

export interface ReleaseRecord {
  id: string;
  releaseNumber: string;
  node: string;
  state: string;
  /**
   * Version of the quantities that were read. A write based on an older version changes nothing.
   */
  revision: number;
  routing: FulfillmentRouting | null;
  /** Quantity still held for it. */
  held: LineQuantity[];
  /** Its lines that are spread over stores. */
  spread: LineQuantity[];
  storesShort: StoreShort[];
  shipments: { id: string; shipmentNumber: string; scanBy: string | null; spread: LineQuantity[] }[];
}

export interface EventInput {
  orderId: string;
  fulfillmentId: string;
  system: string;
  eventId: string;
}

/**
 * Repeats a decision when the quantities changed before its write. Each repetition means that a
 * concurrent write succeeded.
 */
export const MOST_DECISIONS = 50;

/** The lines of a row that are spread over stores; most have none, so the whole list is not read. */
function spread(table: 'f' | 's'): Prisma.Sql {
  const lines = Prisma.raw(`${table}."lines"`);
  return Prisma.sql`(SELECT coalesce(json_agg(l), '[]'::json) FROM jsonb_array_elements(${lines}) AS l WHERE jsonb_exists(l, 'stores'))`;
}

export async function loadRelease<T extends WarehouseEvent['type']>(
  records: Transaction,
  { orderId, fulfillmentId, system, eventId }: EventInput,
  type: T,
): Promise<{ order: OrderRecord; release: ReleaseRecord; event: Extract<WarehouseEvent, { type: T }> }> {
  const [row] = await records.$queryRaw<{ order: OrderRecord; release: ReleaseRecord; event: unknown }[]>`
    SELECT ${ORDER} AS "order", e."payload" AS "event", json_build_object(
      'id', f."id", 'releaseNumber', f."releaseNumber", 'node', f."node", 'state', f."state", 'revision', f."revision",
      'routing', f."routing", 'spread', ${spread('f')}, 'storesShort', f."storesShort",
      'held', (
        SELECT coalesce(json_agg(json_build_object('lineNumber', r."lineNumber", 'quantity', trim_scale(r."quantity")::text)
          ORDER BY r."lineNumber"), '[]'::json)
        FROM "Reservation" AS r WHERE r."fulfillmentId" = f."id"
      ),
      'shipments', (
        SELECT coalesce(json_agg(json_build_object('id', s."id", 'shipmentNumber', s."shipmentNumber",
          'scanBy', s."scanBy", 'spread', ${spread('s')})), '[]'::json)
        FROM "Shipment" AS s WHERE s."fulfillmentId" = f."id"
      )
    ) AS "release"
    FROM "Fulfillment" AS f
    JOIN "Order" AS o ON o."id" = f."orderId"
    JOIN "WarehouseEvent" AS e ON e."system" = ${system} AND e."eventId" = ${eventId}
    WHERE f."id" = ${fulfillmentId} AND o."id" = ${orderId}`;
  const { order, release, event } = found(row, `event ${eventId} of release ${fulfillmentId}`);
  const parsed = warehouseEvent.parse(event);
  if (parsed.type !== type) throw permanent('wrong-event', `event ${eventId} is ${parsed.type}, not ${type}`);
  return { order, release, event: parsed as Extract<WarehouseEvent, { type: T }> };
}
