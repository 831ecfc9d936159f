import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type * as Engine from '@prisma/schema-engine-wasm';
import { Client, DatabaseError } from 'pg';

/**
 * Migrations by Prisma's own schema engine, in its WebAssembly build: no binary is downloaded, and `_prisma_migrations` reads as if
 * `prisma migrate deploy` had written it, so both can be used on one database.
 */

// Any constant will do, as long as it is ours; Prisma's engine has a lock of its own, which not every build takes.
const MIGRATION_LOCK = 7_412_026;
const DATABASE_DOES_NOT_EXIST = '3D000';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

const folder = import.meta.dirname;
const schemaFile = join(folder, 'schema.prisma');
const migrationsDir = join(folder, 'migrations');
const LOCKFILE = 'migration_lock.toml';
const filters: Engine.SchemaFilter = { externalTables: [], externalEnums: [] };

/** A migration could not be applied, or the history of the database is not ours. `message` is Prisma's own. */
export class MigrationFailed extends Error {
  readonly code = 'migration-failed';

  constructor(cause: unknown) {
    super(engineMessage(cause), { cause });
    this.name = 'MigrationFailed';
  }
}

/**
 * Brings the database to the newest migration, creating it where it does not exist.
 *
 * Processes may do this at once: an advisory lock lets one at a time.
 *
 * @returns the names of the migrations that were applied now.
 * @throws MigrationFailed, or the driver's error when Postgres cannot be reached.
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  await createDatabaseIfAbsent(databaseUrl);
  const lock = new Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { appliedMigrationNames } = await withEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList: migrationsList(), filters }),
    );
    return appliedMigrationNames;
  } finally {
    // Ends the session, and with it the lock.
    await lock.end();
  }
}

/**
 * The SQL that leads from the committed migrations to schema.prisma; undefined when they agree. It plays the migrations into a shadow
 * database of its own, so the URL's user must be allowed to create databases.
 */
export async function pendingChanges(databaseUrl: string): Promise<string | undefined> {
  await createDatabaseIfAbsent(databaseUrl);
  const to: Engine.DiffTarget = { tag: 'schemaDatamodel', files: [schema()] };
  const from: Engine.DiffTarget = { tag: 'migrations', ...migrationsList() };
  const diff = (script: boolean) =>
    withEngine(databaseUrl, (engine) => engine.diff({ from, to, script, exitCode: true, filters }));
  // With exitCode set, Prisma answers 0 for no difference and 2 for one.
  const { exitCode, stdout } = await diff(true);
  return exitCode === 0 ? undefined : (stdout ?? undefined);
}

/**
 * Writes the next migration from schema.prisma.
 *
 * @returns the folder of the new migration; undefined when there is nothing to change.
 */
export async function writeMigration(databaseUrl: string, name: string, now = new Date()): Promise<string | undefined> {
  const sql = await pendingChanges(databaseUrl);
  if (sql === undefined) return undefined;
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const target = join(migrationsDir, `${stamp}_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'migration.sql'), sql.endsWith('\n') ? sql : `${sql}\n`);
  const lockfile = join(migrationsDir, LOCKFILE);
  if (!existsSync(lockfile)) writeFileSync(lockfile, 'provider = "postgresql"\n');
  return target;
}

/** Creates the database of the URL unless it exists. Needs a `postgres` database to connect to, as every cluster has. */
export async function createDatabaseIfAbsent(databaseUrl: string): Promise<void> {
  const probe = new Client({ connectionString: databaseUrl });
  try {
    await probe.connect();
    return;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== DATABASE_DOES_NOT_EXIST) throw error;
  } finally {
    await probe.end();
  }
  const maintenance = new URL(databaseUrl);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process created it in the meantime.
    const created = error instanceof DatabaseError && [DUPLICATE_DATABASE, UNIQUE_VIOLATION].includes(error.code ?? '');
    if (!created) throw error;
  } finally {
    await client.end();
  }
}

function schema(): Engine.SchemaContainer {
  return { path: 'prisma/schema.prisma', content: readFileSync(schemaFile, 'utf8') };
}

function migrationsList(): Engine.MigrationList {
  const lockfile = join(migrationsDir, LOCKFILE);
  const names = existsSync(migrationsDir)
    ? readdirSync(migrationsDir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];
  return {
    baseDir: migrationsDir,
    lockfile: { path: LOCKFILE, content: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(migrationsDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

async function withEngine<T>(databaseUrl: string, use: (engine: Engine.SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await loadEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }));
  try {
    const engine = await SchemaEngine.new(
      { datamodels: [[schema().path, schema().content]] },
      () => undefined,
      adapter,
    );
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } catch (error) {
    throw new MigrationFailed(error);
  }
}

let loaded: Promise<typeof Engine> | undefined;

/** The part of the WebAssembly API that is used here; its types come with the browser's, which a server's code does without. */
interface WebAssemblyRuntime {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/** The package's entry is made for bundlers; Node gets the same module by instantiating its WebAssembly by hand. */
function loadEngine(): Promise<typeof Engine> {
  loaded ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const glue = (await import(pathToFileURL(entry).href)) as typeof Engine & { __wbg_set_wasm(exports: object): void };
    const bytes = readFileSync(join(dirname(entry), 'schema_engine_bg.wasm'));
    const runtime = (globalThis as unknown as { WebAssembly: WebAssemblyRuntime }).WebAssembly;
    const { instance } = await runtime.instantiate(bytes, { './schema_engine_bg.js': glue });
    glue.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return glue;
  })();
  return loaded;
}

function engineMessage(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
