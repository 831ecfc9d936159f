import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProfiles } from '../activities/partners/profile-files.ts';
import { preview as previewOf } from '../activities/preview/preview.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { customers, items, prices } from '../sandbox/erp/master-data.ts';
import { routes } from './routes/index.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

let api: ApiUnderTest;
let engineer: string;
let reader: string;
let partner: string;
let partnersDir: string;

const profileOf = (id: string, usage: 'test' | 'production', isa: string) => `extends: templates/retailer
id: ${id}
name: Lone Elm
usage: ${usage}
identifiers:
  ours: { isaQualifier: ZZ, isaId: MERIDIAN, gsId: MERIDIAN }
  theirs: { isaQualifier: ZZ, isaId: ${isa}, gsId: ${isa} }
transport:
  kind: https
  url: \${PARTNERS_URL}/lone-elm/inbox
  tokenEnv: SANDBOX_TOKEN
shipNotice:
  sscc: { companyPrefix: "0614141", extensionDigit: 0 }
`;
const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1');

beforeAll(async () => {
  partnersDir = mkdtempSync(join(tmpdir(), 'profiles-'));
  cpSync('mappings/partners', partnersDir, { recursive: true });
  writeFileSync(join(partnersDir, 'lone-elm-test.yaml'), profileOf('lone-elm-test', 'test', 'LONEELM'));
  writeFileSync(join(partnersDir, 'lone-elm.yaml'), profileOf('lone-elm', 'production', 'LONEELM'));
  api = await startApi({ partnersDir, systemsServe: ['test', 'production'] });
  engineer = await api.key(['profiles:write']);
  reader = await api.key(['partners:read', 'documents:read']);
  partner = await api.key(['edi:write', 'documents:read'], 'harbor-pine');
  for (const { gtin, weight, ...item } of items) {
    await api.prisma.item.create({ data: { ...item, erpSystem: 'main', gtin: gtin ?? null, weight: weight ?? null } });
  }
  for (const { creditLimit: _, shipTos, terms, ...customer } of customers) {
    const places = shipTos.map((shipTo) => ({ ...shipTo }));
    const stated = terms === undefined ? {} : { terms };
    await api.prisma.customer.create({
      data: { ...customer, ...stated, erpSystem: 'main', shipTos: { create: places } },
    });
  }
  for (const { validFrom = '2020-01-01', validTo, ...price } of prices) {
    await api.prisma.contractPrice.create({
      data: {
        ...price,
        erpSystem: 'main',
        validFrom: new Date(validFrom),
        validTo: validTo === undefined || validTo === null ? null : new Date(validTo),
      },
    });
  }
  await api.prisma.synchronization.create({
    data: { source: 'erp.main', asOf: '1', completedAt: new Date('2026-11-20T08:00:00Z') },
  });
});
afterAll(async () => {
  await api?.stop();
  rmSync(partnersDir, { recursive: true });
});

const preview = (id: string) => `/v1/partners/${id}/preview`;
const profile = (id: string) => `/v1/partners/${id}/profile`;

async function counts() {
  const tables = ['Interchange', 'Document', 'Order', 'ControlNumber', 'HandOff', 'Decision', 'AuditEntry'];
  const found = await Promise.all(
    tables.map((table) => api.prisma.$queryRawUnsafe<{ n: bigint }[]>(`SELECT count(*) AS n FROM "${table}"`)),
  );
  return found.map(([row]) => Number(row?.n));
}

describe('POST /v1/partners/{partnerId}/preview', () => {
  it('shows what a file would become by real master data, and stores nothing', async () => {
    const before = await counts();
    const { status, body } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: sample });
    expect(status).toBe(200);
    expect(body).toMatchObject({ valid: true, masterData: { looked: true } });
    const [set] = body.interchanges[0].sets;
    const [order] = set.orders;
    expect([set.verdict, order.check.state, order.check.exceptions]).toEqual(['accepted', 'passed', []]);
    expect(order.documents.map(({ set: name }: { set: string }) => name)).toEqual(['855', '856', '810']);
    expect(order.documents[2].x12).toContain('TDS*75840~');
    expect(order.label.zpl).toContain('^XA');
    expect(body.interchanges[0].answers[0]).toMatchObject({ set: '997', sent: true });
    expect(await counts()).toEqual(before);
  });

  it('does not write the documents of a very long order, which would hold the process', async () => {
    const [start, end] = [sample.indexOf('PO1*001'), sample.indexOf('CTT*3')];
    const lines = Array.from({ length: 1_001 }, (_, index) => `PO1*${index + 1}*1*EA*11.35**VN*MW-1001~\n`).join('');
    const long =
      sample.slice(0, start) + lines + sample.slice(end).replace('CTT*3', 'CTT*1001').replace('SE*22', 'SE*1017');
    const { body } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: long });
    const [order] = body.interchanges[0].sets[0].orders;
    expect([order.check.state, order.documents, order.label]).toEqual(['passed', [], null]);
    expect(order.omitted).toBe('the order has 1001 lines, and documents are shown of up to 1000 lines of a file');
  });

  it('is not clean while the master data have not been read', async () => {
    const [reading] = await api.prisma.synchronization.findMany();
    await api.prisma.synchronization.deleteMany();
    await api.prisma.customer.updateMany({ where: { partnerId: 'harbor-pine' }, data: { partnerId: 'nobody' } });
    const { body } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: sample });
    expect([body.valid, body.clean]).toEqual([true, false]);
    const { check } = body.interchanges[0].sets[0].orders[0];
    expect(check).toMatchObject({
      state: 'not-checked',
      reason: 'the master data of ERP main has not been read yet',
    });
    await api.prisma.customer.updateMany({ where: { partnerId: 'nobody' }, data: { partnerId: 'harbor-pine' } });
    if (reading !== undefined) await api.prisma.synchronization.create({ data: reading });
  });

  it('tells of an order that is there already', async () => {
    await api.call('POST', '/v1/edi/interchanges', { key: partner, bytes: sample });
    const { body: first } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: sample });
    const { order } = first.interchanges[0].sets[0].orders[0];
    const { contentHash } = await import('../mappings/edi/content-hash.ts');
    const data = {
      partnerId: 'harbor-pine',
      poNumber: order.poNumber,
      channel: 'edi',
      profileVersion: '1',
      correlationId: 'c',
      canonical: order,
      currency: 'USD',
      waitingFor: '',
      orderedOn: new Date(order.orderedOn),
      contentHash: contentHash(order),
      workflowId: 'order/known',
    };
    await api.prisma.order.create({ data: { ...data, id: 'known' } });
    const { body: again } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: sample });
    expect(again.interchanges[0].sets[0].orders[0].check).toMatchObject({ state: 'repeated' });
    const other = sample.replace('PO1*001*24', 'PO1*001*12');
    const { body: changed } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: other });
    const { check } = changed.interchanges[0].sets[0].orders[0];
    expect(check.exceptions.map(({ type }: { type: string }) => type)).toEqual(['repeated-po-number']);
    await api.prisma.order.delete({ where: { id: 'known' } });
  });

  it('takes a profile that is not in force, from those who may edit profiles', async () => {
    const text = profileOf('lone-elm-test', 'test', 'HARBORPINE')
      .replace('lone-elm/inbox', 'x')
      .replace('  tokenEnv: SANDBOX_TOKEN\n', '');
    const changed = text.replace('isaId: HARBORPINE', 'isaId: OTHERELM');
    const body = { file: sample, profile: `${changed}documents: { outbound: { "810": { send: false } } }\n` };
    const { body: shown } = await api.call('POST', preview('lone-elm-test'), { key: engineer, body });
    const { documents } = shown.interchanges[0].sets[0].orders[0];
    expect(documents.map(({ sent }: { sent: boolean }) => sent)).toEqual([true, true, false]);
    expect(shown.interchanges[0].reaches).toMatchObject({ partnerId: 'harbor-pine' });
    const refused = await api.call('POST', preview('harbor-pine'), { key: partner, body });
    expect([refused.status, refused.body.code]).toEqual([403, 'missing-scope']);
    const wrong = { file: sample, profile: `${text}pricng: {}\n` };
    const { status, body: problem } = await api.call('POST', preview('lone-elm-test'), { key: engineer, body: wrong });
    expect([status, problem.code]).toEqual([422, 'profile-invalid']);
    expect(problem.problems[0]).toMatchObject({ file: 'lone-elm-test.yaml', line: 13, key: 'pricng' });
    expect(problem.problems[0].reason).toContain('pricing');
  });

  it('refuses what cannot be read, with a reason', async () => {
    const call = (given: object) => api.call('POST', preview('lone-elm-test'), { key: engineer, ...given });
    expect((await call({ bytes: 'A'.repeat(1_000_001) })).body.code).toBe('payload-too-large');
    expect((await call({ body: { file: '\u20ac' } })).body.code).toBe('invalid-body');
    expect((await call({ body: { text: 'x' } })).body.code).toBe('invalid-body');
    const json = { 'content-type': 'application/json' };
    expect((await call({ bytes: '{', headers: json })).body.code).toBe('malformed-json');
    expect((await call({ bytes: 'hello' })).body).toMatchObject({ valid: false });
    const others = await api.call('POST', preview('tri-valley'), { key: partner, bytes: sample });
    expect(others.body.code).toBe('no-such-partner');
  });

  it('does not say to a partner who the sender is otherwise', async () => {
    const theirs = sample.replace('HARBORPINE     ', 'TRIVALLEY      ');
    const { body } = await api.call('POST', preview('harbor-pine'), { key: partner, bytes: theirs });
    expect(body.interchanges[0].reaches).toMatchObject({ partnerId: null });
  });
});

describe('the profile of a test side', () => {
  it('comes with the template of each value', async () => {
    const { body } = await api.call('GET', profile('lone-elm-test'), { key: engineer });
    expect(body).toMatchObject({ editable: true, files: ['lone-elm-test.yaml', 'templates/retailer.yaml'] });
    const from = (key: string) => body.values.find((one: { key: string }) => one.key === key)?.from;
    expect([from('name'), from('shipWithin'), from('priority'), from('fairnessWeight')]).toEqual([
      'lone-elm-test.yaml',
      'templates/retailer.yaml',
      'templates/retailer.yaml',
      null,
    ]);
    expect(body.values).toContainEqual({
      key: 'transport.url',
      value: `$` + '{PARTNERS_URL}/lone-elm/inbox',
      from: 'lone-elm-test.yaml',
    });
    expect((await api.call('GET', profile('lone-elm-test'), { key: reader })).body.editable).toBe(false);
  });

  it('is checked as one types: errors with line and key, and what was meant', async () => {
    const text = profileOf('lone-elm-test', 'test', 'LONEELM').replace('shipNotice:', 'shipNotise:');
    const check = (given: string) =>
      api.call('POST', `${profile('lone-elm-test')}/check`, { key: engineer, body: { text: given } });
    const { body } = await check(text);
    expect(body).toMatchObject({ valid: false, version: null });
    const [unknown] = body.problems.filter(({ key }: { key: string }) => key === 'shipNotise');
    expect(unknown).toMatchObject({ line: 12, column: 1, file: 'lone-elm-test.yaml' });
    expect(unknown.reason).toContain('shipNotice');
    expect((await check('a: [')).body.problems[0]).toMatchObject({ code: 'profile-syntax', line: 1 });
    const shared = profileOf('lone-elm-test', 'test', 'HARBORPINE');
    expect((await check(shared)).body.problems[0]).toMatchObject({ code: 'profile-identifiers-shared', line: 7 });
    const odd = `${profileOf('lone-elm-test', 'test', 'LONEELM')}units: { QQ: EA }\n`;
    expect((await check(odd)).body).toMatchObject({ valid: true, warnings: [{ key: 'units.QQ' }] });
  });

  it('is saved, taken up and audited; a change in between is not overwritten', async () => {
    const id = 'lone-elm-test';
    const { body: before } = await api.call('GET', profile(id), { key: engineer });
    const text = `${before.text}# A comment\nbackorders: backorder\n`;
    const saved = await api.call('PUT', profile(id), { key: engineer, body: { text, revision: before.revision } });
    expect(saved.status).toBe(200);
    expect(readFileSync(join(partnersDir, `${id}.yaml`), 'utf8')).toBe(text);
    expect(readdirSync(partnersDir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    api.look();
    api.look();
    const { body: partnerNow } = await api.call('GET', `/v1/partners/${id}`, { key: engineer });
    expect([partnerNow.profileVersion, partnerNow.profile.backorders]).toEqual([saved.body.version, 'backorder']);
    const [entry] = await api.prisma.auditEntry.findMany({ where: { action: 'saveProfile' } });
    expect(entry).toMatchObject({ subject: id, detail: { version: saved.body.version } });

    const late = await api.call('PUT', profile(id), { key: engineer, body: { text, revision: before.revision } });
    expect([late.status, late.body.code]).toEqual([409, 'profile-changed-meanwhile']);
    await expect
      .poll(async () => (await api.call('GET', `${profile(id)}/versions`, { key: reader })).body.items.length)
      .toBe(2);
    const { body: versions } = await api.call('GET', `${profile(id)}/versions`, { key: reader });
    expect(versions.items[0]).toMatchObject({
      version: saved.body.version,
      differences: [{ key: 'backorders', from: 'cancel', to: 'backorder' }],
    });
  });

  it('is not saved where it is wrong, in production, or with another transport', async () => {
    const save = async (id: string, change: (text: string) => string, key = engineer) => {
      const { body } = await api.call('GET', profile(id), { key });
      const answer = await api.call('PUT', profile(id), {
        key,
        body: { text: change(body.text), revision: body.revision },
      });
      return answer.body.code ?? answer.status;
    };
    expect(await save('lone-elm-test', (text) => `${text}nonsense: 1\n`)).toBe('profile-invalid');
    expect(await save('lone-elm', (text) => text)).toBe('profile-not-editable');
    expect(await save('lone-elm', (text) => text.replace('production', 'test'))).toBe('profile-not-editable');
    expect(await save('lone-elm-test', (text) => text.replace('usage: test', 'usage: production'))).toBe(
      'profile-invalid',
    );
    expect(await save('lone-elm-test', (text) => text.replace('/lone-elm/inbox', '/evil'))).toBe(
      'profile-not-editable',
    );
    expect(await save('lone-elm-test', (text) => text, reader)).toBe('missing-scope');
    const text = profileOf('new-elm-test', 'test', 'NEWELM');
    const create = (given: string) =>
      api.call('PUT', profile('new-elm-test'), { key: engineer, body: { text: given, revision: null } });
    expect((await create(text)).body.code).toBe('profile-not-editable');
    for (const inside of [
      'http://elm.example/inbox',
      'https://169.254.169.254/latest',
      'https://erp.internal/orders',
    ]) {
      const there = text.replace(/url: .*/, `url: ${inside}`).replace('  tokenEnv: SANDBOX_TOKEN\n', '');
      expect((await create(there)).body.code, inside).toBe('profile-not-editable');
    }
    const plain = text.replace(/url: .*/, 'url: https://elm.example/inbox').replace('  tokenEnv: SANDBOX_TOKEN\n', '');
    expect((await create(plain)).status).toBe(200);
    expect((await create(plain)).body.code).toBe('profile-changed-meanwhile');
    expect(
      (await api.call('PUT', profile('..%2Fevil'), { key: engineer, body: { text: plain, revision: null } })).body.code,
    ).toBe('profile-not-editable');
  });
});

describe('a key of one partner that may edit profiles', () => {
  const bound = () => api.key(['profiles:write', 'edi:write'], 'lone-elm-test');

  it('cannot read another profile by extending it, whatever way it is written', async () => {
    const key = await bound();
    const own = profileOf('lone-elm-test', 'test', 'LONEELM');
    for (const other of ['harbor-pine', './harbor-pine', 'templates/../harbor-pine', 'lone-elm-test']) {
      const text = own.replace('templates/retailer', other);
      const checked = await api.call('POST', `${profile('lone-elm-test')}/check`, { key, body: { text } });
      expect(checked.body.valid, other).toBe(false);
      expect(checked.body.problems, other).toMatchObject([
        { key: 'extends', line: 1, reason: expect.stringContaining('must name a template') },
      ]);
      const file = { file: sample, profile: text };
      const shown = await api.call('POST', '/v1/partners/lone-elm-test/preview', { key, body: file });
      expect([shown.status, shown.body.code]).toEqual([422, 'profile-invalid']);
      const { body: now } = await api.call('GET', profile('lone-elm-test'), { key });
      const saved = await api.call('PUT', profile('lone-elm-test'), { key, body: { text, revision: now.revision } });
      expect(saved.body.code).toBe('profile-invalid');
    }
    const production = own.replace('templates/retailer', 'lone-elm');
    const allowed = await api.call('POST', `${profile('lone-elm-test')}/check`, { key, body: { text: production } });
    expect(allowed.body.valid).toBe(true);
  });

  it('is not told who else has the identifiers, nor that other partners are there', async () => {
    const key = await bound();
    const shared = profileOf('lone-elm-test', 'test', 'HARBORPINE');
    const check = (text: string, as: string) =>
      api.call('POST', `${profile('lone-elm-test')}/check`, { key: as, body: { text } });
    expect((await check(shared, engineer)).text).toContain('harbor-pine');
    const told = await check(shared, key);
    expect(told.body.problems[0].reason).toContain('are those of another partner too');
    const mistyped = await check(shared.replace('templates/retailer', 'harbor-pime'), key);
    for (const { text } of [told, mistyped]) expect(text).not.toMatch(/harbor-pine|Harbor/);
  });
});

describe('a preview of a large file', () => {
  it('ends when nobody waits for it any more', async () => {
    const bytes = Buffer.from(sample, 'latin1');
    const [id, own] = [
      'harbor-pine',
      loadProfiles('mappings/partners', { PARTNERS_URL: 'http://x', SANDBOX_TOKEN: 'x' }),
    ];
    const request = { bytes, receivedAt: new Date(), profiles: own, systems: { erp: [], wms: [], erpRules: [] } };
    const gone = previewOf({ ...request, profile: own.get(id) as PartnerProfile, signal: AbortSignal.abort() });
    await expect(gone).rejects.toThrow('aborted');
  });

  it('shows so many orders and says how many more there would be; other requests have their turn', async () => {
    const stores = Array.from({ length: 400 }, (_, index) => String(index + 1).padStart(4, '0'));
    const sdq = Array.from({ length: 40 }, (_, line) => {
      const of = stores.slice(line * 10, line * 10 + 10).map((store) => `*${store}*1`);
      return `SDQ*EA*92${of.join('')}~`;
    });
    const many = sample
      .replace(/PO1\*.*?(?=CTT)/s, `PO1*1*400*EA*14.2**VN*MW-1001~${sdq.join('')}`)
      .replace('CTT*3', 'CTT*1')
      .replace('SE*22', 'SE*57');
    const text = `${profileOf('lone-elm-test', 'test', 'HARBORPINX')}orders: { storeDistribution: order-per-store }\n`;
    const file = many.replaceAll('HARBORPINE', 'HARBORPINX');
    const began = performance.now();
    let longest = 0;
    let asked = 0;
    let done = false;
    const shown = api
      .call('POST', '/v1/partners/lone-elm-test/preview', { key: engineer, body: { file, profile: text } })
      .finally(() => {
        done = true;
      });
    while (!done) {
      const at = performance.now();
      await api.call('GET', '/healthz');
      longest = Math.max(longest, performance.now() - at);
      asked += 1;
    }
    const { body } = await shown;
    const orders = body.interchanges[0].sets.flatMap((set: { orders: object[] }) => set.orders);
    expect([orders.length, body.ordersNotShown]).toEqual([25, 375]);
    expect(orders[0].order.part).toBe('store 0001');
    // Without turns in between, only the question that was asked first would be answered.
    expect(asked).toBeGreaterThan(5);
    expect(longest).toBeLessThan(performance.now() - began);
  });
});

describe('GET /v1/partners/{partnerId}/documents-in-flight', () => {
  it('lists what waits and what is late, and nothing that is done', async () => {
    const base = {
      direction: 'outbound',
      partnerId: 'harbor-pine',
      transactionSet: '855',
      version: '004010',
      body: '',
      delimiters: '*>~',
      hash: '',
      correlationId: 'c',
    };
    const [past, future] = [new Date('2026-01-01T00:00:00Z'), new Date('2999-01-01T00:00:00Z')];
    await api.prisma.document.createMany({
      data: [
        { ...base, id: 'waits', state: 'queued', deadline: future },
        { ...base, id: 'overdue', state: 'prepared', deadline: past },
        { ...base, id: 'unanswered', state: 'transmitted', deadline: past, acknowledgeBy: future },
        { ...base, id: 'unanswered-late', state: 'transmitted', deadline: past, acknowledgeBy: past },
        { ...base, id: 'answered', state: 'transmitted', acknowledgeBy: past, acknowledgedAt: past },
        { ...base, id: 'others', partnerId: 'tri-valley', state: 'queued', deadline: past },
      ],
    });
    const { body } = await api.call('GET', '/v1/partners/harbor-pine/documents-in-flight', { key: reader });
    const found = Object.fromEntries(
      body.items
        .filter(({ id }: { id: string }) => /^[a-z-]+$/.test(id))
        .map(({ id, late }: { id: string; late: boolean }) => [id, late]),
    );
    expect(found).toEqual({ waits: false, overdue: true, unanswered: false, 'unanswered-late': true });
  });
});

it('every route of profiles has answered as its description says', () => {
  const profiles = routes.filter(({ tag }) => tag === 'Profiles').map(({ operation }) => operation);
  expect([...api.called]).toEqual(expect.arrayContaining(profiles));
});
