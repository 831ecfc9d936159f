import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Part } from '../scripts/stack/part.ts';
import { freePort } from '../scripts/stack/ports.ts';
import { startTemporal } from '../scripts/stack/temporal.ts';
import { findTemporal } from '../scripts/stack/tools.ts';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';
import { changesQuery, toldQuery } from './testing/deciding-workflow.ts';

/** Decisions go to the order's workflow on a real Temporal server, and its answer comes back. */
describe('decisions about an order', () => {
  const workflowId = 'order/cobalt-ridge/CR-1';
  let folder: string;
  let temporal: Part;
  let connection: NativeConnection;
  let client: Client;
  let worker: Worker;
  let running: Promise<void>;
  let api: ApiUnderTest;
  let desk: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'throughline-decisions-'));
    const { path } = await findTemporal();
    temporal = await startTemporal({ executable: path, port: await freePort(), logFile: join(folder, 'temporal.log') });
    connection = await NativeConnection.connect({ address: temporal.url });
    worker = await Worker.create({
      connection,
      taskQueue: 'decisions',
      workflowsPath: new URL('./testing/deciding-workflow.ts', import.meta.url).pathname,
    });
    running = worker.run();
    client = new Client({ connection: await Connection.connect({ address: temporal.url }) });
    await client.workflow.start('deciding', { workflowId, taskQueue: 'decisions' });
    api = await startApi({ temporalAddress: temporal.url });
    desk = await api.key(scopeNames);
    await anOrder('CR-1', workflowId);
    await anOrder('CR-2', 'order/cobalt-ridge/CR-2');
  });

  afterAll(async () => {
    worker?.shutdown();
    await running;
    await api?.stop();
    await client?.connection.close();
    await connection?.close();
    await temporal?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The order process records the outcome before its update answers; here the database does. */
  async function answeringAtOnce(outcome: object): Promise<void> {
    await api.prisma.$executeRawUnsafe(`
      CREATE OR REPLACE FUNCTION answer_at_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW."state" := 'answered'; NEW."answeredAt" := now(); NEW."outcome" := '${JSON.stringify(outcome)}'::jsonb;
        RETURN NEW;
      END $$`);
    await api.prisma.$executeRawUnsafe(`
      CREATE OR REPLACE TRIGGER answering BEFORE INSERT ON "OrderChange" FOR EACH ROW EXECUTE FUNCTION answer_at_once()`);
  }

  const aLine = {
    ...{ sku: 'MW-1001', description: 'Hook', orderedValue: '10', orderedUnit: 'EA', baseUnit: 'EA', unitFactor: '1' },
    ...{ unitPrice: '2.5', contractPrice: '2.5', ordered: '10', open: '10' },
  };

  async function anOrder(id: string, workflow: string): Promise<void> {
    await api.prisma.order.create({
      data: {
        id,
        partnerId: 'cobalt-ridge',
        poNumber: id,
        channel: 'api',
        contentHash: id,
        profileVersion: '1',
        workflowId: workflow,
        correlationId: 'c',
        canonical: {},
        currency: 'USD',
        orderedOn: new Date('2026-11-20'),
        exceptions: {
          create: {
            id: `exception-${id}`,
            type: 'price-outside-tolerance',
            category: 'pricing',
            step: 'price',
            summary: 'too cheap',
            resolutions: ['retry', 'accept', 'use-carrier', 'other-node', 'wait', 'cancel'],
            owner: 'pricing',
          },
        },
      },
    });
  }

  it('Temporal and Postgres answering, the API is ready', async () => {
    expect((await api.call('GET', '/readyz')).body).toMatchObject({ state: 'ready', temporal: { state: 'up' } });
  });

  it('what the workflow refuses is refused, with its reason and code', async () => {
    const late = await api.call('POST', '/v1/orders/CR-1/cancel', { key: desk, body: { reason: 'too late' } });
    expect(late).toMatchObject({
      status: 409,
      body: { code: 'not-possible-now', detail: 'the warehouse has it', errors: [{ code: 'released' }] },
    });
    const body = { resolution: 'accept' };
    const illegal = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', { key: desk, body });
    expect(illegal).toMatchObject({
      status: 409,
      body: { code: 'illegal-resolution', errors: [{ code: 'not-legal' }] },
    });
  });

  it.each([
    ['a decision that needs a carrier', { resolution: 'use-carrier' }, 'carrier'],
    ['a wait without a time', { resolution: 'wait' }, 'until'],
    ['a time with a decision that takes none', { resolution: 'retry', until: '2099-01-01T00:00:00Z' }, 'until'],
    ['a time that has passed', { resolution: 'wait', until: '2020-01-01T00:00:00Z' }, 'until'],
    ['a day that has passed', { resolution: 'wait', until: '2020-01-01' }, 'until'],
    ['a time that is too far ahead', { resolution: 'wait', until: '2099-01-01T00:00:00Z' }, 'until'],
    ['a time without a zone', { resolution: 'wait', until: '2099-01-01T00:00:00' }, 'until'],
    ['a skip that does not say why', { resolution: 'skip', note: 'by hand' }, 'note'],
    ['another node without its name', { resolution: 'other-node' }, 'node'],
    ['a node with a decision that takes none', { resolution: 'retry', node: 'MEM' }, 'node'],
    ['a carrier with a decision that takes none', { resolution: 'retry', carrier: { scac: 'ODFL' } }, 'carrier'],
    ['a carrier without a SCAC', { resolution: 'use-carrier', carrier: { scac: 'odfl' } }, 'carrier.scac'],
    [
      'an authorization that no document can carry',
      { resolution: 'use-carrier', carrier: { scac: 'ODFL', authorization: 'A\tB' } },
      'carrier.authorization',
    ],
  ])('%s is refused where it stands', async (_title, body, path) => {
    const answer = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', { key: desk, body });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-body', errors: [{ path }] } });
  });

  it('an authorization with the delimiter of the partner’s documents is refused where it stands', async () => {
    const body = { resolution: 'use-carrier', carrier: { scac: 'ODFL', authorization: 'AUTH*77' } };
    const answer = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', { key: desk, body });
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'number-not-writable', errors: [{ path: 'carrier.authorization' }] },
    });
  });

  it('the carrier that a person states reaches the workflow', async () => {
    const body = { resolution: 'use-carrier', carrier: { scac: 'ODFL', authorization: 'AUTH-77' } };
    const answer = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', { key: desk, body });
    expect(answer).toMatchObject({ body: { detail: 'ODFL under AUTH-77', errors: [{ code: 'carrier-given' }] } });
  });

  it('a time and a node that a person states reach the workflow, a day as its first moment', async () => {
    const resolve = (body: object) => api.call('POST', '/v1/exceptions/exception-CR-1/resolve', { key: desk, body });
    const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
    const timed = await resolve({ resolution: 'wait', until: tomorrow });
    expect(timed.body).toMatchObject({ detail: tomorrow, errors: [{ code: 'until-given' }] });
    const inDays = new Date(Date.now() + 5 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const daily = await resolve({ resolution: 'wait', until: inDays });
    expect(daily.body).toMatchObject({ errors: [{ code: 'until-given' }] });
    expect(daily.body.detail).toBe(`${inDays}T00:00:00.000Z`);
    const moved = await resolve({ resolution: 'other-node', node: 'MEM' });
    expect(moved.body).toMatchObject({ detail: 'MEM', errors: [{ code: 'node-given' }] });
  });

  it('an order whose workflow has not been started asks to come back', async () => {
    const answer = await api.call('POST', '/v1/orders/CR-2/cancel', { key: desk, body: { reason: 'twice' } });
    expect(answer).toMatchObject({ status: 503, body: { code: 'process-unavailable' } });
  });

  it('a cancellation that the order has taken and is not done with is answered so', async () => {
    const body = { reason: 'behind a long step' };
    const answer = await api.call('POST', '/v1/orders/CR-1/cancel', { key: desk, body });
    expect(answer).toMatchObject({
      status: 202,
      body: { orderId: 'CR-1', status: 'received', links: { self: '/v1/orders/CR-1' } },
    });
    expect(answer.body.detail).toMatch(/has taken the cancellation/);
  }, 30_000);

  it('a decision about many reaches each order', async () => {
    const body = { exceptionIds: ['exception-CR-1'], resolution: 'retry', note: 'for all' };
    const answer = await api.call('POST', '/v1/exceptions/resolutions', { key: desk, body });
    expect(answer.status, answer.text).toBe(202);
    const order = client.workflow.getHandle(workflowId);
    await expect
      .poll(() => order.query(toldQuery), { timeout: 10_000 })
      .toEqual([{ exceptionId: 'exception-CR-1', resolution: 'retry', note: 'for all', by: 'test' }]);
  });

  it('lines are cancelled once for one Idempotency-Key, with what became of each', async () => {
    const path = '/v1/orders/CR-1/lines/cancel';
    const parts = [
      { part: 'cancel', lineId: '1', result: 'accepted' },
      { part: 'cancel', lineId: '2', result: 'rejected', reason: 'line 2: it has left' },
    ];
    await answeringAtOnce({ result: 'accepted-in-part', parts });
    await api.prisma.orderLine.createMany({
      data: ['1', '2'].map((lineId) => ({ ...aLine, orderId: 'CR-1', lineNumber: Number(lineId), lineId })),
    });
    const lines = [{ lineNumber: 1, quantity: '2.5' }, { lineNumber: 2 }];
    const request = {
      key: desk,
      body: { reason: 'found elsewhere', lines },
      headers: { 'Idempotency-Key': 'lines-1' },
    };
    const answers = [await api.call('POST', path, request), await api.call('POST', path, request)];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 200,
        body: {
          orderId: 'CR-1',
          change: { source: 'support', reason: 'found elsewhere', outcome: { result: 'accepted-in-part', parts } },
        },
      });
    }
    const [change, ...others] = await api.prisma.orderChange.findMany();
    expect(others).toEqual([]);
    expect(change?.canonical).toMatchObject({
      action: 'change',
      lines: [
        { lineId: '1', action: 'change', changes: ['quantity'], quantity: { unit: 'EA', change: '-2.5' } },
        { lineId: '2', action: 'delete' },
      ],
    });
    expect(await client.workflow.getHandle(workflowId).query(changesQuery)).toEqual([change?.id]);
    const unknown = await api.call('POST', path, { key: desk, body: { reason: 'r', lines: [{ lineNumber: 7 }] } });
    expect(unknown).toMatchObject({
      status: 422,
      body: { code: 'invalid-body', errors: [{ path: 'lines[0].lineNumber', code: 'unknown-line' }] },
    });
    const twice = await api.call('POST', path, {
      key: desk,
      body: { reason: 'r', lines: [{ lineNumber: 1 }, { lineNumber: 1 }] },
    });
    expect(twice).toMatchObject({ status: 422, body: { code: 'invalid-body', errors: [{ path: 'lines' }] } });
    const nothing = await api.call('POST', path, {
      key: desk,
      body: { reason: 'r', lines: [{ lineNumber: 1, quantity: '0' }] },
    });
    expect(nothing).toMatchObject({ status: 422, body: { errors: [{ path: 'lines[0].quantity' }] } });
  });

  it('a change is answered with its outcome, and is listed with its order', async () => {
    const parts = [{ part: 'quantity', lineId: '1', result: 'accepted' }];
    await answeringAtOnce({ result: 'accepted', parts });
    const answer = await api.call('POST', '/v1/orders/CR-1/changes', {
      key: desk,
      body: { lines: [{ lineId: '1', quantity: { unit: 'EA', after: '7' } }], reason: 'they called' },
    });
    const change = {
      ...{ action: 'change', source: 'api', reason: 'they called', state: 'answered' },
      points: ['line 1: quantity to 7 EA'],
      outcome: { result: 'accepted', parts },
      links: { self: '/v1/orders/CR-1/changes', document: null, answer: null },
    };
    expect(answer).toMatchObject({ status: 200, body: { orderId: 'CR-1', change } });
    const listed = await api.call('GET', '/v1/orders/CR-1/changes', { key: desk });
    expect((listed.body as { items: unknown[] }).items.at(-1)).toMatchObject(change);
  });

  it('what the workflow takes is done, once for one Idempotency-Key', async () => {
    const cancelled = await api.call('POST', '/v1/orders/CR-1/cancel', { key: desk, body: { reason: 'twice' } });
    expect(cancelled).toMatchObject({ status: 200, body: { orderId: 'CR-1', status: 'cancelled' } });
    const request = {
      key: desk,
      headers: { 'Idempotency-Key': 'k' },
      body: { resolution: 'retry', note: 'list price is right' },
    };
    const first = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', request);
    expect(first).toMatchObject({ status: 200, body: { resolution: 'retry', orderId: 'CR-1', status: 'received' } });
    // The workflow has ended: only the kept answer can say so again.
    const again = await api.call('POST', '/v1/exceptions/exception-CR-1/resolve', request);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(
      await api.prisma.auditEntry.count({ where: { action: 'resolveException', subject: 'exception-CR-1' } }),
    ).toBeGreaterThan(0);
  });
});
