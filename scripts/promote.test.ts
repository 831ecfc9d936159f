import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readContent } from '../mappings/profile/load.ts';

let folder: string;
let partners: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'promote-'));
  partners = join(folder, 'partners');
  cpSync('mappings/partners', partners, { recursive: true });
  const text = readFileSync(join(partners, 'harbor-pine.yaml'), 'utf8');
  writeFileSync(join(partners, 'harbor-pine-test.yaml'), text.replace('id: harbor-pine\n', 'id: harbor-pine-test\n'));
  rmSync(join(partners, 'harbor-pine.yaml'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function promote(...args: string[]): { status: number | null; output: string } {
  const env = { ...process.env, PARTNERS_DIR: partners, CERTIFICATION_DIR: join(folder, 'certification') };
  const call = ['--import', 'tsx', 'scripts/promote.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, call, { env, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function certify(profileVersion: string, state: 'passed' | 'failed'): void {
  const directory = join(folder, 'certification', 'harbor-pine-test');
  mkdirSync(directory, { recursive: true });
  const scenarios = [{ name: 'short ship', state, ...(state === 'failed' && { reason: 'no 856' }) }];
  const result = { partner: 'harbor-pine-test', profileVersion, finishedAt: '2026-11-21T08:00:00Z', scenarios };
  writeFileSync(join(directory, 'result.json'), JSON.stringify(result));
}

it('a partner goes into production only as it was certified, and --dry-run writes nothing', () => {
  const mailbox = ['--set', 'transport.url=https://harbor-pine.example/in'];
  const { version } = readContent(partners, 'harbor-pine-test');
  expect(promote('harbor-pine', ...mailbox)).toMatchObject({
    status: 1,
    output: expect.stringContaining('harbor-pine-test has not been certified'),
  });
  certify('0123456789abcdef', 'passed');
  expect(promote('harbor-pine', ...mailbox).output).toContain(`as version 0123456789abcdef and is ${version} now`);
  certify(version, 'failed');
  expect(promote('harbor-pine', ...mailbox)).toMatchObject({
    status: 1,
    output: expect.stringContaining('short ship: no 856'),
  });
  certify(version, 'passed');
  const production = join(partners, 'harbor-pine.yaml');
  const dry = promote('harbor-pine', ...mailbox, '--dry-run');
  expect(dry).toMatchObject({ status: 0, output: expect.stringContaining('+ usage: "production"') });
  expect(existsSync(production)).toBe(false);
  expect(promote('harbor-pine', ...mailbox).status).toBe(0);
  expect(readContent(partners, 'harbor-pine').content).toMatchObject({ id: 'harbor-pine', usage: 'production' });
  expect(promote().status).toBe(2);
}, 60_000);
