/** Intake of what carriers tell of shipments. What was not delivered becomes a return that a person decides about. */
import { createHash } from 'node:crypto';
import { type Decimal, divide, isPositive, minimum, subtract, sum } from '../../domain/decimal.ts';
import { extend, fromMinor } from '../../domain/money.ts';
import { type CarrierEventType, type DeliveryTrouble, latestOf, troubleOf } from '../../domain/returns/delivery.ts';
import type { ReturnReason } from '../../domain/returns/policy.ts';
import { requested } from '../../domain/returns/quantities.ts';
import type { CarrierEvent } from '../../mappings/canonical/v1/index.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { type HandOffRow, handOffRows } from '../handoff/hand-off.ts';
import { asJson, type Transaction } from '../lib/records.ts';
import { openReturn, type ReturnIntake } from './accept-return.ts';
import { returnableLines } from './returnable.ts';

export interface ToldByCarrier {
  /** The warehouse system that passed it on. */
  system: string;
  event: CarrierEvent;
  correlationId: string;
}

export type CarrierReceipt =
  | { outcome: 'accepted' | 'duplicate'; shipmentId: string; orderId: string; returnId: string | undefined }
  | { outcome: 'unknown-shipment' };

/** What a return keeps of the delivery that failed. */
export interface DeliveryFacts {
  readonly trouble: DeliveryTrouble;
  readonly occurredAt: string;
  readonly shipmentNumber: string;
  readonly carrier: string;
  readonly tracking: string | null;
  readonly reason: string | null;
  /** Ids of packages; empty for the whole shipment. */
  readonly packages: readonly string[];
}

interface Found {
  id: string;
  orderId: string;
  shipmentNumber: string;
  carrierScac: string;
  tracking: string | null;
  scanBy: Date | null;
  node: string;
  partnerId: string;
  poNumber: string;
  profileVersion: string;
  currency: string;
  packages: { id: string; sscc: string | null; palletSscc: string | null; tracking: string | null; lines: Part[] }[];
}

interface Part {
  lineNumber: number;
  quantity: Decimal;
}

/**
 * Stores an event once, with the state of its shipment. Events count by when they happened: what comes late never turns a
 * state back. An event of no shipment of ours is stored as a dead letter, and taken if it comes again once there is one.
 */
export async function acceptCarrierEvent(deps: ReturnIntake, told: ToldByCarrier): Promise<CarrierReceipt> {
  const { handOffs, receipt } = await deps.prisma.$transaction((records) => store(records, told));
  deps.handOff.committed(handOffs);
  return receipt;
}

async function store(
  records: Transaction,
  told: ToldByCarrier,
): Promise<{ handOffs: HandOffRow[]; receipt: CarrierReceipt }> {
  const { system, event, correlationId } = told;
  const shipment = await shipmentOf(records, told);
  const packages = shipment === undefined ? undefined : packagesOf(shipment, event);
  if (shipment === undefined || packages === undefined) {
    await records.$executeRaw`
      INSERT INTO "CarrierEvent" ("system", "eventId", "packages", "type", "occurredAt", "payload", "correlationId", "noEffect")
      VALUES (${system}, ${event.eventId}, '{}', ${event.type}, ${new Date(event.occurredAt)},
        ${JSON.stringify(event)}::jsonb, ${correlationId}, 'unknown-shipment')
      ON CONFLICT DO NOTHING`;
    return { handOffs: [], receipt: { outcome: 'unknown-shipment' } };
  }
  const { id: shipmentId, orderId } = shipment;
  const taken = await records.$executeRaw`
    INSERT INTO "CarrierEvent" ("system", "eventId", "shipmentId", "packages", "type", "occurredAt", "payload", "correlationId")
    VALUES (${system}, ${event.eventId}, ${shipmentId}, ${packages}, ${event.type}, ${new Date(event.occurredAt)},
      ${JSON.stringify(event)}::jsonb, ${correlationId})
    ON CONFLICT ("system", "eventId") DO UPDATE SET "shipmentId" = excluded."shipmentId", "packages" = excluded."packages",
      "type" = excluded."type", "occurredAt" = excluded."occurredAt", "payload" = excluded."payload",
      "noEffect" = NULL, "settledAt" = NULL
    WHERE "CarrierEvent"."noEffect" = 'unknown-shipment'`;
  if (taken === 0) {
    return { handOffs: [], receipt: { outcome: 'duplicate', shipmentId, orderId, returnId: undefined } };
  }
  const milestones = (await records.carrierEvent.findMany({ where: { shipmentId } })).map((one) => ({
    type: one.type as CarrierEventType,
    occurredAt: one.occurredAt.toISOString(),
    packages: one.packages,
  }));
  const latest = latestOf(milestones);
  await records.shipment.update({
    where: { id: shipmentId },
    data: {
      deliveryState: latest?.type ?? null,
      deliveryAt: latest === undefined ? null : new Date(latest.occurredAt),
    },
  });
  await records.timelineEvent.createMany({
    data: [
      {
        orderId,
        key: `carrier/${system}/${event.eventId}`,
        type: `shipment.${event.type}`,
        summary: `Shipment ${shipment.shipmentNumber}: ${sentenceOf(event)}`,
        actor: shipment.carrierScac,
        correlationId,
      },
    ],
    skipDuplicates: true,
  });
  const scanned = await tellOfScan(records, shipment, milestones.length);
  const trouble = troubleOf(event.type);
  const deliveredSince = milestones.some(
    (one) =>
      one.type === 'delivered' &&
      overlap(one.packages, packages) &&
      Date.parse(one.occurredAt) >= Date.parse(event.occurredAt),
  );
  if (trouble !== undefined && !deliveredSince) {
    const opened = await openForTrouble(records, told, shipment, packages, trouble);
    const receipt = { outcome: 'accepted' as const, shipmentId, orderId, returnId: opened?.returnId };
    return { handOffs: [...scanned, ...(opened?.handOffs ?? [])], receipt };
  }
  const delivered = event.type === 'delivered' ? await tellOfDelivery(records, shipment, packages, event) : [];
  return {
    handOffs: [...scanned, ...delivered],
    receipt: { outcome: 'accepted', shipmentId, orderId, returnId: undefined },
  };
}

/** The first word of a carrier ends the wait of an order that waits for it. */
async function tellOfScan(
  records: Transaction,
  { id: shipmentId, orderId, partnerId, scanBy }: Found,
  words: number,
): Promise<HandOffRow[]> {
  if (scanBy === null || words > 1) return [];
  const payload = { shipmentId };
  const handOffs = handOffRows([{ kind: 'signal-order', partnerId, orderId, signal: 'carrierScanned', payload }]);
  await records.handOff.createMany({ data: handOffs });
  return handOffs;
}

/** The one shipment that everything fits that the event names, locked. A warehouse learns nothing of the shipments of another one. */
export async function shipmentOf(
  records: Transaction,
  { system, event }: Pick<ToldByCarrier, 'system' | 'event'>,
): Promise<Found | undefined> {
  const { shipmentNumber, tracking, sscc } = event;
  const named: Prisma.Sql[] = [];
  if (shipmentNumber !== undefined) named.push(Prisma.sql`s."shipmentNumber" = ${shipmentNumber}`);
  if (tracking !== undefined) {
    named.push(Prisma.sql`s."id" IN (
      SELECT "id" FROM "Shipment" WHERE "tracking" = ${tracking}
      UNION SELECT "shipmentId" FROM "Package" WHERE "tracking" = ${tracking})`);
  }
  if (sscc !== undefined) {
    named.push(Prisma.sql`s."id" IN (
      SELECT "shipmentId" FROM "Package" WHERE "sscc" = ${sscc}
      UNION SELECT "shipmentId" FROM "Package" WHERE "palletSscc" = ${sscc})`);
  }
  const ids = await records.$queryRaw<{ id: string }[]>`
    SELECT s."id" FROM "Shipment" AS s JOIN "Fulfillment" AS f ON f."id" = s."fulfillmentId"
    WHERE f."wmsSystem" = ${system} AND ${Prisma.join(named, ' AND ')} LIMIT 2`;
  const [only] = ids;
  if (only === undefined || ids.length > 1) return undefined;
  // Events of one shipment take turns.
  await records.$executeRaw`SELECT 1 FROM "Shipment" WHERE "id" = ${only.id} FOR NO KEY UPDATE`;
  const row = await records.shipment.findUniqueOrThrow({
    where: { id: only.id },
    include: {
      packages: true,
      fulfillment: { select: { node: true } },
      order: { select: { partnerId: true, poNumber: true, profileVersion: true, currency: true } },
    },
  });
  const { packages, fulfillment, order, ...shipment } = row;
  return {
    ...{ ...shipment, ...order, node: fulfillment.node },
    packages: packages.map((one) => ({ ...one, lines: one.lines as unknown as Part[] })),
  };
}

/** Ids of the packages that an event is about, empty for the whole shipment; undefined if it names one that is not there. */
export function packagesOf(shipment: Found, { packages: named, tracking, sscc }: CarrierEvent): string[] | undefined {
  const { packages } = shipment;
  if (named !== undefined) {
    const found = packages.filter((one) => one.sscc !== null && named.includes(one.sscc));
    return found.length === new Set(named).size ? found.map(({ id }) => id) : undefined;
  }
  const meant = packages.filter(
    (one) =>
      (sscc !== undefined && (one.sscc === sscc || one.palletSscc === sscc)) ||
      (sscc === undefined && tracking !== undefined && tracking !== shipment.tracking && one.tracking === tracking),
  );
  return meant.length === packages.length ? [] : meant.map(({ id }) => id);
}

/** None named is the whole shipment. */
function overlap(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((id) => other.includes(id));
}

const said: Readonly<Record<CarrierEventType, string>> = {
  'picked-up': 'picked up by the carrier',
  'in-transit': 'on its way',
  delivered: 'delivered',
  refused: 'the consignee refused the delivery',
  damaged: 'damaged on the way',
  lost: 'lost by the carrier',
  returning: 'on its way back',
};

function sentenceOf({ type, reason }: Pick<CarrierEvent, 'type' | 'reason'>): string {
  return reason === undefined ? said[type] : `${said[type]}: ${reason}`;
}

/** Why goods come back, in the words of returns. */
const reasons: Readonly<Record<DeliveryTrouble, ReturnReason>> = {
  refused: 'other',
  damaged: 'damaged',
  lost: 'other',
};

/** A return of what a carrier did not deliver; undefined if there is one already, or all of the goods came back before. */
async function openForTrouble(
  records: Transaction,
  { system, event, correlationId }: ToldByCarrier,
  shipment: Found,
  packages: readonly string[],
  trouble: DeliveryTrouble,
): Promise<{ returnId: string; handOffs: HandOffRow[] } | undefined> {
  const { id: shipmentId, orderId, partnerId, poNumber, profileVersion, shipmentNumber } = shipment;
  const earlier = await records.return.findMany({ where: { shipmentId }, select: { closedAt: true, delivery: true } });
  const isKnown = earlier.some(({ closedAt, delivery }) => {
    const facts = delivery as unknown as DeliveryFacts;
    const isNews = Date.parse(event.occurredAt) > Date.parse(facts.occurredAt);
    return overlap(facts.packages, packages) && (closedAt === null || !isNews);
  });
  if (isKnown) return undefined;
  const ordered = await returnableLines(records, orderId, undefined);
  const prices = await records.orderLine.findMany({
    where: { orderId },
    select: { lineNumber: true, unitPrice: true, unitFactor: true },
  });
  // What the packages hold, and not what of it counts for the order: it may be more than was ordered.
  const parts = shipment.packages
    .filter(({ id }) => packages.length === 0 || packages.includes(id))
    .flatMap(({ lines }) => lines);
  let worth = 0;
  const lines = ordered.flatMap((line) => {
    const shipped = sum(parts.filter(({ lineNumber }) => lineNumber === line.lineNumber).map((one) => one.quantity));
    const left = minimum(shipped, subtract(line.shipped, line.returned));
    if (!isPositive(left)) return [];
    const price = prices.find(({ lineNumber }) => lineNumber === line.lineNumber);
    if (price !== undefined) {
      const quantity = divide(left, price.unitFactor.toFixed());
      worth += extend(quantity, price.unitPrice.toFixed(), shipment.currency);
    }
    const { lineNumber: orderLineNumber, lineId, sku, description, baseUnit } = line;
    return [{ orderLineNumber, lineId, sku, description, baseUnit, ...requested(left) }];
  });
  if (lines.length === 0) return undefined;
  const facts: DeliveryFacts = {
    ...{ trouble, occurredAt: event.occurredAt, shipmentNumber, carrier: shipment.carrierScac },
    ...{ tracking: event.tracking ?? shipment.tracking, reason: event.reason ?? null, packages },
  };
  const goods = `goods worth ${fromMinor(worth, shipment.currency)} ${shipment.currency}`;
  const why = `shipment ${shipmentNumber} with ${shipment.carrierScac}, ${goods}: ${sentenceOf(event)}`;
  const opened = await openReturn(records, {
    ...{ partnerId, orderId, poNumber, profileVersion, correlationId, shipmentId },
    source: 'carrier',
    requestNumber: `${system}/${event.eventId}`,
    contentHash: createHash('sha256').update(JSON.stringify(event)).digest('hex'),
    reason: reasons[trouble],
    note: sentenceOf(event),
    node: shipment.node,
    wmsSystem: system,
    delivery: asJson(facts),
    askedBy: shipment.carrierScac,
    lines: lines.map((line, index) => ({ lineNumber: index + 1, ...line })),
    origin: 'delivery',
    trouble,
    told: sentenceOf(event),
    why,
  });
  return { returnId: opened.returnId, handOffs: opened.handOffs };
}

/** Open questions about goods that have been delivered since go away. */
async function tellOfDelivery(
  records: Transaction,
  { id: shipmentId, partnerId }: Found,
  packages: readonly string[],
  event: CarrierEvent,
): Promise<HandOffRow[]> {
  const open = await records.return.findMany({
    where: { shipmentId, closedAt: null },
    select: { id: true, delivery: true },
  });
  const settled = open.filter(({ delivery }) => {
    const facts = delivery as unknown as DeliveryFacts;
    const all =
      packages.length === 0 || (facts.packages.length > 0 && facts.packages.every((id) => packages.includes(id)));
    return all && Date.parse(event.occurredAt) >= Date.parse(facts.occurredAt);
  });
  const handOffs = handOffRows(
    settled.map(({ id }) => ({ kind: 'signal-return', partnerId, returnId: id, signal: 'returnDelivered' })),
  );
  await records.handOff.createMany({ data: handOffs });
  return handOffs;
}
