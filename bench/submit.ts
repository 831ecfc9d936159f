/** Sends orders to the running product and follows them in its database. */
import type { Network } from '../scripts/stack/network.ts';
import type { Stretch } from './hand-offs.ts';
import { purchaseOrderFile } from './purchase-orders.ts';
import type { Prisma } from './with-clients.ts';

/** Sends one file of two-line orders of Tri-Valley. @returns the time of sending */
export async function sendFile(network: Network, prefix: string, control: number, count: number): Promise<Date> {
  const body = purchaseOrderFile(prefix, { control, first: 0, count, detail: 'short' });
  const since = new Date();
  const answer = await fetch(`${network.apiUrl}/v1/edi/interchanges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${network.installation.demoKey}`, 'content-type': 'application/edi-x12' },
    body,
  });
  if (answer.status !== 202) throw new Error(`the file was answered ${answer.status}: ${await answer.text()}`);
  return since;
}

const PATIENCE_MS = 300_000;

/** Polls until the answer is true. @throws after five minutes */
export async function until(what: string, answer: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await answer()); ) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`not within five minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Waits until all orders of the prefix have the status. @throws if one of them waits for a person
 */
export async function untilAll(
  prisma: Prisma,
  prefix: string,
  status: 'invoiced' | 'closed',
  count: number,
): Promise<void> {
  const poNumber = { startsWith: prefix };
  await until(`${count} orders ${status}`, async () => {
    const stuck = await prisma.order.findFirst({
      where: { poNumber, status: 'exception' },
      select: { waitingFor: true },
    });
    if (stuck !== null) throw new Error(`an order waits for ${stuck.waitingFor}`);
    return (await prisma.order.count({ where: { poNumber, status } })) >= count;
  });
}

/** Milliseconds from sending the file to closing each of its orders. */
export async function timesToClose(prisma: Prisma, { prefix, since }: Stretch): Promise<number[]> {
  const orders = await prisma.order.findMany({
    where: { poNumber: { startsWith: prefix }, closedAt: { not: null } },
    select: { closedAt: true },
  });
  return orders.map(({ closedAt }) => (closedAt?.getTime() ?? Number.NaN) - since.getTime());
}
