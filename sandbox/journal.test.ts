import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from './journal.ts';
import { temporaryFolder } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function open(path: string) {
  const entries: number[] = [];
  return { entries, journal: new Journal<number>(path, (entry) => entries.push(entry)) };
}

it('committed entries are replayed in order', async () => {
  const path = join(folder.path, 'a.jsonl');
  const first = open(path);
  await Promise.all([first.journal.commit([1, 2]), first.journal.commit([3])]);
  await first.journal.close();
  const second = open(path);
  expect(second.entries).toEqual([1, 2, 3]);
  await second.journal.close();
});

it('a transaction torn by a crash is ignored, and the next one is complete', async () => {
  const path = join(folder.path, 'a.jsonl');
  writeFileSync(path, '[1,2]\n');
  appendFileSync(path, '[3,4');
  const torn = open(path);
  expect(torn.entries).toEqual([1, 2]);
  await torn.journal.commit([5]);
  await torn.journal.close();
  expect(readFileSync(path, 'utf8')).toBe('[1,2]\n[5]\n');
});
