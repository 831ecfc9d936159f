import { z } from 'zod';
import { compare, subtract } from '../../domain/decimal.ts';
import { extend } from '../../domain/money.ts';
import { salesOrder } from '../../mappings/canonical/v1/index.ts';
import type { Database } from '../../prisma/client.ts';
import type { FoundException } from '../exception-search.ts';
import { exceptionItem } from './exception.ts';
import { otherNode } from './other-nodes.ts';
import { minorUnits, quantity } from './values.ts';

const price = z.string().meta({ description: 'For one ordered unit, exact decimal in major units' });

const affectedLine = z
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
  })
  .meta({ id: 'ExceptionDetail', description: 'An exception with the lines that it is about' });

const stored = z
  .object({ lineIds: z.array(z.string()).default([]), ourPrices: z.record(z.string(), z.string()).default({}) })
  .nullable();

export async function affectedLinesOf(
  prisma: Database,
  { orderId, detail, currency }: Pick<FoundException, 'orderId' | 'detail' | 'currency'>,
): Promise<z.output<typeof affectedLine>[]> {
  const { lineIds, ourPrices } = stored.parse(detail) ?? { lineIds: [], ourPrices: {} };
  if (lineIds.length === 0 || orderId === null) return [];
  const order = await prisma.order.findUniqueOrThrow({
    where: { id: orderId },
    select: { canonical: true, asOrdered: true, lines: { where: { lineId: { in: lineIds } } } },
  });
  const wanted = new Set(lineIds);
  const prices = new Map(Object.entries(ourPrices));
  const checked = new Map(order.lines.map((line) => [line.lineId, line]));
  return salesOrder.parse(order.asOrdered ?? order.canonical).lines.flatMap((line) => {
    if (!wanted.has(line.lineId)) return [];
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

function atStakeOf(quantity: string, ordered: string | null, ours: string | null, currency: string): number | null {
  const one = ordered ?? ours;
  if (one === null) return null;
  if (ordered === null || ours === null) return extend(quantity, one, currency);
  const [more, less] = compare(ordered, ours) < 0 ? [ours, ordered] : [ordered, ours];
  return extend(quantity, subtract(more, less), currency);
}
