import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';

/** The database client. Close it with `$disconnect()`. */
export type Database = PrismaClient;

export interface DatabaseOptions {
  /** The maximum number of connections of this process; 10 by default. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/**
 * Creates a database client. Connections open at the first query, so a process may start while Postgres is
 * down.
 *
 * A connection attempt ends after 5 s: the operating system's timeout of minutes would exceed callers' deadlines.
 */
export function createPrismaClient(
  databaseUrl: string,
  { poolSize = 10, applicationName = 'throughline' }: DatabaseOptions = {},
): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: poolSize,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // A connection that Postgres closes emits `error`, and an unhandled `error` event ends the process. Pool and
  // adapter listen while a connection is idle or in use, but not in between, so each connection gets its own
  // listener. The running query still receives the error.
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: () => undefined,
    onConnectionError: () => undefined,
    statementNameGenerator: statementNames(),
  });
  // Prisma's defaults (5 s for a transaction, 2 s to wait for one) would only cause retries during a burst.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 10_000 } });
}

/** The maximum number of prepared statements per connection. We have fewer; the limit bounds Postgres' memory. */
const MOST_NAMES = 400;
/** The maximum number of texts remembered after their first use. */
const MOST_SEEN = 2_000;

/**
 * Names statements, so that Postgres parses and plans each once per connection. That saves a third of its CPU
 * time per order. The name is a hash of the text. A text gets its name on its second use, so a text that depends
 * on its values (a list in an `IN`) stays unnamed.
 */
export function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  const seen = new Set<string>();
  return ({ sql }) => {
    const name = names.get(sql);
    if (name !== undefined) return name;
    if (names.size >= MOST_NAMES) return UNNAMED;
    if (!seen.delete(sql)) {
      if (seen.size >= MOST_SEEN) seen.clear();
      seen.add(sql);
      return UNNAMED;
    }
    const given = `t_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`;
    names.set(sql, given);
    return given;
  };
}

/** The driver does not prepare unnamed statements. */
const UNNAMED = '';

/** P1…: Postgres is unreachable or rejects the login; the message says which. */
export function isNoDatabase(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code.startsWith('P1');
}
