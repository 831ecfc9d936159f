import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalOrder, each, purchaseOrder } from '../test/integration/purchase-orders.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

let api: ApiUnderTest;
let desk: string;
beforeAll(async () => {
  api = await startApi();
  desk = await api.key(['orders:read', 'orders:write']);
});
afterAll(() => api?.stop());

async function asking(poNumber: string, type: string, detail: object): Promise<string> {
  const lines = [each('MW-1001', 3), each('MW-1002', 2)];
  const body = canonicalOrder(purchaseOrder('cobalt-ridge', poNumber, lines));
  const [first, second] = body.lines;
  const changed = {
    ...body,
    lines: [
      { ...first, unitPrice: '10.00' },
      { ...second, item: { customerSku: 'THEIRS-9' } },
    ],
  };
  const taken = await api.call('POST', '/v1/orders', { key: desk, body: changed });
  expect(taken.status, taken.text).toBe(202);
  const id = randomUUID();
  await api.prisma.orderException.create({
    data: {
      ...{ id, orderId: taken.body.orderId, type, category: 'pricing', step: 'check', summary: 's', owner: 'pricing' },
      ...{ resolutions: ['correct', 'cancel'], detail },
    },
  });
  return id;
}

const read = async (id: string, key = desk) => api.call('GET', `/v1/exceptions/${id}`, { key });

it('an exception about prices has both prices of each line, and the difference', async () => {
  const id = await asking('AL-1', 'price-outside-tolerance', { lineIds: ['10'], ourPrices: { '10': '12.50' } });
  const { body } = await read(id);
  expect(body.lines).toEqual([
    {
      ...{ lineId: '10', sku: 'MW-1001', customerSku: null, description: null, quantity: '3', unit: 'EA' },
      ...{ orderedPrice: '10.00', ourPrice: '12.50', atStake: 750 },
    },
  ]);
  expect(body).toMatchObject({ id, poNumber: 'AL-1', lineIds: ['10'] });
});

it('an exception about an unknown item has the buyer’s number, and what the line comes to', async () => {
  const { body } = await read(await asking('AL-2', 'unknown-item', { lineIds: ['20'] }));
  expect(body.lines).toMatchObject([
    { lineId: '20', sku: null, customerSku: 'THEIRS-9', quantity: '2', ourPrice: null, atStake: expect.any(Number) },
  ]);
});

it('an exception of the whole order has no lines, and one of another partner is not there', async () => {
  const id = await asking('AL-3', 'credit-hold', {});
  expect((await read(id)).body.lines).toEqual([]);
  const other = await api.key(['orders:read'], 'tri-valley');
  expect((await read(id, other)).body.code).toBe('unknown-exception');
  expect((await api.call('GET', '/v1/exceptions/counts', { key: desk })).body).toMatchObject({ total: 3 });
});
