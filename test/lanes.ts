import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Run by commands of their own (`npm run test:chaos`, .ci/run). */
const ELSEWHERE = /^test\/(chaos|certification)\//;
const SKIPPED = /(^|\/)(node_modules|dist|\.[^/]+)(\/|$)/;

/** Pure, but slow by its size: it renders pages, or reads tens of megabytes. */
const SLOW = /\.slow\.test\.ts$|labels\.test\.ts$/;

/**
 * Imports through which a test reaches a server, a process or a browser. A test without them is pure and belongs to the fast lane.
 * A test that starts something by another way gets no servers there and fails.
 */
const STARTS_SOMETHING =
  /\bfrom '(node:child_process|node:worker_threads|@temporalio\/(client|worker|testing)|playwright-core|[^']*(\/testing(\.ts'|\/)|\/support\/|\/stack\/|\/integration\/|\/(server|reader-thread|guarded-reader)\.ts'|\/records-under-test))/;

export interface Lanes {
  readonly fast: string[];
  readonly rest: string[];
}

/** Every test file of the project, by lane. */
export function testLanes(root: string): Lanes {
  const lanes: Lanes = { fast: [], rest: [] };
  for (const file of testFiles(root, '')) {
    if (ELSEWHERE.test(file)) continue;
    const isRest =
      file.startsWith('test/') || SLOW.test(file) || STARTS_SOMETHING.test(readFileSync(join(root, file), 'utf8'));
    lanes[isRest ? 'rest' : 'fast'].push(file);
  }
  return lanes;
}

function testFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(path)) return [];
    if (entry.isDirectory()) return testFiles(root, path);
    return path.endsWith('.test.ts') ? [path] : [];
  });
}
