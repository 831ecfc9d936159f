/** Intake of warehouse events: stores them and signals their orders. */
import { randomUUID } from 'node:crypto';
import { sum } from '../../domain/decimal.ts';
import type { WarehouseNotice } from '../../domain/order/messages.ts';
import type { WarehouseEvent } from '../../mappings/canonical/v1/index.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import type { HandOffRow, SignalOrder } from '../handoff/hand-off.ts';
import { asJson } from '../lib/records.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { type NumberAt, refuseUnwritable } from './writable.ts';

/**
 * Accepts an event once: one statement finds its release, stores it and writes the hand-off if the order
 * must act. An event of no release of ours is stored as a dead letter, and taken if it comes again once there is one.
 */
export async function acceptWarehouseEvent(
  { prisma, handOff, profiles }: IntakeDependencies,
  { system, event, correlationId }: { system: string; event: WarehouseEvent; correlationId: string },
): Promise<{ outcome: 'accepted' | 'duplicate' | 'unknown-release'; orderId?: string }> {
  if (event.type === 'shipped') await refuseUnwritableShipment({ prisma, profiles }, system, event);
  const notice = noticeOf(system, event);
  const signal: SignalOrder | undefined = notice && { signal: 'warehouseEvent', payload: asJson(notice) };
  const payload = signal === undefined ? null : JSON.stringify(signal);
  const [found] = await prisma.$queryRaw<({ orderId: string; taken: boolean } & (HandOffRow | { id: null }))[]>`
    WITH release AS (
      -- A warehouse learns nothing of the releases of another one.
      SELECT f."orderId", f."lines", o."partnerId", o."correlationId"
      FROM "Fulfillment" f JOIN "Order" o ON o."id" = f."orderId"
      WHERE (f."releaseNumber" = ${event.releaseNumber} OR f."refusedNumbers" @> ARRAY[${event.releaseNumber}])
        AND f."wmsSystem" = ${system}
    ), taken AS (
      INSERT INTO "WarehouseEvent" ("system", "eventId", "releaseNumber", "type", "payload", "correlationId")
      SELECT ${system}, ${event.eventId}, ${event.releaseNumber}, ${event.type}, ${JSON.stringify(asJson(event))}::jsonb,
        release."correlationId"
      FROM release
      ON CONFLICT ("system", "eventId") DO UPDATE SET "releaseNumber" = excluded."releaseNumber", "type" = excluded."type",
        "payload" = excluded."payload", "correlationId" = excluded."correlationId", "noEffect" = NULL, "settledAt" = NULL
      WHERE "WarehouseEvent"."noEffect" = 'unknown-release'
      RETURNING "eventId"
    ), dead AS (
      INSERT INTO "WarehouseEvent" ("system", "eventId", "releaseNumber", "type", "payload", "correlationId", "noEffect")
      SELECT ${system}, ${event.eventId}, ${event.releaseNumber}, ${event.type}, ${JSON.stringify(asJson(event))}::jsonb,
        ${correlationId}, 'unknown-release'
      WHERE NOT EXISTS (SELECT FROM release)
      ON CONFLICT DO NOTHING
    ), handed AS (
      INSERT INTO "HandOff" ("id", "kind", "partnerId", "target", "payload")
      SELECT ${randomUUID()}, 'signal-order', release."partnerId", release."orderId", ${payload}::jsonb
      FROM release, taken WHERE ${payload}::jsonb IS NOT NULL AND ${isNews(system, event)}
      RETURNING "id", "kind", "partnerId", "target", "payload"
    )
    SELECT release."orderId", EXISTS (SELECT 1 FROM taken) AS "taken", handed.*
    FROM release LEFT JOIN handed ON true`;
  if (found === undefined) return { outcome: 'unknown-release' };
  const { orderId, taken, ...row } = found;
  if (row.id !== null) handOff.committed([row]);
  return { outcome: taken ? 'accepted' : 'duplicate', orderId };
}

/** The warehouse can still correct a number here; its goods are gone when the 856 is written. */
async function refuseUnwritableShipment(
  { prisma, profiles }: Pick<IntakeDependencies, 'prisma' | 'profiles'>,
  system: string,
  { eventId, releaseNumber, shipment }: Extract<WarehouseEvent, { type: 'shipped' }>,
): Promise<void> {
  const { shipmentNumber, carrier, packages } = shipment;
  const numbers: NumberAt[] = [
    ['shipment.shipmentNumber', shipmentNumber],
    ['shipment.carrier.billOfLading', carrier.billOfLading],
    ['shipment.carrier.tracking', carrier.tracking],
    ['shipment.carrier.trailer', carrier.trailer],
    ...packages.flatMap(({ tracking, lines }, index): NumberAt[] => [
      [`shipment.packages[${index}].tracking`, tracking],
      ...lines.map(({ lot }, line): NumberAt => [`shipment.packages[${index}].lines[${line}].lot`, lot]),
    ]),
  ];
  // Every partner takes capital letters and digits, so that most shipments need no look at the profile.
  const doubtful = numbers.filter(([, text]) => text !== undefined && !/^[A-Z0-9]*$/.test(text));
  if (doubtful.length === 0) return;
  const [order] = await prisma.$queryRaw<{ partnerId: string; profileVersion: string }[]>`
    SELECT o."partnerId", o."profileVersion"
    FROM "Fulfillment" f JOIN "Order" o ON o."id" = f."orderId"
    WHERE (f."releaseNumber" = ${releaseNumber} OR f."refusedNumbers" @> ARRAY[${releaseNumber}])
      AND f."wmsSystem" = ${system}
      -- An event that was taken before stays a duplicate.
      AND NOT EXISTS (SELECT FROM "WarehouseEvent" e WHERE e."system" = ${system} AND e."eventId" = ${eventId})`;
  const profile = order === undefined ? undefined : await profiles.forOrder(order);
  if (profile !== undefined) refuseUnwritable(doubtful, profile);
}

/**
 * Closing a release is no news if the shipments that this warehouse reported are exactly what was
 * released, line by line: the order learns as much from them. Most closes are of this kind.
 */
function isNews(system: string, event: WarehouseEvent): Prisma.Sql {
  if (event.type !== 'closed' || event.short.length > 0) return Prisma.sql`TRUE`;
  return Prisma.sql`EXISTS (
    SELECT line."lineNumber", line."quantity"
    FROM jsonb_to_recordset(release."lines") AS line("lineNumber" int, "quantity" numeric)
    EXCEPT
    SELECT line."lineNumber", sum(line."quantity")
    FROM (
      -- A repeated shipment number ships nothing twice.
      SELECT DISTINCT ON ("payload" #> '{shipment,shipmentNumber}') "payload" #> '{shipment,packages}' AS "packages"
      FROM "WarehouseEvent"
      WHERE "system" = ${system} AND "releaseNumber" = ${event.releaseNumber} AND "type" = 'shipped'
    ) shipment,
      jsonb_array_elements(shipment."packages") AS packed,
      jsonb_to_recordset(packed -> 'lines') AS line("lineNumber" int, "quantity" numeric)
    GROUP BY line."lineNumber"
  )`;
}

/** The notice that an order must act on; other events are only recorded. */
export function noticeOf(system: string, event: WarehouseEvent): WarehouseNotice | undefined {
  const { eventId, releaseNumber } = event;
  const common = { system, eventId, releaseNumber };
  switch (event.type) {
    case 'shipped': {
      const quantity = sum(event.shipment.packages.flatMap(({ lines }) => lines.map((line) => line.quantity)));
      return { ...common, type: 'shipped', shipmentNumber: event.shipment.shipmentNumber, quantity };
    }
    case 'refused':
      return { ...common, type: 'refused', reason: event.reason };
    // Also without short lines: the order checks whether everything released is accounted for, unless
    // the reported shipments say so already.
    case 'closed':
      return { ...common, type: 'closed', quantity: sum(event.short.map((line) => line.quantity)) };
    case 'accepted':
    case 'picking':
      return undefined;
  }
}
