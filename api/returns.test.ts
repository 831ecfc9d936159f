import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

/** Returns over HTTP, with the real intake. Temporal is away: what a process decides is in test/workflow/returns.test.ts. */

const DAY_MS = 24 * 3_600_000;

let api: ApiUnderTest;
/** Every scope, every partner. */
let desk: string;
let harbor: string;

beforeAll(async () => {
  api = await startApi();
  desk = await api.key(scopeNames);
  harbor = await api.key(['orders:read', 'orders:write'], 'harbor-pine');
});

afterAll(() => api?.stop());

beforeEach(async () => {
  await api.prisma.handOff.deleteMany();
  await api.prisma.return.deleteMany();
  await api.prisma.order.deleteMany();
  await anOrder('CR-1', '24');
});

/** An order of 24 pieces, in boxes of 12. */
async function anOrder(id: string, shipped: string, shippedAt = new Date(Date.now() - DAY_MS)): Promise<void> {
  const line = {
    ...{ lineNumber: 1, lineId: '10', sku: 'MW-1001', description: 'Wrench', orderedValue: '2', orderedUnit: 'BX' },
    ...{ baseUnit: 'EA', unitFactor: '12', unitPrice: '60', contractPrice: '60', ordered: '24' },
  };
  const stock = { round: 1, sequence: 1, node: 'RNO', wmsSystem: 'main', releaseNumber: `${id}-1`, lines: [] };
  await api.prisma.order.create({
    data: {
      ...{ id, partnerId: 'cobalt-ridge', poNumber: id, channel: 'api', contentHash: id, profileVersion: '1' },
      ...{ workflowId: `order/${id}`, correlationId: 'c', canonical: {}, currency: 'USD', status: 'invoiced' },
      orderedOn: new Date('2026-11-20'),
      lines: { create: { ...line, open: Number(shipped) === 0 ? '24' : '0', shipped } },
      fulfillments: { create: { id: `f-${id}`, ...stock } },
    },
  });
  if (Number(shipped) === 0) return;
  await api.prisma.shipment.create({
    data: {
      ...{ id: `s-${id}`, orderId: id, fulfillmentId: `f-${id}`, shipmentNumber: '1', shippedAt, carrierScac: 'RDWY' },
      lines: [{ lineNumber: 1, quantity: shipped }],
    },
  });
}

const request = (changes: object = {}) => ({
  orderId: 'CR-1',
  reason: 'damaged',
  lines: [{ lineId: '10', quantity: '1' }],
  ...changes,
});

const ask = (body: object, headers: Record<string, string> = {}, key = desk) =>
  api.call('POST', '/v1/returns', { key, headers, body });

const read = async (id: string) => (await api.call('GET', `/v1/returns/${id}`, { key: desk })).body;

describe('asking for a return', () => {
  it('stores it in base units with the start of its process, and shows it', async () => {
    const answer = await ask(request({ note: 'bent' }));
    expect(answer).toMatchObject({ status: 202, body: { duplicate: false } });
    const { returnId, rmaNumber } = answer.body;
    expect(await read(returnId)).toMatchObject({
      ...{ rmaNumber, orderId: 'CR-1', poNumber: 'CR-1', source: 'api', status: 'asked', note: 'bent' },
      lines: [{ lineId: '10', orderLineNumber: 1, requested: '12', authorized: '0', unit: 'EA' }],
    });
    expect(await api.prisma.handOff.count()).toBe(1);
    const listed = async (query: string) =>
      (await api.call('GET', `/v1/returns?${query}`, { key: desk })).body.items.map(
        (item: { returnId: string }) => item.returnId,
      );
    expect(await listed('orderId=CR-1')).toEqual([returnId]);
    expect(await listed(`q=${rmaNumber}`)).toEqual([returnId]);
    expect(await listed('status=closed')).toEqual([]);
  });

  it('answers a repeated request with the same return, and refuses its key for another', async () => {
    const key = { 'idempotency-key': 'one' };
    const [first, again] = [await ask(request(), key), await ask(request(), key)];
    expect(again.body.returnId).toBe(first.body.returnId);
    expect(await api.prisma.return.count()).toBe(1);
    const other = await ask(request({ reason: 'defective' }), key);
    expect(other).toMatchObject({ body: { code: 'idempotency-key-reused' } });
  });

  it('refuses what has not shipped, more than shipped and unknown lines, and stores nothing', async () => {
    await anOrder('CR-2', '0');
    const refused = async (body: object) => {
      const { status, body: problem } = await ask(request(body));
      return [status, problem.code, problem.errors?.map(({ path, code }: Record<string, string>) => `${path} ${code}`)];
    };
    expect(await refused({ orderId: 'CR-2' })).toEqual([409, 'not-returnable', ['lines[0] nothing-shipped']]);
    const much = [{ lineId: '10', quantity: '25', unit: 'EA' }];
    expect(await refused({ lines: much })).toEqual([409, 'not-returnable', ['lines[0] more-than-shipped']]);
    const unknown = [{ lineId: '99', quantity: '1' }];
    expect(await refused({ lines: unknown })).toEqual([409, 'not-returnable', ['lines[0] unknown-line']]);
    expect(await api.prisma.return.count()).toBe(0);
  });

  it('counts what other returns of the line may still take', async () => {
    expect((await ask(request({ lines: [{ lineId: '10', quantity: '2' }] }))).status).toBe(202);
    await api.prisma.returnLine.updateMany({ data: { authorized: '24' } });
    expect(await ask(request())).toMatchObject({ status: 409, body: { code: 'not-returnable' } });
  });

  it('refuses goods that shipped too long ago', async () => {
    await anOrder('CR-3', '24', new Date(Date.now() - 2_000 * DAY_MS));
    expect(await ask(request({ orderId: 'CR-3' }))).toMatchObject({ status: 409, body: { code: 'not-returnable' } });
  });

  it('shows another partner neither the order nor the return', async () => {
    expect(await ask(request(), {}, harbor)).toMatchObject({ status: 404, body: { code: 'unknown-order' } });
    const { returnId } = (await ask(request())).body;
    const path = `/v1/returns/${returnId}`;
    expect(await api.call('GET', path, { key: harbor })).toMatchObject({ body: { code: 'unknown-return' } });
    const cancelled = await api.call('POST', `${path}/cancel`, { key: harbor, body: { reason: 'mine' } });
    expect(cancelled).toMatchObject({ body: { code: 'unknown-return' } });
  });
});

describe('acting on a return', () => {
  const actions: [action: string, body: object][] = [
    ['cancel', { reason: 'kept after all' }],
    ['approve', { approved: true }],
    ['dispositions', { lines: [{ lineNumber: 1, quantity: '1', disposition: 'scrap' }] }],
    ['order', { orderId: 'CR-1' }],
  ];

  it.each(actions)('%s needs its process, and is refused once the return has ended', async (action, body) => {
    const { returnId } = (await ask(request())).body;
    const path = `/v1/returns/${returnId}/${action}`;
    expect(await api.call('POST', path, { key: desk, body })).toMatchObject({
      status: 503,
      body: { code: 'process-unavailable' },
    });
    await api.prisma.return.update({ where: { id: returnId }, data: { status: 'closed', closedAt: new Date() } });
    expect(await api.call('POST', path, { key: desk, body })).toMatchObject({ body: { code: 'return-ended' } });
    expect(await api.call('POST', path, { key: desk, body: {} })).toMatchObject({ body: { code: 'invalid-body' } });
  });

  it('answers a repeated cancellation as before', async () => {
    const { returnId } = (await ask(request())).body;
    await api.prisma.return.update({ where: { id: returnId }, data: { status: 'cancelled', closedAt: new Date() } });
    const again = await api.call('POST', `/v1/returns/${returnId}/cancel`, { key: desk, body: { reason: 'again' } });
    expect(again).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  });
});
