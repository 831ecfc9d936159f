import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-certify-'));
  cpSync('mappings/partners', folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function certify(...args: string[]) {
  const nothingRuns = { THROUGHLINE_DATA_DIR: folder, DATABASE_URL: '', ERP_URL: '', PARTNERS_URL: '' };
  const env = { ...process.env, ...nothingRuns, PARTNERS_DIR: folder, MAX_INTERCHANGE_BYTES: '1024' };
  const call = ['--import', 'tsx', 'certification/certify.ts', ...args];
  const { status, stderr } = spawnSync(process.execPath, call, { encoding: 'utf8', env });
  return { status, stderr };
}

it('--as without --keep is a usage error and starts no certification', () => {
  const stderr = expect.stringMatching(/^--as TITLE needs --keep FILE\n\nnpm run certify/);
  expect(certify('tri-valley', '--as', 'x')).toEqual({ status: 2, stderr });
}, 60_000);

it.each([
  ['empty', '', 'is empty: the API rejects it before parsing'],
  [
    'larger than the API accepts',
    'x'.repeat(1025),
    'has 1025 bytes; the API accepts at most 1024 (MAX_INTERCHANGE_BYTES)',
  ],
])(
  'a file that is %s is not kept, because no certification with it could pass',
  (_, text, reason) => {
    const file = join(folder, 'in.edi');
    writeFileSync(file, text);
    const stderr = `--keep ${file}: ${reason}\n`;
    expect(certify('tri-valley', '--keep', file, '--as', 'x')).toEqual({ status: 2, stderr });
    expect(existsSync(join(folder, 'tri-valley', 'fixtures'))).toBe(false);
  },
  60_000,
);

it('a partner cannot be introduced while no sandbox is running', () => {
  const stderr = `${folder} has no running sandbox; start the system with npm start\n`;
  expect(certify('tri-valley', '--introduce')).toEqual({ status: 2, stderr });
}, 60_000);

it('prints warnings about a profile first, and runs nevertheless', () => {
  const file = join(folder, 'cobalt-ridge.yaml');
  appendFileSync(file, 'units: { AE: EA }\n');
  const line = readFileSync(file, 'utf8').trimEnd().split('\n').length;
  const told = `${file}:${line}:10: units.AE names AE, a unit that no guide lists; did you mean EA?\n`;
  const { status, stderr } = certify('cobalt-ridge', '--introduce');
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining(`Warnings, which keep nothing from being taken:\n  ${told}`),
  ]);
  expect(certify('tri-valley', '--introduce').stderr).not.toContain('Warnings');
}, 60_000);
