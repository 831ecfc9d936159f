import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderChange } from '../mappings/canonical/v1/index.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';
import { CARTONS, LINES, largeOrder, numbers } from './testing/large-order.ts';

/** What hangs on an order of 10,000 lines, over HTTP: decisions, a question about all lines, a change of all lines. */

let api: ApiUnderTest;
let key: string;
let harbor: string;

beforeAll(async () => {
  api = await startApi();
  key = await api.key(['orders:read']);
  harbor = await api.key(['orders:read'], 'harbor-pine');
  await largeOrder(api.prisma);
  await api.prisma.decision.createMany({
    data: numbers.map((number) => ({
      ...{ orderId: 'BIG', key: `price/${number}`, rule: 'price', ruleVersion: '1', outcome: `line ${number}: 5.00` },
      inputs: { lineId: String(number), sku: `MW-${number}`, orderedPrice: '5.00', ourPrice: '5.00', tolerance: '2' },
    })),
  });
  await api.prisma.orderException.create({
    data: {
      ...{ id: 'all', orderId: 'BIG', type: 'unknown-item', category: 'items', step: 'check', summary: 's' },
      ...{ owner: 'master-data', resolutions: ['correct', 'cancel'], detail: { lineIds: numbers.map(String) } },
    },
  });
  const canonical = orderChange.parse({
    ...{ partnerId: 'cobalt-ridge', channel: 'api', poNumber: 'BIG', action: 'change' },
    lines: numbers.map((number) => ({
      ...{ lineId: String(number), action: 'change', changes: ['quantity'] },
      quantity: { unit: 'EA', after: '6' },
    })),
  });
  const parts = numbers.map((number) => ({
    ...{ part: 'quantity', lineId: String(number) },
    ...(number === 9000 ? { result: 'rejected', reason: 'has shipped' } : { result: 'accepted' }),
  }));
  await api.prisma.orderChange.create({
    data: {
      ...{ id: 'C1', orderId: 'BIG', partnerId: 'cobalt-ridge', source: 'api', askedBy: 'ann', correlationId: 'c' },
      ...{ canonical: JSON.parse(JSON.stringify(canonical)), state: 'answered', answeredAt: new Date() },
      ...{ outcome: { result: 'accepted-in-part', parts }, poNumber: 'BIG', contentHash: 'c' },
    },
  });
});

afterAll(() => api?.stop());

const get = async (path: string) => {
  const answer = await api.call('GET', path, { key });
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  expect(answer.text.length).toBeLessThan(300_000);
  return answer.body;
};

/** Every item of a list, page by page. */
async function all<Item>(path: string): Promise<Item[]> {
  const seen: Item[] = [];
  let cursor = '';
  do {
    const page = await get(`${path}?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.count).toBe(LINES);
    seen.push(...page.items);
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  return seen;
}

describe('what hangs on an order of 10,000 lines', () => {
  it('is not in its head', async () => {
    const { exceptions, changes } = await get('/v1/orders/BIG');
    const question = exceptions.find(({ id }: { id: string }) => id === 'all');
    expect(question).toMatchObject({ lineCount: LINES });
    expect(question.lineIds).toEqual(numbers.slice(0, 200).map(String));
    const [change] = changes;
    expect(change).toMatchObject({ pointCount: LINES, outcome: { result: 'accepted-in-part', partCount: LINES } });
    expect(change.points).toHaveLength(200);
    // What is not as asked comes first.
    expect(change.outcome.parts[0]).toMatchObject({ lineId: '9000', result: 'rejected' });
    expect(change.outcome.parts).toHaveLength(200);
  });

  it('lists every decision once', async () => {
    const decisions = await all<{ outcome: string }>('/v1/orders/BIG/explain');
    expect(decisions.map(({ outcome }) => outcome)).toEqual(numbers.map((number) => `line ${number}: 5.00`));
  });

  it('lists every point and every part of a change once', async () => {
    const points = await all<string>('/v1/orders/BIG/changes/C1/points');
    expect(new Set(points).size).toBe(LINES);
    const parts = await all<{ lineId: string }>('/v1/orders/BIG/changes/C1/parts');
    expect(parts.slice(0, 2).map(({ lineId }) => lineId)).toEqual(['9000', '1']);
    expect(new Set(parts.map(({ lineId }) => lineId)).size).toBe(LINES);
  });

  it('lists the lines of a question page by page, and finds one by its number', async () => {
    const detail = await get('/v1/exceptions/all');
    expect(detail.lines).toHaveLength(200);
    const next = await get(`/v1/exceptions/all/lines?limit=200&cursor=${detail.linesNextCursor}`);
    expect(next).toMatchObject({ count: LINES, currency: 'USD' });
    expect(next.items[0].lineId).toBe('201');
    const found = await get('/v1/exceptions/all/lines?q=9876');
    expect(found).toMatchObject({ count: 1, nextCursor: null, items: [{ lineId: '9876', sku: 'MW-9876' }] });
  });

  it('reads what was ordered page by page, and finds a line', async () => {
    const body = await get('/v1/orders/BIG/as-ordered');
    expect(body).toMatchObject({ poNumber: 'BIG', lineCount: LINES });
    expect(body.lines).toHaveLength(200);
    const lines = await all<{ lineId: string }>('/v1/orders/BIG/as-ordered/lines');
    expect(lines.map(({ lineId }) => lineId)).toEqual(numbers.map(String));
    const ids = async (q: string) =>
      (await get(`/v1/orders/BIG/as-ordered/lines?q=${q}`)).items.map(({ lineId }: { lineId: string }) => lineId);
    expect(await ids('9876')).toEqual(['9876']);
    expect(await ids('b-9877')).toEqual(['9877']);
    expect(await ids(encodeURIComponent('%'))).toEqual([]);
  });

  it('names the first packages in the lineage, and links to all', async () => {
    const { nodes } = await get('/v1/orders/BIG/lineage');
    const kinds = (kind: string) => nodes.filter((node: { kind: string }) => node.kind === kind);
    expect(kinds('package')).toHaveLength(200);
    expect(kinds('packages')).toMatchObject([
      { label: `${CARTONS - 200} more packages`, link: '/v1/shipments/s/packages' },
    ]);
  });

  it('is not there for other partners, and refuses foreign cursors and unknown changes', async () => {
    const paths = ['/v1/orders/BIG/explain', '/v1/exceptions/all/lines', '/v1/orders/BIG/as-ordered/lines'];
    for (const path of [...paths, '/v1/orders/BIG/changes/C1/parts', '/v1/orders/BIG/changes/C1/points']) {
      expect((await api.call('GET', path, { key: harbor })).status, path).toBe(404);
      const foreign = await api.call('GET', `${path}?cursor=abc`, { key });
      expect(foreign.body, path).toMatchObject({ status: 400, code: 'invalid-parameters' });
    }
    const unknown = await api.call('GET', '/v1/orders/BIG/changes/C9/parts', { key });
    expect(unknown.body).toMatchObject({ status: 404, code: 'unknown-change' });
  });
});
