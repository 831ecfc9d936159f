import { z } from 'zod';
import { compare, subtract } from '../../domain/decimal.ts';
import { extend } from '../../domain/money.ts';
import { salesOrderLine } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import { pageOfWhole } from '../cursor.ts';
import type { FoundException } from '../exception-search.ts';
import { exceptionItem } from './exception.ts';
import { otherNode } from './other-nodes.ts';
import { minorUnits, quantity } from './values.ts';

const price = z.string().meta({ description: 'For one ordered unit, exact decimal in major units' });

export const affectedLine = z
  .object({
    lineId: z.string().meta({ description: 'The buyer’s line number' }),
    sku: z.string().nullable().meta({ description: 'Our item, where it is known' }),
    customerSku: z.string().nullable(),
    description: z.string().nullable(),
    quantity: quantity.meta({ description: 'In the ordered unit' }),
    unit: z.string(),
    orderedPrice: price.nullable(),
    ourPrice: price.nullable(),
    atStake: minorUnits
      .nullable()
      .meta({ description: 'The difference between both prices of the line, or without one what the line comes to' }),
  })
  .meta({ id: 'AffectedLine', description: 'A line that an exception is about, as the buyer ordered it' });

export const exceptionDetail = exceptionItem
  .extend({
    currency: z.string(),
    otherNodes: z.array(otherNode).meta({ description: 'For the resolution `other-node`, else none' }),
    lines: z.array(affectedLine).meta({ description: 'Those of `lineIds`, in the order of the document' }),
    linesNextCursor: z.string().nullable().meta({
      description: 'The cursor of `listExceptionLines` for the lines that follow; null if there are no more',
    }),
  })
  .meta({ id: 'ExceptionDetail', description: 'An exception with the lines that it is about' });

const stored = z
  .object({ lineIds: z.array(z.string()).default([]), ourPrices: z.record(z.string(), z.string()).default({}) })
  .nullable();

type About = Pick<FoundException, 'orderId' | 'detail' | 'currency'>;

interface LinesWanted {
  /** The beginning of the buyer's line number. */
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A page of the lines that an exception is about. */
export async function affectedLinesOf(prisma: Database, exception: About, { q = '', ...page }: LinesWanted) {
  const { lineIds } = stored.parse(exception.detail) ?? { lineIds: [] };
  const { items, ...more } = pageOfWhole(
    lineIds.filter((lineId) => lineId.startsWith(q)),
    page,
  );
  return { items: await linesOf(prisma, exception, items), ...more };
}

async function linesOf(
  prisma: Database,
  { orderId, detail, currency }: About,
  lineIds: readonly string[],
): Promise<z.output<typeof affectedLine>[]> {
  if (lineIds.length === 0 || orderId === null) return [];
  const ourPrices = stored.parse(detail)?.ourPrices ?? {};
  const [ordered, records] = await Promise.all([
    orderedLines(prisma, orderId, lineIds),
    prisma.orderLine.findMany({ where: { orderId, lineId: { in: [...lineIds] } } }),
  ]);
  const prices = new Map(Object.entries(ourPrices));
  const checked = new Map(records.map((line) => [line.lineId, line]));
  return ordered.flatMap((line) => {
    const known = checked.get(line.lineId);
    const orderedPrice = line.priceBasis === undefined ? (line.unitPrice ?? null) : null;
    const ourPrice = prices.get(line.lineId) ?? known?.contractPrice.toFixed() ?? null;
    const { value, unit } = line.quantity;
    return [
      {
        lineId: line.lineId,
        sku: known?.sku || line.item.sku || null,
        customerSku: line.item.customerSku ?? null,
        description: known?.description || line.item.description || null,
        ...{ quantity: value, unit, orderedPrice, ourPrice },
        atStake: atStakeOf(value, orderedPrice, ourPrice, currency),
      },
    ];
  });
}

/** Reads of the canonical order only these lines: it may be megabytes. */
async function orderedLines(prisma: Database, orderId: string, lineIds: readonly string[]) {
  const rows = await prisma.$queryRaw<{ line: unknown }[]>`
    SELECT x.line FROM "Order" AS o,
      jsonb_array_elements(coalesce(o."asOrdered", o."canonical")->'lines') WITH ORDINALITY AS x (line, position)
    WHERE o."id" = ${orderId} AND x.line->>'lineId' = ANY(${[...lineIds]}) ORDER BY x.position`;
  return rows.map(({ line }) => salesOrderLine.parse(line));
}

function atStakeOf(quantity: string, ordered: string | null, ours: string | null, currency: string): number | null {
  const one = ordered ?? ours;
  if (one === null) return null;
  if (ordered === null || ours === null) return extend(quantity, one, currency);
  const [more, less] = compare(ordered, ours) < 0 ? [ours, ordered] : [ordered, ours];
  return extend(quantity, subtract(more, less), currency);
}
