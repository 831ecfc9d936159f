/**
 * Measures whether one partner's bulk file delays another partner's orders. One partner sends a long file; seconds later, a partner with
 * the lowest priority sends ten orders by API. The ten must not wait behind the file.
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

/** The partner with few orders needs priority 5 in `network`; see run.ts. */
export async function benchFairness(network: Network, { count = 1500, headStartSeconds = 10 } = {}): Promise<void> {
  const prisma = createPrismaClient(network.databaseUrl, { poolSize: 2 });
  const over = new AbortController();
  const memory = watchMemory(network, over.signal);
  const began = performance.now();
  try {
    await masterDataRead(prisma);
    await sendFile(network, count);
    await delay(headStartSeconds * 1000);
    const latencies = await submitOrders(network, SMALL, 0, FEW);
    const handedIn = performance.now();
    // Sending the same orders again exercises intake only, because duplicates start no workflow.
    while (!(await allClosed(prisma, SMALL, FEW))) {
      latencies.push(...(await submitOrders(network, SMALL, 0, FEW)));
      if (performance.now() - handedIn > 300_000)
        throw new Error(`orders not closed within five minutes: ${await openOf(prisma)}`);
      await delay(500);
    }
    await reportFew(prisma);
    report({ figure: 'intake p95 meanwhile', value: percentile(latencies, 95), unit: 'ms', budget: '< 100' });
    say('the ten orders are closed; waiting for the bulk file');
    while (!(await allClosed(prisma, BULK, count))) {
      if (performance.now() - began > 1_800_000) throw new Error('the bulk file is not closed within half an hour');
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

/** Orders of the ten that are not closed, and what they wait for. */
async function openOf(prisma: Database): Promise<string> {
  const open = await prisma.order.findMany({
    where: { poNumber: { startsWith: SMALL }, status: { not: 'closed' } },
    select: { poNumber: true, status: true, waitingFor: true },
  });
  return open.map(({ poNumber, status, waitingFor }) => `${poNumber} is ${status}, waits for ${waitingFor}`).join('; ');
}

/** Waits for the first sync of items, customers and stock, because orders would wait for it. */
async function masterDataRead(prisma: Database): Promise<void> {
  while ((await prisma.synchronization.count()) < 2) await delay(200);
}

async function allClosed(prisma: Database, prefix: string, count: number): Promise<boolean> {
  return (await prisma.order.count({ where: { poNumber: { startsWith: prefix }, status: 'closed' } })) >= count;
}

/** Reports the times of the ten orders from their records. */
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

/** Checks that every order is created, shipped and invoiced exactly once, and that no hand-off is pending. */
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

/** Peak resident memory of the worker in megabytes, sampled until the signal. */
async function watchMemory(network: Network, signal: AbortSignal): Promise<number> {
  let highest = 0;
  while (!signal.aborted) {
    const status = readFileSync(`/proc/${network.parts.worker.pid}/status`, 'utf8');
    highest = Math.max(highest, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    await delay(500, undefined, { signal }).catch(() => undefined);
  }
  return highest;
}
