import { z } from 'zod';
import type { Prisma } from '../../prisma/generated/client.ts';

/** The JSON form of records: exact decimals as text, amounts in whole minor units, times in ISO 8601 UTC. */

export const instant = z.string().meta({ description: 'ISO 8601 date and time, UTC', format: 'date-time' });
export const day = z.string().meta({ description: 'ISO 8601 date', format: 'date' });
export const quantity = z.string().meta({ description: 'Exact decimal as text', examples: ['24'] });
export const minorUnits = z.int().meta({ description: 'Whole minor units of the currency (cents)' });
export const link = z.string().meta({ description: 'Path or URL' });

export function toInstant(at: Date): string {
  return at.toISOString();
}

export function toInstantOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

export function toDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export function toQuantity(value: Prisma.Decimal): string {
  return value.toFixed();
}

export function toMinorUnits(amount: bigint): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`${amount} minor units are more than JSON numbers hold exactly`);
  return number;
}

/** Lines of fulfillments, shipments and packages, in base units. */
export const quantityLine = z.object({
  lineNumber: z.int(),
  quantity,
  lot: z.string().optional(),
  stores: z
    .array(z.object({ store: z.string(), quantity }))
    .optional()
    .meta({ description: 'What each store gets of it, where the line is spread over stores' }),
});

const storedLines = z.array(quantityLine);

export function toQuantityLines(stored: Prisma.JsonValue): z.output<typeof storedLines> {
  return storedLines.parse(stored);
}

export function returnPath(id: string): string {
  return `/v1/returns/${encodeURIComponent(id)}`;
}

export function orderPath(id: string): string {
  return `/v1/orders/${encodeURIComponent(id)}`;
}

export function shipmentPath(id: string): string {
  return `/v1/shipments/${encodeURIComponent(id)}`;
}
