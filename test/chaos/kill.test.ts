import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { loadConfig } from '../../runtime/config.ts';
import { connectClient } from '../../runtime/temporal.ts';
import { type Network, type NetworkPart, startNetwork } from '../../scripts/stack/network.ts';
import { bundleWorkflows } from '../../workers/create-workers.ts';
import { audit, auditStock, readBooks } from '../integration/books.ts';
import { type Calls, createCalls, eventually, untilTaken } from '../integration/calls.ts';
import {
  cases,
  each,
  interchangeOf,
  type Partner,
  type PurchaseOrder,
  purchaseOrder,
  shapes,
} from '../integration/purchase-orders.ts';
import { killPlan, mortals } from './kill-plan.ts';

/**
 * Fifty orders are under way while every process of the network is killed again and again, calls time out after they were carried out,
 * and the warehouse tells things twice and in the wrong order. Afterwards nothing may be missing and nothing may be there twice.
 *
 * KILL_SEED repeats a run's sequence of kills and faults.
 */

const seed = Number(process.env.KILL_SEED ?? 1 + (Date.now() % 9999));
const SETTLE_SECONDS = 210;

/** At ERP, warehouse and partners alike; each system draws its own. */
const faults = {
  latency: { ms: 150, share: 0.2 },
  error5xx: { share: 0.05 },
  connectionReset: { share: 0.05 },
  timeoutAfterCommit: { share: 0.06 },
  duplicateEvents: { share: 0.3 },
  shuffleEvents: { share: 0.3 },
};

/** A submission as its sender makes it: a file with several orders, or one order by the API. */
interface Submission {
  readonly orders: readonly PurchaseOrder[];
  readonly control?: number;
}

function submissions(): Submission[] {
  const retail = [
    shapes.splitOverTwoNodes,
    shapes.plain,
    [each('MW-1007', 240), each('MW-1001', 12)],
    shapes.splitAndWaves,
    [cases('MW-1010', 3)],
  ];
  const wholesale = [shapes.twoWaves, shapes.splitOverTwoNodes, shapes.plain, shapes.oneLine];
  const dealer = [
    [cases('MW-1006', 2), each('MW-1010', 16), each('MW-1009', 7)],
    shapes.splitOverTwoNodes,
    shapes.oneLine,
  ];
  const orders = (partner: Partner, prefix: string, count: number, kinds: readonly PurchaseOrder['lines'][]) =>
    Array.from({ length: count }, (_, index) =>
      purchaseOrder(partner, `${prefix}${100 + index}`, kinds[index % kinds.length] ?? shapes.plain),
    );
  const harbor = orders('harbor-pine', 'HPK', 18, retail);
  const valley = orders('tri-valley', 'TVK', 16, wholesale);
  const ridge = orders('cobalt-ridge', 'CRK', 16, dealer);
  const files = (from: number, groups: readonly PurchaseOrder[][]) =>
    groups.map((group, index) => ({ orders: group, control: from + index }));
  return interleaved([
    files(700_001, inGroups(harbor, [4, 1, 4, 1, 3, 1, 1, 3])),
    files(700_001, inGroups(valley, [4, 1, 4, 1, 4, 1, 1])),
    ridge.map((order) => ({ orders: [order] })),
  ]);
}

describe('every process is killed while orders are under way', () => {
  let network: Network;
  let calls: Calls;
  let prisma: Database;
  let temporal: Client;
  let passed = false;
  const say = (text: string) => console.log(`  kill test │ ${text}`);

  beforeAll(async () => {
    network = await startNetwork({ env: { SANDBOX_SPEED_MS: '3000', LOG_LEVEL: 'info' }, log: say });
    calls = createCalls(network);
    prisma = createPrismaClient(network.databaseUrl, { poolSize: 4 });
    temporal = connectClient(loadConfig(network.env));
  }, 120_000);

  afterAll(async () => {
    await prisma?.$disconnect();
    await temporal?.connection.close();
    if (network && !passed) say(`logs are kept in ${keptLogs(network.dir)}`);
    await network?.stop();
  }, 60_000);

  it('each PO becomes one ERP order, one 855, one 856 a shipment and one 810 an invoice, and all books agree', async () => {
    const began = Date.now();
    const all = submissions();
    const purchaseOrders = all.flatMap(({ orders }) => orders);
    const plan = killPlan(seed);
    say(`seed ${seed}: ${purchaseOrders.length} orders in ${all.length} submissions, ${plan.length} kills`);

    for (const [index, system] of (['erp', 'wms', 'partners'] as const).entries()) {
      await calls.system(system, '/_control/faults', { method: 'PUT', body: { seed: seed + index, ...faults } });
    }
    const abandoned = new AbortController();
    const limit = setTimeout(() => abandoned.abort(new Error('the submissions were not taken in time')), 240_000);
    const submitted = submitAll(calls, all, plan, abandoned.signal);
    // Failures are reported when it is awaited below; until then they are nobody's.
    submitted.catch(() => undefined);

    await delay(2_000);
    for (const { part, downMs, quietMs } of plan) {
      await killAndRestart(network, part, downMs);
      await delay(quietMs);
    }
    await submitted;
    clearTimeout(limit);
    say(`${plan.length} kills in ${seconds(began)} s; now all is left in peace`);
    for (const system of ['erp', 'wms', 'partners'] as const) {
      await calls.system(system, '/_control/faults', { method: 'DELETE' });
    }
    await settled(network, calls, prisma, purchaseOrders.length, say);
    say(`settled after ${seconds(began)} s`);

    const profiles = loadProfiles('mappings/partners', network.env);
    const complaints = audit(await readBooks(calls, prisma, profiles), purchaseOrders);
    await synchronized(temporal, prisma);
    complaints.push(...(await auditStock(calls, prisma)));
    complaints.push(...(await unreplayable(temporal, prisma)));
    expect(complaints).toEqual([]);
    passed = true;
    const byPart = mortals.map((part) => `${part} ${plan.filter((kill) => kill.part === part).length}`).join(', ');
    say(`${purchaseOrders.length} orders closed, ${plan.length} kills (${byPart}), ${seconds(began)} s, seed ${seed}`);
  }, 540_000);
});

/** Orders whose history does not replay: the next worker that takes them up would be stuck with them. */
async function unreplayable(temporal: Client, prisma: Database): Promise<string[]> {
  // Fifty replays would fill the log.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowBundle = await bundleWorkflows();
  const complaints: string[] = [];
  for (const { workflowId } of await prisma.order.findMany({ select: { workflowId: true } })) {
    const history = await temporal.workflow.getHandle(workflowId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId).catch((error: Error) =>
      complaints.push(`${workflowId} does not replay: ${error.message}`),
    );
  }
  return complaints;
}

/** Half at once, so that there is something to interrupt from the first kill on, the rest spread over the kills. */
async function submitAll(
  calls: Calls,
  all: readonly Submission[],
  plan: ReturnType<typeof killPlan>,
  signal: AbortSignal,
): Promise<void> {
  const spreadMs = plan.reduce((total, { downMs, quietMs }) => total + downMs + quietMs, 0);
  const later = all.length / 2;
  await Promise.all(
    all.map(async ({ orders, control }, index) => {
      if (index >= later) await delay(((index - later) / later) * spreadMs);
      const [order] = orders;
      if (order === undefined) return;
      const content = control === undefined ? '' : interchangeOf(orders, control);
      await untilTaken(
        () => (control === undefined ? calls.order(order) : calls.file(order.partnerId, content, `${control}.edi`)),
        signal,
      );
    }),
  );
}

async function killAndRestart(network: Network, name: NetworkPart, downMs: number): Promise<void> {
  for (const [other, part] of Object.entries(network.parts)) {
    if (part.pid === undefined) throw new Error(`${other} ended although nobody killed it`);
  }
  const part = network.parts[name];
  await part.kill('SIGKILL');
  await delay(downMs);
  await part.restart();
}

/** Waits until nothing moves any more, telling now and then how far it is. @throws with what is still open when time is up */
async function settled(
  network: Network,
  calls: Calls,
  prisma: Database,
  expected: number,
  say: (text: string) => void,
): Promise<void> {
  const began = Date.now();
  let told = 0;
  for (;;) {
    const open = await whatIsOpen(calls, prisma, expected);
    if (open.length === 0) return;
    if (Date.now() - told > 10_000) {
      say(`${seconds(began)} s: ${open.slice(0, 6).join('; ')}`);
      told = Date.now();
    }
    for (const [name, part] of Object.entries(network.parts)) {
      if (part.pid === undefined) throw new Error(`${name} ended although nobody killed it`);
    }
    if (Date.now() - began > SETTLE_SECONDS * 1000) {
      throw new Error(`not settled after ${SETTLE_SECONDS} s:\n${open.join('\n')}`);
    }
    await delay(1_000);
  }
}

async function whatIsOpen(calls: Calls, prisma: Database, expected: number): Promise<string[]> {
  const [byStatus, waiting, documents, interchanges] = await Promise.all([
    prisma.order.groupBy({ by: ['status'], _count: true }),
    prisma.order.findMany({
      where: { status: { not: 'closed' } },
      select: { partnerId: true, poNumber: true, status: true, waitingFor: true },
      orderBy: { poNumber: 'asc' },
    }),
    prisma.document.groupBy({
      by: ['partnerId', 'transactionSet', 'state'],
      where: {
        direction: 'outbound',
        OR: [
          { transactionSet: { not: '997' }, state: { not: 'acknowledged' } },
          { transactionSet: '997', state: { not: 'transmitted' } },
        ],
      },
      _count: true,
    }),
    prisma.interchange.count({ where: { direction: 'inbound', state: 'received' } }),
  ]);
  const { body: wms } = await calls.system('wms', '/_control/outbox');
  const { body: partners } = await calls.system('partners', '/_control/outbox');
  const orders = byStatus.reduce((total, { _count }) => total + _count, 0);
  return [
    ...(orders === expected ? [] : [`${orders} of ${expected} orders are there`]),
    ...(waiting.length === 0 ? [] : [byStatus.map(({ status, _count }) => `${_count} ${status}`).join(', ')]),
    ...documents.map((one) => `${one._count} ${one.transactionSet} to ${one.partnerId} ${one.state}`),
    ...(interchanges === 0 ? [] : [`${interchanges} interchanges unread`]),
    ...(wms.waiting === 0 ? [] : [`${wms.waiting} warehouse events to send`]),
    ...(partners.waiting === 0 ? [] : [`${partners.waiting} files of partners to send`]),
    ...[...wms.setAside, ...partners.setAside].map((one: object) => `set aside: ${JSON.stringify(one)}`),
    ...waiting.map((one) => `${one.partnerId} ${one.poNumber} ${one.status}, waits for ${one.waitingFor}`),
  ];
}

/** Runs the stock synchronisation now and waits for its end. */
async function synchronized(temporal: Client, prisma: Database): Promise<void> {
  const since = new Date();
  await temporal.schedule.getHandle('inventory-sync').trigger();
  await eventually('stock is read', 60, async () => {
    const last = await prisma.synchronization.findUnique({ where: { source: 'wms.main' } });
    return last !== null && last.completedAt > since;
  });
}

function keptLogs(dir: string): string {
  const kept = join(tmpdir(), `throughline-kill-${seed}`);
  mkdirSync(kept, { recursive: true });
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.log'))) {
    copyFileSync(join(dir, file), join(kept, file));
  }
  return kept;
}

function inGroups<T>(all: readonly T[], sizes: readonly number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    const group = all.slice(from, from + size);
    from += size;
    return group;
  });
}

function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}
