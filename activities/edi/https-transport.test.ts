import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPartners } from '../../sandbox/partners/server.ts';
import type { RunningServer } from '../../sandbox/server.ts';
import {
  API_KEYS,
  anInterchange,
  anInvoiceDocument,
  call,
  startReceiver,
  TOKEN,
  temporaryFolder,
} from '../../sandbox/testing.ts';
import { createHttpsTransport } from './https-transport.ts';
import type { OutboundFile } from './port.ts';

let folder: ReturnType<typeof temporaryFolder>;
let api: Awaited<ReturnType<typeof startReceiver>>;
let server: RunningServer;
let transport: ReturnType<typeof createHttpsTransport>;

beforeEach(async () => {
  folder = temporaryFolder();
  api = await startReceiver();
  const common = { port: 0, dataDir: folder.path, token: TOKEN, apiUrl: api.url, apiKeys: API_KEYS, speedMs: 0 };
  server = await startPartners(common);
  transport = mailbox('/inbox');
});

afterEach(async () => {
  await server.close();
  await api.close();
  folder.remove();
});

function mailbox(end: string) {
  const baseUrl = `${server.url}/partners/harbor-pine${end}`;
  return createHttpsTransport({ id: 'harbor-pine', baseUrl, token: TOKEN, timeoutSeconds: 0.3 });
}

const file: OutboundFile = {
  partnerId: 'harbor-pine',
  fileName: 'harbor-pine-000000007.edi',
  interchangeControlNumber: '000000007',
  correlationId: 'correlation-1',
  bytes: Buffer.from(anInterchange('HARBORPINE', 7, [anInvoiceDocument('INV1', 'HP-1', 1000)]), 'latin1'),
};
const faults = (body: unknown) => call(`${server.url}/_control/faults`, { method: 'PUT', body });

it('a delivered file can be found under the mailbox URL and under its inbox URL', async () => {
  expect(await transport.find(file.fileName)).toBeUndefined();
  const receipt = await transport.deliver(file);
  expect(receipt.evidence).toMatch(/^HTTP 201, sha256 [0-9a-f]{64}$/);
  expect((await mailbox('').find(file.fileName))?.deliveredAt).toBe(receipt.deliveredAt);
});

it('a delivery whose response was lost is found and need not be repeated', async () => {
  await faults({ timeoutAfterCommit: {} });
  await expect(transport.deliver(file)).rejects.toMatchObject({ code: 'system-timeout' });
  expect(await transport.find(file.fileName)).toMatchObject({ evidence: expect.stringContaining(file.fileName) });
  const { body } = await call(`${server.url}/partners/harbor-pine/files`);
  expect(body.items).toMatchObject([{ deliveries: 1 }]);
});

it('an unreachable mailbox is an error, not a missing file', async () => {
  await faults({ error5xx: {} });
  await expect(transport.find(file.fileName)).rejects.toMatchObject({ name: 'SystemUnavailable' });
});

it('a file that the partner cannot read is rejected with the place', async () => {
  const bytes = Buffer.from(Buffer.from(file.bytes).toString('latin1').replace('IEA*1', 'IEA*2'), 'latin1');
  await expect(transport.deliver({ ...file, bytes })).rejects.toMatchObject({
    name: 'SystemRefusal',
    system: 'edi.harbor-pine',
    code: 'wrong-count',
    details: [{ path: 'IEA01' }],
  });
});
