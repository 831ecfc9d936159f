import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderChange } from '../mappings/canonical/v1/index.ts';
import type { Prisma } from '../prisma/generated/client.ts';
import { canonicalOrder, purchaseOrder } from '../test/integration/purchase-orders.ts';
import { type InterchangeFilter, interchangesQuery } from './interchange-search.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

/** Files are found by whoever asks after them: an EDI desk for all partners, a partner for its own. */

const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1').trimEnd();
const MINUTE = 60_000;

async function idsOf(api: ApiUnderTest, query: string, key: string): Promise<string[]> {
  const { status, text, body } = await api.call('GET', `/v1/edi/interchanges?${query}`, { key });
  expect(status, text).toBe(200);
  return body.items.map(({ interchangeId }: { interchangeId: string }) => interchangeId);
}

describe('files', () => {
  let api: ApiUnderTest;
  let desk: string;
  let dealer: string;
  const now = Date.now();

  /** A file of `minutes` ago. */
  function aFile(id: string, minutes: number, changes: Partial<Prisma.InterchangeCreateInput> = {}) {
    const { direction = 'inbound' } = changes;
    return {
      id,
      direction,
      partnerId: 'cobalt-ridge',
      senderId: 'COBALT',
      receiverId: 'MERIDIAN',
      controlNumber: '000000001',
      hash: id,
      transport: 'https',
      bytes: new Uint8Array([1]),
      size: 1,
      state: direction === 'inbound' ? 'processed' : 'delivered',
      correlationId: 'c',
      receivedAt: new Date(now - minutes * MINUTE),
      ...changes,
    };
  }

  function aSet(position: number, state: string, changes: Partial<Prisma.DocumentCreateWithoutInterchangeInput> = {}) {
    return {
      id: `set-${Math.random()}`,
      direction: 'inbound',
      partnerId: 'cobalt-ridge',
      transactionSet: '850',
      version: '004010',
      state,
      position,
      transactionControl: String(position).padStart(4, '0'),
      body: '',
      delimiters: '*>~',
      hash: 'h',
      correlationId: 'c',
      ...changes,
    };
  }

  const fault = {
    code: 'element-code',
    message: 'Unit must be one of\nEA, CA.',
    place: { segment: 'PO1', position: 7 },
  };

  beforeAll(async () => {
    api = await startApi();
    desk = await api.key(['documents:read']);
    dealer = await api.key(['documents:read'], 'cobalt-ridge');
    const files: Prisma.InterchangeCreateInput[] = [
      aFile('fine', 1, { documents: { create: [aSet(1, 'accepted'), aSet(2, 'duplicate'), aSet(3, 'accepted')] } }),
      aFile('new', 2, { state: 'received' }),
      aFile('ready', 3, { direction: 'outbound', state: 'prepared' }),
      aFile('refused-whole', 20, {
        state: 'rejected',
        partnerId: null,
        controlNumber: '000000477',
        errors: [{ ...fault, message: 'no partner sends as ZZ/NOBODY' }],
      }),
      aFile('set-refused', 21, {
        documents: {
          create: [
            aSet(1, 'accepted'),
            aSet(2, 'rejected', { errors: [fault, { ...fault, message: 'another' }] }),
            aSet(3, 'rejected', { errors: [{ ...fault, message: 'a later one' }] }),
          ],
        },
      }),
      aFile('group-faulty', 22, { errors: [{ ...fault, message: 'GE02 must repeat the control number of GS06.' }] }),
      aFile('answers-nothing', 22.5, {
        documents: { create: [aSet(1, 'unmatched', { transactionSet: '997', errors: [fault] })] },
      }),
      aFile('not-taken', 23, { direction: 'outbound', state: 'refused', evidence: 'mailbox: 422' }),
      aFile('answered-no', 24, {
        direction: 'outbound',
        documents: {
          create: [aSet(1, 'rejected', { direction: 'outbound', transactionSet: '856', acknowledgment: 'R' })],
        },
      }),
      aFile('left-behind', 25, { state: 'received' }),
      aFile('not-delivered', 26, { direction: 'outbound', state: 'prepared' }),
      aFile('of-harbor', 27, { partnerId: 'harbor-pine', controlNumber: '000000477' }),
      aFile('asked-about', 28, {
        documents: {
          create: [aSet(1, 'accepted'), aSet(2, 'kept', { id: 'change', transactionSet: '860', poNumber: 'CR-9' })],
        },
      }),
      aFile('twin-a', 60),
      aFile('twin-b', 60),
      aFile('twin-c', 60),
    ];
    for (const data of files) await api.prisma.interchange.create({ data });
  });

  afterAll(async () => {
    await api?.stop();
  });

  it('are listed newest first, those of one moment by id, each once whatever the size of a page', async () => {
    const all = await idsOf(api, '', desk);
    expect(all.slice(0, 3)).toEqual(['fine', 'new', 'ready']);
    expect(all.slice(-3)).toEqual(['twin-a', 'twin-b', 'twin-c']);
    for (const limit of [1, 2, 5]) {
      const paged: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { body } = await api.call('GET', `/v1/edi/interchanges?limit=${limit}${cursor && `&cursor=${cursor}`}`, {
          key: desk,
        });
        paged.push(...body.items.map(({ interchangeId }: { interchangeId: string }) => interchangeId));
        cursor = body.nextCursor;
      }
      expect(paged, `${limit} a page`).toEqual(all);
    }
  });

  it('for a person are those with a set that nothing processes, until a person says what was done', async () => {
    const clerk = await api.key(['documents:read', 'exceptions:resolve']);
    const answer = (path: string, body: object, key = clerk) =>
      api.call('POST', `/v1/documents/change/${path}`, { key, body });
    expect(await idsOf(api, 'kept=true', desk)).toEqual(['asked-about']);
    const file = await api.call('GET', '/v1/edi/interchanges/asked-about', { key: desk });
    expect(file.body.transactions[1]).toMatchObject({
      state: 'kept',
      question: { asks: 'asks for a change of the order', poNumber: 'CR-9', open: true, links: { order: null } },
    });
    const listed = await api.call('GET', '/v1/edi/interchanges?kept=true', { key: desk });
    expect(listed.body.items[0]).toMatchObject({
      waitsFor: '860 Purchase order change about PO CR-9: a person must say what is done',
    });
    expect(await answer('handled', { note: 'done' }, desk)).toMatchObject({ status: 403 });
    // Nothing was read of it that could be applied.
    expect(await answer('apply', {})).toMatchObject({ status: 409, body: { code: 'not-possible-now' } });
    expect(await answer('apply', {}, desk)).toMatchObject({ status: 403 });
    expect(await answer('handled', { note: ' ' })).toMatchObject({ status: 422 });
    expect(await answer('order', { poNumber: 'CR-9' })).toMatchObject({ status: 404, body: { code: 'unknown-order' } });
    const other = await api.key(['exceptions:resolve'], 'harbor-pine');
    expect(await answer('handled', { note: 'done' }, other)).toMatchObject({ status: 404 });
    expect(await answer('handled', { note: 'changed by hand' })).toMatchObject({
      status: 200,
      body: { state: 'handled', question: { open: false, note: 'changed by hand' } },
    });
    expect(await answer('handled', { note: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'document-not-kept' },
    });
    expect(await answer('order', { poNumber: 'CR-9' })).toMatchObject({ status: 409 });
    expect(await idsOf(api, 'kept=true', desk)).toEqual([]);
  });

  it('that ask for a clear change of one order are applied when a person says so', async () => {
    const clerk = await api.key(['documents:read', 'orders:read', 'orders:write', 'exceptions:resolve']);
    const order = canonicalOrder(purchaseOrder('cobalt-ridge', 'CR-APPLY'));
    const { body } = await api.call('POST', '/v1/orders', { key: clerk, body: order });
    const lineId = order.lines[0]?.lineId;
    const change = orderChange.parse({
      ...{ partnerId: 'cobalt-ridge', channel: 'edi', poNumber: 'CR-APPLY', action: 'change' },
      lines: [{ lineId, action: 'delete' }],
    });
    const kept = { id: 'to-apply', transactionSet: '860', poNumber: 'CR-APPLY', change };
    await api.prisma.interchange.create({
      data: aFile('to-apply', 90, { documents: { create: [aSet(1, 'kept', kept)] } }),
    });
    await api.prisma.documentOrder.create({ data: { documentId: 'to-apply', orderId: body.orderId } });
    const { body: document } = await api.call('GET', '/v1/documents/to-apply', { key: clerk });
    expect(document.question).toMatchObject({
      change: { applies: true },
      links: { apply: '/v1/documents/to-apply/apply' },
    });
    const applied = await api.call('POST', '/v1/documents/to-apply/apply', { key: clerk, body: {} });
    expect(applied).toMatchObject({
      status: 200,
      body: { state: 'handled', question: { open: false, note: 'Applied to the order', links: { apply: null } } },
    });
    const { body: changes } = await api.call('GET', `/v1/orders/${body.orderId}/changes`, { key: clerk });
    expect(changes.items).toMatchObject([
      { id: 'to-apply', source: 'edi', state: 'waiting', links: { document: '/v1/documents/to-apply' } },
    ]);
    expect(await api.call('POST', '/v1/documents/to-apply/apply', { key: clerk, body: {} })).toMatchObject({
      status: 409,
      body: { code: 'document-not-kept' },
    });
    await api.prisma.document.deleteMany({ where: { interchangeId: 'to-apply' } });
    await api.prisma.interchange.delete({ where: { id: 'to-apply' } });
  });

  it('with errors are those refused as a whole, faulty in a group, or with a set that either side refused or that answers nothing', async () => {
    const wrong = ['refused-whole', 'set-refused', 'group-faulty', 'answers-nothing', 'not-taken', 'answered-no'];
    expect(await idsOf(api, 'withErrors=true', desk)).toEqual(wrong);
    expect(await idsOf(api, 'withErrors=true&direction=inbound', desk)).toEqual(wrong.slice(0, 4));
    expect(await idsOf(api, 'withErrors=true&direction=outbound&partnerId=cobalt-ridge', desk)).toEqual(wrong.slice(4));
    const { body } = await api.call('GET', '/v1/edi/interchanges?withErrors=true&limit=2', { key: desk });
    expect(await idsOf(api, `withErrors=true&limit=2&cursor=${body.nextCursor}`, desk)).toEqual(wrong.slice(2, 4));
  });

  it('say in one line what is wrong first, and how many sets are in which state', async () => {
    const { body } = await api.call('GET', '/v1/edi/interchanges', { key: desk });
    const told = Object.fromEntries(
      body.items.map((item: { interchangeId: string; firstError: string | null; transactionCounts: object }) => [
        item.interchangeId,
        [item.firstError, item.transactionCounts],
      ]),
    );
    expect(told).toMatchObject({
      fine: [null, { accepted: 2, duplicate: 1 }],
      'refused-whole': ['no partner sends as ZZ/NOBODY', {}],
      'set-refused': ['850 0002: Unit must be one of EA, CA.', { accepted: 1, rejected: 2 }],
      'group-faulty': ['GE02 must repeat the control number of GS06.', {}],
      'answers-nothing': ['997 0001: Unit must be one of EA, CA.', { unmatched: 1 }],
      'not-taken': ['mailbox: 422', {}],
      'answered-no': ['856 0001: refused by the partner (997 R)', { rejected: 1 }],
    });
    expect(body.items[0]).toMatchObject({
      partnerId: 'cobalt-ridge',
      partnerName: 'Cobalt Ridge Hardware',
      links: { self: '/v1/edi/interchanges/fine', raw: '/v1/edi/interchanges/fine/raw' },
    });
    expect(body.items[0]).not.toHaveProperty('bytes');
  });

  it('are stuck when nobody has read or delivered them for ten minutes', async () => {
    expect(await idsOf(api, 'stuck=true', desk)).toEqual(['left-behind', 'not-delivered']);
    const { body } = await api.call('GET', '/v1/edi/interchanges', { key: desk });
    const marked = body.items.filter(({ stuck }: { stuck: boolean }) => stuck);
    expect(marked.map(({ interchangeId }: { interchangeId: string }) => interchangeId)).toEqual([
      'left-behind',
      'not-delivered',
    ]);
  });

  it('are found by control number with or without its zeros, by state, direction, partner and time', async () => {
    expect(await idsOf(api, 'controlNumber=477', desk)).toEqual(['refused-whole', 'of-harbor']);
    expect(await idsOf(api, 'controlNumber=000000477&partnerId=harbor-pine', desk)).toEqual(['of-harbor']);
    expect(await idsOf(api, 'controlNumber=NONE', desk)).toEqual([]);
    expect(await idsOf(api, 'state=rejected', desk)).toEqual(['refused-whole']);
    expect(await idsOf(api, 'state=rejected&direction=outbound', desk)).toEqual([]);
    expect(await idsOf(api, 'direction=outbound', desk)).toEqual([
      'ready',
      'not-taken',
      'answered-no',
      'not-delivered',
    ]);
    const since = new Date(now - 21.5 * MINUTE).toISOString();
    expect(await idsOf(api, `direction=inbound&receivedSince=${since}`, desk)).toEqual([
      'fine',
      'new',
      'refused-whole',
      'set-refused',
    ]);
    const foreign = await api.call('GET', '/v1/edi/interchanges?state=lost&cursor=x', { key: desk });
    expect(foreign).toMatchObject({ status: 400, body: { code: 'invalid-parameters' } });
  });

  it('of others do not exist for a key that is bound to a partner, and asking for them is noted', async () => {
    const own = await idsOf(api, '', dealer);
    expect(own).toContain('fine');
    expect(own).not.toContain('of-harbor');
    expect(own, 'whose sender nobody knows').not.toContain('refused-whole');
    expect(await idsOf(api, 'withErrors=true', dealer)).not.toContain('refused-whole');
    expect(await idsOf(api, 'controlNumber=477', dealer)).toEqual([]);
    expect(await idsOf(api, 'partnerId=harbor-pine', dealer)).toEqual([]);
    const denied = { action: 'denied:listInterchanges', subject: 'harbor-pine' };
    expect(await api.prisma.auditEntry.count({ where: denied })).toBe(1);
    for (const path of ['of-harbor', 'of-harbor/raw', 'refused-whole/raw', 'none/raw']) {
      const answer = await api.call('GET', `/v1/edi/interchanges/${path}`, { key: dealer });
      expect(answer, path).toMatchObject({ status: 404, body: { code: 'unknown-interchange' } });
    }
  });

  it('are given byte for byte as they crossed the wire, whatever their characters', async () => {
    const bytes = Buffer.from(sample.replace('R. ALVAREZ', 'R. \u00c1LVAREZ\u0080'), 'latin1');
    const key = await api.key(['edi:write', 'documents:read'], 'harbor-pine');
    const headers = { 'Content-Disposition': 'attachment; filename="monday.edi"' };
    const sent = await api.call('POST', '/v1/edi/interchanges', { key, headers, bytes: new Uint8Array(bytes) });
    const { interchangeId } = sent.body.interchanges[0];
    const raw = await fetch(`${api.url}/v1/edi/interchanges/${interchangeId}/raw`, {
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(bytes);
    expect(raw.headers.get('content-type')).toBe('text/plain; charset=windows-1252');
    expect(raw.headers.get('content-disposition')).toBe('attachment; filename="monday.edi"');
    const unnamed = await api.call('GET', '/v1/edi/interchanges/fine/raw', { key: desk });
    expect(unnamed.headers.get('content-disposition')).toBe('attachment; filename="inbound-000000001.edi"');
  });

  it('need a key that may read documents or hand in files; their content, one that may read documents', async () => {
    const channel = await api.key(['orders:read', 'orders:write']);
    const sender = await api.key(['edi:write']);
    expect((await api.call('GET', '/v1/edi/interchanges', { key: channel })).status).toBe(403);
    expect((await api.call('GET', '/v1/edi/interchanges', { key: sender })).status).toBe(200);
    expect((await api.call('GET', '/v1/edi/interchanges/fine/raw', { key: sender })).status).toBe(403);
  });
});

const FILES = 200_000;

describe(`among ${FILES} files`, () => {
  let api: ApiUnderTest;

  beforeAll(async () => {
    api = await startApi({ rateLimitPerMinute: 1_000_000 });
    // One file in 2,000 is the small partner's, one in 5,000 was refused as a whole and one in 4,000 holds a set that was.
    await api.prisma.$executeRaw`
      INSERT INTO "Interchange" (id, direction, "partnerId", "senderId", "receiverId", "controlNumber", hash, transport, bytes, size,
                                 state, "correlationId", errors, "receivedAt")
      SELECT 'i-' || n, CASE WHEN n % 2 = 0 THEN 'inbound' ELSE 'outbound' END,
             CASE WHEN n % 2000 = 0 THEN 'cobalt-ridge' ELSE 'partner-' || n % 40 END, 'A', 'B', lpad((n % 90000)::text, 9, '0'),
             n::text, 'https', '\\x49', 1,
             CASE WHEN n % 5000 = 0 THEN 'rejected' WHEN n % 2 = 0 THEN 'processed' WHEN n % 9999 = 1 THEN 'refused' ELSE 'delivered' END,
             'c', CASE WHEN n % 5000 = 0 THEN '[{"code":"c","message":"m","place":null}]'::jsonb END,
             timestamptz '2026-01-01' + (n / 3) * interval '1 second'
      FROM generate_series(1, ${FILES}::int) AS n`;
    await api.prisma.$executeRaw`
      INSERT INTO "Document" (id, direction, "partnerId", "transactionSet", version, state, "interchangeId", position, body, delimiters,
                              hash, "correlationId")
      SELECT 'd-' || n || '-' || p, 'inbound', 'p', '850', '004010', CASE WHEN n % 4000 = 2 THEN 'rejected' ELSE 'accepted' END,
             'i-' || n, p, '', '*>~', 'h', 'c'
      FROM generate_series(1, ${FILES}::int) AS n, generate_series(1, 2) AS p`;
    await api.prisma.$executeRaw`ANALYZE "Interchange"`;
    await api.prisma.$executeRaw`ANALYZE "Document"`;
  });

  afterAll(async () => {
    await api?.stop();
  });

  it('every kind of list reads an index, and no table from end to end', async () => {
    const all: InterchangeFilter = {
      direction: undefined,
      state: undefined,
      partnerId: undefined,
      controlNumber: undefined,
      withErrors: false,
      kept: false,
      unfinishedSince: undefined,
      receivedSince: undefined,
    };
    const filters: Record<string, Partial<InterchangeFilter>> = {
      everything: {},
      inbound: { direction: 'inbound' },
      'with errors': { withErrors: true },
      'with errors, of a partner': { withErrors: true, partnerId: 'cobalt-ridge' },
      stuck: { unfinishedSince: new Date() },
      'for a person': { kept: true },
      refused: { state: 'refused' },
      'a control number': { controlNumber: '000000117' },
      'a partner': { partnerId: 'cobalt-ridge', receivedSince: new Date('2026-01-01T12:00:00Z') },
    };
    for (const [name, filter] of Object.entries(filters)) {
      for (const after of [undefined, ['2026-01-01T09:00:00.000Z', 'i-5'] as [string, string]]) {
        const query = interchangesQuery({ ...all, ...filter }, 51, after);
        const rows = await api.prisma.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(
          `EXPLAIN (ANALYZE, TIMING OFF) ${query.sql.replaceAll(/\?/g, nextPlaceholder())}`,
          ...query.values,
        );
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan, name).not.toContain('Seq Scan');
        expect(plan, name).toContain('Index');
      }
    }
  });

  /** `$1`, `$2`, …, as the placeholders of a query come. */
  function nextPlaceholder(): () => string {
    let count = 0;
    return () => {
      count += 1;
      return `$${count}`;
    };
  }
});
