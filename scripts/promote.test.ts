import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificationFingerprint } from '../activities/partners/certification.ts';
import { readContent } from '../activities/partners/profile-files.ts';
import { createTestDatabase } from '../test/support/database.ts';

let folder: string;
let databaseUrl: string;
let partners: string;

beforeEach(() => {
  databaseUrl = '';
  folder = mkdtempSync(join(tmpdir(), 'promote-'));
  partners = join(folder, 'partners');
  cpSync('mappings/partners', partners, { recursive: true });
  const text = readFileSync(join(partners, 'harbor-pine.yaml'), 'utf8');
  writeFileSync(join(partners, 'harbor-pine-test.yaml'), text.replace('id: harbor-pine\n', 'id: harbor-pine-test\n'));
  rmSync(join(partners, 'harbor-pine.yaml'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function promote(...args: string[]): { status: number | null; output: string; stdout: string } {
  const env = {
    ...process.env,
    PARTNERS_DIR: partners,
    CERTIFICATION_DIR: join(folder, 'certification'),
    THROUGHLINE_DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
  };
  const call = ['--import', 'tsx', 'scripts/promote.ts', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, call, { env, encoding: 'utf8' });
  return { status, output: stdout + stderr, stdout };
}

function certify(version: string, state: 'passed' | 'failed'): void {
  const directory = join(folder, 'certification', 'harbor-pine-test');
  mkdirSync(directory, { recursive: true });
  const scenarios = [{ name: 'short ship', state, ...(state === 'failed' && { reason: 'no 856' }) }];
  const fingerprint = certificationFingerprint(partners, { id: 'harbor-pine-test', usage: 'test', version });
  const result = { partner: 'harbor-pine-test', fingerprint, finishedAt: '2026-11-21T08:00:00Z', scenarios };
  writeFileSync(join(directory, 'result.json'), JSON.stringify(result));
}

it('only the certified version of a partner is promoted, and --dry-run writes nothing', () => {
  const mailbox = ['--set', 'transport.url=https://harbor-pine.example/in'];
  const { version } = readContent(partners, 'harbor-pine-test');
  expect(promote('harbor-pine', ...mailbox)).toMatchObject({
    status: 1,
    output: expect.stringContaining('harbor-pine-test has not been certified'),
  });
  certify('0123456789abcdef', 'passed');
  expect(promote('harbor-pine', ...mailbox).output).toContain(`as version 0123456789abcdef and is now ${version}`);
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

it('a certification expires with any change of cross-references, settings or fixtures, and production keeps its own cross-references', () => {
  const mailbox = ['--set', 'transport.url=https://harbor-pine.example/in', '--dry-run'];
  const { version } = readContent(partners, 'harbor-pine-test');
  const beside = join(partners, 'harbor-pine-test');
  mkdirSync(beside);
  const references = 'kind,external,internal,sku,quantity\nunit,CT,CA,,\n';
  const edits: [file: string, text: string, told: string][] = [
    [join(beside, 'cross-references.csv'), references, 'was certified with other cross-references: certify again'],
    [join(beside, 'certification.yaml'), 'buyer: B1\n', 'was certified with another certification.yaml: certify again'],
    // The test side is also certified with the fixtures of production.
    [join(partners, 'harbor-pine', 'fixtures', 'store-order.yaml'), 'title: x\n', 'was certified with other fixtures'],
  ];
  for (const [file, text, told] of edits) {
    certify(version, 'passed');
    expect(promote('harbor-pine', ...mailbox)).toMatchObject({ status: 0 });
    writeFileSync(file, text);
    expect(promote('harbor-pine', ...mailbox)).toMatchObject({ status: 1, output: expect.stringContaining(told) });
  }
  certify(version, 'passed');
  const own = join(partners, 'harbor-pine', 'cross-references.csv');
  writeFileSync(own, 'kind,external,internal,sku,quantity\nunit,PC,EA,,\n');
  expect(promote('harbor-pine', ...mailbox.slice(0, 2)).output).toContain(
    `${own} differs from ${join(beside, 'cross-references.csv')} and was not changed; compare them.`,
  );
}, 60_000);

it('variables that are not set here are listed, and --help exits with 0', () => {
  const { version } = readContent(partners, 'harbor-pine-test');
  certify(version, 'passed');
  const url = '$'.concat('{NOPE_X}/a');
  const promoted = promote('harbor-pine', '--set', `transport.url=${url}`, '--set', 'transport.tokenEnv=NOPE_Y');
  expect(promoted).toMatchObject({
    status: 0,
    output: expect.stringContaining('production needs NOPE_X, NOPE_Y in its environment'),
  });
  expect(promoted.output).toContain('Running systems that have them load it within seconds');
  expect(readContent(partners, 'harbor-pine').content.transport).toMatchObject({ url });
  expect(promote('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('npm run promote -- NAME') });
}, 60_000);

it('content that people accepted on the test side is told as lines for its file', async () => {
  const database = await createTestDatabase();
  try {
    databaseUrl = database.url;
    const of = { partnerId: 'harbor-pine-test', transactionSet: '850', decidedAt: new Date('2026-11-20T12:00:00Z') };
    await database.prisma.leftOutContent.createMany({
      data: [
        { ...of, content: 'N1[Z7]', orderId: 'order-1' },
        { ...of, content: 'CSH', orderId: 'order-2' },
        { ...of, content: 'TD5.12', orderId: 'order-2', partnerId: 'tri-valley' },
      ],
    });
    const file = join(partners, 'harbor-pine-test.yaml');
    const { version } = readContent(partners, 'harbor-pine-test');
    certify(version, 'passed');
    const call = ['harbor-pine', '--set', 'transport.url=https://harbor-pine.example/in', '--dry-run'];
    const told = promote(...call);
    expect(told.status).toBe(0);
    const lines = `ignores:
  "850":
    CSH: accepted by a person on 2026-11-20 with order order-2
    N1[Z7]: accepted by a person on 2026-11-20 with order order-1
`;
    expect(told.stdout).toContain(lines);
    // As they are, they make the file say so.
    writeFileSync(file, `${readFileSync(file, 'utf8')}${lines}`);
    certify(readContent(partners, 'harbor-pine-test').version, 'passed');
    expect(promote(...call)).toMatchObject({ status: 0, stdout: expect.not.stringContaining('People accepted') });
    databaseUrl = 'postgresql://localhost:1/none';
    expect(promote(...call)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/were not looked up: Can.t reach database/),
    });
  } finally {
    await database.remove();
  }
}, 120_000);
