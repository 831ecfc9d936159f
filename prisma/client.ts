import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';

/** Client for the database. Close it with `$disconnect()`. */
export type Database = PrismaClient;

export interface DatabaseOptions {
  /** Maximum number of connections of this process; default 10. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/**
 * Creates a client for the database. Connections open at the first query, so a process can start while Postgres is down.
 *
 * A connection attempt times out after 5 s, because callers have deadlines and the timeout of the operating system takes minutes.
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
  // A connection that Postgres closes emits an error event, and an unhandled error event ends the process. Pool and adapter listen while a
  // connection is idle or in use, but not in between, so each connection gets a permanent listener. Its user receives the error anyway.
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  const adapter = new PrismaPg(pool, {
    disposeExternalPool: true,
    onPoolError: () => undefined,
    onConnectionError: () => undefined,
    statementNameGenerator: statementNames(),
  });
  // Prisma's defaults (2 s to start a transaction, 5 s to run it) only cause retries under a burst of load.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 10_000 } });
}

/** Maximum number of prepared statements per connection. We have fewer; the limit bounds the memory of Postgres. */
const MOST_NAMES = 400;
/** Maximum number of remembered texts that were used once. */
const MOST_SEEN = 2_000;

/**
 * Names statements, so that Postgres parses and plans each once per connection, which otherwise takes a third of its time for an order. The
 * name is derived from the text. A text gets a name at its second use, so a text that varies with its values (a list in an `IN`) stays
 * unnamed and is not prepared.
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

/** The driver does not prepare a statement without a name. */
const UNNAMED = '';

/** Codes P1…: Postgres is unreachable or denies access; the message says which. */
export function isNoDatabase(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code.startsWith('P1');
}
