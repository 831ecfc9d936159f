/** The page of what an exception belongs to: an order, or a return. */
export function subjectPath({ orderId, returnId }: { orderId: string | null; returnId: string | null }): string {
  return returnId === null
    ? `/orders/${encodeURIComponent(orderId ?? '')}`
    : `/returns/${encodeURIComponent(returnId)}`;
}
