/** Content of a partner's documents that people decided to leave out of orders. */
import type { Transaction } from '../lib/records.ts';

export interface AcceptedContent {
  transactionSet: string;
  /** Its kind, such as `N1[Z7]`. */
  content: string;
  /** The order with whose question it was decided. */
  orderId: string;
  poNumber: string | null;
  decidedAt: Date;
  /** The person; unknown if the order is no longer there. */
  decidedBy: string | null;
}

export async function acceptedContentOf(prisma: Transaction, partnerId: string): Promise<AcceptedContent[]> {
  const rows = await prisma.leftOutContent.findMany({
    where: { partnerId },
    orderBy: [{ transactionSet: 'asc' }, { content: 'asc' }],
  });
  const orders = await prisma.order.findMany({
    where: { id: { in: rows.map(({ orderId }) => orderId) } },
    select: {
      id: true,
      poNumber: true,
      exceptions: {
        where: { type: 'content-not-used', resolution: { path: ['resolution'], equals: 'accept' } },
        select: { resolvedBy: true },
        orderBy: { resolvedAt: 'asc' },
        take: 1,
      },
    },
  });
  const byId = new Map(orders.map((order) => [order.id, order]));
  return rows.map(({ transactionSet, content, orderId, decidedAt }) => {
    const order = byId.get(orderId);
    const decidedBy = order?.exceptions[0]?.resolvedBy ?? null;
    return { transactionSet, content, orderId, poNumber: order?.poNumber ?? null, decidedAt, decidedBy };
  });
}
