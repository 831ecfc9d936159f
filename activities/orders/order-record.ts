/** An order as the steps read it: its row and lines as one JSON value, loaded in one round trip. */
import type { Correction } from '../../domain/order/corrections.ts';
import type { Address, SalesOrder } from '../../mappings/canonical/v1/index.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import type { TimelineRow, Transaction } from '../lib/records.ts';
import type { PartnerProfiles } from '../partners/partner-profiles.ts';

/** Instants are ISO 8601, quantities exact decimals in base units. */
export interface OrderRecord {
  id: string;
  partnerId: string;
  poNumber: string;
  profileVersion: string;
  correlationId: string;
  /** With what people corrected. */
  canonical: SalesOrder;
  /** Before that; null if nobody corrected it. */
  asOrdered: SalesOrder | null;
  /** What people corrected. */
  corrections: readonly Correction[];
  /** A date. */
  orderedOn: string;
  currency: string;
  customerNumber: string | null;
  shipToNumber: string | null;
  /** Address of the ship-to in the ERP; null before the check, and for one that is used once. */
  shipToAddress: Address | null;
  paymentTerms: SalesOrder['terms'] | null;
  /** Minor units. */
  taxTotal: number | null;
  erpSystem: string | null;
  erpOrderNumber: string | null;
  receivedAt: string;
  shipBy: string | null;
  reservedRound: number;
  lines: OrderLineRecord[];
}

export interface OrderLineRecord {
  lineNumber: number;
  lineId: string;
  sku: string;
  customerSku: string | null;
  gtin: string | null;
  description: string;
  orderedValue: string;
  orderedUnit: string;
  /** The ordered unit by our code; null for a pack that only the buyer knows. */
  unit: string | null;
  baseUnit: string;
  unitFactor: string;
  unitPrice: string;
  ordered: string;
  cancelled: string;
  rejected: string;
  rejection: string | null;
  backordered: string;
  open: string;
  shipped: string;
  /** Left beyond what was ordered; no part of it. */
  surplus: string;
}

/** JSON has no exact decimals, so they travel as text in the format of domain/decimal.ts. */
const decimals = (...names: string[]) => names.map((name) => `'${name}', trim_scale(l."${name}")::text`).join(', ');
const plain = (table: string, ...names: string[]) => names.map((name) => `'${name}', ${table}."${name}"`).join(', ');

/** Builds an {@link OrderRecord} from row `o` of "Order". */
export const ORDER = Prisma.raw(`json_build_object(
  ${plain('o', 'id', 'partnerId', 'poNumber', 'profileVersion', 'correlationId', 'canonical', 'asOrdered', 'corrections', 'orderedOn')},
  ${plain('o', 'currency', 'customerNumber', 'shipToNumber', 'paymentTerms', 'taxTotal', 'erpSystem', 'erpOrderNumber')},
  ${plain('o', 'receivedAt', 'shipBy', 'reservedRound')},
  'shipToAddress', CASE WHEN (o."canonical"->>'oneTimeShipTo')::boolean THEN NULL ELSE (
    SELECT json_build_object(${plain('s', 'name', 'lines', 'city', 'region', 'postalCode', 'country')})
    FROM "ShipTo" AS s WHERE s."erpSystem" = o."erpSystem" AND s."shipToNumber" = o."shipToNumber"
  ) END,
  'lines', (
    SELECT coalesce(json_agg(json_build_object(
      ${plain('l', 'lineNumber', 'lineId', 'sku', 'customerSku', 'gtin', 'description', 'orderedUnit', 'unit', 'baseUnit', 'rejection')},
      ${decimals('orderedValue', 'unitFactor', 'unitPrice')},
      ${decimals('ordered', 'cancelled', 'rejected', 'backordered', 'open', 'shipped', 'surplus')}
    ) ORDER BY l."lineNumber"), '[]'::json)
    FROM "OrderLine" AS l WHERE l."orderId" = o."id"
  )
)`);

export async function loadOrder(records: Transaction, orderId: string): Promise<OrderRecord> {
  const [row] = await records.$queryRaw<{ order: OrderRecord }[]>`
    SELECT ${ORDER} AS "order" FROM "Order" AS o WHERE o."id" = ${orderId}`;
  return found(row, `order ${orderId}`).order;
}

/**
 * A step names records that its own workflow created. If one is missing, a retry cannot succeed.
 */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw permanent('no-such-record', `there is no ${what}`);
  return row;
}

/** The profile version that the order started with. */
export async function profileOf(
  { profiles }: { profiles: Pick<PartnerProfiles, 'forOrder'> },
  order: { partnerId: string; profileVersion: string },
): Promise<PartnerProfile> {
  const profile = await profiles.forOrder(order);
  if (profile === undefined) throw permanent('unknown-partner', `partner ${order.partnerId} has no profile any more`);
  return profile;
}

/** One row of the order's timeline. */
export function happened(
  { id, correlationId }: Pick<OrderRecord, 'id' | 'correlationId'>,
  event: Omit<TimelineRow, 'orderId' | 'correlationId'>,
): TimelineRow {
  return { ...event, orderId: id, correlationId };
}
