import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
} from '@prisma/driver-adapter-utils';
import type * as Engine from '@prisma/schema-engine-wasm';
import { Client, DatabaseError, Pool, type PoolConfig } from 'pg';
import { variables } from '../runtime/config.ts';

/**
 * Migrates with the WebAssembly build of Prisma's schema engine, so no binary is downloaded. `_prisma_migrations` has the same content as
 * after `prisma migrate deploy`, so both can be used on one database.
 */

// An arbitrary constant for our own lock, because not every build of Prisma's engine takes its lock.
const MIGRATION_LOCK = 7_412_026;
const DATABASE_DOES_NOT_EXIST = '3D000';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

const folder = import.meta.dirname;
const schemaFile = join(folder, 'schema.prisma');
const migrationsDir = join(folder, 'migrations');
const LOCKFILE = 'migration_lock.toml';
const LOCKFILE_CONTENT = 'provider = "postgresql"\n';
const filters: Engine.SchemaFilter = { externalTables: [], externalEnums: [] };

/** A migration failed, or the migration history of the database differs from ours. `message` is Prisma's. */
export class MigrationFailed extends Error {
  readonly code = 'migration-failed';

  constructor(cause: unknown) {
    super(engineMessage(cause), { cause });
    this.name = 'MigrationFailed';
  }
}

/**
 * Applies all pending migrations; creates the database if it does not exist. An advisory lock serializes concurrent processes.
 *
 * @returns the names of the applied migrations
 * @throws MigrationFailed, or the driver's error if Postgres is unreachable
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
    // Closing the session releases the lock.
    await lock.end();
  }
}

/**
 * Returns the SQL from the committed migrations to schema.prisma; undefined if they agree. It applies the migrations to a shadow database,
 * so the user of the URL needs permission to create databases.
 */
export async function pendingChanges(databaseUrl: string): Promise<string | undefined> {
  await createDatabaseIfAbsent(databaseUrl);
  const to: Engine.DiffTarget = { tag: 'schemaDatamodel', files: [schema()] };
  const from: Engine.DiffTarget = { tag: 'migrations', ...migrationsList() };
  const { exitCode, stdout } = await withShadowDatabase(databaseUrl, (shadowUrl) =>
    withEngine(databaseUrl, (engine) => engine.diff({ from, to, script: true, exitCode: true, filters }), shadowUrl),
  );
  // With exitCode set, Prisma returns 0 for no difference and 2 for a difference.
  if (exitCode === 0 || stdout === null) return undefined;
  const history = migrationsList().migrationDirectories.map(({ migrationFile: { content } }) =>
    content.tag === 'ok' ? content.value : '',
  );
  return withoutRebuiltIndexes(stdout, history.join('\n'));
}

/**
 * Removes pairs that drop and recreate the same index. Prisma (7.10) does not recognise an index with a raw operator class
 * (`ops: raw("text_pattern_ops")`) when it reads the schema back. A pair that differs in any way stays.
 */
function withoutRebuiltIndexes(sql: string, history: string): string | undefined {
  const blocks = sql.trim().split(/\n{2,}/);
  const lastCreated = new Map(
    [...history.matchAll(/^CREATE (?:UNIQUE )?INDEX ("[^"]+") .*;$/gm)].map(([text, name]) => [name, text]),
  );
  const rebuilt = blocks.flatMap((block) => {
    const [, statement, name] = /^-- CreateIndex\n(CREATE (?:UNIQUE )?INDEX ("[^"]+") .*;)$/.exec(block) ?? [];
    return name !== undefined && lastCreated.get(name) === statement ? [name] : [];
  });
  const left = blocks.filter(
    (block) =>
      !rebuilt.some(
        (name) =>
          block === `-- DropIndex\nDROP INDEX ${name};` ||
          (block.startsWith('-- CreateIndex\n') && block.includes(` INDEX ${name} `)),
      ),
  );
  return left.length === 0 ? undefined : `${left.join('\n\n')}\n`;
}

/**
 * Writes the next migration from schema.prisma.
 *
 * @returns the folder of the new migration; undefined if nothing has changed
 */
export async function writeMigration(databaseUrl: string, name: string, now = new Date()): Promise<string | undefined> {
  const sql = await pendingChanges(databaseUrl);
  if (sql === undefined) return undefined;
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const target = join(migrationsDir, `${stamp}_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'migration.sql'), sql.endsWith('\n') ? sql : `${sql}\n`);
  const lockfile = join(migrationsDir, LOCKFILE);
  if (!existsSync(lockfile)) writeFileSync(lockfile, LOCKFILE_CONTENT);
  return target;
}

/** Creates the database of the URL unless it exists. Connects to the `postgres` database, which every cluster has by default. */
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
    // Another process created it meanwhile.
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
    lockfile: { path: LOCKFILE, content: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : LOCKFILE_CONTENT },
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

// pg_type.oid of the one-byte type "char", which only the catalogs of Postgres use, and of the nearest type that the adapter supports.
const ONE_BYTE_CHAR = 18;
const PADDED_CHAR = 1042;
const CHAR_MARK = '\u0000char';

/**
 * Creates a connection for Prisma's engine. The engine reads catalog columns of type "char", which the adapter (7.10) rejects: "Column type
 * 'char' could not be deserialized". The pool therefore reports a supported type and marks the column names; afterwards the marked columns
 * get the type that the engine expects.
 */
async function connectForEngine(pool: Pool): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaPg(pool).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const answer = await queryRaw(query);
    const isChar = answer.columnNames.map((name) => name.endsWith(CHAR_MARK));
    return {
      ...answer,
      columnNames: answer.columnNames.map((name) => name.replace(CHAR_MARK, '')),
      columnTypes: answer.columnTypes.map((type, index) => (isChar[index] ? ColumnTypeEnum.Character : type)),
    };
  };
  return adapter;
}

class CatalogPool extends Pool {
  constructor(config: PoolConfig) {
    super(config);
    // Dropping the shadow database may cut a connection that is still closing.
    this.on('error', () => undefined);
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      const answer = query(...args);
      return answer instanceof Promise ? answer.then(withMarkedChars) : answer;
    }) as Pool['query'];
  }
}

function withMarkedChars<T extends { fields?: { name: string; dataTypeID: number }[] }>(result: T): T {
  for (const field of result.fields ?? []) {
    if (field.dataTypeID !== ONE_BYTE_CHAR) continue;
    field.dataTypeID = PADDED_CHAR;
    field.name += CHAR_MARK;
  }
  return result;
}

/**
 * Runs Prisma's engine and closes its connections afterwards, because the engine holds an advisory lock until its session ends. We also
 * create and drop the shadow database, because the adapter would take the name of the main database from the URL.
 */
async function withEngine<T>(
  databaseUrl: string,
  use: (engine: Engine.SchemaEngine) => Promise<T>,
  shadowUrl = databaseUrl,
): Promise<T> {
  const { SchemaEngine } = await loadEngine();
  const pools = {
    main: new CatalogPool({ connectionString: databaseUrl }),
    shadow: new CatalogPool({ connectionString: shadowUrl }),
  };
  const { provider, adapterName } = new PrismaPg(pools.main);
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider,
    adapterName,
    connect: () => connectForEngine(pools.main),
    connectToShadowDb: () => connectForEngine(pools.shadow),
  });
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
  } finally {
    await Promise.all([pools.main.end(), pools.shadow.end()]);
  }
}

/** Runs `use` with the URL of an empty database that is dropped afterwards. */
async function withShadowDatabase<T>(databaseUrl: string, use: (shadowUrl: string) => Promise<T>): Promise<T> {
  const name = `throughline_shadow_${randomUUID().replaceAll('-', '')}`;
  const shadow = new URL(databaseUrl);
  shadow.pathname = `/${name}`;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
    try {
      return await use(shadow.href);
    } finally {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}

let panic: string | undefined;
let loaded: Promise<typeof Engine> | undefined;

/** The used part of the WebAssembly API. Its types are part of the DOM library, which server code does not include. */
interface WebAssemblyRuntime {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/** Instantiates the WebAssembly by hand, because the entry of the package works only with bundlers. */
function loadEngine(): Promise<typeof Engine> {
  loaded ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const glue = (await import(pathToFileURL(entry).href)) as typeof Engine & { __wbg_set_wasm(exports: object): void };
    // The engine stores the message of a panic here before it traps; the trap itself says only "unreachable".
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: {
        set_message: (message: string) => {
          panic = message;
        },
      },
    });
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
  return panic ?? (cause instanceof Error ? cause.message : String(cause));
}

// Entry point of `npm run migrate`.
if (process.argv[1] !== undefined && import.meta.filename === realpathSync(process.argv[1])) {
  const { DATABASE_URL } = process.env;
  if (!DATABASE_URL) {
    console.error(`DATABASE_URL is missing (for example ${variables.DATABASE_URL.example})`);
    process.exit(1);
  }
  try {
    const applied = await applyMigrations(DATABASE_URL);
    console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
    // The lock timer of Prisma's engine would keep the process alive for 10 s.
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
