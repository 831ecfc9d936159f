import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WarehouseEvent, warehouseEvent } from '../../mappings/canonical/v1/index.ts';
import type { RunningServer } from '../server.ts';
import {
  aRelease,
  call,
  type Received,
  startProcess,
  startReceiver,
  TOKEN,
  temporaryFolder,
  WEBHOOK_SECRET,
} from '../testing.ts';
import { startWms } from './server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let api: Awaited<ReturnType<typeof startReceiver>>;
let wms: RunningServer;

beforeEach(async () => {
  folder = temporaryFolder();
  await started(await startReceiver());
});

async function started(receiver: typeof api): Promise<void> {
  api = receiver;
  wms = await startWms({
    port: 0,
    dataDir: folder.path,
    token: TOKEN,
    apiUrl: api.url,
    webhookSecret: WEBHOOK_SECRET,
    speedMs: 0,
  });
}

afterEach(async () => {
  await wms.close();
  await api.close();
  folder.remove();
});

const release = (changes: Parameters<typeof aRelease>[0] = {}, url = wms.url) => {
  const body = aRelease(changes);
  return call(`${url}/releases`, { method: 'POST', body, headers: { 'Idempotency-Key': body.releaseNumber } });
};
const control = (path: string, body: unknown, method = 'PUT') => call(`${wms.url}/_control${path}`, { method, body });

const eventOf = ({ body }: Received): WarehouseEvent => warehouseEvent.parse(JSON.parse(body));
const typesOf = (all: readonly Received[]) => all.map((one) => eventOf(one).type);
const closedOf = (releaseNumber: string) => (all: readonly Received[]) =>
  all.map(eventOf).some((event) => event.releaseNumber === releaseNumber && event.type === 'closed');
const shipmentsOf = (all: readonly Received[]) =>
  all.map(eventOf).flatMap((event) => (event.type === 'shipped' ? [event.shipment] : []));

async function stockOf(node: string, sku: string): Promise<string> {
  const { body } = await call(`${wms.url}/stock?nodes=${node}`);
  return body.balances.find((balance: { sku: string }) => balance.sku === sku).onHand;
}

function quantitiesOf(shipment: ReturnType<typeof shipmentsOf>[number]): Record<number, number> {
  const quantities: Record<number, number> = {};
  for (const line of shipment.packages.flatMap(({ lines }) => lines)) {
    quantities[line.lineNumber] = (quantities[line.lineNumber] ?? 0) + Number(line.quantity);
  }
  return quantities;
}

describe('a release', () => {
  it('is accepted, picked, shipped and closed, each with a signed event', async () => {
    await release();
    const all = await api.until(closedOf('R-1'));
    expect(typesOf(all)).toEqual(['accepted', 'picking', 'shipped', 'closed']);
    for (const { path, body, headers } of all) {
      expect(path).toBe('/v1/warehouse-events');
      expect(() => new Webhook(WEBHOOK_SECRET).verify(body, headers as Record<string, string>)).not.toThrow();
      expect(headers['webhook-id']).toBe(JSON.parse(body).eventId);
      expect(headers['x-correlation-id']).toBe('correlation-1');
    }
  });

  it('ships in cartons of the pack size on pallets, with carrier, bill of lading and weights', async () => {
    await release();
    const [shipment] = shipmentsOf(await api.until(closedOf('R-1')));
    expect(shipment?.carrier).toMatchObject({ scac: 'ODFL', billOfLading: expect.any(String) });
    const cartons = shipment?.packages.filter(({ onPallet }) => onPallet !== undefined) ?? [];
    expect(cartons.map(({ lines }) => lines[0]?.quantity)).toEqual(['12', '12', '12', '12', '6']);
    expect(cartons.map(({ weight }) => weight)).toEqual(['22.8', '22.8', '14.4', '14.4', '7.2']);
    expect(shipment?.packages[0]).toEqual({ weight: '121.6', lines: [] });
    expect(cartons.every(({ onPallet, sscc }) => onPallet === 0 && sscc === undefined)).toBe(true);
    expect(shipment?.weight).toBe('121.6');
  });

  it('for stores is packed by store, in cartons and pallets of their own, and short quantities name theirs', async () => {
    const line = { lineNumber: 1, sku: 'MW-1001', description: 'Claw hammer', quantity: '24', unit: 'EA' };
    const allocations = [
      { store: { code: '0101' }, quantity: '14' },
      { store: { code: '0102' }, quantity: '10' },
    ];
    await control('/behaviours', [{ shortPercent: 25, waves: 2 }]);
    await release({ lines: [{ ...line, allocations }] });
    const all = await api.until(closedOf('R-1'));
    const packages = shipmentsOf(all).map((shipment) =>
      shipment.packages.flatMap(({ markFor, lines, onPallet }) => {
        const pallet = onPallet === undefined ? undefined : shipment.packages[onPallet];
        return lines.map(({ quantity }) => [markFor, quantity, pallet !== undefined]);
      }),
    );
    expect(packages).toEqual([
      [['0101', '12', true]],
      [
        ['0101', '2', true],
        ['0102', '4', true],
      ],
    ]);
    expect(shipmentsOf(all)[1]?.packages.map(({ onPallet }) => onPallet)).toEqual([undefined, 0, undefined, 2]);
    expect(all.map(eventOf).at(-1)).toMatchObject({ short: [{ lineNumber: 1, quantity: '6', markFor: '0102' }] });
    const record = (await call(`${wms.url}/releases/R-1`)).body;
    expect(record.lines[0].allocations).toEqual(allocations);
  });

  it('whose stores do not add up to the line is rejected', async () => {
    const allocations = [{ store: { code: '0101' }, quantity: '1' }];
    const lines = aRelease().lines.map((line) => ({ ...line, allocations }));
    expect((await release({ lines })).status).toBe(400);
  });

  it('reduces the stock when it ships', async () => {
    await release();
    await api.until(closedOf('R-1'));
    expect(await stockOf('RNO', 'MW-1001')).toBe('249976');
    expect(await stockOf('MEM', 'MW-1001')).toBe('250000');
  });

  it('is idempotent; a repeat with other content is rejected', async () => {
    const first = await release();
    const again = await release();
    expect(again.body).toEqual(first.body);
    const underAnotherKey = await call(`${wms.url}/releases`, {
      method: 'POST',
      body: aRelease(),
      headers: { 'Idempotency-Key': 'another' },
    });
    expect(underAnotherKey.body).toEqual(first.body);
    const other = await call(`${wms.url}/releases`, {
      method: 'POST',
      body: aRelease({ node: 'MEM' }),
      headers: { 'Idempotency-Key': 'third' },
    });
    expect(other.body.code).toBe('release-number-reused');
    await api.until(closedOf('R-1'));
    expect(shipmentsOf(api.received)).toHaveLength(1);
  });

  it('for an unknown node or item is rejected', async () => {
    expect((await release({ node: 'ATL' })).body.code).toBe('unknown-node');
    const lines = aRelease().lines.map((line) => ({ ...line, sku: 'MW-9999' }));
    expect((await release({ lines })).body.code).toBe('unknown-item');
  });

  it('with a line above the wave capacity ships in two shipments that add up', async () => {
    const [first] = aRelease().lines;
    if (!first) throw new Error('a release has lines');
    await release({
      lines: [
        { ...first, quantity: '144' },
        { ...first, lineNumber: 2, sku: 'MW-1004', quantity: '36' },
      ],
    });
    const shipments = shipmentsOf(await api.until(closedOf('R-1')));
    expect(shipments.map(quantitiesOf)).toEqual([{ 1: 72, 2: 36 }, { 1: 72 }]);
    expect(new Set(shipments.map(({ shipmentNumber }) => shipmentNumber)).size).toBe(2);
  });
});

describe('stock', () => {
  it('has some articles at one node only', async () => {
    expect([await stockOf('RNO', 'MW-1011'), await stockOf('MEM', 'MW-1012')]).toEqual(['0', '0']);
  });

  it('never goes below zero: competing releases ship the available stock and close short', async () => {
    await control('/stock', [{ node: 'RNO', sku: 'MW-1001', onHand: '50' }], 'POST');
    const [line] = aRelease().lines;
    if (!line) throw new Error('a release has lines');
    const names = ['R-1', 'R-2', 'R-3', 'R-4'];
    await Promise.all(names.map((releaseNumber) => release({ releaseNumber, lines: [{ ...line, quantity: '20' }] })));
    await api.until((all) => names.every((name) => closedOf(name)(all)));
    const gone = shipmentsOf(api.received).reduce((total, shipment) => total + (quantitiesOf(shipment)[1] ?? 0), 0);
    expect(gone).toBe(50);
    expect(await stockOf('RNO', 'MW-1001')).toBe('0');
    const short = api.received.map(eventOf).flatMap((event) => (event.type === 'closed' ? event.short : []));
    expect(short.reduce((total, { quantity }) => total + Number(quantity), 0)).toBe(30);
  });

  it('cannot be set below zero', async () => {
    expect((await control('/stock', [{ node: 'RNO', sku: 'MW-1001', onHand: '-1' }], 'POST')).status).toBe(400);
  });
});

describe('behaviours', () => {
  it('a held release waits, can be cancelled, and then nothing ships', async () => {
    await control('/behaviours', [{ match: { poNumber: 'HP-1' }, hold: true }]);
    await release();
    const cancel = () =>
      call(`${wms.url}/releases/R-1/cancel`, {
        method: 'POST',
        body: { reason: 'asked' },
        headers: { 'Idempotency-Key': 'R-1/cancel' },
      });
    expect((await cancel()).body).toEqual({ cancelled: true });
    await control('/behaviours', []);
    expect((await call(`${wms.url}/releases/R-1`)).body.state).toBe('cancelled');
    await release({ releaseNumber: 'R-2' });
    await api.until(closedOf('R-2'));
    expect(api.received.map(eventOf).filter(({ releaseNumber }) => releaseNumber === 'R-1')).toEqual([]);
  });

  it('a shipped release cannot be cancelled', async () => {
    await release();
    await api.until(closedOf('R-1'));
    const answer = await call(`${wms.url}/releases/R-1/cancel`, {
      method: 'POST',
      body: { reason: 'late' },
      headers: { 'Idempotency-Key': 'R-1/cancel' },
    });
    expect(answer.body).toEqual({ cancelled: false });
  });

  it('a release ships on its earliest ship date, not before, also after a restart', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const today = new Date().toISOString().slice(0, 10);
    await release({ releaseNumber: 'R-early', shipNotBefore: tomorrow });
    await wms.close();
    await started(api);
    await release({ releaseNumber: 'R-now', shipNotBefore: today });
    await api.until(closedOf('R-now'));
    const { body } = await call(`${wms.url}/releases/R-early`);
    expect(body).toMatchObject({ state: 'released', shipmentNumbers: [], shipNotBefore: tomorrow });
  });

  it('a release ships before its date with the early behaviour', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await control('/behaviours', [{ early: true }]);
    await release({ shipNotBefore: tomorrow });
    await api.until(closedOf('R-1'));
  });

  it('a held release continues when the hold is removed', async () => {
    await control('/behaviours', [{ hold: true }]);
    await release();
    await control('/behaviours', []);
    expect(typesOf(await api.until(closedOf('R-1')))).toEqual(['accepted', 'picking', 'shipped', 'closed']);
  });

  it('behaviours set concurrently for many POs apply to each, and are removed one by one', async () => {
    const names = ['1', '2', '3', '4', '5', '6'];
    await Promise.all(names.map((name) => control(`/behaviours/PO-${name}`, { hold: true })));
    for (const name of names) await release({ releaseNumber: `R-${name}`, poNumber: `PO-${name}` });
    await Promise.all([
      control('/behaviours/PO-2', undefined, 'DELETE'),
      control('/behaviours/PO-5', { shortPercent: 100 }),
      control('/behaviours/PO-1', { hold: true, delayMs: 5 }),
    ]);
    await api.until((all) => closedOf('R-2')(all) && closedOf('R-5')(all));
    const { body } = await call(`${wms.url}/releases?poNumber=PO-1`);
    expect(body.items).toMatchObject([{ state: 'released' }]);
    const { body: behaviours } = await call(`${wms.url}/_control/behaviours`);
    expect(behaviours.map(({ match }: { match: { poNumber: string } }) => match.poNumber).sort()).toEqual(
      ['1', '3', '4', '5', '6'].map((name) => `PO-${name}`),
    );
  });

  it('a short release reports the missing quantity', async () => {
    await control('/behaviours', [{ match: { releaseNumber: 'R-1' }, shortPercent: 50 }]);
    await release();
    const closed = (await api.until(closedOf('R-1'))).map(eventOf).at(-1);
    expect(closed).toMatchObject({
      short: [
        { lineNumber: 1, quantity: '12' },
        { lineNumber: 2, quantity: '15' },
      ],
    });
  });

  it('a refused release ships nothing', async () => {
    await control('/behaviours', [{ match: { node: 'RNO' }, refuse: 'dock is closed' }]);
    await release();
    const all = await api.until((received) => received.length > 0);
    expect(all.map(eventOf)).toMatchObject([{ type: 'refused', reason: 'dock is closed' }]);
  });

  it('two waves split every line in half', async () => {
    await control('/behaviours', [{ waves: 2 }]);
    await release();
    expect(shipmentsOf(await api.until(closedOf('R-1'))).map(quantitiesOf)).toEqual([
      { 1: 12, 2: 24 },
      { 1: 12, 2: 6 },
    ]);
  });

  it('events can be sent in reverse order and twice, under the same ids', async () => {
    await control('/behaviours', [{ reverse: true, duplicate: true }]);
    await release();
    const all = await api.until((received) => received.length === 8);
    expect(typesOf(all)).toEqual([
      'closed',
      'closed',
      'shipped',
      'shipped',
      'picking',
      'picking',
      'accepted',
      'accepted',
    ]);
    expect(new Set(all.map((one) => eventOf(one).eventId)).size).toBe(4);
  });
});

describe('delivery of events', () => {
  it('retries until the API accepts the events, in order', async () => {
    await wms.close();
    await api.close();
    await started(await startReceiver((_, count) => (count <= 3 ? ([500, 429, 503][count - 1] ?? 500) : 202)));
    await release();
    const all = await api.until(closedOf('R-1'));
    expect(typesOf(all)).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'picking', 'shipped', 'closed']);
  });

  it('an event that the API rejects is set aside, stays visible, and can be sent again', async () => {
    await wms.close();
    await api.close();
    await started(await startReceiver((_, count) => (count === 1 ? 422 : 202)));
    await release();
    await api.until(closedOf('R-1'));
    const outbox = async () => (await call(`${wms.url}/_control/outbox`)).body;
    await expect.poll(outbox).toMatchObject({ waiting: 0, setAside: [{ id: 'R-1:0', status: 422 }] });
    expect((await control('/outbox/requeue', {}, 'POST')).body).toEqual({ requeued: 1 });
    await api.until((all) => all.length === 5);
    expect(typesOf(api.received).at(-1)).toBe('accepted');
  });

  it('every event arrives despite duplicate and shuffle faults', async () => {
    await control('/faults', { seed: 3, duplicateEvents: {}, shuffleEvents: {} });
    const names = ['R-1', 'R-2', 'R-3'];
    for (const releaseNumber of names) await release({ releaseNumber });
    const all = await api.until((received) => received.length === 24);
    const orders = names.map((name) =>
      all.map(eventOf).flatMap(({ releaseNumber, eventId }) => (releaseNumber === name ? [eventId] : [])),
    );
    for (const ids of orders) expect(new Set(ids).size).toBe(4);
    expect(orders).not.toEqual(orders.map((ids) => ids.toSorted()));
  });

  it('nothing is sent during an outage', async () => {
    await release();
    await api.until(closedOf('R-1'));
    await control('/behaviours', [{ hold: true }]);
    await release({ releaseNumber: 'R-2' });
    await control('/faults', { outage: { seconds: 0.3 } });
    await control('/behaviours', []);
    const from = performance.now();
    await api.until(closedOf('R-2'));
    expect(performance.now() - from).toBeGreaterThan(200);
  });
});

it('after a kill at any moment, every release ships once and every event arrives', async () => {
  const dir = temporaryFolder();
  const env = { SANDBOX_DATA_DIR: dir.path, API_URL: api.url, SANDBOX_SPEED_MS: '20' };
  const names = Array.from({ length: 20 }, (_, n) => `K-${n}`);
  let process = await startProcess('wms', env);
  await Promise.all(names.map((releaseNumber) => release({ releaseNumber }, process.url)));
  for (const threshold of [5, 30, 55]) {
    await api.until((all) => all.length >= threshold);
    await process.end('SIGKILL');
    process = await startProcess('wms', env);
  }
  await api.until((all) => names.every((name) => closedOf(name)(all)));
  const shipped = new Map<string, Set<string>>();
  for (const event of api.received.map(eventOf)) {
    if (event.type !== 'shipped') continue;
    shipped.set(
      event.releaseNumber,
      (shipped.get(event.releaseNumber) ?? new Set()).add(event.shipment.shipmentNumber),
    );
  }
  expect([...shipped.values()].map(({ size }) => size)).toEqual(names.map(() => 1));
  const { body } = await call(`${process.url}/stock?nodes=RNO`);
  expect(body.balances.find(({ sku }: { sku: string }) => sku === 'MW-1001').onHand).toBe(String(250_000 - 20 * 24));
  await process.end('SIGTERM');
  dir.remove();
});
