/**
 * `npm test`: everything that can be tested on this machine, from a fresh clone. The last line is the total; above it stands each test that
 * was skipped, with its reason. Arguments are passed on to vitest, and then nothing but tests is run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClient, ensureConsole, ensurePackages, orExplain, projectDir, requireNode } from './bootstrap.mjs';

requireNode();
await orExplain(async () => {
  await ensurePackages();
  await ensureClient();
  await ensureConsole();
});

const bin = (name, file) => join(projectDir, 'node_modules', name, file);
const tsc = bin('@typescript/native', 'bin/tsc');
/** Each counts as one test. */
const checks = [
  ['types', [tsc, '-p', '.']],
  ['types of the console', [tsc, '-p', 'console']],
  ['style', [bin('@biomejs/biome', 'bin/biome'), 'ci', '--reporter=summary', '.']],
  ['imports point one way', [join(projectDir, 'scripts', 'check-imports.mjs')]],
  ['the build', ['--import', 'tsx', join(projectDir, 'scripts', 'build.ts')]],
];
const chosen = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: [] };
if (chosen.length === 0) {
  for (const [name, args] of checks) {
    const began = Date.now();
    const code = await node(args);
    total[code === 0 ? 'passed' : 'failed'] += 1;
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }
}

const dir = mkdtempSync(join(tmpdir(), 'throughline-figures-'));
const figuresFile = join(dir, 'figures.json');
const code = await node(
  [bin('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=./test/support/summary.ts', ...chosen],
  { THROUGHLINE_TEST_FIGURES: figuresFile },
);
try {
  const figures = JSON.parse(readFileSync(figuresFile, 'utf8'));
  total.passed += figures.passed;
  total.failed += figures.failed;
  total.skipped = figures.skipped;
} catch {
  console.error('The tests ended without figures.');
  total.failed += 1;
}
// A failure that no test stands for, such as a server that did not stop.
if (code !== 0 && total.failed === 0) total.failed += 1;
rmSync(dir, { recursive: true, force: true });

for (const { test, reason } of total.skipped) console.log(`skipped: ${test}: ${reason}`);
const skipped = total.skipped.length === 0 ? '' : `, ${total.skipped.length} skipped`;
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);

function node(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: projectDir, env: { ...process.env, ...env }, stdio: 'inherit' });
    child.once('error', () => resolve(1));
    child.once('close', (status) => resolve(status ?? 1));
  });
}
