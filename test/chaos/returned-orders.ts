import { setTimeout as delay } from 'node:timers/promises';
import { compare } from '../../domain/decimal.ts';
import type { Database } from '../../prisma/client.ts';
import { type Answer, type Calls, untilTaken } from '../integration/calls.ts';
import { each, interchangeOf, lineIdOf, type PurchaseOrder, purchaseOrder } from '../integration/purchase-orders.ts';

/** Orders of which the buyer sends goods back as soon as they are paid, while everything is being killed. */
export interface ReturnedOrder {
  readonly order: PurchaseOrder;
  /** Of the interchange that it comes in. */
  readonly control: number;
}

const SKU = 'MW-1009';
const BACK = '3';

export function returnedOrders(count: number): ReturnedOrder[] {
  return Array.from({ length: count }, (_, index) => ({
    order: purchaseOrder('tri-valley', `TVR${100 + index}`, [each(SKU, 7)]),
    control: 790_001 + index,
  }));
}

interface InvoiceView {
  readonly paid: number;
  readonly total: number;
}

/** Each request is repeated until it is taken: by the buyer, and by the warehouse that the goods come to. */
export async function submitReturned(
  calls: Calls,
  { order, control }: ReturnedOrder,
  signal: AbortSignal,
): Promise<void> {
  const { partnerId, poNumber } = order;
  const taken = async (attempt: () => Promise<Answer>) => (await untilTaken(attempt, signal)).body;
  await taken(() => calls.file(partnerId, interchangeOf([order], control), `${control}.edi`));
  const { id: orderId } = await until(signal, async () => {
    const { items } = await taken(() => calls.api(`/v1/orders?q=${poNumber}`));
    return items[0] as { id: string } | undefined;
  });
  // A payment in full that crosses a credit is more than is open, which is for a person to decide.
  await until(signal, async () => {
    const { invoices } = await taken(() => calls.api(`/v1/orders/${orderId}`));
    return invoices.length > 0 && invoices.every(({ paid, total }: InvoiceView) => paid >= total) ? true : undefined;
  });
  const body = { orderId, reason: 'defective', lines: [{ lineId: lineIdOf(0), quantity: BACK, unit: 'EA' }] };
  const headers = { 'Idempotency-Key': `${poNumber}-return` };
  const returnId = await until(signal, async () => {
    const asked = await taken(async () => {
      const answer = await calls.api('/v1/returns', { partner: partnerId, method: 'POST', body, headers });
      return hasNotShipped(answer) ? { ...answer, status: 200, body: {} } : answer;
    });
    return asked.returnId as string | undefined;
  });
  const { rmaNumber, node } = await until(signal, async () => {
    const rma = await taken(() => calls.api(`/v1/returns/${returnId}`));
    return rma.status === 'authorized' ? (rma as { rmaNumber: string; node: string }) : undefined;
  });
  const arrival = {
    ...{ type: 'return-received', eventId: `${rmaNumber}-arrived`, occurredAt: new Date().toISOString() },
    ...{ rmaNumber, node, lines: [{ sku: SKU, quantity: BACK, condition: 'good', disposition: 'restock' }] },
  };
  await taken(() => calls.system('wms', '/_control/returns', { method: 'POST', body: arrival }));
}

/** What has not left yet cannot come back, so the buyer asks again later. */
function hasNotShipped({ status, body }: Answer): boolean {
  return status === 409 && ['nothing-shipped', 'unknown-line'].includes(body.errors?.[0]?.code);
}

async function until<T>(signal: AbortSignal, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(300);
  }
}

/** One return for each order, credited once in the ERP, and answered and credited to the partner by one document each. */
export async function auditReturned(
  calls: Calls,
  prisma: Database,
  returned: readonly ReturnedOrder[],
): Promise<string[]> {
  const complaints: string[] = [];
  for (const { order } of returned) {
    const complain = (what: string) => complaints.push(`${order.poNumber} (returned): ${what}`);
    const found = await prisma.return.findMany({
      where: { poNumber: order.poNumber },
      include: { lines: true, credits: { include: { invoice: true } }, documents: true },
    });
    const [rma] = found;
    if (rma === undefined || found.length > 1) {
      complain(`has ${found.length} returns`);
      continue;
    }
    if (rma.status !== 'closed') complain(`its return is ${rma.status}, waits for ${rma.waitingFor}`);
    const [line] = rma.lines;
    for (const name of ['authorized', 'received', 'restocked', 'credited'] as const) {
      const quantity = line?.[name].toFixed() ?? '0';
      if (compare(quantity, BACK) !== 0) complain(`${quantity} ${name}, expected ${BACK}`);
    }
    const invoiceNumbers = new Set(rma.credits.map(({ invoice }) => invoice.invoiceNumber));
    const booked: { creditMemoNumber: string; total: number }[] = [];
    for (const number of invoiceNumbers) {
      booked.push(...(await calls.system('erp', `/credit-memos?invoiceNumber=${number}`)).body.items);
    }
    const inWords = (all: readonly { creditMemoNumber: string | null; total: number | bigint }[]) =>
      all
        .map(({ creditMemoNumber, total }) => `${creditMemoNumber} ${total}`)
        .toSorted()
        .join(', ');
    if (rma.credits.length !== 1 || inWords(booked) !== inWords(rma.credits)) {
      complain(`credits: ${inWords(rma.credits)}, in the ERP ${inWords(booked)}`);
    }
    const sets = rma.documents
      .map(({ transactionSet, state }) => `${transactionSet} ${state}`)
      .toSorted()
      .join(', ');
    if (sets !== '180 acknowledged, 812 acknowledged') complain(`documents: ${sets}`);
  }
  return complaints;
}
