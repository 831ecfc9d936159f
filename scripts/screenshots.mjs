/** `npm run screenshots`: regenerates the screenshots of the documentation with the browser tests. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectDir } from './bootstrap.mjs';

const vitest = join(projectDir, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'rest', 'test/e2e/console.test.ts', '--testNamePattern', 'picture of the README'],
  { cwd: projectDir, env: { ...process.env, SCREENSHOTS: '1' }, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
