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

function write(text: string): void {
  const file = crossReferenceFileOf(directory, 'tri-valley');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `kind,external,internal\n${text}`);
}

const known = async () =>
  (await given.prisma.crossReference.findMany({ orderBy: { external: 'asc' } })).map(
    ({ external, internal }) => `${external}=${internal}`,
  );

it('the file of a partner is loaded at start, again when it has changed, and its rows go with it', async () => {
  write('item,A,MW-1001\n');
  await files.look();
  expect(await known()).toEqual(['A=MW-1001']);
  write('item,A,MW-1002\nitem,B,MW-1003\n');
  await files.look();
  expect(await known(), 'one look is not enough: it may still be written').toEqual(['A=MW-1001']);
  await files.look();
  expect(await known()).toEqual(['A=MW-1002', 'B=MW-1003']);
  rmSync(crossReferenceFileOf(directory, 'tri-valley'));
  await files.look();
  await files.look();
  expect(await known()).toEqual([]);
});

it('a file that is not CSV leaves what it stated before', async () => {
  write('item,A,MW-1001\n');
  await files.look();
  write('item,"A"x,MW-1002\n');
  await files.look();
  await files.look();
  expect(await known()).toEqual(['A=MW-1001']);
});

it('a row whose item the ERP tells us only later is loaded then, without a change of the file', async () => {
  write('item,A,MW-2000\n');
  await files.look();
  const { sku: _, ...item } = await given.prisma.item.findUniqueOrThrow({ where: { sku: 'MW-1001' } });
  await given.prisma.item.create({ data: { ...item, sku: 'MW-2000', gtin: null, units: [] } });
  await files.look();
  expect(await known()).toEqual([]);
  clock += 60_000;
  await files.look();
  expect(await known()).toEqual(['A=MW-2000']);
});
