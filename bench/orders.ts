/**
 * Measures orders per second from 850 to applied cash, relative to the floor on the same server in
 * the same run. Also reports CPU per order and process, duration of an order, and waits of hand-offs.
 * Each round submits everything at once and ends with the last order.
 */
import type { Client } from '@temporalio/client';
import type { Network } from '../scripts/stack/network.ts';
import { median, report, reportSpread, say } from './figures.ts';
import { startFloor } from './floor/start.ts';
import { HAND_OFF, type HandOffWaits, noWaits, readWaits, type Stretch } from './hand-offs.ts';
import { measured, perOrder, productRoots, type Round, reportCpu, sayWithoutProc } from './rounds.ts';
import { sendFile, timesToClose, untilAll } from './submit.ts';
import { type Prisma, withClients } from './with-clients.ts';

interface TimedFile extends Stretch {
  readonly perSecond: number;
}

export async function benchOrders(network: Network, { count = 150, rounds = 3 } = {}): Promise<void> {
  sayWithoutProc();
  const floorWorker = await startFloor(network);
  try {
    await withClients(network, async (temporal, prisma) => {
      const floorRoots = {
        worker: [floorWorker.pid].filter((pid) => pid !== undefined),
        temporal: productRoots(network).temporal ?? [],
      };
      const floors: Round<number>[] = [];
      const orders: Round<TimedFile>[] = [];
      // The first round warms up caches and compilers and does not count.
      for (let round = 0; round <= rounds; round += 1) {
        const floor = await measured(`floor ${round}`, floorRoots, () => timeFloor(temporal, round, count));
        const ours = await measured(`orders ${round}`, productRoots(network), () =>
          timeOrders(network, prisma, round, count),
        );
        const [theirs, own] = [floor.result.toFixed(1), ours.result.perSecond.toFixed(1)];
        say(`round ${round}: floor ${theirs}/s, orders ${own}/s${round === 0 ? ' (warm-up)' : ''}`);
        if (round === 0) continue;
        floors.push(floor);
        orders.push(ours);
      }
      reportSpeed(floors, orders, count);
      await reportTimes(temporal, prisma, orders);
      const floorIds = Array.from({ length: count }, (_, index) => `floor/${rounds}/${index}`);
      await reportHistory(temporal, floorIds, 'history of the floor');
      const last = await prisma.order.findMany({
        where: { poNumber: { startsWith: `BENCH-${rounds}-` } },
        select: { workflowId: true },
      });
      const orderIds = last.map(({ workflowId }) => workflowId);
      await reportHistory(temporal, orderIds, 'history of a two-line order', '<= 45 events, <= 48 KiB');
    });
  } finally {
    await floorWorker.stop();
  }
}

function reportSpeed(floors: readonly Round<number>[], orders: readonly Round<TimedFile>[], count: number): void {
  const rounds = orders.length;
  report({ figure: 'floor', value: median(floors.map(({ result }) => result)), unit: 'workflows/s', rounds, count });
  const speeds = orders.map(({ result }) => result.perSecond);
  report({ figure: 'orders', value: median(speeds), unit: 'orders/s, 850 to cash', rounds, count });
  report({
    figure: 'orders against floor',
    value: median(speeds.map((value, index) => value / (floors[index]?.result ?? Number.NaN))),
    unit: 'ratio',
    budget: '>= 0.55',
  });
  if (orders.some(({ cpu }) => cpu === undefined)) return;
  const own = perOrder(orders, count);
  reportCpu('orders', own);
  const { worker = Number.NaN, temporal = Number.NaN } = perOrder(floors, count);
  report({ figure: 'floor: worker', value: worker, unit: 'CPU ms/workflow' });
  report({ figure: 'floor: Temporal', value: temporal, unit: 'CPU ms/workflow' });
  const ours = (own.worker ?? 0) + (own.api ?? 0) + (own.postgres ?? 0);
  report({
    figure: 'orders at the reference speed: worker + API + Postgres',
    value: (ours * REFERENCE.worker) / worker,
    unit: `CPU ms/order where the floor's worker takes ${REFERENCE.worker}`,
    budget: '<= 95',
  });
  report({
    figure: 'orders at the reference speed: Temporal',
    value: ((own.temporal ?? 0) * REFERENCE.temporal) / temporal,
    unit: `CPU ms/order where the floor's Temporal takes ${REFERENCE.temporal}`,
    budget: '<= 80',
  });
}

/**
 * CPU milliseconds of a floor workflow on the machine for which the budgets were set. The same build differs
 * by half between quiet and busy hours of one machine, and the floor differs with it.
 */
const REFERENCE = { worker: 43, temporal: 61 } as const;

async function reportTimes(temporal: Client, prisma: Prisma, rounds: readonly Round<TimedFile>[]): Promise<void> {
  const took: number[] = [];
  const waits = noWaits();
  for (const { result } of rounds) {
    took.push(...(await timesToClose(prisma, result)));
    const more = await readWaits(temporal, prisma, result);
    for (const kind of ['starts', 'warehouseEvents', 'payments'] as const) waits[kind].push(...more[kind]);
  }
  reportSpread('order from intake to closed', took, { unit: 'ms' });
  reportWaits(waits);
}

function reportWaits({ starts, warehouseEvents, payments }: HandOffWaits): void {
  const { unit } = HAND_OFF;
  reportSpread('hand-off', [...starts, ...warehouseEvents, ...payments], HAND_OFF);
  reportSpread('hand-off: start of an order or a file', starts, { unit });
  reportSpread('hand-off: warehouse event', warehouseEvents, { unit });
  reportSpread('hand-off: payment', payments, { unit });
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

async function timeOrders(network: Network, prisma: Prisma, round: number, count: number): Promise<TimedFile> {
  const prefix = `BENCH-${round}-`;
  const began = performance.now();
  const since = await sendFile(network, prefix, 800_000 + round, count);
  await untilAll(prisma, prefix, 'closed', count);
  return { prefix, since, until: new Date(), perSecond: count / ((performance.now() - began) / 1000) };
}

/** Reports the median over the workflows, because the number of workflow tasks depends on the load. */
async function reportHistory(
  temporal: Client,
  workflowIds: readonly string[],
  figure: string,
  budget?: string,
): Promise<void> {
  const sizes = await Promise.all(workflowIds.map((id) => temporal.workflow.getHandle(id).describe()));
  const kibibytes = median(sizes.map(({ historySize }) => (historySize ?? 0) / 1024));
  report({
    figure,
    value: median(sizes.map(({ historyLength }) => historyLength)),
    unit: 'events',
    kibibytes: Number(kibibytes.toFixed(1)),
    ...(budget && { budget }),
  });
}
