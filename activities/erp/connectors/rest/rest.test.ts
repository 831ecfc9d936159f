import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startErp } from '../../../../sandbox/erp/server.ts';
import type { RunningServer } from '../../../../sandbox/server.ts';
import { anErpOrder, call, TOKEN, temporaryFolder } from '../../../../sandbox/testing.ts';
import type { ErpPort } from '../../port.ts';
import { erpContractSuite } from '../../testing/contract-suite.ts';
import { createRestErp } from './client.ts';
import { connector } from './index.ts';

let folder: ReturnType<typeof temporaryFolder>;
let server: RunningServer;
let erp: ErpPort;

beforeEach(async () => {
  folder = temporaryFolder();
  server = await startErp({ port: 0, dataDir: folder.path, token: TOKEN });
  erp = createRestErp({ id: 'main', baseUrl: server.url, token: TOKEN, timeoutSeconds: 0.3 });
});

afterEach(async () => {
  await server.close();
  folder.remove();
});

const faults = (body: unknown) => call(`${server.url}/_control/faults`, { method: 'PUT', body });
const summary = async () => (await call(`${server.url}/_control/summary`)).body;

/** Retries until success, as an activity does. */
async function untilDone<T>(run: () => Promise<T>): Promise<{ result: T; attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    try {
      return { result: await run(), attempts };
    } catch (error) {
      if (!['SystemUnavailable', 'SystemBusy'].includes((error as Error).name)) throw error;
    }
  }
}

const aShipment = (erpOrderNumber: string) => ({
  erpOrderNumber,
  shipmentNumber: 'RNO-000001',
  node: 'RNO',
  shippedAt: '2026-11-21T10:00:00Z',
  carrierScac: 'ODFL',
  tracking: 'ODFL777',
  lines: [
    { lineNumber: 1, quantity: '24' },
    { lineNumber: 2, quantity: '24' },
  ],
});

erpContractSuite('rest', async () => {
  const books = temporaryFolder();
  const sandbox = await startErp({ port: 0, dataDir: books.path, token: TOKEN });
  const settings = { baseUrl: sandbox.url, token: TOKEN, timeoutSeconds: 0.3, pageSize: 10 };
  return {
    port: connector.connect({ id: 'main', settings }),
    capabilities: connector.capabilities,
    order: anErpOrder(),
    loseAnswers: async (lose) => {
      const body = lose ? { timeoutAfterCommit: {} } : {};
      await call(`${sandbox.url}/_control/faults`, { method: 'PUT', body });
    },
    books: async () => {
      const { orders, shipments, invoices, receipts, returns, creditMemos, refunds, ordersByState } = (
        await call(`${sandbox.url}/_control/summary`)
      ).body;
      const cancelled = ordersByState.cancelled ?? 0;
      return { orders, shipments, invoices, receipts, cancelled, returns, creditMemos, refunds };
    },
    end: async () => {
      await sandbox.close();
      books.remove();
    },
  };
});

describe('under faults', () => {
  it('with every fault mixed, ten orders are ten orders, each shipped and invoiced once', async () => {
    await faults({
      seed: 7,
      latency: { ms: 10, share: 0.3 },
      error5xx: { share: 0.15 },
      tooMany: { share: 0.15, retryAfterSeconds: 0 },
      connectionReset: { share: 0.15 },
      timeoutAfterCommit: { share: 0.2 },
    });
    let attempts = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const request = anErpOrder({ orderId: `order-${n}`, poNumber: `HP-${n}` });
        const order = await untilDone(() => erp.createOrder(`order-${n}/order`, request));
        const { erpOrderNumber } = order.result;
        const shipment = await untilDone(() =>
          erp.postShipment(`s-${n}/shipment`, { ...aShipment(erpOrderNumber), shipmentNumber: `RNO-${n}` }),
        );
        const billed = await untilDone(() =>
          erp.createInvoice(`s-${n}/invoice`, { erpOrderNumber, ...shipment.result }),
        );
        attempts += order.attempts + shipment.attempts + billed.attempts;
      }),
    );
    expect(attempts).toBeGreaterThan(35);
    expect(await summary()).toMatchObject({
      orders: 10,
      repeatedPurchaseOrders: [],
      shipments: 10,
      invoices: 10,
      invoiced: 10 * 49_920,
    });
  });

  it('a system that names when to come back is busy, not broken', async () => {
    await faults({ tooMany: { retryAfterSeconds: 3 } });
    await expect(erp.readMasterData({})).rejects.toMatchObject({
      name: 'SystemBusy',
      system: 'erp.main',
      retryAfterMs: 3_000,
    });
  });

  it('an outage may be waited out', async () => {
    await faults({ outage: { seconds: 60 } });
    await expect(erp.readMasterData({})).rejects.toMatchObject({
      name: 'SystemUnavailable',
      code: 'connection-failed',
    });
  });
});

it('a refusal keeps the ERP’s code and field', async () => {
  await expect(erp.createOrder('k', anErpOrder({ customerNumber: 'C-9' }))).rejects.toMatchObject({
    name: 'SystemRefusal',
    system: 'erp.main',
    code: 'unknown-customer',
    details: [{ path: 'customerNumber' }],
  });
});

it('an order on credit hold, asked for again, tells whether credit was released since', async () => {
  await call(`${server.url}/_control/customers/C-10010`, { method: 'PUT', body: { creditLimit: 1 } });
  const held = await erp.createOrder('k', anErpOrder());
  expect(held).toMatchObject({ status: 'creditHold', creditMessage: expect.stringContaining('limit 0.01') });
  expect(await erp.createOrder('k', anErpOrder())).toEqual(held);
  await call(`${server.url}/_control/orders/${held.erpOrderNumber}/release-credit`, { method: 'POST', body: {} });
  expect(await erp.createOrder('k', anErpOrder())).toEqual({
    erpOrderNumber: held.erpOrderNumber,
    status: 'accepted',
    currency: 'USD',
  });
});

it('rows that are added while master data is read in pages shift none of the others', async () => {
  const byTwo = connector.connect({
    id: 'main',
    settings: { baseUrl: server.url, token: TOKEN, timeoutSeconds: 2, pageSize: 13 },
  });
  const first = await byTwo.readMasterData({});
  await call(`${server.url}/_control/customers/A-1/record`, {
    method: 'PUT',
    body: {
      partnerId: 'new',
      name: 'New',
      shipTos: [
        {
          shipToNumber: 'A-1-1',
          codes: ['1'],
          name: 'New',
          lines: ['1 Road'],
          city: 'Reno',
          region: 'NV',
          postalCode: '89501',
        },
      ],
      prices: [{ sku: 'MW-1001', unit: 'EA', unitPrice: '1' }],
    },
  });
  const customers = first.customers.map(({ customerNumber }) => customerNumber);
  const prices: string[] = [];
  for (let { next } = first; next !== undefined; ) {
    const page = await byTwo.readMasterData({ cursor: next });
    customers.push(...page.customers.map(({ customerNumber }) => customerNumber));
    prices.push(...page.prices.map(({ customerNumber, sku, unit }) => `${customerNumber} ${sku} ${unit}`));
    next = page.next;
  }
  expect(customers).toEqual(expect.arrayContaining(['C-10010', 'C-10020', 'C-10030']));
  expect(prices.filter((price) => !price.startsWith('A-1'))).toHaveLength(72);
  expect(new Set(prices).size).toBe(prices.length);
  await expect(byTwo.readMasterData({ cursor: 'x' })).rejects.toMatchObject({ code: 'unknown-cursor' });
});
