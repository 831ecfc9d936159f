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
import { interchangeOf } from '../integration/purchase-orders.ts';
import { type Kill, killPlan, mortals } from './kill-plan.ts';
import { auditMoving, movingOrders, submitMoving } from './moving-orders.ts';
import { planNamed, type Submission, submissionsOf } from './plans.ts';
import { auditReturned, returnedOrders, submitReturned } from './returned-orders.ts';

/**
 * Orders are under way while every process of the network is killed again and again, calls time out
 * after they were carried out, and the warehouse reports events twice and out of order. Afterwards
 * nothing may be missing and nothing may exist twice.
 *
 *     npm run test:chaos                     fifty orders
 *     KILL_PLAN=large npm run test:chaos     200 orders, 20 % of calls time out after commit, 12 % are reset
 *
 * KILL_SEED repeats a run's sequence of kills and faults.
 */

const seed = Number(process.env.KILL_SEED ?? 1 + (Date.now() % 9999));
const plan = planNamed(process.env.KILL_PLAN || undefined);
/** Kills overlap with the submissions; the audit and the replays come after all is settled. */
const TEST_MS = (plan.submitSeconds + plan.settleSeconds + plan.times * 90) * 1000;

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

  it(
    'each PO becomes one ERP order, one 855, one 856 a shipment and one 810 an invoice, and all books agree',
    async () => {
      const began = Date.now();
      const all = submissionsOf(plan);
      const purchaseOrders = all.flatMap(({ orders }) => orders);
      const moving = movingOrders(12 * plan.times);
      const returned = returnedOrders(6 * plan.times);
      const kills = killPlan(seed, plan.extraKills);
      say(`seed ${seed}: ${purchaseOrders.length} orders in ${all.length} submissions, ${kills.length} kills`);
      say(
        `${moving.length} further orders are changed or cancelled by their buyer, of ${returned.length} goods come back`,
      );

      for (const [index, system] of (['erp', 'wms', 'partners'] as const).entries()) {
        await calls.system(system, '/_control/faults', { method: 'PUT', body: { seed: seed + index, ...plan.faults } });
      }
      const abandoned = new AbortController();
      const limit = setTimeout(
        () => abandoned.abort(new Error('the submissions were not taken in time')),
        plan.submitSeconds * 1000,
      );
      const submitted = Promise.all([
        submitAll(calls, all, kills, abandoned.signal),
        spread(moving, kills, (one) => submitMoving(calls, one, abandoned.signal)),
        spread(returned, kills, (one) => submitReturned(calls, one, abandoned.signal)),
      ]);
      // Failures are reported when it is awaited below.
      submitted.catch(() => undefined);

      await delay(2_000);
      for (const { part, downMs, quietMs } of kills) {
        await killAndRestart(network, part, downMs);
        await delay(quietMs);
      }
      await submitted;
      clearTimeout(limit);
      say(`${kills.length} kills in ${seconds(began)} s; no more kills and faults`);
      for (const system of ['erp', 'wms', 'partners'] as const) {
        await calls.system(system, '/_control/faults', { method: 'DELETE' });
      }
      await settled(network, calls, prisma, purchaseOrders.length + moving.length + returned.length, say);
      say(`settled after ${seconds(began)} s`);

      const profiles = loadProfiles('mappings/partners', network.env);
      const books = await readBooks(calls, prisma, profiles);
      const complaints = audit(books, purchaseOrders);
      complaints.push(...(await auditMoving(books, prisma, moving)));
      complaints.push(...(await auditReturned(calls, prisma, returned)));
      await synchronized(temporal, prisma);
      complaints.push(...(await auditStock(calls, prisma)));
      complaints.push(...(await unreplayable(temporal, prisma)));
      expect(complaints).toEqual([]);
      passed = true;
      const byPart = mortals.map((part) => `${part} ${kills.filter((kill) => kill.part === part).length}`).join(', ');
      say(
        `${purchaseOrders.length} orders closed, ${kills.length} kills (${byPart}), ${seconds(began)} s, seed ${seed}`,
      );
    },
    TEST_MS,
  );
});

/** Orders and returns whose history does not replay: the next worker that takes them up would be stuck with them. */
async function unreplayable(temporal: Client, prisma: Database): Promise<string[]> {
  // Replays would fill the log.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowBundle = await bundleWorkflows();
  const complaints: string[] = [];
  const [orders, returns] = await Promise.all([
    prisma.order.findMany({ select: { workflowId: true } }),
    prisma.return.findMany({ select: { workflowId: true } }),
  ]);
  for (const { workflowId } of [...orders, ...returns]) {
    const history = await temporal.workflow.getHandle(workflowId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId).catch((error: Error) =>
      complaints.push(`${workflowId} does not replay: ${error.message}`),
    );
  }
  return complaints;
}

/**
 * Half at once, so that there is something to interrupt from the first kill on, the rest spread
 * over the kills.
 */
async function submitAll(
  calls: Calls,
  all: readonly Submission[],
  kills: readonly Kill[],
  signal: AbortSignal,
): Promise<void> {
  const spreadMs = kills.reduce((total, { downMs, quietMs }) => total + downMs + quietMs, 0);
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

async function spread<T>(all: readonly T[], kills: readonly Kill[], submit: (one: T) => Promise<void>): Promise<void> {
  const spreadMs = kills.reduce((total, { downMs, quietMs }) => total + downMs + quietMs, 0);
  await Promise.all(
    all.map(async (one, index) => {
      await delay((index / all.length) * spreadMs);
      await submit(one);
    }),
  );
}

async function killAndRestart(network: Network, name: NetworkPart, downMs: number): Promise<void> {
  for (const [other, part] of Object.entries(network.parts)) {
    if (part.pid === undefined) throw new Error(`${other} ended without being killed`);
  }
  const part = network.parts[name];
  await part.kill('SIGKILL');
  await delay(downMs);
  await part.restart();
}

/**
 * Waits until nothing is open, and prints the progress now and then. @throws with everything still
 * open when time is up
 */
async function settled(
  network: Network,
  calls: Calls,
  prisma: Database,
  expected: number,
  say: (text: string) => void,
): Promise<void> {
  const began = Date.now();
  let reported = 0;
  for (;;) {
    const open = await whatIsOpen(calls, prisma, expected);
    if (open.length === 0) return;
    if (Date.now() - reported > 10_000) {
      say(`${seconds(began)} s: ${open.slice(0, 6).join('; ')}`);
      reported = Date.now();
    }
    for (const [name, part] of Object.entries(network.parts)) {
      if (part.pid === undefined) throw new Error(`${name} ended without being killed`);
    }
    if (Date.now() - began > plan.settleSeconds * 1000) {
      throw new Error(`not settled after ${plan.settleSeconds} s:\n${open.join('\n')}`);
    }
    await delay(1_000);
  }
}

async function whatIsOpen(calls: Calls, prisma: Database, expected: number): Promise<string[]> {
  const [byStatus, waiting, documents, interchanges, changes, returns] = await Promise.all([
    prisma.order.groupBy({ by: ['status'], _count: true }),
    prisma.order.findMany({
      where: { status: { notIn: ['closed', 'cancelled'] } },
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
    prisma.orderChange.count({ where: { state: { not: 'answered' } } }),
    prisma.return.count({ where: { closedAt: null } }),
  ]);
  const { body: wms } = await calls.system('wms', '/_control/outbox');
  const { body: partners } = await calls.system('partners', '/_control/outbox');
  const orders = byStatus.reduce((total, { _count }) => total + _count, 0);
  return [
    ...(orders === expected ? [] : [`${orders} of ${expected} orders are there`]),
    ...(waiting.length === 0 ? [] : [byStatus.map(({ status, _count }) => `${_count} ${status}`).join(', ')]),
    ...documents.map((one) => `${one._count} ${one.transactionSet} to ${one.partnerId} ${one.state}`),
    ...(interchanges === 0 ? [] : [`${interchanges} interchanges unread`]),
    ...(changes === 0 ? [] : [`${changes} changes without an answer`]),
    ...(returns === 0 ? [] : [`${returns} returns under way`]),
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

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}
