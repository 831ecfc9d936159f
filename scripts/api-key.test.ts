import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from '../prisma/migrate.ts';
import { freePort } from './stack/ports.ts';
import { startPostgres } from './stack/postgres.ts';

/** What `npm start` keeps in its folder: a Postgres, its port and its password. */
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

function apiKey(dataDir: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/api-key.ts', ...args], {
    env: { ...process.env, DATABASE_URL: '', THROUGHLINE_DATA_DIR: dataDir },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it('without DATABASE_URL a key is made in the database of npm start', () => {
  const created = apiKey(folder, 'create', '--name', 'shop', '--scopes', 'orders:write');
  expect(created).toMatchObject({ status: 0, output: expect.stringContaining('tl_live_') });
  expect(apiKey(folder, 'list')).toMatchObject({ status: 0, output: expect.stringContaining('shop') });
}, 60_000);

it('where there is no such database either, it says what to do', () => {
  expect(apiKey(join(folder, 'none'), 'list')).toMatchObject({
    status: 2,
    output: expect.stringContaining('npm start'),
  });
}, 60_000);
