import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowBundle } from './workflow-bundle.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps the bundle until a file changes that it was made of', { timeout: 120_000 }, async () => {
  const file = await workflowBundle(folder);
  const made = readFileSync(file, 'utf8');
  expect(made).toContain('orderToCash');
  const list = join(folder, 'workflow-bundle.json');
  const { sources } = JSON.parse(readFileSync(list, 'utf8')) as { sources: Record<string, string> };
  expect(Object.keys(sources)).toEqual(
    expect.arrayContaining(['workflows/order.ts', 'domain/order/reduce.ts', 'workers/create-workers.ts']),
  );
  const before = statSync(file).ino;
  await workflowBundle(folder);
  expect(statSync(file).ino).toBe(before);

  // As if the file had had other content when the bundle was made.
  writeFileSync(list, JSON.stringify({ sources: { ...sources, 'workflows/order.ts': 'other' } }));
  writeFileSync(file, 'outdated');
  expect(readFileSync(await workflowBundle(folder), 'utf8')).toBe(made);
});
