import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { invoice } from '../../../../mappings/canonical/v1/index.ts';
import { startErp } from '../../../../sandbox/erp/server.ts';
import type { RunningServer } from '../../../../sandbox/server.ts';
import { anErpOrder, call, TOKEN, temporaryFolder } from '../../../../sandbox/testing.ts';
import type { ErpPort } from '../../port.ts';
import { createRestErp } from './client.ts';

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

/** As an activity is: again and again until it is done. */
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

it('an order goes from its creation to cash', async () => {
  const order = await erp.createOrder('order-1/order', anErpOrder());
  expect(order).toEqual({ erpOrderNumber: 'SO100001', status: 'accepted', currency: 'USD' });
  const shipment = await erp.postShipment('s-1/shipment', aShipment(order.erpOrderNumber));
  const billed = await erp.createInvoice('s-1/invoice', { erpOrderNumber: order.erpOrderNumber, ...shipment });
  expect(invoice.parse(billed)).toEqual(billed);
  const cash = {
    invoiceNumber: billed.invoiceNumber,
    amount: billed.total,
    currency: 'USD',
    reference: 'TRACE1',
    paidOn: '2026-11-30',
  };
  expect((await erp.applyCash('p-1/cash', cash)).receiptNumber).toMatch(/^RC/);
  expect(await summary()).toMatchObject({ ordersByState: { invoiced: 1 }, open: 0 });
});

describe('under faults', () => {
  it('an answer lost after the order was made makes no second order', async () => {
    await faults({ timeoutAfterCommit: {} });
    await expect(erp.createOrder('order-1/order', anErpOrder())).rejects.toMatchObject({ code: 'system-timeout' });
    await faults({});
    expect(await erp.createOrder('order-1/order', anErpOrder())).toEqual({
      erpOrderNumber: 'SO100001',
      status: 'accepted',
      currency: 'USD',
    });
    expect((await summary()).orders).toBe(1);
  });

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

it('an order whose answer was lost is found by our id, and by nothing else', async () => {
  await faults({ timeoutAfterCommit: {} });
  await expect(erp.createOrder('k', anErpOrder())).rejects.toMatchObject({ code: 'system-timeout' });
  expect(await erp.findOrder('order-1')).toEqual({ erpOrderNumber: 'SO100001', status: 'accepted', currency: 'USD' });
  expect(await erp.findOrder('HP-1')).toBeUndefined();
});

it('a cancelled order is cancelled once and for all', async () => {
  const { erpOrderNumber } = await erp.createOrder('k', anErpOrder());
  await erp.cancelOrder('k/cancel', erpOrderNumber, 'asked');
  await erp.cancelOrder('k/cancel', erpOrderNumber, 'asked');
  expect((await summary()).ordersByState).toEqual({ cancelled: 1 });
});

it('master data comes whole, and later only what changed', async () => {
  const all = await erp.readMasterData({});
  expect(all.customers[0]?.shipTos.flatMap(({ codes }) => codes)).toEqual(['0101', '0102', 'DC07']);
  const later = await erp.readMasterData({ since: all.asOf });
  expect([later.items, later.customers, later.prices]).toEqual([[], [], []]);
});
