import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLettersQuery } from './dead-letter-search.ts';
import { type ApiUnderTest, startApi, WEBHOOK_SECRET } from './testing/api-under-test.ts';

let api: ApiUnderTest;
let desk: string;
let dealer: string;
beforeAll(async () => {
  api = await startApi();
  desk = await api.key(['documents:read', 'exceptions:resolve', 'edi:write', 'payments:write']);
  dealer = await api.key(['documents:read', 'exceptions:resolve'], 'cobalt-ridge');
});
afterAll(() => api?.stop());

const at = (id: string, more = '') => `/v1/dead-letters/${encodeURIComponent(id)}${more}`;
const list = async (query: string, key = desk) => {
  const { status, text, body } = await api.call('GET', `/v1/dead-letters?${query}`, { key });
  expect(status, text).toBe(200);
  return body;
};
const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

async function warehouseTells(eventId: string): Promise<void> {
  const event = { eventId, releaseNumber: 'NO-SUCH', type: 'picking', occurredAt: new Date().toISOString() };
  const body = JSON.stringify(event);
  const now = new Date();
  const headers = {
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(eventId, now, body),
  };
  expect((await api.call('POST', '/v1/warehouse-events', { headers, bytes: body })).status).toBe(404);
}

async function paid(reference: string, partnerId = 'cobalt-ridge'): Promise<void> {
  const invoices = [{ invoiceNumber: `INV-${reference}`, amount: 100 }];
  const body = { partnerId, reference, method: 'wire', paidOn: '2026-11-20', amount: 100, invoices };
  expect((await api.call('POST', '/v1/payments', { key: desk, body })).status).toBe(202);
}

async function aDocument(state: string, partnerId = 'cobalt-ridge', transactionSet = '850'): Promise<string> {
  const id = randomUUID();
  const data = {
    version: '004010',
    body: 'BEG*00~',
    delimiters: '*>~',
    hash: 'h',
    correlationId: 'c',
    direction: 'inbound',
  };
  const errors = [{ code: 'x', message: 'BEG03 is missing', place: { segment: 'BEG', position: 2 } }];
  await api.prisma.document.create({ data: { ...data, id, partnerId, transactionSet, state, errors } });
  return `document:${id}`;
}

describe('dead letters', () => {
  let all: string[];

  it('are one list of what came in and had no effect, newest first, in pages', async () => {
    const made: string[] = [];
    await warehouseTells('E/1');
    made.push('warehouse-event:main/E/1');
    await paid('P-1');
    made.push(`payment:${(await api.prisma.paymentAllocation.findFirstOrThrow()).id}`);
    const unknown = await api.call('POST', '/v1/edi/interchanges', { key: desk, bytes: 'rubbish' });
    made.push(`interchange:${unknown.body.interchanges[0].interchangeId}`);
    for (const state of ['rejected', 'received', 'kept', 'unmatched']) made.push(await aDocument(state, 'tri-valley'));
    await aDocument('accepted');
    all = made.toReversed();
    expect(idsOf(await list('limit=200')).toSorted()).toEqual(all.toSorted());

    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`);
      paged.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(idsOf(await list('limit=200')));
    expect(paged).toHaveLength(7);
  });

  it('are found by kind, cause, partner and time, and counted', async () => {
    const of = async (query: string) =>
      (await list(query)).items.map(({ kind, cause }: never) => `${kind} ${cause}`).sort();
    expect(await of('kind=document')).toEqual(['document held', 'document kept', 'document refused']);
    expect(await of('kind=acknowledgment')).toEqual(['acknowledgment unmatched']);
    expect(await of('cause=unknown-invoice')).toEqual(['payment unknown-invoice']);
    expect(await of('cause=refused')).toEqual(['document refused', 'interchange refused']);
    expect(await of('partnerId=cobalt-ridge')).toEqual(['payment unknown-invoice']);
    expect(await of(`since=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect(await of('state=dismissed')).toEqual([]);
    const { body } = await api.call('GET', '/v1/dead-letters/counts', { key: desk });
    expect(body).toMatchObject({ total: 7 });
    expect(body.counts).toContainEqual(
      expect.objectContaining({ kind: 'payment', cause: 'unknown-invoice', count: 1 }),
    );
    expect((await api.call('GET', '/v1/dead-letters?kind=letter', { key: desk })).status).toBe(400);
  });

  it('are shown to a partner only where they are its own', async () => {
    expect((await list('', dealer)).items).toMatchObject([{ kind: 'payment', partnerId: 'cobalt-ridge' }]);
    expect((await list('partnerId=tri-valley', dealer)).items).toEqual([]);
    const { body } = await api.call('GET', '/v1/dead-letters/counts', { key: dealer });
    expect(body.total).toBe(1);
    const foreign = await api.call('GET', at('warehouse-event:main/E/1'), { key: dealer });
    expect(foreign.body.code).toBe('unknown-dead-letter');
    expect((await api.call('POST', at(all[0] ?? '', '/dismiss'), { key: dealer, body: { note: 'mine' } })).status).toBe(
      404,
    );
  });

  it('have their content, the reason, and what can be done', async () => {
    const event = (await api.call('GET', at('warehouse-event:main/E/1'), { key: desk })).body;
    expect(event).toMatchObject({
      what: 'picking of release NO-SUCH from warehouse system main',
      cause: 'unknown-release',
      state: 'open',
      options: ['replay', 'dismiss'],
      content: { format: 'json', whole: true, text: expect.stringContaining('"E/1"') },
      actions: [],
    });
    const [document] = (await list('cause=refused&kind=document')).items;
    expect(document).toMatchObject({ reason: 'BEG03 is missing', partnerId: 'tri-valley' });
  });

  it('are replayed with a reason, and refuse what makes no sense', async () => {
    const replay = (id: string, body: object, key = desk) => api.call('POST', at(id, '/replay'), { key, body });
    const event = 'warehouse-event:main/E/1';
    expect((await replay(event, {})).body).toMatchObject({ code: 'invalid-body', errors: [{ path: 'why' }] });
    expect((await replay(event, { dryRun: true })).body).toMatchObject({ dryRun: true, settled: false });
    expect((await replay(event, { why: 'x', profileVersion: '1' })).body).toMatchObject({
      errors: [{ path: 'profileVersion' }],
    });
    expect((await replay(event, { why: 'x', content: '{' })).body).toMatchObject({ errors: [{ path: 'content' }] });
    expect((await replay('payment:none', { why: 'x' })).status).toBe(404);
    expect((await replay(event, { why: 'the release may be there now' })).body).toMatchObject({ settled: false });
    const { actions } = (await api.call('GET', at(event), { key: desk })).body;
    expect(actions).toMatchObject([{ action: 'replayed', by: 'test', why: 'the release may be there now' }]);
    expect(idsOf(await list(''))).toContain(event);
  });

  it('are dismissed with a note, and leave the list for good', async () => {
    const id = (await list('kind=interchange')).items[0].id;
    const dismiss = () => api.call('POST', at(id, '/dismiss'), { key: desk, body: { note: 'a scanner’s test' } });
    expect((await dismiss()).body).toMatchObject({
      state: 'dismissed',
      options: [],
      actions: [{ why: 'a scanner’s test' }],
    });
    expect((await dismiss()).body.code).toBe('dead-letter-settled');
    expect((await api.call('POST', at(id, '/replay'), { key: desk, body: { why: 'x' } })).body.code).toBe(
      'dead-letter-settled',
    );
    expect(idsOf(await list(''))).not.toContain(id);
    expect(idsOf(await list('state=dismissed'))).toEqual([id]);
    const noKey = await api.key(['documents:read']);
    expect((await api.call('POST', at(id, '/dismiss'), { key: noKey, body: { note: 'x' } })).status).toBe(403);
  });

  it('are read along an index however much had its effect', async () => {
    await api.prisma.$executeRaw`
      INSERT INTO "Document" ("id", "direction", "partnerId", "transactionSet", "version", "state", "body", "delimiters", "hash", "correlationId")
      SELECT 'd' || n, 'inbound', 'tri-valley', '850', '004010', 'accepted', '', '*>~', 'h', 'c' FROM generate_series(1, 20000) n`;
    await api.prisma.$executeRaw`
      INSERT INTO "WarehouseEvent" ("system", "eventId", "releaseNumber", "type", "payload", "correlationId")
      SELECT 'main', 'e' || n, 'r' || n, 'picking', '{}', 'c' FROM generate_series(1, 20000) n`;
    await api.prisma.$executeRawUnsafe('ANALYZE');
    for (const after of [undefined, [new Date().toISOString(), 'x'] as [string, string]]) {
      const filter = { kind: undefined, cause: undefined, partnerId: undefined, since: undefined };
      const query = deadLettersQuery({ state: 'open', ...filter }, 51, after);
      let count = 0;
      const text = query.sql.replaceAll(/\?/g, () => {
        count += 1;
        return `$${count}`;
      });
      const rows = await api.prisma.$queryRawUnsafe<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, ...query.values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      for (const table of ['Document', 'WarehouseEvent']) {
        expect(plan).toContain(`${table}_dead_idx`);
        expect(plan).not.toContain(`Seq Scan on "${table}"`);
      }
    }
  });
});
