import { afterEach, beforeEach, expect, it } from 'vitest';
import { startErp } from './erp/server.ts';
import type { RunningServer } from './server.ts';
import { anErpOrder, call, startProcess, TOKEN, temporaryFolder } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
let erp: RunningServer;

beforeEach(async () => {
  folder = temporaryFolder();
  erp = await startErp({ port: 0, dataDir: folder.path, token: TOKEN });
});

afterEach(async () => {
  await erp.close();
  folder.remove();
});

const faults = (body: unknown) => call(`${erp.url}/_control/faults`, { method: 'PUT', body });
const create = (n: number, signal?: AbortSignal) =>
  call(`${erp.url}/orders`, {
    method: 'POST',
    body: anErpOrder({ orderId: `order-${n}` }),
    headers: { 'Idempotency-Key': `order-${n}` },
    ...(signal ? { signal } : {}),
  });
const count = async () => (await call(`${erp.url}/_control/summary`)).body.orders;

it('latency delays the answer by the requested time', async () => {
  await faults({ latency: { ms: 80 } });
  const from = performance.now();
  expect((await create(1)).status).toBe(201);
  expect(performance.now() - from).toBeGreaterThanOrEqual(75);
});

it('a 5xx answer has no side effects', async () => {
  await faults({ error5xx: {} });
  expect((await create(1)).status).toBe(500);
  expect(await count()).toBe(0);
});

it('a 429 carries Retry-After and has no side effects', async () => {
  await faults({ tooMany: { retryAfterSeconds: 7 } });
  const answer = await create(1);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  expect(await count()).toBe(0);
});

it('a reset closes the connection without side effects', async () => {
  await faults({ connectionReset: {} });
  await expect(create(1)).rejects.toThrow('fetch failed');
  expect(await count()).toBe(0);
});

it('a timeout after commit does the work without an answer; the retry returns its result', async () => {
  await faults({ timeoutAfterCommit: {} });
  await expect(create(1, AbortSignal.timeout(300))).rejects.toThrow();
  expect(await count()).toBe(1);
  await call(`${erp.url}/_control/faults`, { method: 'DELETE' });
  expect((await create(1)).status).toBe(200);
  expect(await count()).toBe(1);
});

it('during an outage only the control routes answer, and the outage ends by itself', async () => {
  await faults({ outage: { seconds: 0.2 } });
  await expect(create(1)).rejects.toThrow('fetch failed');
  expect((await call(`${erp.url}/_control/faults`)).body.dealt.outage).toBe(1);
  await expect
    .poll(
      async () =>
        create(1).then(
          ({ status }) => status,
          () => 0,
        ),
      { interval: 50 },
    )
    .toBe(201);
});

it('the same seed injects the same faults into the same requests', async () => {
  const run = async (from: number) => {
    await faults({ seed: 42, error5xx: { share: 0.3 }, tooMany: { share: 0.3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 30; n++) statuses.push((await create(from + n)).status);
    return statuses;
  };
  const first = await run(0);
  expect(await run(100)).toEqual(first);
  expect(new Set(first)).toEqual(new Set([201, 500, 429]));
});

it('faults can be limited to paths', async () => {
  await faults({ error5xx: {}, paths: ['/invoices'] });
  expect((await create(1)).status).toBe(201);
  expect((await call(`${erp.url}/invoices`)).status).toBe(500);
});

it('a misspelt fault is rejected with its place', async () => {
  const answer = await faults({ latency: { ms: 5, chance: 1 }, error5xx: { share: 2 } });
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    'error5xx.share',
    'latency',
  ]);
});

it('faults survive a kill', async () => {
  const dir = temporaryFolder();
  const first = await startProcess('erp', { SANDBOX_DATA_DIR: dir.path });
  await call(`${first.url}/_control/faults`, { method: 'PUT', body: { error5xx: {} } });
  await first.end('SIGKILL');
  const second = await startProcess('erp', { SANDBOX_DATA_DIR: dir.path });
  expect((await call(`${second.url}/orders`)).status).toBe(500);
  await second.end('SIGTERM');
  dir.remove();
});
