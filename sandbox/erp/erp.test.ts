import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErpOrderRequest } from '../../activities/erp/port.ts';
import type { RunningServer } from '../server.ts';
import { anErpOrder, call, startProcess, TOKEN, temporaryFolder } from '../testing.ts';
import { gtinOf, items } from './master-data.ts';
import { startErp } from './server.ts';

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

const post = (path: string, key: string, body: unknown) =>
  call(`${erp.url}${path}`, { method: 'POST', body, headers: { 'Idempotency-Key': key } });
const get = (path: string) => call(`${erp.url}${path}`);
const control = (path: string, body: unknown, method = 'PUT') => call(`${erp.url}/_control${path}`, { method, body });

async function ordered(changes: Partial<ErpOrderRequest> = {}): Promise<string> {
  const { body } = await post('/orders', `${changes.orderId ?? 'order-1'}/order`, anErpOrder(changes));
  return body.erpOrderNumber;
}

async function shipped(erpOrderNumber: string, shipmentNumber: string, lines: [number, string][]) {
  return post('/shipments', `${shipmentNumber}/shipment`, {
    erpOrderNumber,
    shipmentNumber,
    node: 'RNO',
    shippedAt: '2026-11-21T10:00:00Z',
    carrierScac: 'ODFL',
    lines: lines.map(([lineNumber, quantity]) => ({ lineNumber, quantity })),
  });
}

async function invoiced(erpOrderNumber: string, shipmentNumber: string, lines: [number, string][]) {
  const { body } = await shipped(erpOrderNumber, shipmentNumber, lines);
  const request = { erpOrderNumber, erpShipmentNumber: body.erpShipmentNumber };
  return (await post('/invoices', `${shipmentNumber}/invoice`, request)).body;
}

describe('orders', () => {
  it('the same key and body return the same order, marked as replayed', async () => {
    const first = await post('/orders', 'k', anErpOrder());
    const second = await post('/orders', 'k', anErpOrder());
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await get('/orders?reference=order-1')).body.items).toHaveLength(1);
  });

  it('ten concurrent posts with the same key create one order', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/orders', 'k', anErpOrder())));
    expect(new Set(answers.map(({ body }) => body.erpOrderNumber)).size).toBe(1);
    expect((await get('/orders')).body.items).toHaveLength(1);
  });

  it('the same key with another body is rejected', async () => {
    await post('/orders', 'k', anErpOrder());
    const other = await post('/orders', 'k', anErpOrder({ poNumber: 'HP-2' }));
    expect(other.status).toBe(422);
    expect(other.body.code).toBe('idempotency-key-reused');
  });

  it('a create without a key is rejected', async () => {
    const answer = await call(`${erp.url}/orders`, { method: 'POST', body: anErpOrder() });
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency-key-missing']);
  });

  it.each([
    ['unknown-customer', { customerNumber: 'C-9' }],
    ['unknown-ship-to', { shipToNumber: 'C-10020-BR01' }],
    ['unknown-item', { lines: anErpOrder().lines.map((line) => ({ ...line, sku: 'MW-9999' })) }],
    [
      'sources-exceed-quantity',
      { lines: anErpOrder().lines.map((line) => ({ ...line, sources: [{ node: 'RNO', quantity: '25' }] })) },
    ],
  ])('%s is rejected, and nothing is stored', async (code, changes) => {
    const answer = await post('/orders', 'k', anErpOrder(changes));
    expect([answer.status, answer.body.code]).toEqual([422, code]);
    expect((await get('/orders')).body.items).toEqual([]);
  });

  it('a blocked customer cannot order until it is unblocked', async () => {
    await control('/customers/C-10010', { blocked: true });
    expect((await post('/orders', 'k', anErpOrder())).body.code).toBe('customer-blocked');
    await control('/customers/C-10010', { blocked: false });
    expect((await post('/orders', 'k', anErpOrder())).status).toBe(201);
  });

  it('an order above the credit limit goes on hold and ships only after credit release', async () => {
    await control('/customers/C-10010', { creditLimit: 50_000 });
    const held = await post('/orders', 'k', anErpOrder());
    // 24 × 11.35 + 2 × 113.40 = 499.20: one order is within the limit, two are not.
    expect(held.body.status).toBe('accepted');
    const second = await post('/orders', 'k2', anErpOrder({ orderId: 'order-2' }));
    expect(second.body.status).toBe('creditHold');
    const refused = await shipped(second.body.erpOrderNumber, 'S-2', [[1, '24']]);
    expect([refused.status, refused.body.code]).toEqual([409, 'order-on-credit-hold']);
    await control(`/orders/${second.body.erpOrderNumber}/release-credit`, {}, 'POST');
    expect((await shipped(second.body.erpOrderNumber, 'S-2', [[1, '24']])).status).toBe(201);
  });

  it('cancelling removes the open quantity; a fully shipped order cannot be cancelled', async () => {
    const number = await ordered();
    await shipped(number, 'S-1', [[1, '24']]);
    expect((await post(`/orders/${number}/cancel`, 'c', { reason: 'asked' })).status).toBe(201);
    const { body } = await get(`/orders/${number}`);
    expect(body.lines.map((line: { cancelled: string; open: string }) => [line.cancelled, line.open])).toEqual([
      ['0', '0'],
      ['24', '0'],
    ]);
    const whole = await ordered({ orderId: 'order-2' });
    await shipped(whole, 'S-2', [
      [1, '24'],
      [2, '24'],
    ]);
    expect((await post(`/orders/${whole}/cancel`, 'c2', { reason: 'late' })).body.code).toBe('order-already-shipped');
  });
});

describe('changes of an order', () => {
  type Line = ErpOrderRequest['lines'][number];
  const [one, two] = anErpOrder().lines as [Line, Line];
  const change = (number: string, key: string, changes: Partial<ErpOrderRequest>) =>
    post(`/orders/${number}/changes`, key, anErpOrder(changes));
  const quantities = async (number: string) =>
    (await get(`/orders/${number}`)).body.lines.map((line: { lineNumber: number; open: string }) => [
      line.lineNumber,
      line.open,
    ]);

  it('states the whole order: less, more, deleted and added lines, and another total', async () => {
    const number = await ordered({ taxTotal: 1_000 });
    const lines = [
      { ...one, quantity: '0', sources: [] },
      { ...two, quantity: '3' },
      { ...one, lineNumber: 3, quantity: '5', sources: [] },
    ];
    const answer = await change(number, 'c1', { lines, taxTotal: 900 });
    expect([answer.status, answer.body]).toEqual([
      201,
      { erpOrderNumber: number, status: 'accepted', currency: 'USD' },
    ]);
    expect(await quantities(number)).toEqual([
      [1, '0'],
      [2, '36'],
      [3, '5'],
    ]);
    expect((await get(`/orders/${number}`)).body).toMatchObject({ netTotal: 3 * 11_340 + 5 * 1_135, taxTotal: 900 });
    // The same under another key adds nothing to what the customer owes.
    await change(number, 'c2', { lines, taxTotal: 900 });
    await control('/customers/C-10010', { creditLimit: 3 * 11_340 + 5 * 1_135 + 900 });
    expect((await change(number, 'c3', { lines, taxTotal: 900 })).body.status).toBe('accepted');
    expect((await post('/orders', 'k2', anErpOrder({ orderId: 'order-2' }))).body.status).toBe('creditHold');
  });

  it('more than the credit limit is held, and less again is not', async () => {
    await control('/customers/C-10010', { creditLimit: 50_000 });
    const number = await ordered();
    const held = await change(number, 'c1', { lines: [{ ...one, quantity: '100' }, two] });
    expect(held.body).toMatchObject({ status: 'creditHold', creditMessage: expect.stringContaining('limit 500.00') });
    expect((await shipped(number, 'S-1', [[1, '24']])).body.code).toBe('order-on-credit-hold');
    expect((await change(number, 'c2', {})).body.status).toBe('accepted');
    // A limit that was lowered since does not hold an order that gets smaller.
    await control('/customers/C-10010', { creditLimit: 1 });
    expect((await change(number, 'c3', { lines: [{ ...one, quantity: '23', sources: [] }, two] })).body.status).toBe(
      'accepted',
    );
  });

  it.each<[string, Partial<ErpOrderRequest>]>([
    ['quantity-below-shipped', { lines: [{ ...one, quantity: '9', sources: [] }, two] }],
    ['line-shipped', { lines: [{ ...one, sku: 'MW-1003' }, two] }],
    ['price-invoiced', { lines: [{ ...one, unitPrice: '11' }, two] }],
    ['line-missing', { lines: [one] }],
    ['not-this-order', { orderId: 'order-2' }],
    ['unknown-ship-to', { shipToNumber: 'NOWHERE' }],
    ['unknown-item', { lines: [one, { ...two, sku: 'MW-9999' }] }],
  ])('%s is refused, and the order stays', async (code, changes) => {
    const number = await ordered();
    await invoiced(number, 'S-1', [[1, '10']]);
    const before = (await get(`/orders/${number}`)).body;
    expect((await change(number, 'c1', changes)).body.code).toBe(code);
    expect((await get(`/orders/${number}`)).body).toEqual(before);
  });

  it('a blocked customer may order less, not more; a cancelled order stays', async () => {
    const number = await ordered();
    await control('/customers/C-10010', { blocked: true });
    expect((await change(number, 'c1', { lines: [{ ...one, quantity: '25' }, two] })).body.code).toBe(
      'customer-blocked',
    );
    expect((await change(number, 'c2', { lines: [one, { ...two, quantity: '1', sources: [] }] })).status).toBe(201);
    await post(`/orders/${number}/cancel`, 'x', { reason: 'asked' });
    expect((await change(number, 'c3', {})).body.code).toBe('order-cancelled');
    expect((await get('/_control/summary')).body).toMatchObject({ ordersByState: { cancelled: 1 } });
  });

  it('the invoices of a changed order add up to its new tax', async () => {
    const number = await ordered({ taxTotal: 1_001 });
    const first = (await invoiced(number, 'S-1', [[1, '7']])).tax;
    await change(number, 'c1', { lines: [one, { ...two, quantity: '1', sources: [] }], taxTotal: 777 });
    const second = (await invoiced(number, 'S-2', [[1, '17']])).tax;
    const third = (await invoiced(number, 'S-3', [[2, '12']])).tax;
    expect(first + second + third).toBe(777);
    expect(Math.min(first, second, third)).toBeGreaterThan(0);
  });

  it('an order of which nothing is wanted any more is cancelled', async () => {
    const number = await ordered();
    await change(number, 'c1', { lines: [one, two].map((line) => ({ ...line, quantity: '0', sources: [] })) });
    expect((await get(`/orders/${number}`)).body).toMatchObject({ state: 'cancelled', netTotal: 0 });
  });
});

describe('shipments, invoices and cash', () => {
  it('shipments together never exceed the open quantity of a line', async () => {
    const number = await ordered();
    await shipped(number, 'S-1', [[1, '20']]);
    const answer = await shipped(number, 'S-2', [[1, '5']]);
    expect(answer.body.code).toBe('quantity-exceeds-open');
    expect(answer.body.errors).toEqual([{ path: 'lines.0.quantity', message: 'Line 1 has 4 open, not 5' }]);
  });

  it('a shipment number is posted once, also under different keys', async () => {
    const number = await ordered();
    await shipped(number, 'S-1', [[1, '4']]);
    const request = {
      erpOrderNumber: number,
      shipmentNumber: 'S-1',
      node: 'RNO',
      shippedAt: '2026-11-21T10:00:00Z',
      carrierScac: 'ODFL',
      lines: [{ lineNumber: 1, quantity: '4' }],
    };
    expect((await post('/shipments', 'another', request)).body.code).toBe('duplicate-shipment-number');
  });

  it('an invoice uses the unit of the order line, and its due date follows the terms', async () => {
    const invoice = await invoiced(await ordered(), 'S-1', [
      [1, '10'],
      [2, '24'],
    ]);
    expect(invoice.lines.map((line: { quantity: string; amount: number }) => [line.quantity, line.amount])).toEqual([
      ['10', 11_350],
      ['2', 22_680],
    ]);
    expect(invoice.total).toBe(34_030);
    expect(Date.parse(invoice.dueOn) - Date.parse(invoice.invoicedOn)).toBe(30 * 86_400_000);
  });

  it('the taxes of all invoices of an order add up exactly to its tax', async () => {
    const number = await ordered({ taxTotal: 1_001 });
    const taxes: number[] = [];
    for (const [index, line] of [
      [1, '7'],
      [1, '17'],
      [2, '12'],
      [2, '12'],
    ].entries()) {
      taxes.push((await invoiced(number, `S-${index}`, [line as [number, string]])).tax);
    }
    expect(taxes.reduce((total, tax) => total + tax, 0)).toBe(1_001);
    expect(Math.min(...taxes)).toBeGreaterThan(0);
  });

  it('what is beyond the order is invoiced and taxed as it is said, and leaves nothing open', async () => {
    const number = await ordered({ taxTotal: 1_000 });
    const beyond = async (shipmentNumber: string, quantity: string, charged: boolean) => {
      const line = { lineNumber: 1, quantity, surplus: { quantity: '6', charged } };
      const shipment = {
        ...{ erpOrderNumber: number, shipmentNumber, node: 'RNO', shippedAt: '2026-11-21T10:00:00Z' },
        ...{ carrierScac: 'ODFL', lines: [line] },
      };
      const { body } = await post('/shipments', shipmentNumber, shipment);
      const request = { erpOrderNumber: number, erpShipmentNumber: body.erpShipmentNumber };
      return (await post('/invoices', `${shipmentNumber}-i`, request)).body;
    };
    // 24 × 11.35 and 24 in two cases for 226.80: a piece of line 1 bears 2.27 of the tax.
    const charged = await beyond('S-1', '12', true);
    expect(charged.lines).toMatchObject([{ quantity: '18', amount: 20_430 }]);
    const free = await beyond('S-2', '12', false);
    expect(free.lines).toMatchObject([{ quantity: '12', amount: 13_620 }]);
    expect(charged.tax - free.tax).toBe(136);
    const record = (await get(`/orders/${number}`)).body;
    expect(record.lines[0]).toMatchObject({ shipped: '24', open: '0' });
  });

  it('a shipment has one invoice, also under different keys', async () => {
    const number = await ordered();
    const { body } = await shipped(number, 'S-1', [[1, '24']]);
    const request = { erpOrderNumber: number, erpShipmentNumber: body.erpShipmentNumber };
    await post('/invoices', 'a', request);
    expect((await post('/invoices', 'b', request)).body.code).toBe('shipment-already-invoiced');
  });

  it('cash never exceeds the open amount', async () => {
    const { invoiceNumber, total } = await invoiced(await ordered(), 'S-1', [[1, '24']]);
    const cash = (amount: number, reference: string) =>
      post('/receipts', reference, { invoiceNumber, amount, currency: 'USD', reference, paidOn: '2026-11-30' });
    expect((await cash(total - 100, 'T1')).status).toBe(201);
    expect((await cash(101, 'T2')).body.code).toBe('amount-exceeds-open');
    expect((await cash(100, 'T3')).status).toBe(201);
    expect((await get('/_control/summary')).body).toMatchObject({ open: 0, paid: total, receipts: 2 });
  });
});

describe('master data', () => {
  it('every GTIN has a valid check digit', () => {
    for (const { sku } of items) {
      const gtin = gtinOf(sku).padStart(14, '0');
      const sum = [...gtin].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
      expect(sum % 10, sku).toBe(0);
    }
  });

  it('with since, only changes are returned', async () => {
    const { body: all } = await get('/master-data');
    expect([all.items.length, all.customers.length, all.prices.length]).toEqual([12, 3, 72]);
    await control('/customers/C-10020', { blocked: true });
    const { body: changed } = await get(`/master-data?since=${encodeURIComponent(all.asOf)}`);
    expect(changed.items).toEqual([]);
    expect(changed.customers.map(({ customerNumber }: { customerNumber: string }) => customerNumber)).toEqual([
      'C-10020',
    ]);
  });
});

describe('the contract', () => {
  it('is published as OpenAPI 3.1 without a token, and every reference in it resolves', async () => {
    const response = await fetch(`${erp.url}/openapi.json`);
    const document = (await response.json()) as {
      openapi: string;
      paths: object;
      components: { schemas: object };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/orders/{erpOrderNumber}/cancel');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name] of references) expect(document.components.schemas, name).toHaveProperty(String(name));
  });

  it('every request without the token is rejected', async () => {
    for (const path of ['/orders', '/_control/summary']) {
      const response = await fetch(`${erp.url}${path}`, { headers: { Authorization: 'Bearer wrong' } });
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });
});

it('after SIGKILL every confirmed order exists, and its key returns the same answer', async () => {
  const dir = temporaryFolder();
  const env = { SANDBOX_DATA_DIR: dir.path };
  const first = await startProcess('erp', env);
  const create = (url: string, n: number) =>
    call(`${url}/orders`, {
      method: 'POST',
      body: anErpOrder({ orderId: `order-${n}`, poNumber: `HP-${n}` }),
      headers: { 'Idempotency-Key': `order-${n}/order` },
    });
  const answered = new Map<number, string>();
  const running = Array.from({ length: 200 }, (_, n) =>
    create(first.url, n).then(
      ({ status, body }) => status === 201 && answered.set(n, body.erpOrderNumber),
      () => undefined,
    ),
  );
  await Promise.race(running.slice(50));
  await first.end('SIGKILL');
  await Promise.all(running);
  expect(answered.size).toBeGreaterThan(0);

  const second = await startProcess('erp', env);
  for (const [n, erpOrderNumber] of answered) {
    const again = await create(second.url, n);
    expect([again.status, again.body.erpOrderNumber]).toEqual([200, erpOrderNumber]);
  }
  expect((await call(`${second.url}/_control/summary`)).body.repeatedPurchaseOrders).toEqual([]);
  expect(await second.end('SIGTERM')).toBe(0);
  dir.remove();
});

it('the process ends when its parent closes standard input', async () => {
  const dir = temporaryFolder();
  const process = await startProcess('erp', { SANDBOX_DATA_DIR: dir.path });
  expect(await process.end('stdin')).toBe(0);
  dir.remove();
});
