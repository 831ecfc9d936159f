/**
 * Orders per second from 850 to applied cash, against the floor on the same server in the same run; events and bytes of an order.
 * Both are given everything at once and timed until the last one is done.
 */
import type { Client } from '@temporalio/client';
import { createPrismaClient } from '../prisma/client.ts';
import { loadConfig } from '../runtime/config.ts';
import { connectClient } from '../runtime/temporal.ts';
import type { Network } from '../scripts/stack/network.ts';
import { startNode } from '../scripts/stack/processes.ts';
import { median, report, say } from './figures.ts';
import { purchaseOrderFile } from './purchase-orders.ts';

export async function benchOrders(network: Network, { count = 150, rounds = 3 } = {}): Promise<void> {
  const config = loadConfig({ ...network.env });
  const temporal = connectClient(config);
  const prisma = createPrismaClient(config.databaseUrl, { poolSize: 2 });
  const floorWorker = await startNode('floor', 'bench/floor/worker.ts', {
    env: network.env,
    logFile: `${network.dir}/floor.log`,
    ready: ({ firstLine }) => firstLine((line) => (line.includes('"ready":true') ? '' : undefined)),
  });
  try {
    const floors: number[] = [];
    const orders: number[] = [];
    // The first round warms caches and compilers and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      const floor = await timeFloor(temporal, round, count);
      const ours = await timeOrders(network, prisma, round, count);
      say(`round ${round}: floor ${floor.toFixed(1)}/s, orders ${ours.toFixed(1)}/s${round === 0 ? ' (warm-up)' : ''}`);
      if (round === 0) continue;
      floors.push(floor);
      orders.push(ours);
    }
    report({ figure: 'floor', value: median(floors), unit: 'workflows/s', rounds, count });
    report({ figure: 'orders', value: median(orders), unit: 'orders/s, 850 to cash', rounds, count });
    report({
      figure: 'orders against floor',
      value: median(orders.map((value, index) => value / (floors[index] ?? Number.NaN))),
      unit: 'ratio',
      budget: '>= 0.7',
    });
    await reportHistory(temporal, 'floor/1/0', 'history of the floor');
    const [order] = await prisma.order.findMany({ where: { poNumber: 'BENCH-1-0' }, select: { workflowId: true } });
    if (order !== undefined) await reportHistory(temporal, order.workflowId, 'history of a two-line order');
  } finally {
    await floorWorker.stop();
    await prisma.$disconnect();
    await temporal.connection.close();
  }
}

async function timeFloor(temporal: Client, round: number, count: number): Promise<number> {
  const began = performance.now();
  const handles = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      temporal.workflow.start('floor', { taskQueue: 'floor', workflowId: `floor/${round}/${index}` }),
    ),
  );
  await Promise.all(handles.map((handle) => handle.result()));
  return count / ((performance.now() - began) / 1000);
}

async function timeOrders(
  network: Network,
  prisma: ReturnType<typeof createPrismaClient>,
  round: number,
  count: number,
): Promise<number> {
  const file = purchaseOrderFile(`BENCH-${round}-`, { control: 800_000 + round, first: 0, count, detail: 'short' });
  const began = performance.now();
  const answer = await fetch(`${network.apiUrl}/v1/edi/interchanges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${network.installation.demoKey}`, 'content-type': 'application/edi-x12' },
    body: file,
  });
  if (answer.status !== 202) throw new Error(`the file was answered ${answer.status}: ${await answer.text()}`);
  for (;;) {
    const closed = await prisma.order.count({
      where: { poNumber: { startsWith: `BENCH-${round}-` }, status: 'closed' },
    });
    if (closed >= count) return count / ((performance.now() - began) / 1000);
    const stuck = await prisma.order.findFirst({ where: { status: 'exception' }, select: { waitingFor: true } });
    if (stuck !== null) throw new Error(`an order waits for ${stuck.waitingFor}`);
    if (performance.now() - began > 300_000)
      throw new Error(`only ${closed} of ${count} orders closed in five minutes`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function reportHistory(temporal: Client, workflowId: string, figure: string): Promise<void> {
  const { historyLength, historySize } = await temporal.workflow.getHandle(workflowId).describe();
  report({
    figure,
    value: historyLength,
    unit: 'events',
    kibibytes: Number(((historySize ?? 0) / 1024).toFixed(1)),
    ...(figure.includes('order') && { budget: '<= 60 events, <= 48 KiB' }),
  });
}
