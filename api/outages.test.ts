import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noteHeldUp } from '../activities/lib/held-up-steps.ts';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

describe('systems that do not answer', () => {
  let api: ApiUnderTest;
  let desk: string;
  let cobalt: string;

  beforeAll(async () => {
    api = await startApi();
    desk = await api.key(scopeNames);
    cobalt = await api.key(['orders:read'], 'cobalt-ridge');
    const order = (id: string, partnerId: string) => ({
      ...{ id, poNumber: id, workflowId: `order/${partnerId}/${id}`, partnerId, channel: 'api' },
      ...{
        contentHash: id,
        profileVersion: '1',
        correlationId: 'c',
        canonical: { shipTo: { identifiers: [{ scheme: 'partner', value: '1' }] }, lines: [] },
        currency: 'USD',
      },
      orderedOn: new Date('2026-11-20'),
    });
    await api.prisma.order.createMany({
      data: [order('CR-1', 'cobalt-ridge'), order('HP-1', 'harbor-pine'), order('HP-2', 'harbor-pine')],
    });
    const document = (orderId: string, state: string) => ({
      ...{ id: `${orderId}/855`, orderId, state, direction: 'outbound', partnerId: 'harbor-pine' },
      ...{ transactionSet: '855', version: '004010', body: '', delimiters: '*>~', hash: '', correlationId: 'c' },
    });
    await api.prisma.document.createMany({ data: [document('HP-1', 'queued'), document('HP-2', 'acknowledged')] });
  });
  afterAll(() => api?.stop());
  beforeEach(async () => {
    await api.prisma.heldUpStep.deleteMany();
  });

  async function heldUp(workflowId: string, system: string, ageMs = 600_000, attempt = 12, lastMs = 5_000) {
    const at = { workflowId, activityId: '3', attempt, since: Date.now() - ageMs, triedForMs: 9e7 };
    const retry = { initialMs: 1_000, coefficient: 2, maximumMs: 60_000 };
    const reason = `${system}: the connection failed`;
    await noteHeldUp(api.prisma, { ...at, retry }, { system, reason }, Date.now() - lastMs);
  }
  const ids = async (query: string, key = desk) =>
    (await api.call('GET', `/v1/orders?${query}`, { key })).body.items.map(({ id }: { id: string }) => id);

  it('are none, usually', async () => {
    expect((await api.call('GET', '/v1/outages', { key: desk })).body).toEqual({ items: [] });
    expect((await api.call('GET', '/v1/orders/CR-1', { key: desk })).body.heldUp).toEqual([]);
  });

  it('are listed once each, with the number of orders that wait, which can be listed', async () => {
    await heldUp('order/cobalt-ridge/CR-1', 'erp.main');
    await heldUp('order/harbor-pine/HP-1', 'erp.main', 3_000, 2);
    await heldUp('inventory-sync', 'erp.main', 2_000, 1);
    await heldUp('outbox/harbor-pine', 'edi.harbor-pine', 60_000, 6);
    const { body } = await api.call('GET', '/v1/outages', { key: desk });
    expect(body.items).toMatchObject([
      { system: 'erp.main', attempts: 12, orders: 2, reason: 'erp.main: the connection failed' },
      { system: 'edi.harbor-pine', attempts: 6, orders: 1 },
    ]);
    expect(await ids(body.items[0].links.orders.split('?')[1])).toEqual(expect.arrayContaining(['CR-1', 'HP-1']));
    expect(await ids('heldUpBy=edi.harbor-pine')).toEqual(['HP-1']);
    expect(await ids('heldUpBy=erp.main&partner=harbor-pine')).toEqual(['HP-1']);
    expect(await ids('heldUpBy=wms.west')).toEqual([]);
    const order = await api.call('GET', '/v1/orders/HP-1', { key: desk });
    expect(order.body.heldUp).toMatchObject([
      { system: 'edi.harbor-pine', attempts: 6 },
      { system: 'erp.main', attempts: 2 },
    ]);
    const { text } = await api.call('GET', '/metrics');
    expect(text).toMatch(/^throughline_outage_orders\{system="erp.main"\} 2$/m);
  });

  it('are shown to a key of one partner where they hold up its orders, without what the system said', async () => {
    await heldUp('order/cobalt-ridge/CR-1', 'erp.main');
    await heldUp('order/harbor-pine/HP-1', 'erp.main');
    await heldUp('outbox/harbor-pine', 'edi.harbor-pine');
    const { body } = await api.call('GET', '/v1/outages', { key: cobalt });
    expect(body.items).toMatchObject([{ system: 'erp.main', orders: 1, reason: null }]);
    expect(await ids('heldUpBy=erp.main', cobalt)).toEqual(['CR-1']);
    const [item] = (await api.call('GET', '/v1/orders', { key: cobalt })).body.items;
    expect(item.heldUp).toMatchObject([{ system: 'erp.main', reason: null }]);
  });

  it('hold up no order that has ended, however it did', async () => {
    await heldUp('order/cobalt-ridge/CR-1', 'erp.main');
    await api.prisma.order.update({ where: { id: 'CR-1' }, data: { closedAt: new Date(), status: 'cancelled' } });
    try {
      expect((await api.call('GET', '/v1/outages', { key: desk })).body.items).toEqual([]);
      expect((await api.call('GET', '/v1/orders/CR-1', { key: desk })).body.heldUp).toEqual([]);
      expect(await ids('heldUpBy=erp.main')).toEqual([]);
    } finally {
      await api.prisma.order.update({ where: { id: 'CR-1' }, data: { closedAt: null, status: 'received' } });
    }
  });

  it('are forgotten when the next attempt has not come for a while: nobody tries any more', async () => {
    await heldUp('order/cobalt-ridge/CR-1', 'erp.main', 600_000, 12, 60_000 + 91_000);
    expect((await api.call('GET', '/v1/outages', { key: desk })).body.items).toEqual([]);
    expect(await ids('heldUpBy=erp.main')).toEqual([]);
  });
});
