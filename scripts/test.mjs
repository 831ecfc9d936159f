/**
 * `npm test`: runs every test that this machine supports, from a fresh clone. Static checks run in parallel with the fast lane, which
 * starts no servers; the tests with servers follow. `npm run test:fast` runs only the fast lane. Other arguments go to vitest and
 * select the tests to run. The output ends with the skipped tests, their reasons and the total.
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
  ['promises and switches', [bin('eslint', 'bin/eslint.js'), '.']],
  ['imports point one way', [join(projectDir, 'scripts', 'check-imports.mjs')]],
  ['the build', ['--import', 'tsx', join(projectDir, 'scripts', 'build.ts')]],
];
const chosen = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: [] };
const dir = mkdtempSync(join(tmpdir(), 'throughline-figures-'));

if (chosen.length === 0) {
  await Promise.all([runChecks(), timed('fast lane', () => runTests('fast', ['--project', 'fast']))]);
  await timed('tests with servers', () => runTests('rest', ['--project', 'rest']));
} else if (chosen.join(' ') === '--fast') {
  await timed('fast lane', () => runTests('fast', ['--project', 'fast']));
} else {
  await runTests('chosen', chosen);
}
rmSync(dir, { recursive: true, force: true });

for (const { test, reason } of total.skipped) console.log(`skipped: ${test}: ${reason}`);
const skipped = total.skipped.length === 0 ? '' : `, ${total.skipped.length} skipped`;
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);

/** Runs the checks one after the other, because each occupies a processor. */
async function runChecks() {
  for (const [name, args] of checks) {
    const { code, output, seconds } = await quietly(args);
    total[code === 0 ? 'passed' : 'failed'] += 1;
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)${code === 0 ? '' : `\n${output}`}`);
  }
}

async function runTests(name, args) {
  const file = join(dir, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=./test/support/summary.ts'];
  const vitest = [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...args];
  const code = await node(vitest, { env: { THROUGHLINE_TEST_FIGURES: file }, stdio: 'inherit' });
  let failed = 0;
  try {
    const figures = JSON.parse(readFileSync(file, 'utf8'));
    failed = figures.failed;
    total.passed += figures.passed;
    total.skipped.push(...figures.skipped);
  } catch {
    console.error(`The ${name} tests ended without figures.`);
    failed = 1;
  }
  // vitest can fail without a failed test, for example if a server does not stop.
  total.failed += code !== 0 && failed === 0 ? 1 : failed;
}

async function timed(name, run) {
  const began = Date.now();
  await run();
  console.log(`${name}: ${secondsSince(began)} s`);
}

function secondsSince(began) {
  return ((Date.now() - began) / 1000).toFixed(1);
}

/** Shows the output of the command only if it fails, because other output is printed meanwhile. */
async function quietly(args) {
  const began = Date.now();
  let output = '';
  const code = await node(args, { stdio: ['ignore', 'pipe', 'pipe'], onOutput: (chunk) => (output += chunk) });
  return { code, output, seconds: secondsSince(began) };
}

function node(args, { env = {}, stdio, onOutput }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: projectDir, env: { ...process.env, ...env }, stdio });
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', () => resolve(1));
    child.once('close', (status) => resolve(status ?? 1));
  });
}
