import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Prisma } from '../prisma/generated/client.ts';
import { scopeNames } from './auth/scopes.ts';
import { exceptionQuery } from './exception-search.ts';
import { type ApiUnderTest, startApi } from './testing/api-under-test.ts';

/** The inbox of exceptions over HTTP. Temporal is away: what is decided stays with the hand-offs. */

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS);

let api: ApiUnderTest;
/** Every scope, every partner. */
let desk: string;
let cobalt: string;

beforeAll(async () => {
  api = await startApi();
  desk = await api.key(scopeNames);
  cobalt = await api.key(['orders:read', 'exceptions:resolve'], 'cobalt-ridge');
});

afterAll(() => api?.stop());

beforeEach(async () => {
  await api.prisma.handOff.deleteMany();
  await api.prisma.bulkResolution.deleteMany();
  await api.prisma.order.deleteMany();
  await seed();
});

interface Seeded {
  partnerId?: string;
  type?: string;
  owner?: string;
  dueInHours?: number;
  resolutions?: string[];
  goodsTotal?: bigint;
  currency?: string;
  lines?: object[];
}

async function anException(poNumber: string, given: Seeded = {}): Promise<void> {
  const { partnerId = 'cobalt-ridge', type = 'unknown-item', owner = 'item-data', dueInHours = 4 } = given;
  await api.prisma.order.create({
    data: {
      ...{ id: poNumber, partnerId, poNumber, channel: 'api', contentHash: poNumber, profileVersion: '1' },
      workflowId: `order/${partnerId}/${poNumber}`,
      correlationId: 'c',
      canonical: { shipTo: { identifiers: [{ scheme: 'partner', value: '1' }] }, lines: given.lines ?? [] } as object,
      currency: given.currency ?? 'USD',
      status: 'exception',
      goodsTotal: given.goodsTotal ?? null,
      orderedOn: new Date('2026-11-20'),
      references: { create: [{ kind: 'po', value: poNumber, search: poNumber.replace('-', '') }] },
      exceptions: {
        create: {
          ...{ id: `x-${poNumber}`, type, owner, category: 'item-master', step: 'check', summary: `about ${poNumber}` },
          resolutions: given.resolutions ?? ['retry', 'cancel'],
          dueAt: inHours(dueInHours),
        },
      },
    },
  });
}

async function seed(): Promise<void> {
  await anException('CR-1', { dueInHours: 6 });
  await anException('CR-2', { dueInHours: -1 });
  await anException('HP-1', { partnerId: 'harbor-pine', dueInHours: 3 });
  const price = { type: 'price-outside-tolerance', owner: 'pricing', resolutions: ['retry', 'accept', 'cancel'] };
  await anException('HP-2', { ...price, partnerId: 'harbor-pine', dueInHours: 2, goodsTotal: 12_345n });
}

const ids = (items: { id: string }[]) => items.map(({ id }) => id);
const list = async (query = '', key = desk) => (await api.call('GET', `/v1/exceptions${query}`, { key })).body;
const found = async (query: string, key = desk) => ids((await list(query, key)).items);
const counts = async (query = '', key = desk) => (await api.call('GET', `/v1/exceptions/counts${query}`, { key })).body;
const put = (path: string, body: object, key = desk) => api.call('PUT', `/v1/exceptions/${path}`, { key, body });
const post = (path: string, body: object, key = desk, headers = {}) =>
  api.call('POST', `/v1/exceptions/${path}`, { key, body, headers });
/** As an order’s workflow does it. */
const resolve = (id: string, resolution: string, resolvedBy: string) =>
  api.prisma.orderException.update({
    where: { id },
    data: { state: 'resolved', resolvedAt: new Date(), resolvedBy, resolution: { resolution, by: resolvedBy } },
  });

describe('the list', () => {
  it('has those of all orders, due first, and a key of one partner sees its own', async () => {
    expect(await found('')).toEqual(['x-CR-2', 'x-HP-2', 'x-HP-1', 'x-CR-1']);
    expect(await found('', cobalt)).toEqual(['x-CR-2', 'x-CR-1']);
    expect(await found('?partnerId=harbor-pine', cobalt)).toEqual([]);
    expect((await list()).items[1]).toMatchObject({
      ...{
        orderId: 'HP-2',
        poNumber: 'HP-2',
        partnerName: 'Harbor & Pine Stores',
        status: 'exception',
        owner: 'pricing',
      },
      ...{ assignee: null, snoozedUntil: null, escalatedAt: null, commentCount: 0 },
      atStake: { amount: 12_345, currency: 'USD', partial: false },
      links: { order: '/v1/orders/HP-2', resolve: '/v1/exceptions/x-HP-2/resolve' },
    });
  });

  it.each([
    ['?owner=pricing', ['x-HP-2']],
    ['?type=unknown-item&partnerId=cobalt-ridge', ['x-CR-2', 'x-CR-1']],
    ['?category=credit', []],
    ['?q=hp2', ['x-HP-2']],
    ['?q=CR-', ['x-CR-2', 'x-CR-1']],
    ['?state=resolved', []],
  ])('is filtered by %s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('is filtered by deadline', async () => {
    expect(await found(`?dueBefore=${new Date().toISOString()}`)).toEqual(['x-CR-2']);
    const answer = await api.call('GET', '/v1/exceptions?dueBefore=tomorrow', { key: desk });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'dueBefore' }] } });
  });

  it('goes on where the page before ended, also among those that are due at once', async () => {
    const dueAt = inHours(1);
    await api.prisma.orderException.updateMany({ data: { dueAt } });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: { id: string }[]; nextCursor: string | null } = await list(
        `?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...ids(page.items));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['x-CR-1', 'x-CR-2', 'x-HP-1', 'x-HP-2']);
  });

  it('counts by owner and by type, each without its own filter', async () => {
    expect(await counts('?owner=pricing')).toEqual({
      ...{ total: 1, overdue: 0, snoozed: 0 },
      byOwner: [
        { owner: 'item-data', count: 3 },
        { owner: 'pricing', count: 1 },
      ],
      byType: [{ type: 'price-outside-tolerance', count: 1 }],
    });
    expect(await counts('', cobalt)).toMatchObject({
      total: 2,
      overdue: 1,
      byOwner: [{ owner: 'item-data', count: 2 }],
    });
    expect(await counts('?q=nothing')).toEqual({ total: 0, overdue: 0, snoozed: 0, byOwner: [], byType: [] });
  });
});

describe('with thousands of exceptions', () => {
  /** So many more than the four of the others, of the owner `many` but for one. */
  const MANY = 5_001;

  beforeEach(async () => {
    await api.prisma.$executeRaw`
      INSERT INTO "Order" ("id", "partnerId", "poNumber", "channel", "contentHash", "profileVersion", "workflowId",
        "correlationId", "canonical", "currency", "orderedOn", "updatedAt")
      SELECT 'o' || i, 'tri-valley', 'TV-' || i, 'api', i, '1', 'w' || i, 'c', '{"lines":[]}', 'USD', now(), now()
      FROM generate_series(1, ${MANY}) AS i`;
    await api.prisma.$executeRaw`
      INSERT INTO "OrderException" ("id", "orderId", "type", "category", "step", "summary", "resolutions", "owner", "dueAt")
      SELECT 'm' || i, 'o' || i, 'unknown-item', 'item-master', 'check', 's', '{retry}',
        CASE WHEN i = 1 THEN 'one' ELSE 'many' END, now() + i * '1 s'::interval
      FROM generate_series(1, ${MANY}) AS i`;
    await api.prisma.$executeRaw`ANALYZE "OrderException", "Order"`;
  });

  it('a page is read along one index, from where the one before ended', async () => {
    const filter = { state: 'open', snoozed: 'hidden' as const, visible: undefined, limit: 50 };
    for (const after of [undefined, [inHours(0.5).toISOString(), 'm1'] as const]) {
      const plan = await api.prisma.$queryRaw<{ 'QUERY PLAN': string }[]>(
        Prisma.sql`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) ${exceptionQuery(filter, after)}`,
      );
      const scan = plan.map((line) => line['QUERY PLAN']).find((line) => line.includes('on "OrderException"'));
      expect(scan).toMatch(/Index Scan using "OrderException_state_dueAt_id_idx" .*actual rows=51/);
    }
  });

  it('one decision is about 5000 at most', async () => {
    const filter = { partnerId: 'tri-valley' };
    const all = await post('resolutions', { filter, resolution: 'retry', dryRun: true });
    expect(all).toMatchObject({ status: 422, body: { code: 'too-many-exceptions', errors: [{ path: 'filter' }] } });
    const most = await post('resolutions', { filter: { ...filter, owner: 'many' }, resolution: 'retry', dryRun: true });
    expect(most.body.taken.count).toBe(MANY - 1);
  });
});

describe('the money at stake', () => {
  const line = (value: string, more: object) => ({ quantity: { value, unit: 'CA' }, ...more });

  it.each([
    ['of an order without lines', [], 'USD', null],
    ['of lines without a price', [line('3', {})], 'USD', null],
    [
      'is the sum of the lines',
      [line('3', { unitPrice: '1.005' }), line('2', { unitPrice: '10' })],
      'USD',
      [2302, false],
    ],
    ['in yen has no minor units', [line('3', { unitPrice: '100.4' })], 'JPY', [301, false]],
    ['with a line without a price is partial', [line('3', { unitPrice: '2' }), line('1', {})], 'USD', [600, true]],
    [
      'counts a price for so many of the ordered unit',
      [line('24', { unitPrice: '6', priceBasis: { value: '12', unit: 'CA' } })],
      'USD',
      [1200, false],
    ],
    [
      'does not count a price for another unit',
      [line('24', { unitPrice: '6', priceBasis: { value: '12', unit: 'EA' } })],
      'USD',
      null,
    ],
  ])('%s', async (_title, lines, currency, expected) => {
    await anException('TV-1', { partnerId: 'tri-valley', lines, currency });
    const [item] = (await list('?partnerId=tri-valley')).items;
    const [amount, partial] = expected ?? [];
    expect(item.atStake).toEqual(expected && { amount, currency, partial });
  });
});

describe('work on an exception', () => {
  it('it is taken by name, found by it, and freed again', async () => {
    const { name } = (await api.call('GET', '/v1/me', { key: desk })).body;
    expect(await put('x-CR-1/assignee', { assignee: name })).toMatchObject({
      status: 200,
      body: { exceptionId: 'x-CR-1', assignee: name },
    });
    expect(await found(`?assignee=${name}`)).toEqual(['x-CR-1']);
    expect(await found('?assignee=nobody')).toEqual(['x-CR-2', 'x-HP-2', 'x-HP-1']);
    const order = (await api.call('GET', '/v1/orders/CR-1', { key: desk })).body;
    expect(order.exceptions).toMatchObject([{ assignee: name, snoozedUntil: null, commentCount: 0 }]);
    await put('x-CR-1/assignee', { assignee: null });
    expect(await found('?assignee=nobody')).toHaveLength(4);
    const audit = await api.prisma.auditEntry.findMany({ where: { action: 'assignException', subject: 'x-CR-1' } });
    expect(audit.map(({ detail }) => detail)).toEqual([
      { status: 200, assignee: name },
      { status: 200, assignee: null },
    ]);
  });

  it.each(['somebody else', 'nobody'])('it is not given to %s', async (assignee) => {
    const answer = await put('x-CR-1/assignee', { assignee });
    expect(answer).toMatchObject({ status: 422, body: { code: 'unknown-assignee', errors: [{ path: 'assignee' }] } });
  });

  it('a key of one partner gives it to its own clients alone', async () => {
    await api.prisma.apiClient.create({
      data: { id: 'night', name: 'Night desk', keyHash: 'night', scopes: ['exceptions:resolve'] },
    });
    expect(await put('x-CR-1/assignee', { assignee: 'Night desk' }, cobalt)).toMatchObject({
      body: { code: 'unknown-assignee' },
    });
    expect(await put('x-CR-1/assignee', { assignee: 'Night desk' })).toMatchObject({ status: 200 });
  });

  it('a snoozed one is hidden until then, counted, and shown when it is woken', async () => {
    const until = inHours(5).toISOString();
    const answer = await put('x-CR-2/snooze', { until });
    expect(answer).toMatchObject({ status: 200, body: { snoozedUntil: until, dueAt: expect.any(String) } });
    expect(await found('')).toEqual(['x-HP-2', 'x-HP-1', 'x-CR-1']);
    expect(await found('?snoozed=only')).toEqual(['x-CR-2']);
    expect(await found('?snoozed=included')).toHaveLength(4);
    expect(await counts()).toMatchObject({ total: 3, overdue: 0, snoozed: 1 });
    await put('x-CR-2/snooze', { until: null });
    expect(await found('')).toHaveLength(4);
  });

  it('it shows again when the time is over', async () => {
    await api.prisma.orderException.update({ where: { id: 'x-CR-2' }, data: { snoozedUntil: inHours(-0.01) } });
    expect(await found('')).toHaveLength(4);
  });

  it.each([
    ['the past', -1],
    ['more than 30 days ahead', 30 * 24 + 1],
  ])('it is not snoozed until %s', async (_title, hours) => {
    const answer = await put('x-CR-1/snooze', { until: inHours(hours).toISOString() });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-body', errors: [{ path: 'until' }] } });
  });

  it('comments are kept in order with their author, once for one Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'c-1' };
    const first = await post('x-CR-1/comments', { text: '  asked the buyer  ' }, desk, headers);
    expect(first).toMatchObject({ status: 201, body: { author: 'test', text: 'asked the buyer' } });
    expect((await post('x-CR-1/comments', { text: 'asked the buyer' }, desk, headers)).body).toEqual(first.body);
    await post('x-CR-1/comments', { text: 'they answer on Monday' });
    const one = await api.call('GET', '/v1/exceptions/x-CR-1/comments?limit=1', { key: cobalt });
    expect(one.body.items).toEqual([first.body]);
    const rest = await api.call('GET', `/v1/exceptions/x-CR-1/comments?cursor=${one.body.nextCursor}`, { key: desk });
    expect(rest.body).toMatchObject({ items: [{ text: 'they answer on Monday' }], nextCursor: null });
    expect((await list('?q=CR-1')).items).toMatchObject([{ commentCount: 2 }]);
  });

  it('a comment whose answer was lost is not written a second time', async () => {
    const send = () => post('x-CR-1/comments', { text: 'once' }, desk, { 'Idempotency-Key': 'lost' });
    await send();
    await api.prisma.idempotencyKey.deleteMany();
    expect((await send()).status).toBe(201);
    expect(await api.prisma.exceptionComment.count()).toBe(1);
  });

  it('an empty comment, or one of more than 2000 characters, is refused', async () => {
    for (const text of [' ', 'x'.repeat(2001)]) {
      expect(await post('x-CR-1/comments', { text })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'text' }] },
      });
    }
  });

  it('one of another partner is unknown, and one that is resolved takes nothing', async () => {
    await resolve('x-CR-1', 'retry', 'ann');
    const calls = [
      (id: string, key: string) => put(`${id}/assignee`, { assignee: null }, key),
      (id: string, key: string) => put(`${id}/snooze`, { until: null }, key),
      (id: string, key: string) => post(`${id}/comments`, { text: 'x' }, key),
    ];
    for (const call of calls) {
      expect(await call('x-HP-1', cobalt)).toMatchObject({ status: 404, body: { code: 'unknown-exception' } });
      expect(await call('x-CR-1', cobalt)).toMatchObject({ status: 409, body: { code: 'exception-resolved' } });
    }
    const read = await api.call('GET', '/v1/exceptions/x-HP-1/comments', { key: cobalt });
    expect(read).toMatchObject({ status: 404, body: { code: 'unknown-exception' } });
  });
});

describe('one decision about many exceptions', () => {
  const all = ['x-CR-1', 'x-CR-2', 'x-HP-1', 'x-HP-2'];
  const handedOff = async () =>
    (await api.prisma.handOff.findMany({ orderBy: { target: 'asc' } })).map(({ kind, target, payload }) => ({
      ...{ kind, target, payload },
    }));
  const progress = async (id: string, key = desk) =>
    (await api.call('GET', `/v1/exceptions/resolutions/${id}`, { key })).body;

  it('a dry run tells who would take it and who would not, and does nothing', async () => {
    const answer = await post('resolutions', { exceptionIds: [...all, 'none'], resolution: 'accept', dryRun: true });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        bulkResolutionId: null,
        taken: { count: 1, byType: [{ type: 'price-outside-tolerance', count: 1 }] },
        refused: {
          count: 4,
          groups: [
            {
              type: 'unknown-item',
              code: 'illegal-resolution',
              reason: 'it can be resolved by retry, cancel',
              count: 3,
            },
            { type: null, code: 'unknown-exception', count: 1, exceptionIds: ['none'] },
          ],
        },
      },
    });
    expect([await handedOff(), await api.prisma.bulkResolution.count()]).toEqual([[], 0]);
  });

  it('is stored with a message to each order, and says how far it is', async () => {
    const answer = await post('resolutions', { exceptionIds: all, resolution: 'retry', note: 'items are mapped' });
    expect(answer, answer.text).toMatchObject({ status: 202, body: { taken: { count: 4 }, refused: { count: 0 } } });
    const told = await handedOff();
    expect(told.map(({ target }) => target)).toEqual(['CR-1', 'CR-2', 'HP-1', 'HP-2']);
    expect(told[0]).toMatchObject({
      kind: 'signal-order',
      payload: {
        signal: 'exceptionDecided',
        payload: { exceptionId: 'x-CR-1', resolution: 'retry', note: 'items are mapped', by: 'test' },
      },
    });
    const id = answer.body.bulkResolutionId;
    expect(answer.headers.get('location')).toBe(`/v1/exceptions/resolutions/${id}`);
    expect(await progress(id)).toMatchObject({ total: 4, waiting: 4, open: 0, resolved: 0, otherwise: 0 });

    await api.prisma.handOff.deleteMany({ where: { target: { not: 'HP-1' } } });
    await resolve('x-CR-1', 'retry', 'test');
    await resolve('x-CR-2', 'cancel', 'ann');
    expect(await progress(id)).toMatchObject({
      ...{ by: 'test', note: 'items are mapped', resolution: 'retry' },
      ...{ total: 4, waiting: 1, open: 1, resolved: 1, otherwise: 1 },
      rest: [
        { exceptionId: 'x-CR-2', state: 'resolved', resolution: 'cancel', resolvedBy: 'ann', poNumber: 'CR-2' },
        { exceptionId: 'x-HP-2', state: 'open', resolution: null },
        { exceptionId: 'x-HP-1', state: 'open', links: { order: '/v1/orders/HP-1' } },
      ],
    });
    const audit = { action: 'resolveExceptions', subject: id };
    expect(await api.prisma.auditEntry.count({ where: audit })).toBe(1);
  });

  it('takes what a filter finds, and leaves the rest alone', async () => {
    const filter = { owner: 'item-data', partnerId: 'harbor-pine' };
    const answer = await post('resolutions', { filter, resolution: 'cancel' });
    expect(answer.body.taken).toEqual({ count: 1, byType: [{ type: 'unknown-item', count: 1 }] });
    expect((await handedOff()).map(({ target }) => target)).toEqual(['HP-1']);
  });

  it('under one Idempotency-Key is done once, also if the answer was lost', async () => {
    const send = () =>
      post('resolutions', { exceptionIds: all, resolution: 'retry' }, desk, { 'Idempotency-Key': 'bulk' });
    const [first, beside] = await Promise.all([send(), send()]);
    expect(beside.body).toEqual(first.body);
    await api.prisma.idempotencyKey.deleteMany();
    await resolve('x-CR-1', 'retry', 'test');
    const again = await send();
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect([(await handedOff()).length, await api.prisma.bulkResolution.count()]).toEqual([4, 1]);
    const other = await post('resolutions', { exceptionIds: all, resolution: 'cancel' }, desk, {
      'Idempotency-Key': 'bulk',
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('one that is resolved meanwhile is left alone', async () => {
    await resolve('x-CR-1', 'retry', 'ann');
    const answer = await post('resolutions', { exceptionIds: ['x-CR-1', 'x-CR-2'], resolution: 'retry' });
    expect(answer.body).toMatchObject({
      taken: { count: 1 },
      refused: { count: 1, groups: [{ code: 'exception-resolved', exceptionIds: ['x-CR-1'] }] },
    });
  });

  it('which nobody can take is refused, with the reasons', async () => {
    const answer = await post('resolutions', { exceptionIds: ['x-CR-1'], resolution: 'resend' });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'illegal-resolution', refused: [{ code: 'illegal-resolution', count: 1 }] },
    });
    expect((await post('resolutions', { filter: { q: 'nothing' }, resolution: 'retry' })).status).toBe(409);
    expect(await api.prisma.bulkResolution.count()).toBe(0);
  });

  it('which needs further input is for one at a time', async () => {
    await anException('TV-1', { resolutions: ['use-carrier', 'correct', 'other-node', 'retry'] });
    for (const resolution of ['use-carrier', 'correct', 'other-node']) {
      const answer = await post('resolutions', { exceptionIds: ['x-TV-1'], resolution, dryRun: true });
      expect(answer.body.refused.groups, resolution).toMatchObject([{ code: 'input-needed', count: 1 }]);
    }
  });

  it.each([
    ['neither ids nor a filter', { resolution: 'retry' }, 'exceptionIds'],
    ['both', { exceptionIds: ['x'], filter: {}, resolution: 'retry' }, 'exceptionIds'],
    ['a wait without a time', { exceptionIds: ['x'], resolution: 'wait' }, 'until'],
    ['a wait that has passed', { exceptionIds: ['x'], resolution: 'wait', until: '2020-01-01T00:00:00Z' }, 'until'],
    ['a time without a wait', { exceptionIds: ['x'], resolution: 'retry', until: '2099-01-01T00:00:00Z' }, 'until'],
    ['no ids', { exceptionIds: [], resolution: 'retry' }, 'exceptionIds'],
    ['too many ids', { exceptionIds: Array.from({ length: 501 }, String), resolution: 'retry' }, 'exceptionIds'],
    ['no such resolution', { exceptionIds: ['x'], resolution: 'hope' }, 'resolution'],
    ['a filter that is none', { filter: { colour: 'red' }, resolution: 'retry' }, 'filter.colour'],
  ])('with %s is refused where it stands', async (_title, body, path) => {
    const answer = await post('resolutions', body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-body', errors: [{ path }] } });
  });

  it('by a key of one partner is about its own exceptions, and read by it alone', async () => {
    const answer = await post('resolutions', { exceptionIds: all, resolution: 'retry' }, cobalt);
    expect(answer.body).toMatchObject({
      taken: { count: 2 },
      refused: { groups: [{ type: null, code: 'unknown-exception', exceptionIds: ['x-HP-1', 'x-HP-2'] }] },
    });
    expect((await handedOff()).map(({ target }) => target)).toEqual(['CR-1', 'CR-2']);
    const id = answer.body.bulkResolutionId;
    expect((await progress(id, cobalt)).total).toBe(2);
    expect((await progress(id)).total).toBe(2);
    const other = await api.key(scopeNames, 'harbor-pine');
    expect(await progress(id, other)).toMatchObject({ code: 'unknown-bulk-resolution', status: 404 });
    const filtered = await post('resolutions', { filter: {}, resolution: 'retry', dryRun: true }, cobalt);
    expect(filtered.body.taken.count).toBe(2);
  });
});
