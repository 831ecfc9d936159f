import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

let api: ApiUnderTest;
let key: string;
beforeAll(async () => {
  api = await startApi();
  key = await api.key(scopeNames);
});
afterAll(() => api?.stop());

const submit = (poNumber: string, changes: object = {}) =>
  api.call('POST', '/v1/orders', {
    key,
    body: {
      partnerId: 'harbor-pine',
      channel: 'api',
      poNumber,
      orderedOn: '2026-11-20',
      shipTo: { identifiers: [{ scheme: 'partner', value: '0187' }] },
      lines: [{ lineId: '1', item: { sku: 'MW-1001' }, quantity: { value: '12', unit: 'EA' } }],
      ...changes,
    },
  });
const other = { lines: [{ lineId: '1', item: { sku: 'MW-1002' }, quantity: { value: '1', unit: 'EA' } }] };

const question = {
  ...{ category: 'partner', step: 'check the order', summary: 'came again', owner: 'customer-service' },
  ...{ type: 'repeated-po-number', resolutions: ['accept', 'cancel'] },
};

describe('an order that repeats a PO number', () => {
  it('shows its real release, and that it is a repetition', async () => {
    await submit('HP-R', { release: '7' });
    const { body } = await submit('HP-R', { release: '7', ...other });
    expect(body).toMatchObject({ queried: true });
    const order = await api.call('GET', `/v1/orders/${body.orderId}`, { key });
    expect(order.body).toMatchObject({ poNumber: 'HP-R', release: '7', repeated: true, part: '', parts: [] });
    const { items } = (await api.call('GET', '/v1/orders?q=HP-R', { key })).body;
    expect(items.map((item: { release: string; repeated: boolean }) => [item.release, item.repeated])).toEqual(
      expect.arrayContaining([
        ['7', false],
        ['7', true],
      ]),
    );
  });

  it('names all other orders of the number with their part and present state', async () => {
    const parts = ['store 1', 'store 2'];
    const earlier: string[] = [];
    for (const part of parts) earlier.push((await submit('HP-Q', { part })).body.orderId);
    const { body } = await submit('HP-Q', other);
    const id = `question-${body.orderId}`;
    await api.prisma.orderException.create({ data: { id, orderId: body.orderId, ...question } });
    const othersNow = async () => {
      const one = (await api.call('GET', `/v1/orders/${body.orderId}`, { key })).body.exceptions[0];
      const list = (await api.call('GET', '/v1/exceptions?partnerId=harbor-pine', { key })).body.items;
      expect(list.find((item: { id: string }) => item.id === id).otherOrders).toEqual(one.otherOrders);
      return one.otherOrders;
    };
    const named = (index: number, status: string) => ({
      orderId: earlier[index],
      ...{ poNumber: 'HP-Q', release: '', part: parts[index], repeated: false, status },
      links: { self: `/v1/orders/${earlier[index]}` },
    });
    expect(await othersNow()).toMatchObject([named(0, 'received'), named(1, 'received')]);
    await api.prisma.order.update({ where: { id: earlier[1] ?? '' }, data: { status: 'shipped' } });
    expect(await othersNow()).toMatchObject([named(0, 'received'), named(1, 'shipped')]);
  });

  it('a part that came alone is not told as one of a number of parts', async () => {
    const { body } = await submit('HP-L', { part: 'store 1' });
    expect((await api.call('GET', `/v1/orders/${body.orderId}`, { key })).body).toMatchObject({
      part: 'store 1',
      parts: [],
    });
  });
});

it.each([
  ['a line feed in the part', { part: 'store\n1' }, 'part'],
  ['a control character in the release', { release: 'A\u0007' }, 'release'],
  ['half a character in the part', { part: 'store \ud83d' }, 'part'],
  ['half a character in the number', { poNumber: 'HP-\udc00' }, 'poNumber'],
])('%s is refused where it stands', async (_title, changes, path) => {
  expect(await submit('HP-C', changes)).toMatchObject({
    status: 422,
    body: { code: 'invalid-body', errors: [{ path }] },
  });
});
