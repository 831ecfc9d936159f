import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the deadlines of an order', () => {
  let api: ApiUnderTest;
  let desk: string;
  const now = Date.now();
  const at = (ms: number) => new Date(now + ms);
  const dayIn = (days: number) =>
    at(days * DAY_MS)
      .toISOString()
      .slice(0, 10);

  const order = (id: string, more: object = {}) => ({
    ...{ id, poNumber: id, workflowId: `order/cobalt-ridge/${id}`, partnerId: 'cobalt-ridge', channel: 'edi' },
    ...{ contentHash: id, profileVersion: '1', correlationId: 'c', currency: 'USD' },
    orderedOn: new Date('2026-11-20'),
    receivedAt: at(-HOUR_MS),
    canonical: { shipTo: { identifiers: [{ scheme: 'partner', value: '1' }] }, lines: [], cancelAfter: dayIn(3) },
    ...more,
  });

  beforeAll(async () => {
    api = await startApi();
    desk = await api.key(scopeNames);
    await api.prisma.order.createMany({
      data: [
        order('D-1', { shipBy: new Date(`${dayIn(3)}T23:59:59Z`) }),
        order('D-2', { jeopardyFrom: at(-HOUR_MS), status: 'inFulfillment' }),
        order('D-3', { jeopardyFrom: at(HOUR_MS) }),
        order('D-4', { jeopardyFrom: at(-HOUR_MS), closedAt: at(0), status: 'closed' }),
        order('D-5', { partnerId: 'gone', workflowId: 'order/gone/D-5' }),
      ],
    });
    const line = { lineNumber: 1, quantity: '6' };
    await api.prisma.fulfillment.create({
      data: {
        ...{ id: 'D-1-11', orderId: 'D-1', round: 1, sequence: 1, node: 'RNO', wmsSystem: 'main' },
        ...{ releaseNumber: 'R-1', lines: [line], shipBy: new Date(`${dayIn(3)}T23:59:59Z`), state: 'shipped' },
      },
    });
    await api.prisma.shipment.create({
      data: {
        ...{ id: 's-1', orderId: 'D-1', fulfillmentId: 'D-1-11', shipmentNumber: 'S1', carrierScac: 'UPSN' },
        ...{ shippedAt: at(-HOUR_MS / 2), lines: [line] },
      },
    });
    const outbound = { direction: 'outbound', partnerId: 'cobalt-ridge', version: '004010', orderId: 'D-1' };
    const written = { body: '', delimiters: '*>~', hash: '', correlationId: 'c', state: 'transmitted' };
    await api.prisma.document.createMany({
      data: [
        {
          ...{ ...outbound, ...written, id: 'd-855', transactionSet: '855', deadline: at(DAY_MS) },
          ...{ transmittedAt: at(-HOUR_MS), acknowledgeBy: at(-HOUR_MS / 4) },
        },
        { ...outbound, ...written, id: 'd-856', transactionSet: '856', shipmentId: 's-1', deadline: at(4 * HOUR_MS) },
      ],
    });
  });
  afterAll(() => api?.stop());

  it('are all there, each with its source and state, in the zone of the partner', async () => {
    const { body } = await api.call('GET', '/v1/orders/D-1', { key: desk });
    const ends = `${dayIn(3)}T23:59:59.000Z`;
    const left = at(-HOUR_MS / 2).toISOString();
    const stated = 'order: cancelAfter (DTM 001, 061)';
    const open = { state: 'open', doneAt: null };
    expect(body.timeZone).toBe('UTC');
    expect(body.deadlines).toEqual([
      {
        ...{ kind: 'answer', subject: '855', at: at(-HOUR_MS / 4).toISOString() },
        ...{ source: 'profile: documents.outbound.855.acknowledgment.within, PT24H', state: 'missed', doneAt: null },
      },
      {
        ...{ kind: 'shipNotice', subject: '856 of S1', at: at(4 * HOUR_MS).toISOString(), ...open },
        source: 'profile: documents.outbound.856.deadline, PT4H after shipped',
      },
      {
        ...{ kind: 'acknowledge', subject: '855', at: at(DAY_MS).toISOString() },
        source: 'profile: documents.outbound.855.deadline, PT48H after orderReceived',
        ...{ state: 'met', doneAt: at(-HOUR_MS).toISOString() },
      },
      { kind: 'ship', subject: 'R-1', at: ends, source: stated, state: 'met', doneAt: left },
      { kind: 'cancelAfter', subject: '', at: ends, source: stated, state: 'met', doneAt: left },
    ]);
  });

  it('do not keep an order from being shown whose partner has no profile any more', async () => {
    const { status, body } = await api.call('GET', '/v1/orders/D-5', { key: desk });
    expect(status).toBe(200);
    expect(body).toMatchObject({ deadlines: [], timeZone: 'UTC' });
  });

  it('that will probably be missed can be listed, while the order waits', async () => {
    const { body } = await api.call('GET', '/v1/orders?inJeopardy=true', { key: desk });
    expect(body.items).toMatchObject([{ id: 'D-2', inJeopardy: true }]);
    expect((await api.call('GET', '/v1/orders/D-3', { key: desk })).body.inJeopardy).toBe(false);
    expect((await api.call('GET', '/v1/orders?inJeopardy=no', { key: desk })).status).toBe(400);
  });
});
