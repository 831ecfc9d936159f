import { z } from 'zod';
import { allocationsOf } from '../../activities/orders/stores.ts';
import { sum } from '../../domain/decimal.ts';
import { namedStore, party } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { SHOWN } from '../cursor.ts';
import { type FoundLine, findLines, highestLineIdsOf, type LineSums, lineSumsOf } from '../line-search.ts';
import { quantity, toQuantity, toQuantityLines } from './values.ts';

const byState = {
  ordered: quantity,
  cancelled: quantity,
  rejected: quantity,
  backordered: quantity,
  open: quantity,
  shipped: quantity,
};

export const orderLine = z
  .object({
    lineNumber: z.int(),
    lineId: z.string(),
    sku: z.string(),
    customerSku: z.string().nullable(),
    description: z.string(),
    orderedValue: quantity,
    orderedUnit: z.string(),
    baseUnit: z.string(),
    unitFactor: quantity,
    unitPrice: z.string().meta({ description: 'Per ordered unit, major units of the currency' }),
    ...byState,
    surplus: quantity.meta({ description: 'Left beyond what was ordered; no part of `ordered`' }),
    takenOff: z.boolean().meta({
      description: 'A change of the order has taken all of the line off: nothing of it is ordered any more',
    }),
    inQuestion: z.boolean().meta({ description: 'An open exception names the line' }),
    stores: z
      .array(z.object({ store: z.string(), name: z.string().optional(), ordered: quantity, shipped: quantity }))
      .meta({
        description: 'What each store gets, in base units; empty for a line that is not spread over stores',
      }),
  })
  .meta({ id: 'OrderLine', description: 'A line with its quantities by state, in base units' });

export const lineSum = z
  .object({ baseUnit: z.string(), ...byState })
  .meta({ id: 'OrderLineSum', description: 'Sums over all lines with the same base unit' });

export interface ShownLines {
  readonly lines: z.output<typeof orderLine>[];
  readonly lineCount: number;
  readonly linesNextCursor: string | null;
  readonly lineSums: z.output<typeof lineSum>[];
  readonly highestLineIds: string[];
}

/** The first lines of an order, and what stands for all of them. */
export async function shownLinesOf(prisma: Database, orderId: string): Promise<ShownLines> {
  const [{ items, nextCursor }, sums, highestLineIds] = await Promise.all([
    findLines(prisma, orderId, { limit: SHOWN }),
    lineSumsOf(prisma, orderId),
    highestLineIdsOf(prisma, orderId),
  ]);
  return {
    lines: await lineViewsOf(prisma, orderId, items),
    lineCount: sums.reduce((all, { count }) => all + count, 0),
    linesNextCursor: nextCursor,
    lineSums: sums.map(lineSumOf),
    highestLineIds,
  };
}

function lineSumOf(sums: LineSums): z.output<typeof lineSum> {
  return {
    baseUnit: sums.baseUnit,
    ordered: toQuantity(sums.ordered),
    cancelled: toQuantity(sums.cancelled),
    rejected: toQuantity(sums.rejected),
    backordered: toQuantity(sums.backordered),
    open: toQuantity(sums.open),
    shipped: toQuantity(sums.shipped),
  };
}

/** The lines as they are shown, with what each store got of them. */
export async function lineViewsOf(
  prisma: Database,
  orderId: string,
  lines: readonly FoundLine[],
): Promise<z.output<typeof orderLine>[]> {
  const stores = await storesOf(prisma, orderId, lines);
  return lines.map((line) => ({
    lineNumber: line.lineNumber,
    lineId: line.lineId,
    sku: line.sku,
    customerSku: line.customerSku,
    description: line.description,
    orderedValue: toQuantity(line.orderedValue),
    orderedUnit: line.orderedUnit,
    baseUnit: line.baseUnit,
    unitFactor: toQuantity(line.unitFactor),
    unitPrice: toQuantity(line.unitPrice),
    ordered: toQuantity(line.ordered),
    cancelled: toQuantity(line.cancelled),
    rejected: toQuantity(line.rejected),
    backordered: toQuantity(line.backordered),
    open: toQuantity(line.open),
    shipped: toQuantity(line.shipped),
    surplus: toQuantity(line.surplus),
    takenOff: line.ordered.isZero(),
    inQuestion: line.inQuestion,
    stores: stores.get(line.lineNumber) ?? [],
  }));
}

type Stores = z.output<typeof orderLine>['stores'];

const storedAllocations = z.array(z.object({ store: party, quantity: z.string() }));

/** Reads of the canonical order only the lines that are shown and spread: it may be megabytes. */
async function storesOf(prisma: Database, orderId: string, lines: readonly FoundLine[]): Promise<Map<number, Stores>> {
  const wanted = lines.map(({ lineNumber }) => lineNumber);
  const spread = await prisma.$queryRaw<{ lineNumber: number; allocations: Prisma.JsonValue }[]>`
    SELECT line.position::int AS "lineNumber", line.value->'allocations' AS allocations
    FROM "Order" o, jsonb_array_elements(o.canonical->'lines') WITH ORDINALITY AS line (value, position)
    WHERE o.id = ${orderId} AND line.position::int = ANY(${wanted}) AND line.value ? 'allocations'`;
  if (spread.length === 0) return new Map();
  const shipped = await shippedToStores(prisma, orderId);
  const factors = new Map(lines.map(({ lineNumber, unitFactor }) => [lineNumber, unitFactor.toFixed()]));
  return new Map(
    spread.map(({ lineNumber, allocations }): [number, Stores] => {
      const ordered = storedAllocations.parse(allocations);
      const names = ordered.map(({ store }) => namedStore(store));
      const shares = allocationsOf({ allocations: ordered }, factors.get(lineNumber) ?? '1');
      return [
        lineNumber,
        shares.map(({ store, quantity: whole }, index) => {
          const name = names[index]?.name;
          const gone = sum(shipped.get(lineNumber)?.get(store) ?? []);
          return { store, ...(name !== undefined && { name }), ordered: whole, shipped: gone };
        }),
      ];
    }),
  );
}

async function shippedToStores(prisma: Database, orderId: string): Promise<Map<number, Map<string, string[]>>> {
  const shipments = await prisma.shipment.findMany({ where: { orderId }, select: { lines: true } });
  const byLine = new Map<number, Map<string, string[]>>();
  for (const { lineNumber, stores = [] } of shipments.flatMap(({ lines }) => toQuantityLines(lines))) {
    const byStore = byLine.get(lineNumber) ?? new Map<string, string[]>();
    byLine.set(lineNumber, byStore);
    for (const { store, quantity: gone } of stores) byStore.set(store, [...(byStore.get(store) ?? []), gone]);
  }
  return byLine;
}
