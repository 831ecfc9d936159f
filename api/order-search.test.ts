import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopeNames } from './auth/scopes.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

const ORDERS = 200_000;

/** Lists and search over many orders: each page walks an index, whatever is asked for. */
describe(`among ${ORDERS} orders`, () => {
  let api: ApiUnderTest;
  let desk: string;
  let small: string;

  beforeAll(async () => {
    api = await startApi({ rateLimitPerMinute: 1_000_000 });
    desk = await api.key(scopeNames);
    small = await api.key(['orders:read'], 'cobalt-ridge');
    // One order in 2,000 is the small partner's; each has a PO, an ERP order and an SSCC.
    await api.prisma.$executeRaw`
      INSERT INTO "Order" (id, "partnerId", "poNumber", channel, "contentHash", "profileVersion", "workflowId", "correlationId",
                           canonical, currency, status, "orderedOn", "receivedAt", "updatedAt")
      SELECT 'o-' || n, CASE WHEN n % 2000 = 0 THEN 'cobalt-ridge' ELSE 'harbor-pine' END, 'PO-' || n, 'edi', n::text, '1',
             'order/' || n, 'c', '{}', 'USD', CASE WHEN n % 100 = 0 THEN 'exception' ELSE 'closed' END, '2026-11-20',
             timestamptz '2026-01-01' + (n / 3) * interval '1 second', now()
      FROM generate_series(1, ${ORDERS}::int) AS n`;
    await api.prisma.$executeRaw`
      INSERT INTO "OrderReference" ("orderId", kind, value, search)
      SELECT 'o-' || n, kind, value, upper(replace(value, '-', ''))
      FROM generate_series(1, ${ORDERS}::int) AS n,
           LATERAL (VALUES ('po', 'PO-' || n), ('erp-order', 'SO-' || (n + 500000)), ('sscc', lpad(n::text, 18, '0'))) AS r (kind, value)`;
    await api.prisma.$executeRaw`ANALYZE "Order"`;
    await api.prisma.$executeRaw`ANALYZE "OrderReference"`;
  });

  afterAll(async () => {
    await api?.stop();
  });

  async function found(query: string, key = desk): Promise<string[]> {
    const { body } = await api.call('GET', `/v1/orders?${query}`, { key });
    return body.items.map(({ id }: { id: string }) => id);
  }

  it('any number finds its order, however it is written', async () => {
    for (const q of [
      'PO-123456',
      'po 123456',
      'SO-623456',
      'so623456',
      '000000000000123456',
      '0000 0000 0000 1234 56',
    ]) {
      expect(await found(`q=${encodeURIComponent(q)}`), q).toEqual(['o-123456']);
    }
    expect(await found('q=PO-999999')).toEqual([]);
    expect(await found('q=%25')).toEqual([]);
  });

  it('the beginning of a number finds all that begin so, the exact one first, each once', async () => {
    expect(await found('q=PO-19999')).toEqual(['o-19999', ...Array.from({ length: 10 }, (_, n) => `o-19999${n}`)]);
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.call('GET', `/v1/orders?q=PO-1999&limit=7${cursor ? `&cursor=${cursor}` : ''}`, {
        key: desk,
      });
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    // PO-1999, PO-1999x and PO-1999xx.
    expect(ids).toHaveLength(1 + 10 + 100);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a partner with few orders finds all of them by a beginning that most orders share', async () => {
    const ids: string[] = [];
    let pages = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.call('GET', `/v1/orders?q=PO-10&limit=200${cursor ? `&cursor=${cursor}` : ''}`, {
        key: small,
      });
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      pages += 1;
    }
    const expected = await api.prisma.order.count({
      where: { partnerId: 'cobalt-ridge', poNumber: { startsWith: 'PO-10' } },
    });
    expect(ids).toHaveLength(expected);
    expect(pages).toBeLessThan(30);
  });

  it('no kind of page reads a table from end to end', async () => {
    const scansBefore = await scans();
    let requests = 0;
    const random = randomNumbers(7);
    const deep = (await api.call('GET', '/v1/orders?limit=200', { key: desk })).body.nextCursor;
    for (let round = 0; round < 4; round += 1) {
      const n = 1 + Math.floor(random() * ORDERS);
      const queries: [string, string][] = [
        [`q=PO-${n}`, desk],
        [`q=SO-${String(n + 500_000).slice(0, 4)}`, desk],
        [`q=${String(n).padStart(18, '0')}`, small],
        ['q=PO', small],
        ['q=0&status=exception', desk],
        ['status=exception', desk],
        ['partner=cobalt-ridge', desk],
        ['status=closed&partner=cobalt-ridge', desk],
        ['', desk],
        [`cursor=${deep}`, desk],
      ];
      for (const [query, key] of queries) {
        const answer = await api.call('GET', `/v1/orders?${query}`, { key });
        requests += 1;
        expect(answer.status).toBe(200);
      }
    }
    // Sessions hand their counts in when they have been idle for a while.
    await expect
      .poll(async () => (await scans()).index - scansBefore.index, { timeout: 30_000 })
      .toBeGreaterThan(requests);
    expect((await scans()).sequential - scansBefore.sequential).toBe(0);
  });

  async function scans(): Promise<{ index: number; sequential: number }> {
    const [row] = await api.prisma.$queryRaw<{ index: bigint; sequential: bigint }[]>`
      SELECT sum(idx_scan)::bigint AS index, sum(seq_scan)::bigint AS sequential
      FROM pg_stat_user_tables WHERE relname IN ('Order', 'OrderReference')`;
    return { index: Number(row?.index ?? 0), sequential: Number(row?.sequential ?? 0) };
  }
});

/** Park and Miller's generator: the same numbers in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
