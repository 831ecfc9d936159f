import { z } from 'zod';
import type { Database } from '../../prisma/client.ts';
import type { Package, Prisma } from '../../prisma/generated/client.ts';
import { cutPage, SHOWN } from '../cursor.ts';
import { quantityLine, toQuantityLines } from './values.ts';

export const shownQuantityLines = {
  lines: z.array(quantityLine).meta({ description: `The first ${SHOWN} of them` }),
  lineCount: z.int(),
};

export const shippedPackage = z
  .object({
    sscc: z.string().nullable(),
    palletSscc: z.string().nullable(),
    kind: z.string(),
    markFor: z.string().nullable().meta({ description: 'Code of the store that it is packed for' }),
    ...shownQuantityLines,
  })
  .meta({ id: 'ShippedPackage' });

export function toShownLines(stored: Prisma.JsonValue) {
  const lines = toQuantityLines(stored);
  return { lines: lines.slice(0, SHOWN), lineCount: lines.length };
}

/** The packages of a shipment from one on, by id. */
export async function packagePage(prisma: Database, shipmentId: string, after: string | undefined, limit: number) {
  const rows = await prisma.package.findMany({
    where: { shipmentId, ...(after !== undefined && { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id]);
  return { items: items.map(packageView), nextCursor };
}

function packageView({ sscc, palletSscc, kind, markFor, lines }: Package): z.output<typeof shippedPackage> {
  return { sscc, palletSscc, kind, markFor, ...toShownLines(lines) };
}

export interface ShownPackages {
  readonly packages: z.output<typeof shippedPackage>[];
  readonly packageCount: number;
  /** Every package has an SSCC. */
  readonly labelled: boolean;
}

/** The first packages of each shipment of an order. */
export async function shownPackagesOf(prisma: Database, orderId: string): Promise<Map<string, ShownPackages>> {
  const counted = await prisma.package.groupBy({
    by: ['shipmentId'],
    where: { shipment: { orderId } },
    _count: { _all: true, sscc: true },
  });
  const pages = await Promise.all(
    counted.map(async ({ shipmentId, _count }): Promise<[string, ShownPackages]> => {
      const { items } = await packagePage(prisma, shipmentId, undefined, SHOWN);
      return [shipmentId, { packages: items, packageCount: _count._all, labelled: _count.sscc === _count._all }];
    }),
  );
  return new Map(pages);
}
