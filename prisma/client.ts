import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';

/** The records. Close it with `$disconnect()`. */
export type Database = PrismaClient;

export interface DatabaseOptions {
  /** Most connections of this process; 10 by default. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/**
 * A client for the records. Connections open at the first query, so a process may start while Postgres is away.
 *
 * A connection attempt ends after 5 s: a caller with a deadline of its own must not wait for the operating system's minutes.
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
  // A connection that Postgres cuts says so by an event, and one that nobody listens to ends the process. Pool and adapter listen while a
  // connection is idle or in use, but not between the two; so each has a listener of its own for life. Whoever uses it gets the error anyway.
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: () => undefined,
    onConnectionError: () => undefined,
    statementNameGenerator: statementNames(),
  });
  // Prisma gives up on a transaction after 5 s and on waiting for one after 2 s: under a burst that is retried work, not protection.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 10_000 } });
}

/** Most statements that a connection keeps prepared. Ours are fewer; the rest is a bound on the memory of Postgres. */
const MOST_NAMES = 400;
/** Texts of which it is remembered that they were seen once. */
const MOST_SEEN = 2_000;

/**
 * Names statements, so that Postgres parses and plans each once per connection: a third of its time for an order. The name follows from the
 * text. A text gets its name when it comes a second time, so one that depends on its values (a list in an `IN`) is not kept, and is sent
 * without a name as before.
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

/** The driver prepares nothing for a statement without a name. */
const UNNAMED = '';

/** P1…: Postgres cannot be reached, or does not let us in; the message says which. */
export function isNoDatabase(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code.startsWith('P1');
}
