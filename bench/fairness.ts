/**
 * Whether a partner's bulk delays another's orders: one long file of a partner and, seconds later, ten orders by API of a partner with
 * the lowest priority. The ten must not wait behind the file.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createPrismaClient, type Database } from '../prisma/client.ts';
import type { Network } from '../scripts/stack/network.ts';
import { percentile, report, say } from './figures.ts';
import { submitOrders } from './intake.ts';
import { purchaseOrderFile } from './purchase-orders.ts';

const FEW = 10;
const BULK = 'FAIR-BULK-';
const SMALL = 'FAIR-FEW';

/** The partner of the ten needs priority 5 in `network`; see run.ts. */
export async function benchFairness(network: Network, { count = 1500, headStartSeconds = 10 } = {}): Promise<void> {
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 2 });
  const over = new AbortController();
  const memory = watchMemory(network, over.signal);
  const began = performance.now();
  try {
    await sendFile(network, count);
    await delay(headStartSeconds * 1000);
    const latencies = await submitOrders(network, SMALL, 0, FEW);
    const handedIn = performance.now();
    // The same orders again are duplicates: they pass through intake and add no work behind it.
    while (!(await allClosed(prisma, SMALL, FEW))) {
      latencies.push(...(await submitOrders(network, SMALL, 0, FEW)));
      if (performance.now() - handedIn > 300_000) throw new Error('the few are not closed after five minutes');
      await delay(500);
    }
    await reportFew(prisma);
    report({ figure: 'intake p95 meanwhile', value: percentile(latencies, 95), unit: 'ms', budget: '< 100' });
    say('the few are closed; waiting for the bulk');
    while (!(await allClosed(prisma, BULK, count))) {
      if (performance.now() - began > 1_800_000) throw new Error('the bulk is not closed after half an hour');
      await delay(1000);
    }
    const seconds = (performance.now() - began) / 1000;
    report({ figure: 'bulk', value: count / seconds, unit: 'orders/s, 850 to cash', count });
    over.abort();
    report({ figure: 'worker memory', value: await memory, unit: 'MB, highest', budget: '< 700' });
    await reportBooks(prisma, count);
  } finally {
    over.abort();
    await prisma.$disconnect();
  }
}

async function sendFile(network: Network, count: number): Promise<void> {
  const answer = await fetch(`${network.apiUrl}/v1/edi/interchanges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${network.installation.demoKey}`, 'content-type': 'application/edi-x12' },
    body: purchaseOrderFile(BULK, { control: 850_001, first: 0, count, detail: 'short' }),
  });
  if (answer.status !== 202) throw new Error(`the file was answered ${answer.status}: ${await answer.text()}`);
}

async function allClosed(prisma: Database, prefix: string, count: number): Promise<boolean> {
  return (await prisma.order.count({ where: { poNumber: { startsWith: prefix }, status: 'closed' } })) >= count;
}

/** Times of the ten as their own records tell them. */
async function reportFew(prisma: Database): Promise<void> {
  const orders = await prisma.order.findMany({
    where: { poNumber: { startsWith: SMALL } },
    select: { receivedAt: true, closedAt: true, timeline: { where: { type: 'order.accepted' }, select: { at: true } } },
  });
  const seconds = (from: Date, to: Date | null | undefined) => ((to?.getTime() ?? Number.NaN) - from.getTime()) / 1000;
  const accepted = orders.map(({ receivedAt, timeline }) => seconds(receivedAt, timeline[0]?.at));
  const closed = orders.map(({ receivedAt, closedAt }) => seconds(receivedAt, closedAt));
  const about = { orders: orders.length, unit: 's, the slowest of them' };
  report({ figure: 'few accepted by the ERP', value: Math.max(...accepted), ...about, budget: '<= 5' });
  report({ figure: 'few closed', value: Math.max(...closed), ...about, budget: '<= 40' });
}

/** Every order once, shipped once, invoiced once; nothing left to hand on. */
async function reportBooks(prisma: Database, count: number): Promise<void> {
  const [books] = await prisma.$queryRaw<Record<'orders' | 'accepted' | 'shipments' | 'invoices', number>[]>`
    SELECT count(*)::int AS "orders", count(DISTINCT o."erpOrderNumber")::int AS "accepted",
      (SELECT count(*)::int FROM "Shipment" s JOIN "Order" b ON b."id" = s."orderId" WHERE b."poNumber" LIKE 'FAIR-%') AS "shipments",
      (SELECT count(*)::int FROM "Invoice" i JOIN "Order" b ON b."id" = i."orderId" WHERE b."poNumber" LIKE 'FAIR-%') AS "invoices"
    FROM "Order" o WHERE o."poNumber" LIKE 'FAIR-%'`;
  const all = count + FEW;
  const wrong = Object.entries(books ?? {}).filter(([, value]) => value !== all);
  if (wrong.length > 0)
    throw new Error(`of ${all} orders: ${wrong.map(([what, value]) => `${value} ${what}`).join(', ')}`);
  report({ figure: 'lost or doubled', value: 0, unit: 'orders', budget: '0', ...books });
}

/** The highest resident memory of the worker, in megabytes, until the signal. */
async function watchMemory(network: Network, signal: AbortSignal): Promise<number> {
  let highest = 0;
  while (!signal.aborted) {
    const status = readFileSync(`/proc/${network.parts.worker.pid}/status`, 'utf8');
    highest = Math.max(highest, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    await delay(500, undefined, { signal }).catch(() => undefined);
  }
  return highest;
}
