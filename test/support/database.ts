import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createPrismaClient, type Database } from '../../prisma/client.ts';
import { askForServer } from './ask.ts';
import { TEMPLATE_DATABASE } from './servers.ts';

export interface TestDatabase {
  readonly url: string;
  readonly prisma: Database;
  /** Closes the client and drops the database. */
  remove(): Promise<void>;
}

/**
 * An empty database with all migrations for one test file: a copy of a template, in about 50 ms.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const templateUrl = await askForServer('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(templateUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  const prisma = createPrismaClient(url.href, { poolSize: 5, applicationName: 'test' });
  return {
    url: url.href,
    prisma,
    remove: async () => {
      await prisma.$disconnect();
      await onServer(templateUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** A database without tables, for tests of the migrations themselves. */
export async function createEmptyDatabaseUrl(): Promise<string> {
  const url = new URL(await askForServer('postgres'));
  url.pathname = `/test_${randomBytes(8).toString('hex')}`;
  return url.href;
}

async function onServer(templateUrl: string, sql: string): Promise<void> {
  const url = new URL(templateUrl);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
