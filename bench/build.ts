import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectDir } from '../scripts/stack/part.ts';

/** Runs `npm run build`. Its output goes to standard error, because standard output contains only figures. */
export async function buildProduct(): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], {
    cwd: projectDir,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('the product could not be built');
}
