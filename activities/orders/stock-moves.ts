/** How quantities leave the stock that is reserved for an order. */
import { add, compare, isZero, subtract } from '../../domain/decimal.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { permanent } from '../lib/activity-failure.ts';
import { type LineQuantity, rowsAs, type ShippedLine } from '../lib/records.ts';

/**
 * The quantity of each release line that the warehouse still holds after `lines` are removed. A
 * warehouse cannot ship, or report short, more than it was given less what it already shipped or
 * reported short.
 */
export function leftAfter(
  releaseNumber: string,
  held: readonly LineQuantity[],
  lines: readonly LineQuantity[],
  what: string,
): LineQuantity[] {
  const left = new Map(held.map(({ lineNumber, quantity }) => [lineNumber, quantity]));
  for (const { lineNumber, quantity } of lines) {
    const open = left.get(lineNumber);
    if (open === undefined) {
      throw permanent(
        'line-not-released',
        `${what} names line ${lineNumber}, which release ${releaseNumber} does not have`,
      );
    }
    if (compare(quantity, open) > 0) {
      throw permanent(
        'more-than-released',
        `${what} names ${quantity} of line ${lineNumber}, of which release ${releaseNumber} has ${open} left`,
      );
    }
    left.set(lineNumber, subtract(open, quantity));
  }
  return [...left].map(([lineNumber, quantity]) => ({ lineNumber, quantity }));
}

export function unitsOf(lines: readonly LineQuantity[]): string {
  return lines.reduce((total, { quantity }) => add(total, quantity), '0');
}

/**
 * ordered = cancelled + rejected + backordered + open + shipped: a quantity that leaves `open`
 * enters exactly one other column. `surplus` is beyond that, and counts apart.
 */
export function moveLines(
  orderId: string,
  lines: readonly ShippedLine[],
  to: 'shipped' | 'backordered' | 'cancelled',
  onlyIf: Prisma.Sql,
): Prisma.Sql {
  const column = Prisma.raw(`"${to}"`);
  const moved = lines.map(({ lineNumber, quantity, surplus }) => ({
    ...{ lineNumber, quantity },
    surplus: surplus?.quantity ?? '0',
  }));
  return Prisma.sql`
    UPDATE "OrderLine" AS l SET "open" = l."open" - t."quantity", ${column} = l.${column} + t."quantity",
      "surplus" = l."surplus" + t."surplus"
    FROM ${rowsAs('t', '"lineNumber" int, "quantity" numeric, "surplus" numeric', moved)}
    WHERE l."orderId" = ${orderId} AND l."lineNumber" = t."lineNumber" AND ${onlyIf}`;
}

/**
 * CTEs that reduce reservations and the reserved stock of the balances. With `shipped`, they also
 * reduce the stock on hand, by what left beyond the reservation as well.
 *
 * All orders share the balances, so they are locked last: after `before`, a subquery on the
 * statement's other locks. Every statement locks them in the same order. A plain UPDATE locks rows
 * as it finds them, and two of them could deadlock.
 */
export function takeFromStock(
  fulfillmentId: string,
  lines: readonly ShippedLine[],
  { shipped, onlyIf, before }: { shipped: boolean; onlyIf: Prisma.Sql; before: Prisma.Sql },
): Prisma.Sql {
  const positive = lines
    .map(({ lineNumber, quantity, surplus }) => ({
      lineNumber,
      quantity,
      left: add(quantity, surplus?.quantity ?? '0'),
    }))
    .filter(({ left }) => !isZero(left));
  return Prisma.sql`
    taken AS (
      UPDATE "Reservation" AS r SET "quantity" = r."quantity" - t."quantity"
      FROM ${rowsAs('t', '"lineNumber" int, "quantity" numeric, "left" numeric', positive)}
      WHERE r."fulfillmentId" = ${fulfillmentId} AND r."lineNumber" = t."lineNumber" AND ${onlyIf}
      RETURNING r."node", r."sku", t."quantity", t."left"
    ),
    ${giveBack(shipped, before)}`;
}

/** CTEs that follow a CTE named `taken` (node, sku, quantity; with `shipped` also left: what is no longer on hand). */
export function giveBack(shipped: boolean, before: Prisma.Sql): Prisma.Sql {
  const left = Prisma.raw(shipped ? 'SUM("left")' : '0');
  return Prisma.sql`
    quantities AS MATERIALIZED (
      SELECT "node", "sku", SUM("quantity") AS "quantity", ${left} AS "left" FROM taken GROUP BY "node", "sku"
    ),
    locked AS MATERIALIZED (
      SELECT b."node", b."sku" FROM "InventoryBalance" AS b
      WHERE (b."node", b."sku") IN (SELECT "node", "sku" FROM quantities) AND ${before}
      ORDER BY b."sku", b."node"
      FOR UPDATE
    ),
    balanced AS (
      UPDATE "InventoryBalance" AS b
      SET "reserved" = b."reserved" - q."quantity", "onHand" = b."onHand" - q."left"
      FROM quantities AS q JOIN locked AS k ON k."node" = q."node" AND k."sku" = q."sku"
      WHERE b."node" = q."node" AND b."sku" = q."sku"
    )`;
}
