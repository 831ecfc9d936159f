import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { createApiClient } from './auth/clients.ts';
import { killServers, listening, startServer } from './testing/server-process.ts';

let database: TestDatabase;
let directory: string;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = mkdtempSync(join(tmpdir(), 'partners-'));
  cpSync('mappings/partners', directory, { recursive: true });
  ({ key } = await createApiClient(database.prisma, { name: 'test', scopes: ['partners:read'] }, 'test'));
});
afterEach(killServers);
afterAll(async () => {
  await database.remove();
  rmSync(directory, { recursive: true });
});

const file = () => join(directory, 'harbor-pine.yaml');
const breakFile = () => writeFileSync(file(), `${readFileSync(file(), 'utf8')}prioritty: 1\n`);
const start = (env: Record<string, string> = {}) => startServer({ PARTNERS_DIR: directory, ...env });

it('a restart with a broken profile goes on with the last good one and shows it as after a broken edit', async () => {
  const first = await start({ DATABASE_URL: database.url });
  await listening(first);
  await expect
    .poll(() => database.prisma.profileVersion.findFirst({ where: { partnerId: 'harbor-pine' } }), { timeout: 30_000 })
    .not.toBeNull();
  const { version } = await database.prisma.profileVersion.findFirstOrThrow({ where: { partnerId: 'harbor-pine' } });
  first.child.kill('SIGTERM');
  await first.ended;
  breakFile();

  const second = await start({ DATABASE_URL: database.url });
  await listening(second);
  const answer = await fetch(`${second.url}/v1/partners`, { headers: { Authorization: `Bearer ${key}` } });
  const { items, problems } = (await answer.json()) as {
    items: { id: string; profileVersion: string; problemCount: number }[];
    problems: object[];
  };
  expect(items.map(({ id, problemCount }) => [id, problemCount])).toEqual([
    ['cobalt-ridge', 0],
    ['harbor-pine', 1],
    ['tri-valley', 0],
  ]);
  expect(items.find(({ id }) => id === 'harbor-pine')?.profileVersion).toBe(version);
  const line = readFileSync(file(), 'utf8').trimEnd().split('\n').length;
  expect(problems).toMatchObject([{ file: file(), line, key: 'prioritty' }]);
  expect(second.output()).toContain(`${file()}:${line}:1 prioritty is not a key of a profile; did you mean priority?`);
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toMatch(/^throughline_partner_profile_problems 1$/m);
});

it('while the database is away, it waits for the last good profile, and still ends with its parent', async () => {
  const server = await start({ EXIT_WITH_PARENT: '1' });
  const said = 'the database is needed for the last good one';
  await expect.poll(() => server.output(), { timeout: 30_000, interval: 50 }).toContain(said);
  server.child.stdin?.end();
  expect(await server.ended).toBe(0);
});
