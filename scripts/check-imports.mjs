/** `npm run check:imports`: checks that imports between modules and between folders follow .dependency-cruiser.cjs. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './bootstrap.mjs';

const cruise = join(projectDir, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
const sources = readdirSync(projectDir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name)
  .filter((name) => !['dist', 'docs', 'node_modules'].includes(name));
const failed = ['.dependency-cruiser.cjs', '.dependency-cruiser.folders.cjs'].filter(
  (config) =>
    spawnSync(process.execPath, [cruise, '--config', config, ...sources], { cwd: projectDir, stdio: 'inherit' })
      .status !== 0,
);
process.exitCode = failed.length === 0 ? 0 : 1;
