import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import winston from 'winston';
import { loadConfig } from '../../runtime/config.ts';
import { connectClient } from '../../runtime/temporal.ts';
import type { Part } from '../../scripts/stack/part.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { startTemporal } from '../../scripts/stack/temporal.ts';
import { findTemporal } from '../../scripts/stack/tools.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { loadProfiles } from '../partners/profile-files.ts';
import { Dispatcher } from './dispatcher.ts';
import { type HandOffItem, handOffRows } from './hand-off.ts';

let folder: string;
let server: Part;
let client: Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-hand-off-'));
  const { path } = await findTemporal();
  server = await startTemporal({
    executable: path,
    port: await freePort(),
    dbFile: join(folder, 'temporal.db'),
    logFile: join(folder, 'temporal.log'),
  });
  client = connectClient(loadConfig({ TEMPORAL_ADDRESS: server.url, DATABASE_URL: 'postgresql://unused' }));
});
afterAll(async () => {
  await client?.connection.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

let database: TestDatabase;
let dispatchers: Dispatcher[];
beforeEach(async () => {
  database = await createTestDatabase();
  dispatchers = [];
});
afterEach(async () => {
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  await database.remove();
});

const profiles = loadProfiles('mappings/partners', { PARTNERS_URL: 'http://partners.test', SANDBOX_TOKEN: 'x' });

function process(): Dispatcher {
  const log = winston.createLogger({ silent: true });
  const dispatcher = new Dispatcher({
    refuseLate: async () => undefined,
    prisma: database.prisma,
    temporal: client,
    profiles,
    log,
  });
  dispatcher.start();
  dispatchers.push(dispatcher);
  return dispatcher;
}

const partnerId = 'tri-valley';
const workflowIdOf = (orderId: string) => `order/${orderId}`;
const start = (orderId: string): HandOffItem => ({
  kind: 'start-order',
  partnerId,
  orderId,
  workflowId: workflowIdOf(orderId),
  poNumber: orderId,
  part: '',
  channel: 'api',
  correlationId: 'c',
});
const paid = (orderId: string, allocationId: string): HandOffItem => ({
  kind: 'signal-order',
  partnerId,
  orderId,
  signal: 'paymentReceived',
  payload: { allocationId, invoiceNumber: 'I', amount: 1, adjustment: 0 },
});

async function orders(...ids: string[]): Promise<void> {
  await database.prisma.order.createMany({
    data: ids.map((id) => ({
      id,
      partnerId,
      poNumber: id,
      channel: 'api',
      contentHash: id,
      profileVersion: '1',
      workflowId: workflowIdOf(id),
      correlationId: 'c',
      canonical: {},
      currency: 'USD',
      orderedOn: new Date(),
    })),
  });
}

async function commit(dispatcher: Dispatcher | undefined, ...items: HandOffItem[]): Promise<void> {
  const rows = handOffRows(items);
  await database.prisma.handOff.createMany({ data: rows });
  dispatcher?.committed(rows);
}

async function nothingLeft(): Promise<void> {
  while ((await database.prisma.handOff.count()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Signals in the history of an order, by name and allocation. */
async function signalsOf(orderId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowIdOf(orderId)).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) => {
    if (!signaled) return [];
    const [payload] = signaled.input?.payloads ?? [];
    const { allocationId } = JSON.parse(Buffer.from(payload?.data ?? []).toString() || '{}');
    return [`${signaled.signalName} ${allocationId}`];
  });
}

it('everything that was committed while Temporal was away is handed on when it is back, and nothing is lost', async () => {
  const dispatcher = process();
  const known = Array.from({ length: 20 }, (_, index) => `known-${index}`);
  const fresh = Array.from({ length: 20 }, (_, index) => `fresh-${index}`);
  await orders(...known, ...fresh);
  await commit(dispatcher, ...known.map(start));
  await nothingLeft();

  await server.kill('SIGKILL');
  // One part by a process that lives through the outage, the other by one that dies during it.
  await commit(dispatcher, ...fresh.slice(0, 10).map(start), ...known.map((id) => paid(id, 'a')));
  await commit(undefined, ...fresh.slice(10).map(start), { kind: 'wake-outbox', partnerId });
  await server.restart();
  await nothingLeft();

  for (const id of fresh) {
    expect((await client.workflow.getHandle(workflowIdOf(id)).describe()).status.name).toBe('RUNNING');
  }
  for (const id of known) expect(new Set(await signalsOf(id))).toEqual(new Set(['paymentReceived a']));
  expect((await client.workflow.getHandle(`outbox/${partnerId}`).describe()).status.name).toBe('RUNNING');
}, 120_000);

it('a signal whose order is still to be started goes after the start', async () => {
  await orders('late-start');
  await commit(undefined, start('late-start'));
  await database.prisma.handOff.updateMany({ data: { nextAttemptAt: new Date('2100-01-01') } });
  const dispatcher = process();
  await commit(dispatcher, paid('late-start', 'b'));
  const signal = () => database.prisma.handOff.findFirst({ where: { kind: 'signal-order' } });
  while ((await signal())?.attempts === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  await database.prisma.handOff.updateMany({ data: { nextAttemptAt: new Date(0) } });
  await nothingLeft();
  expect(await signalsOf('late-start')).toEqual(['paymentReceived b']);
}, 60_000);

it('trouble with a document of an order that has ended is on its timeline, once', async () => {
  await orders('ended');
  const dispatcher = process();
  await commit(dispatcher, start('ended'));
  await nothingLeft();
  await client.workflow.getHandle(workflowIdOf('ended')).terminate();
  const payload = { documentId: 'd', transactionSet: '855', trouble: 'rejected', reason: 'AK5 R' };
  const trouble: HandOffItem = {
    kind: 'signal-order',
    partnerId,
    orderId: 'ended',
    signal: 'documentTrouble',
    payload,
  };
  await commit(dispatcher, trouble, trouble);
  await nothingLeft();
  const noted = await database.prisma.timelineEvent.findMany({ where: { orderId: 'ended' } });
  expect(noted.map(({ summary }) => summary)).toEqual(['855 rejected after the order had ended: AK5 R']);
}, 60_000);

it('a payment and what a warehouse tells of an order that has ended become dead letters', async () => {
  const { prisma } = database;
  await orders('over');
  const dispatcher = process();
  await commit(dispatcher, start('over'));
  await nothingLeft();
  await client.workflow.getHandle(workflowIdOf('over')).terminate();
  await prisma.payment.create({
    data: {
      ...{ id: 'p', partnerId, reference: 'r', method: 'wire', currency: 'USD', amount: 1n, paidOn: new Date() },
      ...{ source: 'api', contentHash: 'h', correlationId: 'c' },
      allocations: { create: { id: 'a', invoiceNumber: 'INV', amount: 1n, orderId: 'over' } },
    },
  });
  const event = { system: 'main', eventId: 'e', releaseNumber: 'R' };
  await prisma.warehouseEvent.create({ data: { ...event, type: 'refused', payload: {}, correlationId: 'c' } });
  const signal = { kind: 'signal-order', partnerId, orderId: 'over' } as const;
  const payment = { allocationId: 'a', invoiceNumber: 'INV', amount: 1, adjustment: 0 };
  await commit(
    dispatcher,
    { ...signal, signal: 'paymentReceived', payload: payment },
    { ...signal, signal: 'warehouseEvent', payload: { ...event, type: 'refused', reason: 'no dock' } },
  );
  await nothingLeft();
  expect(await prisma.paymentAllocation.findUnique({ where: { id: 'a' } })).toMatchObject({ noEffect: 'order-ended' });
  expect(await prisma.warehouseEvent.findFirst()).toMatchObject({ noEffect: 'order-ended' });
}, 60_000);

it('work of a partner carries its share, so that the server takes turns between partners', async () => {
  await orders('shared');
  await commit(process(), start('shared'));
  await nothingLeft();
  const { events } = await client.workflow.getHandle(workflowIdOf('shared')).fetchHistory();
  expect(events?.[0]?.workflowExecutionStartedEventAttributes?.priority).toMatchObject({ fairnessKey: partnerId });
}, 60_000);
