import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { CACHE_MILLISECONDS, createApiClient, createClientLookup, revokeApiClient } from './clients.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.remove());

/** The lookup with a clock of ours, over the real table; counts the queries. */
function countedLookup() {
  const counted = { queries: 0, now: 0 };
  const prisma = database.prisma.$extends({
    query: {
      apiClient: {
        findUnique({ args, query }) {
          counted.queries += 1;
          return query(args);
        },
      },
    },
  });
  const find = createClientLookup(prisma as unknown as typeof database.prisma, () => counted.now);
  return { counted, find };
}

it('one query serves every request of a key until the bound of the cache, also those that come together', async () => {
  const { key, id } = await createApiClient(database.prisma, { name: 'busy', scopes: ['orders:read'] }, 'test');
  const { counted, find } = countedLookup();
  const together = await Promise.all([find(key), find(key), find(key)]);
  expect(together.map((client) => client?.id)).toEqual([id, id, id]);
  counted.now = CACHE_MILLISECONDS - 1;
  await find(key);
  expect(counted.queries).toBe(1);
  counted.now = CACHE_MILLISECONDS;
  await find(key);
  expect(counted.queries).toBe(2);
});

it('a key that is revoked is refused once the bound has passed, which is a few seconds', async () => {
  const { key, id } = await createApiClient(database.prisma, { name: 'revoked', scopes: ['orders:read'] }, 'test');
  const { counted, find } = countedLookup();
  expect(await find(key)).toMatchObject({ id });
  await revokeApiClient(database.prisma, id);
  counted.now = CACHE_MILLISECONDS;
  expect(await find(key)).toBeUndefined();
  expect(CACHE_MILLISECONDS).toBe(5_000);
});

it('a guessed key costs one query for the bound of the cache', async () => {
  const { counted, find } = countedLookup();
  const guess = `tl_live_${'x'.repeat(43)}`;
  expect([await find(guess), await find(guess)]).toEqual([undefined, undefined]);
  expect(counted.queries).toBe(1);
});

it('a lookup that failed is not remembered', async () => {
  let fails = true;
  const find = createClientLookup({
    apiClient: {
      findUnique: (() =>
        fails
          ? Promise.reject(new Error('no connection'))
          : Promise.resolve(null)) as unknown as TestDatabase['prisma']['apiClient']['findUnique'],
    },
  });
  const key = `tl_live_${'y'.repeat(43)}`;
  await expect(find(key)).rejects.toThrow('no connection');
  fails = false;
  expect(await find(key)).toBeUndefined();
});
