import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from '../workers/create-workers.ts';
import { ensureConsole, projectDir, StepFailed, step } from './bootstrap.mjs';

/**
 * `npm run build` writes dist/, which a container runs without TypeScript and development packages:
 *
 *     dist/api/server.js, dist/workers/main.js, dist/prisma/migrate.js, dist/workflow-bundle.js, dist/console/
 */
const dist = join(projectDir, 'dist');
try {
  for (const folder of ['activities', 'api', 'domain', 'mappings', 'prisma', 'runtime', 'workers', 'workflows']) {
    rmSync(join(dist, folder), { recursive: true, force: true });
  }
  const tsc = join('node_modules', '@typescript', 'native', 'bin', 'tsc');
  await step('Compiling', process.execPath, [tsc, '-p', 'tsconfig.build.json']);
  // migrate.js reads the migrations at run time from its own folder.
  mkdirSync(join(dist, 'prisma'), { recursive: true });
  for (const name of ['schema.prisma', 'migrations']) {
    cpSync(join(projectDir, 'prisma', name), join(dist, 'prisma', name), { recursive: true });
  }
  const { code } = await bundleWorkflows();
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
  await ensureConsole();
  console.log('Built dist/.');
} catch (error) {
  console.error(error instanceof StepFailed ? error.message : error);
  process.exitCode = 1;
}
