import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '../prisma/migrate.ts';
import { freePort } from './stack/ports.ts';
import { startPostgres } from './stack/postgres.ts';

/** The folder of `npm start`: a Postgres, its port and its password. */
let folder: string;
let postgres: Awaited<ReturnType<typeof startPostgres>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'api-key-'));
  const port = await freePort();
  postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port,
    password: 'kept',
    logFile: join(folder, 'postgres.log'),
    settings: { fsync: 'off' },
  });
  await applyMigrations(postgres.url);
  writeFileSync(join(folder, 'ports.json'), JSON.stringify({ postgres: port }));
  writeFileSync(join(folder, 'postgres.password'), 'kept\n');
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function apiKey(dataDir: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/api-key.ts', ...args], {
    env: { ...process.env, DATABASE_URL: '', THROUGHLINE_DATA_DIR: dataDir },
    encoding: 'utf8',
  });
  return { status, stdout, output: stdout + stderr };
}

it('without DATABASE_URL, the command creates the key in the database of npm start', () => {
  const created = apiKey(folder, 'create', '--name', 'shop', '--scopes', 'orders:write');
  expect(created).toMatchObject({ status: 0, output: expect.stringContaining('tl_live_') });
  expect(apiKey(folder, 'list')).toMatchObject({ status: 0, output: expect.stringContaining('shop') });
}, 60_000);

it('a key is bound only to a partner that has a profile, even if variables of its transport are unset', () => {
  const create = (partner: string) =>
    apiKey(folder, 'create', '--name', `of ${partner}`, '--scopes', 'edi:write', '--partner', partner);
  expect(create('nopartner')).toMatchObject({
    status: 2,
    stdout: '',
    output: expect.stringContaining(
      '--partner: mappings/partners has no profile of nopartner, but of cobalt-ridge, harbor-pine, tri-valley',
    ),
  });
  expect(create('templates').status).toBe(2);
  expect(create('harbor-pine')).toMatchObject({ status: 0, stdout: expect.stringContaining('tl_live_') });
  const listed = apiKey(folder, 'list').stdout;
  expect(listed).toContain('of harbor-pine');
  expect(listed).not.toContain('nopartner');
}, 60_000);

it('--help prints the usage with and without a database', () => {
  const usage = { status: 0, stdout: expect.stringContaining('npm run api-key -- create') };
  expect(apiKey(folder, '--help')).toMatchObject(usage);
  expect(apiKey(join(folder, 'none'), '--help')).toMatchObject(usage);
}, 60_000);

it('without any database, the error names npm start', () => {
  expect(apiKey(join(folder, 'none'), 'list')).toMatchObject({
    status: 2,
    output: expect.stringContaining('npm start'),
  });
}, 60_000);
