import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';
import { createTestClient, createTimeSkippingEnvironment } from './temporal.ts';

const databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
afterAll(() => Promise.all(databases.map((database) => database.remove())));

test('two test databases share nothing', async () => {
  const [one, other] = databases;
  await one?.prisma.apiClient.create({ data: { id: 'a', name: 'a', keyHash: 'a', scopes: [] } });
  expect(await other?.prisma.apiClient.count()).toBe(0);
});

test('the development server has our search attributes', async () => {
  const client = await createTestClient();
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['OrderStatus', 'NextDeadline']));
  await client.connection.close();
});

test('thirty days pass immediately on the time-skipping server', async () => {
  const environment = await createTimeSkippingEnvironment();
  const before = await environment.currentTimeMs();
  await environment.sleep('30 days');
  expect((await environment.currentTimeMs()) - before).toBeGreaterThan(29 * 86_400_000);
  await environment.teardown();
});
