import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { cpuOf, hasProc } from './cpu.ts';

const BURNED_MS = 300;

/** A process whose child uses CPU time and ends; then the process reports and keeps running. */
const parent = `
  const burn = 'const from = process.cpuUsage(); while (process.cpuUsage(from).user < ${BURNED_MS * 1000});';
  require('node:child_process').spawnSync(process.execPath, ['-e', burn]);
  console.log('burned');
  process.stdin.resume();
`;

it.runIf(hasProc())('the CPU time of an ended child counts towards its parent', async () => {
  const child = spawn(process.execPath, ['-e', parent], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('the process did not start');
  try {
    await once(child.stdout, 'data');
    expect(cpuOf({ product: [pid] }).product).toBeGreaterThanOrEqual(BURNED_MS);
  } finally {
    child.stdin.end();
  }
});

it.runIf(hasProc())('an ended process counts as zero', () => {
  expect(cpuOf({ gone: [2 ** 30], none: [] })).toEqual({ gone: 0, none: 0 });
});
