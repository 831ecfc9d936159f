import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningServer } from '../../../../sandbox/server.ts';
import { aRelease, call, startReceiver, TOKEN, temporaryFolder, WEBHOOK_SECRET } from '../../../../sandbox/testing.ts';
import { startWms } from '../../../../sandbox/wms/server.ts';
import type { WmsPort } from '../../port.ts';
import { wmsContractSuite } from '../../testing/contract-suite.ts';
import { createRestWms } from './client.ts';
import { connector } from './index.ts';

let folder: ReturnType<typeof temporaryFolder>;
let api: Awaited<ReturnType<typeof startReceiver>>;
let server: RunningServer;
let wms: WmsPort;

beforeEach(async () => {
  folder = temporaryFolder();
  api = await startReceiver();
  server = await startWms({
    port: 0,
    dataDir: folder.path,
    token: TOKEN,
    apiUrl: api.url,
    webhookSecret: WEBHOOK_SECRET,
    speedMs: 0,
  });
  wms = createRestWms({ id: 'main', baseUrl: server.url, token: TOKEN, timeoutSeconds: 0.3 });
});

afterEach(async () => {
  await server.close();
  await api.close();
  folder.remove();
});

const control = (path: string, body: unknown) => call(`${server.url}/_control${path}`, { method: 'PUT', body });

wmsContractSuite('rest', async () => {
  const books = temporaryFolder();
  const receiver = await startReceiver();
  const { path: dataDir } = books;
  const given = { port: 0, dataDir, token: TOKEN, apiUrl: receiver.url, webhookSecret: WEBHOOK_SECRET, speedMs: 0 };
  const sandbox = await startWms(given);
  const set = (path: string, body: unknown) => call(`${sandbox.url}/_control${path}`, { method: 'PUT', body });
  await set('/behaviours', [{ hold: true }]);
  return {
    port: connector.connect({ id: 'main', settings: { baseUrl: sandbox.url, token: TOKEN, timeoutSeconds: 0.3 } }),
    capabilities: connector.capabilities,
    release: (releaseNumber) => aRelease({ releaseNumber }),
    nodes: ['RNO', 'MEM'],
    loseAnswers: async (lose) => void (await set('/faults', lose ? { timeoutAfterCommit: {} } : {})),
    releases: async () => {
      const { items } = (await call(`${sandbox.url}/releases`)).body;
      return items.map(({ releaseNumber }: { releaseNumber: string }) => releaseNumber);
    },
    end: async () => {
      await sandbox.close();
      await receiver.close();
      books.remove();
    },
  };
});

it('a release is stopped while it may be, and a request that comes too late says so', async () => {
  await control('/behaviours', [{ hold: true }]);
  await wms.release(aRelease());
  expect(await wms.cancelRelease('R-1', 'customer cancelled')).toEqual({ cancelled: true });
  expect(await wms.cancelRelease('R-1', 'customer cancelled')).toEqual({ cancelled: true });
  await control('/behaviours', []);
  await wms.release(aRelease({ releaseNumber: 'R-2' }));
  await api.until((all) => all.some(({ body }) => body.includes('"closed"')));
  expect(await wms.cancelRelease('R-2', 'customer cancelled')).toEqual({ cancelled: false });
});

it('a release for a node that the system does not run is refused', async () => {
  await expect(wms.release(aRelease({ node: 'ATL' }))).rejects.toMatchObject({
    name: 'SystemRefusal',
    system: 'wms.main',
    code: 'unknown-node',
    details: [{ path: 'node' }],
  });
});

it('stock is counted by node and SKU, sold-out items included', async () => {
  const { balances } = await wms.readStock(['RNO', 'MEM']);
  expect(balances).toHaveLength(24);
  expect(balances.filter(({ onHand }) => onHand === '0')).toEqual([
    { node: 'RNO', sku: 'MW-1011', onHand: '0' },
    { node: 'MEM', sku: 'MW-1012', onHand: '0' },
  ]);
});
