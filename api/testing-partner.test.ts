import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customers, items } from '../sandbox/erp/master-data.ts';
import { routes } from './routes/index.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

/** A key with the scope partner:test: what a partner may do with it, and that it is all. */

let api: ApiUnderTest;
let partner: string;
let partnersDir: string;
const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1');

beforeAll(async () => {
  partnersDir = mkdtempSync(join(tmpdir(), 'portal-'));
  cpSync('mappings/partners', partnersDir, { recursive: true });
  const file = join(partnersDir, 'harbor-pine.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(join(partnersDir, 'harbor-pine-test.yaml'), text.replace('id: harbor-pine', 'id: harbor-pine-test'));
  writeFileSync(file, `${text}usage: production\n`);
  api = await startApi({ partnersDir, systemsServe: ['test', 'production'] });
  partner = await api.key(['partner:test'], 'harbor-pine-test');
  for (const { gtin, weight, ...item } of items) {
    await api.prisma.item.create({ data: { ...item, erpSystem: 'main', gtin: gtin ?? null, weight: weight ?? null } });
  }
  for (const { creditLimit: _, shipTos, terms: _terms, ...customer } of customers) {
    const places = shipTos.map((shipTo) => ({ ...shipTo }));
    const blocked = customer.partnerId === 'harbor-pine';
    await api.prisma.customer.create({
      data: { ...customer, blocked, erpSystem: 'main', shipTos: { create: places } },
    });
  }
  await api.prisma.synchronization.create({ data: { source: 'erp.main', asOf: '1', completedAt: new Date() } });
});
afterAll(async () => {
  await api?.stop();
  rmSync(partnersDir, { recursive: true });
});

const call = (method: string, path: string, options: object = {}) =>
  api.call(method, path, { key: partner, ...options });

describe('a partner that tests', () => {
  it('sends test files and sees what became of them, and nothing of others', async () => {
    const sent = await call('POST', '/v1/edi/interchanges', { bytes: sample });
    expect(sent.status).toBe(202);
    expect(sent.body.interchanges[0]).toMatchObject({ state: 'received', partnerId: 'harbor-pine-test' });
    const desk = await api.key(['edi:write', 'documents:read']);
    const others = readFileSync('sandbox/samples/tri-valley-850-two-waves.edi', 'latin1');
    const foreign = await api.call('POST', '/v1/edi/interchanges', { key: desk, bytes: others });
    const live = await api.call('POST', '/v1/edi/interchanges', {
      key: desk,
      bytes: sample.replace('*T*>~', '*P*>~').replaceAll('000900001', '000900002'),
    });
    expect([foreign.status, live.status]).toEqual([202, 202]);

    const { body: list } = await call('GET', '/v1/edi/interchanges');
    expect(list.items.map((item: { interchangeId: string }) => item.interchangeId)).toEqual([sent.body.interchangeId]);
    for (const { body } of [foreign, live]) {
      const hidden = await call('GET', `/v1/edi/interchanges/${body.interchangeId}`);
      expect([hidden.status, hidden.body.code]).toEqual([404, 'unknown-interchange']);
    }
    const own = await call('GET', `/v1/edi/interchanges/${sent.body.interchangeId}`);
    expect(own.body.interchangeId).toBe(sent.body.interchangeId);
  });

  it('does not send for its production side', async () => {
    const { status, body } = await call('POST', '/v1/edi/interchanges', {
      bytes: sample.replace('*T*>~', '*P*>~').replaceAll('000900001', '000900003'),
    });
    expect([status, body.errors[0].code]).toEqual([422, 'sender-not-yours']);
  });

  it('sees in a preview what it gets, and nothing of how we decide', async () => {
    const path = '/v1/partners/harbor-pine-test/preview';
    const { status, body } = await call('POST', path, { bytes: sample });
    expect(status).toBe(200);
    const [order] = body.interchanges[0].sets[0].orders;
    expect(order.check.exceptions).toEqual([
      {
        type: 'customer-blocked',
        summary: 'a person of the seller would look at the order',
        owner: '',
        resolutions: [],
      },
    ]);
    expect(order.check.decisions).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('C-10010');
    expect(order.documents.map(({ set }: { set: string }) => set)).toEqual(['855', '856', '810']);
    const engineer = await api.key(['documents:read']);
    const full = await api.call('POST', path, { key: engineer, bytes: sample });
    expect(full.body.interchanges[0].sets[0].orders[0].check.exceptions[0].summary).toContain('C-10010');
    expect((await call('POST', '/v1/partners/harbor-pine/preview', { bytes: sample })).body.code).toBe(
      'no-such-partner',
    );
  });

  it('may call no other route', async () => {
    const allowed = new Set([
      ...['submitInterchanges', 'listInterchanges', 'readInterchange', 'readRawInterchange'],
      ...['readDocument', 'readRawDocument', 'previewFile', 'readMe'],
    ]);
    const keyed = routes.filter(({ access }) => access.kind === 'key');
    expect(keyed.length).toBeGreaterThan(allowed.size + 15);
    for (const { method, path, operation } of keyed) {
      if (allowed.has(operation)) continue;
      const url = api.url + path.replace(/\{\w+\}/g, 'x');
      const response = await fetch(url, {
        method: method.toUpperCase(),
        headers: { Authorization: `Bearer ${partner}`, 'Content-Type': 'application/json' },
        ...(method === 'get' ? {} : { body: '{}' }),
      });
      expect([operation, response.status]).toEqual([operation, 403]);
    }
  });

  it.each([
    ['no partner', undefined],
    ['a production side', 'harbor-pine'],
    ['a partner without a profile', 'nobody'],
  ])('is not one whose key acts for %s', async (_, partnerId) => {
    const key = await api.key(['partner:test'], partnerId);
    for (const [method, path, options] of [
      ['GET', '/v1/edi/interchanges', {}],
      ['POST', '/v1/edi/interchanges', { bytes: sample }],
      ['POST', `/v1/partners/${partnerId ?? 'harbor-pine'}/preview`, { bytes: sample }],
    ] as const) {
      const { status, body } = await api.call(method, path, { key, ...options });
      expect([status, body.code]).toEqual([403, 'missing-scope']);
    }
  });
});
