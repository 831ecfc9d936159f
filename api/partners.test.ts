import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificationFingerprint } from '../activities/partners/certification.ts';
import { customers, items } from '../sandbox/erp/master-data.ts';
import { routes } from './routes/index.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

let api: ApiUnderTest;
let desk: string;
let reader: string;
let retailer: string;
let certificationDir: string;
let partnersDir: string;

beforeAll(async () => {
  certificationDir = mkdtempSync(join(tmpdir(), 'certification-'));
  partnersDir = mkdtempSync(join(tmpdir(), 'partners-'));
  cpSync('mappings/partners', partnersDir, { recursive: true });
  api = await startApi({ certificationDir, partnersDir });
  desk = await api.key(['partners:write']);
  reader = await api.key(['partners:read']);
  retailer = await api.key(['partners:write'], 'harbor-pine');
  for (const { gtin, weight, ...item } of items) {
    await api.prisma.item.create({ data: { ...item, erpSystem: 'main', gtin: gtin ?? null, weight: weight ?? null } });
  }
  for (const { creditLimit: _, shipTos, terms: _terms, ...customer } of customers) {
    const places = shipTos.map((shipTo) => ({ ...shipTo }));
    await api.prisma.customer.create({ data: { ...customer, erpSystem: 'main', shipTos: { create: places } } });
  }
});
afterAll(async () => {
  await api?.stop();
  rmSync(certificationDir, { recursive: true });
  rmSync(partnersDir, { recursive: true });
});

const references = '/v1/partners/tri-valley/cross-references';
const csv = (...rows: string[]) => ({
  headers: { 'Content-Type': 'text/csv' },
  bytes: ['kind,external,internal,sku,quantity', ...rows].join('\n'),
});

describe('a partner', () => {
  it('is listed with its side and version, to a key bound to it alone', async () => {
    const { body } = await api.call('GET', '/v1/partners', { key: reader });
    expect(body.items.map(({ id, usage }: { id: string; usage: string }) => [id, usage])).toEqual([
      ['cobalt-ridge', 'test'],
      ['harbor-pine', 'test'],
      ['tri-valley', 'test'],
    ]);
    const own = await api.call('GET', '/v1/partners', { key: retailer });
    expect(own.body.items).toHaveLength(1);
    expect(await api.call('GET', '/v1/partners/tri-valley', { key: retailer })).toMatchObject({
      status: 404,
      body: { code: 'no-such-partner' },
    });
  });

  it('shows which documents flow and by when, and its whole profile without a secret', async () => {
    const { body } = await api.call('GET', '/v1/partners/harbor-pine', { key: reader });
    expect(body).toMatchObject({ name: 'Harbor & Pine Stores', usage: 'test', shipWithin: 'P3D', problems: [] });
    expect(body.documents.outbound).toContainEqual({
      set: '856',
      deadline: 'PT1H',
      after: 'shipped',
      acknowledgeWithin: 'PT24H',
    });
    expect(body.documents.outbound).toContainEqual(expect.objectContaining({ set: '997', acknowledgeWithin: null }));
    expect(body.profile.shipNotice.hierarchy).toBe('SOTPI');
    expect(body.profile.transport).toMatchObject({ tokenEnv: 'SANDBOX_TOKEN' });
    expect(JSON.stringify(body)).not.toContain('"token"');
  });

  it('is certified only by a result of this very version, and of these very files beside it', async () => {
    const state = async () => {
      const { body } = await api.call('GET', '/v1/partners/tri-valley', { key: reader });
      return { ...body.certification, version: body.profileVersion };
    };
    const { version, ...none } = await state();
    expect(none).toMatchObject({ state: 'none', finishedAt: null });
    mkdirSync(join(certificationDir, 'tri-valley'));
    const write = (profileVersion: string, ...scenarios: { name: string; state: string }[]) => {
      const profile = { id: 'tri-valley', usage: 'test' as const, version: profileVersion };
      const fingerprint = certificationFingerprint(partnersDir, profile);
      writeFileSync(
        join(certificationDir, 'tri-valley', 'result.json'),
        JSON.stringify({ partner: 'tri-valley', fingerprint, finishedAt: '2026-11-21T08:00:00Z', scenarios }),
      );
    };
    const passed = { name: 'accept', state: 'passed' };
    write(version, passed, { name: 'return', state: 'not-run' });
    expect(await state()).toMatchObject({ state: 'certified', passed: 1, notRun: 1, failed: 0 });
    write(version, passed, { name: 'split', state: 'failed' });
    expect(await state()).toMatchObject({ state: 'failed' });
    write('0123456789abcdef', passed);
    expect(await state()).toMatchObject({
      state: 'outdated',
      profileVersion: '0123456789abcdef',
      changed: ['profile'],
    });
    write(version, passed);
    expect(await state()).toMatchObject({ state: 'certified', changed: [] });
    mkdirSync(join(partnersDir, 'tri-valley'));
    writeFileSync(join(partnersDir, 'tri-valley', 'cross-references.csv'), 'kind,external,internal\nunit,CT,CA\n');
    expect(await state()).toMatchObject({ state: 'outdated', changed: ['crossReferences'] });
    rmSync(join(partnersDir, 'tri-valley'), { recursive: true });
    writeFileSync(join(certificationDir, 'tri-valley', 'result.json'), '{');
    expect(await state()).toMatchObject({ state: 'unreadable' });
  });
});

describe('an edit of a profile', () => {
  function edit(file: string, text: string): void {
    appendFileSync(join(partnersDir, file), text);
    api.look();
    api.look();
  }
  const metric = async () =>
    /^throughline_partner_profile_problems (\d+)$/m.exec((await api.call('GET', '/metrics')).text)?.[1];

  it('is seen without a restart', async () => {
    const { body: before } = await api.call('GET', '/v1/partners/cobalt-ridge', { key: reader });
    edit('cobalt-ridge.yaml', 'shipWithin: P9D\n');
    const { body: after } = await api.call('GET', '/v1/partners/cobalt-ridge', { key: reader });
    expect(after.shipWithin).toBe('P9D');
    expect(after.profileVersion).not.toBe(before.profileVersion);
  });

  it('that is broken is told with its place to whoever may see the partner, and counted, and changes nothing', async () => {
    expect(await metric()).toBe('0');
    edit('cobalt-ridge.yaml', 'prioritty: 1\n');
    const { body } = await api.call('GET', '/v1/partners/cobalt-ridge', { key: reader });
    const problem = { code: 'profile-key-unknown', key: 'prioritty', file: join(partnersDir, 'cobalt-ridge.yaml') };
    expect(body).toMatchObject({ shipWithin: 'P9D', problems: [problem] });
    expect((await api.call('GET', '/v1/partners', { key: reader })).body.problems).toMatchObject([problem]);
    expect((await api.call('GET', '/v1/partners', { key: retailer })).body.problems).toEqual([]);
    expect((await api.call('GET', '/v1/partners/harbor-pine', { key: retailer })).body.problems).toEqual([]);
    expect(await metric()).toBe('1');
  });
});

it('uses a profile with a likely mistake, and warns those who may see the partner', async () => {
  const file = join(partnersDir, 'tri-valley.yaml');
  const sound = readFileSync(file, 'utf8');
  const write = (text: string) => {
    writeFileSync(file, text);
    api.look();
    api.look();
  };
  write(sound.replace('netDays: 45', 'discountDays: 60, netDays: 45'));
  const line = sound.split('\n').findIndex((text) => text.includes('netDays: 45')) + 1;
  const warning = { code: 'profile-terms-odd', file, line, key: 'invoicing.terms.discountDays' };
  const { body } = await api.call('GET', '/v1/partners/tri-valley', { key: reader });
  expect(body).toMatchObject({ problems: [], problemCount: 0, warnings: [warning] });
  expect(body.profile.invoicing.terms.discountDays).toBe(60);
  expect((await api.call('GET', '/v1/partners', { key: reader })).body.warnings).toMatchObject([warning]);
  expect((await api.call('GET', '/v1/partners', { key: retailer })).body.warnings).toEqual([]);
  write(sound);
  expect((await api.call('GET', '/v1/partners', { key: reader })).body.warnings).toEqual([]);
});

describe('a first profile that is wrong', () => {
  it('is no partner yet, and whoever asks for it is told why', async () => {
    const file = join(partnersDir, 'newcomer.yaml');
    const text = 'extends: templates/dealer\nid: newcomer\nname: Newcomer\n';
    const read = (key: string) => api.call('GET', '/v1/partners/newcomer', { key });
    const lookTwice = () => [api.look(), api.look()];
    writeFileSync(file, text);
    lookTwice();
    const missing = (key: string) => ({ code: 'profile-value-invalid', file, key, reason: 'is missing' });
    const problems = [missing('identifiers'), missing('transport')];
    const detail = expect.stringContaining(`${file}:1:1: identifiers is missing`);
    const told = { status: 404, body: { code: 'no-such-partner', detail, problems } };
    expect(await read(reader)).toMatchObject(told);
    expect((await read(retailer)).body.problems, 'what is not theirs looks like what does not exist').toBeUndefined();
    rmSync(file);
    lookTwice();
    expect((await read(reader)).body.problems).toBeUndefined();
  });
});

describe('a file of cross-references', () => {
  const file = '/partners/harbor-pine/cross-references.csv';
  const keep = (read: { fault?: object; refused?: object[]; refusedCount?: number }) =>
    api.prisma.crossReferenceFile.upsert({
      where: { partnerId: 'harbor-pine' },
      create: {
        partnerId: 'harbor-pine',
        file,
        readAt: new Date('2026-11-21T08:00:00Z'),
        ...{ loaded: 3, unchanged: 4, removed: 1, refusedCount: 0 },
        ...read,
      },
      update: read,
    });
  const listed = async (key: string) => {
    const { body } = await api.call('GET', '/v1/partners', { key });
    const { problemCount } = body.items.find(({ id }: { id: string }) => id === 'harbor-pine');
    return { problemCount, problems: body.problems.filter((problem: { file: string }) => problem.file === file) };
  };
  const read = async () => (await api.call('GET', '/v1/partners/harbor-pine', { key: retailer })).body;

  it('that is not there is none, and no problem', async () => {
    expect(await read()).toMatchObject({ crossReferenceFile: null, problemCount: 0, problems: [] });
    expect(await listed(reader)).toEqual({ problemCount: 0, problems: [] });
  });

  it('whose rows are refused is a problem of its partner, with each row and with how many there are', async () => {
    const row = { line: 3, column: 'internal', code: 'unknown-item', reason: 'MW-9999 is no item of ours' };
    await keep({ refusedCount: 10, refused: [row, { ...row, line: 5 }] });
    const problem = {
      code: 'cross-references-refused',
      ...{ file, line: 3, column: 1, key: 'internal' },
      reason: 'MW-9999 is no item of ours; 10 rows are refused, this is the first',
    };
    expect(await read()).toMatchObject({
      problemCount: 10,
      problems: [problem],
      crossReferenceFile: {
        ...{ file, readAt: '2026-11-21T08:00:00.000Z', fault: null, loaded: 3, unchanged: 4, removed: 1 },
        refusedCount: 10,
        refused: [row, { ...row, line: 5 }],
      },
    });
    expect(await listed(reader)).toEqual({ problemCount: 10, problems: [problem] });
    expect(await listed(retailer)).toEqual({ problemCount: 10, problems: [] });
  });

  it('of which nothing was taken says why', async () => {
    const fault = { code: 'not-utf8', line: 7, reason: 'is not UTF-8' };
    await keep({ fault, refusedCount: 0, refused: [] });
    const problem = { code: 'cross-references-not-utf8', file, line: 7, column: 1, key: '', reason: 'is not UTF-8' };
    expect(await read()).toMatchObject({ problemCount: 1, problems: [problem], crossReferenceFile: { fault } });
    expect(await listed(reader)).toEqual({ problemCount: 1, problems: [problem] });
  });
});

describe('cross-references', () => {
  it('are loaded from CSV and from JSON alike, with every refused row named, and an audit entry that counts them', async () => {
    const headers = { 'X-Correlation-Id': 'bulk-1' };
    const file = csv('item,TV-1,MW-1001,,', 'item,TV-2,MW-9999,,', 'pack,CS,EA,MW-1003,12');
    const loaded = await api.call('POST', references, { key: desk, ...file, headers: { ...headers, ...file.headers } });
    expect(loaded).toMatchObject({
      status: 200,
      body: {
        loaded: 2,
        unchanged: 0,
        refused: [{ line: 3, column: 'internal', code: 'unknown-item', reason: 'MW-9999 is no item of ours' }],
      },
    });
    const rows = [
      { kind: 'item', external: 'TV-1', internal: 'MW-1001' },
      { kind: 'pack', external: 'CS', internal: 'EA', sku: 'MW-1003', quantity: 12 },
      { kind: 'item', external: 'TV-3', internal: 'MW-1002', colour: 'red' },
      'TV-4',
    ];
    const again = await api.call('POST', references, { key: desk, body: rows });
    expect(again.body).toMatchObject({ loaded: 0, unchanged: 2 });
    expect(again.body.refused.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
      [3, 'misshapen-row'],
      [4, 'misshapen-row'],
    ]);
    const entries = await api.prisma.auditEntry.findMany({ where: { correlationId: 'bulk-1' } });
    expect(entries).toMatchObject([
      { action: 'loadCrossReferences', subject: references, detail: { loaded: 2, unchanged: 0, refused: 1 } },
    ]);
  });

  it('are read page by page', async () => {
    const key = reader;
    await api.call('POST', references, {
      key: desk,
      ...csv(...Array.from({ length: 5 }, (_, index) => `item,P-${index},MW-1001,,`)),
    });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await api.call('GET', `${references}?limit=2${query}`, { key });
      seen.push(...body.items.map(({ kind, external }: { kind: string; external: string }) => `${kind} ${external}`));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([...['0', '1', '2', '3', '4'].map((index) => `item P-${index}`), 'item TV-1', 'pack CS']);
    const one = await api.call('GET', `${references}?kind=pack`, { key });
    expect(one.body.items).toMatchObject([{ external: 'CS', sku: 'MW-1003', quantity: '12', source: 'api' }]);
  });

  it('are put and deleted one by one, under any name that a partner may use', async () => {
    const path = `${references}/item/${encodeURIComponent('A/1 é')}`;
    expect(await api.call('PUT', path, { key: desk, body: { internal: 'MW-1004' } })).toMatchObject({
      status: 200,
      body: { external: 'A/1 é', internal: 'MW-1004', sku: null, quantity: null },
    });
    const pack = `${references}/pack/BX?sku=MW-1003`;
    expect((await api.call('PUT', pack, { key: desk, body: { internal: 'EA', quantity: '6' } })).body).toMatchObject({
      sku: 'MW-1003',
      quantity: '6',
    });
    for (const gone of [path, pack]) {
      expect((await api.call('DELETE', gone, { key: desk })).status).toBe(204);
      expect(await api.call('DELETE', gone, { key: desk })).toMatchObject({
        status: 404,
        body: { code: 'unknown-cross-reference' },
      });
    }
  });

  it('that name nothing of ours are refused, and those of a file are changed there alone', async () => {
    const put = (path: string, body: unknown) => api.call('PUT', `${references}/${path}`, { key: desk, body });
    expect(await put('item/Z', { internal: 'MW-9999' })).toMatchObject({
      status: 422,
      body: { code: 'cross-reference-refused', errors: [{ path: 'internal', code: 'unknown-item' }] },
    });
    const row = { partnerId: 'tri-valley', kind: 'item', external: 'F-1', internal: 'MW-1001', source: 'file' };
    await api.prisma.crossReference.create({ data: row });
    const refused = { status: 409, body: { code: 'stated-by-file' } };
    expect(await put('item/F-1', { internal: 'MW-1002' })).toMatchObject(refused);
    expect(await api.call('DELETE', `${references}/item/F-1`, { key: desk })).toMatchObject(refused);
  });

  it('that are no rows at all are refused as a whole', async () => {
    const post = (type: string, bytes: string | Uint8Array<ArrayBuffer>) =>
      api.call('POST', references, { key: desk, headers: { 'Content-Type': type }, bytes });
    expect(await post('text/csv', 'a,b\n1,2\n')).toMatchObject({
      status: 422,
      body: { code: 'invalid-body', errors: [{ path: 'line 1', code: 'unknown-column' }] },
    });
    const latin1Of = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
    const latin1 = { status: 422, body: { code: 'invalid-body', errors: [{ path: 'line 3', code: 'not-utf8' }] } };
    const good = 'kind,external,internal\nitem,LATIN,MW-1001\n';
    expect(await post('text/csv', latin1Of(`${good}item,é,MW-1001\n`))).toMatchObject(latin1);
    expect(await post('application/json', latin1Of('[\n\n"é"]'))).toMatchObject(latin1);
    const stored = { where: { external: 'LATIN' } };
    expect(await api.prisma.crossReference.count(stored)).toBe(0);
    const text = '\ufeff[{"kind":"item","external":"B\\u0000C","internal":"MW-1001"}]';
    expect(await post('application/json', text)).toMatchObject({
      status: 200,
      body: { loaded: 0, refusedCount: 1, refused: [{ line: 1, column: 'external', code: 'bad-value' }] },
    });
    expect(await post('application/json', '{')).toMatchObject({ status: 400, body: { code: 'malformed-json' } });
    expect(await post('application/json', '{}')).toMatchObject({ status: 422, body: { code: 'invalid-body' } });
    expect(await post('text/plain', 'x')).toMatchObject({ status: 415 });
  });

  it('are changed by nobody who may only read, nor by another partner', async () => {
    expect((await api.call('POST', references, { key: reader, ...csv('item,X,MW-1001,,') })).status).toBe(403);
    expect((await api.call('POST', references, { key: retailer, ...csv('item,X,MW-1001,,') })).status).toBe(404);
  });
});

it('content that a person left out is listed, and asked about again once that is withdrawn', async () => {
  const leftOut = '/v1/partners/tri-valley/left-out-content';
  const key = { partnerId: 'tri-valley', transactionSet: '850', content: 'N1[Z7]/N3' };
  const orderId = 'order-1';
  await api.prisma.leftOutContent.create({ data: { ...key, orderId } });
  const order = { partnerId: 'tri-valley', poNumber: 'TV-1', channel: 'edi', contentHash: '', profileVersion: '1' };
  const kept = { workflowId: orderId, correlationId: 'c', canonical: {}, currency: 'USD', orderedOn: new Date() };
  const question = { type: 'content-not-used', category: 'partner', step: 'check', summary: '', owner: 'desk' };
  const decided = {
    state: 'resolved',
    resolvedAt: new Date(),
    resolvedBy: 'ann',
    resolution: { resolution: 'accept' },
  };
  await api.prisma.order.create({
    data: { id: orderId, ...order, ...kept, exceptions: { create: { id: 'e-1', ...question, ...decided } } },
  });
  await api.prisma.leftOutContent.create({ data: { ...key, partnerId: 'harbor-pine', orderId: 'order-2' } });
  const { body } = await api.call('GET', leftOut, { key: reader });
  expect(body.items).toMatchObject([
    { transactionSet: '850', content: 'N1[Z7]/N3', orderId, decidedBy: 'ann', links: { order: '/v1/orders/order-1' } },
  ]);
  const gone = `${leftOut}/850/${encodeURIComponent('N1[Z7]/N3')}`;
  expect((await api.call('DELETE', gone, { key: retailer })).status).toBe(404);
  expect((await api.call('DELETE', gone, { key: reader })).status).toBe(403);
  expect((await api.call('DELETE', gone, { key: desk })).status).toBe(204);
  expect(await api.call('DELETE', gone, { key: desk })).toMatchObject({
    status: 404,
    body: { code: 'unknown-content' },
  });
  expect(await api.prisma.leftOutContent.count({ where: { content: 'N1[Z7]/N3' } })).toBe(1);
});

it('every route of partners has answered as its description says', () => {
  const partners = routes.filter(({ tag }) => tag === 'Partners').map(({ operation }) => operation);
  expect([...api.called]).toEqual(expect.arrayContaining(partners));
});
