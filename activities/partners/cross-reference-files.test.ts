import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import winston from 'winston';
import { type RecordsUnderTest, recordsUnderTest } from '../orders/testing/records-under-test.ts';
import { CrossReferenceFiles, crossReferenceFileOf } from './cross-reference-files.ts';

let directory: string;
let given: RecordsUnderTest;
let files: CrossReferenceFiles;
let clock: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'partners-'));
  given = await recordsUnderTest();
  clock = 1_000_000;
  const { prisma, profiles } = given;
  files = new CrossReferenceFiles({
    directory,
    prisma,
    profiles,
    log: winston.createLogger({ silent: true }),
    now: () => clock,
  });
});

afterEach(async () => {
  await given.remove();
  rmSync(directory, { recursive: true });
});

const fileOf = () => crossReferenceFileOf(directory, 'tri-valley');

function write(text: string, encoding: BufferEncoding = 'utf8'): void {
  mkdirSync(dirname(fileOf()), { recursive: true });
  writeFileSync(fileOf(), `kind,external,internal\n${text}`, encoding);
}

/** A file is read by the second look that finds it the same. */
async function lookTwice(): Promise<void> {
  await files.look();
  await files.look();
}

const kept = () => given.prisma.crossReferenceFile.findMany();

const known = async () =>
  (await given.prisma.crossReference.findMany({ orderBy: { external: 'asc' } })).map(
    ({ external, internal }) => `${external}=${internal}`,
  );

it('the file of a partner is loaded at start, again when it has changed, and its rows go with it', async () => {
  write('item,A,MW-1001\n');
  await files.look();
  expect(await known(), 'it may still be written, also at start').toEqual([]);
  await files.look();
  expect(await known()).toEqual(['A=MW-1001']);
  write('item,A,MW-1002\nitem,B,MW-1003\n');
  await files.look();
  expect(await known(), 'one look is not enough: it may still be written').toEqual(['A=MW-1001']);
  await files.look();
  expect(await known()).toEqual(['A=MW-1002', 'B=MW-1003']);
  rmSync(crossReferenceFileOf(directory, 'tri-valley'));
  await lookTwice();
  expect(await known()).toEqual([]);
});

it('what became of the file is kept for whoever asks: counts, time, and the first of the refused rows', async () => {
  const refused = Array.from({ length: 600 }, (_, index) => `item,R-${index},MW-9999\n`);
  write(`item,A,MW-1001\nitem,B,MW-1002\n${refused.join('')}`);
  await lookTwice();
  const report = { partnerId: 'tri-valley', file: fileOf(), fault: null, loaded: 2, unchanged: 0, removed: 0 };
  expect(await kept()).toMatchObject([{ ...report, readAt: new Date(clock), refusedCount: 600 }]);
  const reason = 'MW-9999 is no item of ours';
  const rows = (await kept()).flatMap(({ refused: some }) => some as unknown[]);
  expect(rows).toHaveLength(500);
  expect(rows[0]).toEqual({ line: 4, column: 'internal', code: 'unknown-item', reason });
  write('item,A,MW-1001\n');
  await lookTwice();
  expect(await kept()).toMatchObject([
    { ...report, loaded: 0, unchanged: 1, removed: 1, refusedCount: 0, refused: [] },
  ]);
  clock += 5_000;
  rmSync(fileOf());
  await lookTwice();
  const gone = { ...report, readAt: new Date(clock), loaded: 0, removed: 1, refusedCount: 0 };
  expect(await kept(), 'what went with the file, and when').toMatchObject([gone]);
  clock += 5_000;
  const { prisma, profiles } = given;
  const log = winston.createLogger({ silent: true });
  files = new CrossReferenceFiles({ directory, prisma, profiles, log, now: () => clock });
  await lookTwice();
  expect(await kept(), 'also to a process that began later').toMatchObject([gone]);
});

it.each([
  ['a folder in its place', () => mkdirSync(fileOf(), { recursive: true }), 'unreadable', 1, 'is a folder, not a file'],
  ['a file in the place of its folder', () => writeFileSync(dirname(fileOf()), ''), 'unreadable', 1, 'not a directory'],
  ['another encoding', () => write('item,A,MW-1002\nitem,éé,MW-1001\n', 'latin1'), 'not-utf8', 3, 'is not UTF-8'],
  ['no CSV', () => write('item,"A"x,MW-1002\n'), 'not-csv', 2, 'cannot be read as CSV'],
  ['a file cut in a number', () => write('item,A,MW-1002\nitem,B,MW-100'), 'no-line-end', 3, 'may not be whole'],
  ['a file cut in a letter', () => write('item,A,MW-1002\nitem,\xc3', 'latin1'), 'no-line-end', 3, 'no line end'],
  ['a file cut in its header', () => [write(''), writeFileSync(fileOf(), 'kind,ext')], 'no-line-end', 1, 'no line end'],
  ['no header', () => [write(''), writeFileSync(fileOf(), '')], 'missing-column', 1, 'needs the columns'],
])(
  '%s is kept as the reason why nothing was taken, and what it stated before stays',
  async (_, spoil, code, line, reason) => {
    write('item,A,MW-1001\n');
    await lookTwice();
    rmSync(dirname(fileOf()), { recursive: true });
    spoil();
    await lookTwice();
    expect(await known()).toEqual(['A=MW-1001']);
    const fault = { code, line, reason: expect.stringContaining(reason) };
    expect(await kept()).toMatchObject([{ file: fileOf(), fault, loaded: 0, refusedCount: 0, refused: [] }]);
  },
);

it('a named pipe in its place holds nothing up', async () => {
  mkdirSync(dirname(fileOf()), { recursive: true });
  execFileSync('mkfifo', [fileOf()]);
  await lookTwice();
  expect(await kept()).toMatchObject([{ fault: { code: 'unreadable', reason: 'is not a file' } }]);
});

it('a folder that has become a file again is read without a further change, and logged once until then', async () => {
  const log = winston.createLogger({ silent: true });
  const errors: string[] = [];
  log.error = ((message: string) => errors.push(message)) as unknown as typeof log.error;
  const { prisma, profiles } = given;
  files = new CrossReferenceFiles({ directory, prisma, profiles, log, now: () => clock });
  mkdirSync(fileOf(), { recursive: true });
  for (let look = 0; look < 4; look += 1) {
    await files.look();
    clock += 60_000;
  }
  expect(errors).toEqual([expect.stringContaining(`${fileOf()}:1 is a folder`)]);
  expect(await kept(), 'it was tried again').toMatchObject([{ readAt: new Date(clock - 60_000) }]);
});

it('a process that ends gives up the file that it reads, and nothing of it is loaded', async () => {
  write(Array.from({ length: 50_000 }, (_, index) => `item,N-${index},MW-1001\n`).join(''));
  await files.look();
  const looking = files.look();
  await files.stop();
  await looking;
  expect(await known()).toEqual([]);
  expect(await kept()).toEqual([]);
});

it('a file that is not CSV leaves what it stated before', async () => {
  write('item,A,MW-1001\n');
  await lookTwice();
  write('item,"A"x,MW-1002\n');
  await lookTwice();
  expect(await known()).toEqual(['A=MW-1001']);
});

it('a row whose item the ERP tells us only later is loaded then, without a change of the file', async () => {
  write('item,A,MW-2000\n');
  await lookTwice();
  const { sku: _, ...item } = await given.prisma.item.findFirstOrThrow({ where: { sku: 'MW-1001' } });
  await given.prisma.item.create({ data: { ...item, sku: 'MW-2000', gtin: null, units: [] } });
  await files.look();
  expect(await known()).toEqual([]);
  clock += 60_000;
  await files.look();
  expect(await known()).toEqual(['A=MW-2000']);
});
