import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';
import { CARTONS, LINES, largeOrder, numbers, QUESTIONED } from './testing/large-order.ts';

/** An order of 10,000 lines over HTTP, in one shipment of 2,500 cartons. */

let api: ApiUnderTest;
let key: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.key(['orders:read']);
  await largeOrder(api.prisma);
});

afterAll(() => api?.stop());

const get = async (path: string) => {
  const answer = await api.call('GET', path, { key });
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return answer;
};

const lines = async (query = '') => (await get(`/v1/orders/BIG/lines?limit=200${query}`)).body;
const idsOf = ({ items }: { items: { lineId: string }[] }) => items.map(({ lineId }) => lineId);

describe('an order of 10,000 lines', () => {
  it('answers its head with the first lines and packages, and says how many there are', async () => {
    const { body, text } = await get('/v1/orders/BIG');
    expect(idsOf({ items: body.lines })).toEqual(numbers.slice(0, 200).map(String));
    expect(body).toMatchObject({
      lineCount: LINES,
      highestLineIds: ['10000', '9999'],
      links: { lines: '/v1/orders/BIG/lines' },
    });
    expect(body.lineSums).toEqual([
      {
        ...{ baseUnit: 'EA', ordered: '119988', cancelled: '4', rejected: '4', backordered: '4' },
        ...{ open: '99978', shipped: '19998' },
      },
    ]);
    expect(body.fulfillments[0].lines).toHaveLength(200);
    expect(body.fulfillments[0].lineCount).toBe(LINES);
    const [shipment] = body.shipments;
    expect(shipment.packages).toHaveLength(200);
    expect(shipment.packageCount).toBe(CARTONS);
    expect(shipment.links).toEqual({ labels: '/v1/shipments/s/labels', packages: '/v1/shipments/s/packages' });
    expect(text.length).toBeLessThan(250_000);
    const next = await lines(`&cursor=${body.linesNextCursor}`);
    expect(next.items[0].lineId).toBe('201');
  });

  it('lists every line once, page by page', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await lines(cursor === '' ? '' : `&cursor=${cursor}`);
      expect(page.count).toBe(LINES);
      seen.push(...idsOf(page));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(numbers.map(String));
  });

  it('puts lines in question first, and lists each of the others once after them', async () => {
    const first = await lines('&questionsFirst=true');
    expect(idsOf(first).slice(0, 3)).toEqual([...QUESTIONED, '1']);
    expect(first.items.slice(0, 3).map(({ inQuestion }: { inQuestion: boolean }) => inQuestion)).toEqual([
      true,
      true,
      false,
    ]);
    const second = await lines(`&questionsFirst=true&cursor=${first.nextCursor}`);
    expect(idsOf(second)[0]).toBe('199');
  });

  it.each([
    ['backordered', '7001'],
    ['cancelled', '7002', '7004'],
    ['rejected', '7003'],
  ])('finds lines of which something is %s', async (state, ...lineIds) => {
    expect(idsOf(await lines(`&state=${state}`))).toEqual(lineIds);
  });

  it('says which lines a change has taken off', async () => {
    const { items } = await lines('&state=cancelled');
    expect(items.map(({ lineId, takenOff }: { lineId: string; takenOff: boolean }) => [lineId, takenOff])).toEqual([
      ['7002', false],
      ['7004', true],
    ]);
  });

  it('finds lines by state and text together', async () => {
    expect(idsOf(await lines('&state=in-question'))).toEqual(QUESTIONED);
    expect(idsOf(await lines('&q=9999'))).toEqual(['9999']);
    expect(idsOf(await lines('&q=mw-9998'))).toEqual(['9998']);
    expect(idsOf(await lines('&q=b-9997'))).toEqual(['9997']);
    expect(idsOf(await lines('&q=800&state=in-question'))).toEqual(QUESTIONED);
    expect((await lines('&q=nothing')).count).toBe(0);
  });

  it('takes percent, underscore and backslash as text', async () => {
    expect(idsOf(await lines(`&q=${encodeURIComponent('50%_off')}`))).toEqual(['9500']);
    expect((await lines(`&q=${encodeURIComponent('5%off')}`)).count).toBe(0);
    expect((await lines(`&q=${encodeURIComponent('\\')}`)).count).toBe(0);
  });

  it('shows the stores of a spread line on a late page', async () => {
    const [line] = (await lines('&q=9000')).items;
    expect(line.stores).toEqual([{ store: '77', ordered: '12', shipped: '0' }]);
  });

  it('lists every package of a shipment once', async () => {
    const seen = new Set<string>();
    let cursor = '';
    do {
      const at = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await get(`/v1/shipments/s/packages?limit=200${at}`);
      for (const { sscc } of body.items) seen.add(sscc);
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen.size).toBe(CARTONS);
  });

  it('refuses a foreign cursor, an unknown state and other partners', async () => {
    for (const query of ['cursor=abc', 'state=lost', 'limit=1000']) {
      const answer = await api.call('GET', `/v1/orders/BIG/lines?${query}`, { key });
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid-parameters' });
    }
    const harbor = await api.key(['orders:read'], 'harbor-pine');
    for (const path of ['/v1/orders/BIG/lines', '/v1/shipments/s/packages']) {
      expect((await api.call('GET', path, { key: harbor })).status).toBe(404);
    }
  });
});
