/**
 * `npm run check:imports`: imports point one way (.dependency-cruiser.cjs). It looks at what the compiler emits, because that is what runs:
 * `import type` is gone there, and an import that stays is a real one. (TypeScript 7 has no API through which dependency-cruiser could
 * tell the two apart in the sources.)
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './bootstrap.mjs';

const emitted = join(projectDir, '.cache', 'imports');
rmSync(emitted, { recursive: true, force: true });
const tsc = join(projectDir, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
for (const project of ['.', 'console']) {
  // Errors of types are another check's business; the files are written all the same.
  spawnSync(
    process.execPath,
    [tsc, '-p', project, '--noEmit', 'false', '--allowJs', '--checkJs', 'false', '--rootDir', '.', '--outDir', emitted],
    { cwd: projectDir, stdio: 'ignore' },
  );
}
const { status } = spawnSync(
  process.execPath,
  [
    join(projectDir, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    '--config',
    join(projectDir, '.dependency-cruiser.cjs'),
    '.',
  ],
  { cwd: emitted, stdio: 'inherit' },
);
process.exit(status ?? 1);
