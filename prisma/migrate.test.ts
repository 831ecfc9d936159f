import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createEmptyDatabaseUrl, createTestDatabase } from '../test/support/database.ts';
import { applyMigrations, pendingChanges } from './migrate.ts';

test('the committed migrations produce exactly schema.prisma', async () => {
  const database = await createTestDatabase();
  expect(await pendingChanges(database.url)).toBeUndefined();
  await database.remove();
});

test('two processes that migrate a missing database concurrently apply each migration once', async () => {
  const url = await createEmptyDatabaseUrl();
  const [first, second] = await Promise.all([applyMigrations(url), applyMigrations(url)]);
  expect([first.length, second.length].sort()).toEqual([0, Math.max(first.length, second.length)]);

  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL',
  );
  await client.end();
  expect(rows.map(({ migration_name }) => migration_name).sort()).toEqual([...first, ...second].sort());
});
