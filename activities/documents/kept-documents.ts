/** Documents that nothing processes. Each waits in state `kept` until a person says what was done about it. */
import type { Database } from '../../prisma/client.ts';

/** The partner's orders with that number, as several may be parts of one purchase order. */
export async function ordersUnder(prisma: Database, partnerId: string, poNumber: string): Promise<string[]> {
  const orders = await prisma.order.findMany({
    where: { partnerId, poNumber },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    select: { id: true },
  });
  return orders.map(({ id }) => id);
}

/** What a person did about a kept document. Returns false if it does not wait any more. */
export async function settleKeptDocument(
  prisma: Database,
  documentId: string,
  { by, note }: { by: string; note: string },
): Promise<boolean> {
  const { count } = await prisma.document.updateMany({
    where: { id: documentId, state: 'kept' },
    data: { state: 'handled', handledAt: new Date(), handledBy: by, handledNote: note },
  });
  return count > 0;
}

/** Shows a kept document with the orders of a number. Returns false if the document does not wait any more. */
export async function assignKeptDocument(
  prisma: Database,
  documentId: string,
  { poNumber, orderIds }: { poNumber: string; orderIds: readonly string[] },
): Promise<boolean> {
  return prisma.$transaction(async (records) => {
    const { count } = await records.document.updateMany({
      where: { id: documentId, state: 'kept' },
      data: { poNumber },
    });
    if (count === 0) return false;
    await records.documentOrder.deleteMany({ where: { documentId } });
    await records.documentOrder.createMany({ data: orderIds.map((orderId) => ({ documentId, orderId })) });
    return true;
  });
}
