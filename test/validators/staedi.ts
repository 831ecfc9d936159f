import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../scripts/stack/part.ts';

/**
 * StAEDI (Maven io.xlate:staedi, Apache-2.0), a validating X12 reader in Java, with the bots
 * grammars.
 */

const run = promisify(execFile);
const VERSION = '1.26.0';
const LIMIT_MS = 180_000;

/**
 * The StAEDI archive, fetched once to .cache/tools. @throws Error if Java 17, Maven or it is
 * unavailable
 */
export async function staediJar(): Promise<string> {
  const folder = join(projectDir, '.cache', 'tools', 'staedi');
  const jar = join(folder, `staedi-${VERSION}.jar`);
  if (existsSync(jar)) return jar;
  try {
    await run('java', ['-version'], { timeout: LIMIT_MS });
    const options = ['-q', '-B', `-Dartifact=io.xlate:staedi:${VERSION}`];
    await run('mvn', [...options, '-Dtransitive=false', 'dependency:get'], { timeout: LIMIT_MS });
    await run('mvn', [...options, `-DoutputDirectory=${folder}`, 'dependency:copy'], { timeout: LIMIT_MS });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    const [reason] = (stderr || stdout || String(error)).split('\n');
    throw new Error(`cannot run StAEDI: Java, Maven or io.xlate:staedi:${VERSION} is unavailable (${reason})`);
  }
  return jar;
}

/** Faults by file path. `python` has the grammars (bots.ts). */
export async function staediVerdicts(
  python: string,
  jar: string,
  paths: readonly string[],
): Promise<Map<string, string[]>> {
  const schemas = mkdtempSync(join(tmpdir(), 'throughline-staedi-'));
  try {
    const names = new Set(paths.flatMap((path) => grammarsOf(readFileSync(path, 'latin1'))));
    await run(python, [join(import.meta.dirname, 'staedi-schema.py'), schemas, ...names], { timeout: LIMIT_MS });
    const { stdout } = await run(
      'java',
      ['-cp', jar, join(import.meta.dirname, 'StaediVerdict.java'), schemas, ...paths],
      { timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 },
    );
    const verdicts = new Map<string, string[]>();
    for (const line of stdout.split('\n').slice(0, -1)) {
      const [path = '', fault = ''] = line.split('\t');
      // A line without a fault marks a file that was read completely.
      const faults = verdicts.get(path) ?? [];
      verdicts.set(path, fault === '' ? faults : [...faults, fault]);
    }
    return verdicts;
  } finally {
    rmSync(schemas, { recursive: true, force: true });
  }
}

/** Set (ST01) and release (GS08) of each transaction set in a file, such as 810004010. */
function grammarsOf(text: string): string[] {
  const separator = text.charAt(3);
  const terminator = text.charAt(105);
  let release = '';
  return text.split(terminator).flatMap((segment) => {
    const elements = segment.trim().split(separator);
    if (elements[0] === 'GS') release = (elements[8] ?? '').slice(0, 6);
    return elements[0] === 'ST' ? [`${elements[1]}${release}`] : [];
  });
}
