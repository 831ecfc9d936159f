import { compare, subtract, sum } from '../../domain/decimal.ts';
import type { Database } from '../../prisma/client.ts';
import type { Books } from '../integration/books.ts';
import { type Answer, type Calls, untilTaken } from '../integration/calls.ts';
import { each, lineIdOf, type PurchaseOrder, purchaseOrder } from '../integration/purchase-orders.ts';

/**
 * Orders that their buyer changes or cancels while everything is being killed. What of a request comes in time is a
 * matter of chance, so the audit asks for agreement: whatever we hold, the ERP, the warehouse and the partner hold as well.
 */
export interface MovingOrder {
  readonly order: PurchaseOrder;
  readonly moves: 'more' | 'less' | 'cancelled';
}

export function movingOrders(count: number): MovingOrder[] {
  const moves = ['more', 'less', 'cancelled'] as const;
  return Array.from({ length: count }, (_, index) => ({
    order: purchaseOrder('cobalt-ridge', `CRM${100 + index}`, [each('MW-1010', 8), each('MW-1009', 6)]),
    moves: moves[index % moves.length] ?? 'more',
  }));
}

/** Hands in the order and, as soon as it is taken, what its buyer wants otherwise. Each request is repeated until it is taken. */
export async function submitMoving(calls: Calls, { order, moves }: MovingOrder, signal: AbortSignal): Promise<void> {
  const { orderId } = (await untilTaken(() => calls.order(order), signal)).body as { orderId: string };
  const ask = (path: string, body: object) =>
    untilTaken(async () => {
      const answer = await calls.api(`/v1/orders/${orderId}${path}`, {
        partner: order.partnerId,
        method: 'POST',
        body,
        headers: { 'Idempotency-Key': `${order.poNumber}${path}` },
      });
      return isTooLate(answer) ? { ...answer, status: 200 } : answer;
    }, signal);
  if (moves === 'cancelled') await ask('/cancel', { reason: 'bought elsewhere' });
  else {
    const after = moves === 'more' ? '10' : '5';
    await ask('/changes', { lines: [{ lineId: lineIdOf(0), quantity: { unit: 'EA', after } }] });
  }
}

/** The order has shipped or ended, which a refusal says. */
function isTooLate({ status }: Answer): boolean {
  return status === 409;
}

export async function auditMoving(books: Books, prisma: Database, moving: readonly MovingOrder[]): Promise<string[]> {
  const complaints: string[] = [];
  const changes = await prisma.orderChange.findMany();
  for (const { order: wanted, moves } of moving) {
    const complain = (what: string) => complaints.push(`${wanted.poNumber} (${moves}): ${what}`);
    const order = books.orders.find(({ poNumber }) => poNumber === wanted.poNumber);
    if (order === undefined) {
      complain('is not there');
      continue;
    }
    for (const { id, state, outcome } of changes.filter(({ orderId }) => orderId === order.id)) {
      if (state !== 'answered' || outcome === null) complain(`change ${id} is ${state}`);
    }
    auditOne(books, order, complain);
  }
  return complaints;
}

type OurOrder = Books['orders'][number];

function auditOne(
  { erp, releases, documents, received }: Books,
  order: OurOrder,
  complain: (what: string) => void,
): void {
  const agree = (what: string, found: string, expected: string) => {
    if (compare(found, expected) !== 0) complain(`${what}: ${found}, expected ${expected}`);
  };
  const there = erp.orders.filter(({ orderId }) => orderId === order.id);
  // An order that was cancelled before it went to the ERP is not there.
  if (there.length > 1 || (there.length === 0 && order.status !== 'cancelled'))
    complain(`the ERP has ${there.length} orders`);
  const released = releases.filter(({ releaseNumber }) => releaseNumber.includes(`-${order.id.slice(0, 8)}-`));
  for (const { lineId, lineNumber, ...line } of order.lines) {
    const [ordered, cancelled, rejected, backordered, open, shipped] = [
      line.ordered,
      line.cancelled,
      line.rejected,
      line.backordered,
      line.open,
      line.shipped,
    ].map((quantity) => quantity.toFixed()) as [string, string, string, string, string, string];
    agree(`line ${lineId} accounted for`, sum([cancelled, rejected, backordered, open, shipped]), ordered);
    const left = released.flatMap(({ lines }) => lines).filter((one) => one.lineNumber === lineNumber);
    agree(`line ${lineId} left the warehouse`, sum(left.map((one) => one.shipped)), shipped);
    const [inErp] = there.flatMap(({ lines }) => lines).filter((one) => one.lineNumber === lineNumber);
    if (inErp === undefined || order.status === 'cancelled') continue;
    agree(`line ${lineId} ordered in the ERP`, inErp.ordered, subtract(ordered, cancelled));
    agree(`line ${lineId} shipped in the ERP`, inErp.shipped, shipped);
  }
  if (order.status === 'cancelled') {
    if (order.shipments.length > 0) complain('is cancelled, and goods have left');
    if (there.some(({ state }) => state !== 'cancelled')) complain('is cancelled, but not in the ERP');
  } else if (order.status !== 'closed') complain(`is ${order.status}, waits for ${order.waitingFor}`);
  if (order.invoices.length !== order.shipments.length) complain('has not one invoice for each shipment');
  const ours = documents.filter(({ orderId, direction }) => orderId === order.id && direction === 'outbound');
  for (const { businessKey, transactionSet: set, groupControl, transactionControl } of ours) {
    const copies = received.filter(
      (one) =>
        one.partnerId === order.partnerId &&
        one.set === set &&
        one.groupControl === groupControl &&
        one.transactionControl === transactionControl,
    );
    if (copies.length !== 1) complain(`${businessKey} came ${copies.length} times`);
  }
}
