/** Documents that nothing processes. Each waits in state `kept` until a person says what was done about it. */
import type { Database } from '../../prisma/client.ts';

/** The partner's order with that number, the latest one if there are several. */
export async function orderOf(
  prisma: Database,
  partnerId: string,
  poNumber: string,
): Promise<{ id: string; poNumber: string } | undefined> {
  const order = await prisma.order.findFirst({
    where: { partnerId, poNumber },
    orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
    select: { id: true, poNumber: true },
  });
  return order ?? undefined;
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

/** Shows a kept document with an order. Returns false if the document does not wait any more. */
export async function assignKeptDocument(
  prisma: Database,
  documentId: string,
  order: { id: string; poNumber: string },
): Promise<boolean> {
  const { count } = await prisma.document.updateMany({
    where: { id: documentId, state: 'kept' },
    data: { orderId: order.id, poNumber: order.poNumber },
  });
  return count > 0;
}
