import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { items } from '../sandbox/erp/master-data.ts';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { localDatabaseUrl, openInstallation } from './stack/installation.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'cross-references-'));
  const [item] = items;
  if (item === undefined) throw new Error('the sandbox has no items');
  await database.prisma.item.create({
    data: { ...item, erpSystem: 'main', gtin: item.gtin ?? null, weight: item.weight ?? null },
  });
});
afterAll(async () => {
  await database?.remove();
  rmSync(folder, { recursive: true });
});

function load(env: Record<string, string>, ...args: string[]) {
  const call = ['--import', 'tsx', 'scripts/cross-references.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, call, {
    env: { ...process.env, DATABASE_URL: '', THROUGHLINE_DATA_DIR: folder, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, output: stdout + stderr };
}

it('the command loads valid rows, names refused rows with file and line, and reports the result by its exit status', async () => {
  const file = join(folder, 'rows.csv');
  writeFileSync(file, 'kind,external,internal\nitem,A,MW-1001\nitem,B,MW-9999\n');
  const env = { DATABASE_URL: database.url };
  expect(load(env, 'harbor-pine', file)).toMatchObject({
    status: 1,
    output: expect.stringContaining(`${file}:3: internal: MW-9999 is no item of ours (unknown-item)`),
  });
  expect(await database.prisma.crossReference.findMany()).toMatchObject([
    { partnerId: 'harbor-pine', external: 'A', internal: 'MW-1001', source: 'api' },
  ]);
  writeFileSync(file, 'kind,external,internal\nitem,A,MW-1001\n');
  expect(load(env, 'harbor-pine', file)).toMatchObject({
    status: 0,
    output: expect.stringContaining('0 loaded, 1 unchanged, 0 refused'),
  });
  expect(load(env, 'nobody', file).status).toBe(2);
  expect(load({}, 'harbor-pine', file)).toMatchObject({ status: 2, output: expect.stringContaining('npm start') });
}, 60_000);

it('an unusable file is reported in one line with its place, and no row is loaded', () => {
  const env = { DATABASE_URL: database.url };
  const said = (file: string, line: number, reason: string) => ({
    status: 2,
    output: `${file}:${line}: ${reason}; nothing is loaded\n`,
  });
  const missing = join(folder, 'missing.csv');
  expect(load(env, 'harbor-pine', missing)).toMatchObject(
    said(missing, 1, 'cannot be read: no such file or directory (unreadable)'),
  );
  expect(load(env, 'harbor-pine', folder)).toMatchObject(said(folder, 1, 'is a folder, not a file (unreadable)'));
  const latin1 = join(folder, 'latin1.csv');
  writeFileSync(latin1, 'kind,external,internal\nitem,é,MW-1001\n', 'latin1');
  expect(load({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }, 'harbor-pine', latin1)).toMatchObject({
    status: 2,
    output: "Can't reach database server at 127.0.0.1:1\n",
  });
  const reason = 'is not UTF-8; save the file in that encoding (not-utf8)';
  expect(load(env, 'harbor-pine', latin1)).toMatchObject(said(latin1, 2, reason));
  const cut = join(folder, 'cut.csv');
  writeFileSync(cut, 'kind,external,internal\nitem,A,MW-10');
  const half =
    'the last row has no line end: the file may not be whole; where it is, end the row with one (no-line-end)';
  expect(load(env, 'harbor-pine', cut)).toMatchObject(said(cut, 2, half));
}, 60_000);

it('--help prints the usage, and an invalid call fails with the usage', () => {
  expect(load({}, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('NAME FILE') });
  const usage = { status: 2, stdout: '', output: expect.stringContaining('NAME FILE') };
  expect(load({}, 'harbor-pine')).toMatchObject(usage);
  expect(load({}, '--hlep')).toMatchObject(usage);
}, 60_000);

it('the database of npm start is found from the files in its data folder', () => {
  const { postgresPassword } = openInstallation(folder);
  writeFileSync(join(folder, 'ports.json'), JSON.stringify({ postgres: 5999 }));
  expect(localDatabaseUrl(folder)).toBe(`postgresql://throughline:${postgresPassword}@127.0.0.1:5999/throughline`);
});
