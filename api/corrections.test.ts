import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeMasterData } from '../activities/erp/master-data.ts';
import { customers, items, prices, taxRates } from '../sandbox/erp/master-data.ts';
import { canonicalOrder, each, purchaseOrder } from '../test/integration/purchase-orders.ts';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

/** Everything about a correction but its effect on the order's workflow, which is tested with a running network. */
describe('a correction', () => {
  let api: ApiUnderTest;
  let desk: string;
  let stranger: string;
  let exceptionId: string;

  beforeAll(async () => {
    api = await startApi({ systemsServe: ['test'] });
    desk = await api.key(scopeNames);
    stranger = await api.key(['exceptions:resolve', 'orders:read'], 'cobalt-ridge');
    const known = customers.map(({ creditLimit: _, ...customer }) => customer);
    await storeMasterData(api.prisma, 'main', { items, customers: known, prices, taxRates }, { asOf: '1' });
    exceptionId = await asked('FIX-1');
  });
  afterAll(() => api?.stop());

  /** An order whose second line names an item that nobody knows. */
  async function asked(poNumber: string): Promise<string> {
    const order = canonicalOrder(purchaseOrder('tri-valley', poNumber, [each('MW-1001', 3), each('MW-1002', 2)]));
    const strange = { customerSku: 'THEIRS-9', gtin: '00000000000000' };
    const lines = order.lines.map((line, index) => (index === 1 ? { ...line, lineId: 'B', item: strange } : line));
    const created = await api.call('POST', '/v1/orders', {
      key: desk,
      body: { ...order, lines },
      headers: { 'Idempotency-Key': poNumber },
    });
    expect(created.status).toBe(202);
    const row = {
      ...{ id: `exception-${poNumber}`, orderId: created.body.orderId, type: 'unknown-item', category: 'item-master' },
      ...{ step: 'check the order', summary: 'line B: no item is buyer’s THEIRS-9', owner: 'item-data' },
      resolutions: ['correct', 'retry', 'cancel'],
      detail: { lineIds: ['B'] },
    };
    await api.prisma.orderException.create({ data: row });
    return row.id;
  }

  const correct = (...corrections: object[]) => ({ resolution: 'correct', corrections });
  const call = (action: 'forecast' | 'resolve', body: object, key = desk) =>
    api.call('POST', `/v1/exceptions/${exceptionId}/${action}`, { key, body });
  const item = (sku: string, remember = false) => ({ kind: 'item', lineId: 'B', sku, remember });

  it('is offered with its lines and the kinds that may help', async () => {
    const { items: found } = (await api.call('GET', '/v1/exceptions', { key: desk })).body;
    expect(found).toContainEqual(
      expect.objectContaining({ id: exceptionId, lineIds: ['B'], corrections: ['item', 'substitute', 'refuse-line'] }),
    );
  });

  it('is foreseen without being made', async () => {
    expect(await call('forecast', correct(item('MW-1002', true)))).toMatchObject({
      status: 200,
      body: {
        corrections: ['line B: our item MW-1002'],
        remembered: 1,
        asksNext: null,
        goodsTotal: { currency: 'USD' },
      },
    });
    expect(await call('forecast', { resolution: 'retry' })).toMatchObject({
      status: 200,
      body: { asksNext: { type: 'unknown-item' } },
    });
    expect(await api.prisma.crossReference.count({ where: { external: 'THEIRS-9' } })).toBe(0);
  });

  it.each([
    ['a line that the order lacks', [{ ...item('MW-1002'), lineId: 'Z' }], 'corrections[0].lineId'],
    ['an item that the ERP lacks', [item('NO-SUCH')], 'corrections'],
    ['a kind that does not help', [{ kind: 'ship-to', shipToNumber: 'S-1' }], 'corrections[0].kind'],
    ['a field of another kind', [{ ...item('MW-1002'), unitPrice: '1' }], 'corrections[0].unitPrice'],
    ['a negative quantity', [{ kind: 'quantity', lineId: 'B', quantity: '-1' }], 'corrections[0].quantity'],
    ['nothing', [], 'corrections'],
    ['a line twice', [item('MW-1002'), item('MW-1001')], 'corrections[1].kind'],
    ['a line that is not delivered', [{ kind: 'refuse-line', lineId: 'B' }, item('MW-1001')], 'corrections[1].kind'],
  ])('refuses %s with its place', async (_, corrections, path) => {
    for (const action of ['forecast', 'resolve'] as const) {
      const answer = await call(action, correct(...corrections));
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-body' } });
      expect(answer.body.errors[0].path).toBe(path);
    }
  });

  it('is stated with `correct` alone, and by who may see the order', async () => {
    expect((await call('resolve', { resolution: 'retry', corrections: [item('MW-1002')] })).status).toBe(422);
    expect((await call('resolve', { resolution: 'correct' })).status).toBe(422);
    expect((await call('forecast', correct(item('MW-1002')), stranger)).status).toBe(404);
    const reader = await api.key(['orders:read']);
    expect((await call('forecast', correct(item('MW-1002')), reader)).status).toBe(403);
  });

  it('says when nobody answers, so that it can be sent again, and leaves no name behind', async () => {
    expect(await call('resolve', correct(item('MW-1002', true)))).toMatchObject({
      status: 503,
      body: { code: 'process-unavailable' },
    });
    expect(await api.prisma.orderException.findUnique({ where: { id: exceptionId } })).toMatchObject({ state: 'open' });
    expect(await api.prisma.crossReference.count({ where: { external: 'THEIRS-9' } })).toBe(0);
  });

  it('does not change what is known already for the partner', async () => {
    const row = { partnerId: 'tri-valley', kind: 'item', external: 'THEIRS-9', internal: 'MW-1001' };
    await api.prisma.crossReference.create({ data: row });
    for (const action of ['forecast', 'resolve'] as const) {
      const answer = await call(action, correct(item('MW-1002', true)));
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'corrections[0].remember' }] } });
    }
    expect(await call('forecast', correct(item('MW-1002')))).toMatchObject({ status: 200 });
    await api.prisma.crossReference.deleteMany({ where: { external: 'THEIRS-9' } });
  });

  it('is of no use once the exception is resolved', async () => {
    exceptionId = await asked('FIX-2');
    await api.prisma.orderException.update({ where: { id: exceptionId }, data: { state: 'resolved' } });
    expect(await call('forecast', correct(item('MW-1002')))).toMatchObject({
      status: 409,
      body: { code: 'exception-resolved' },
    });
  });
});
