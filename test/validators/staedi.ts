import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../scripts/stack/part.ts';

/** StAEDI (Maven io.xlate:staedi, Apache-2.0), a validating X12 reader in Java, with schemas made of the grammars of bots. */

const run = promisify(execFile);
const VERSION = '1.26.0';
const LIMIT_MS = 180_000;

/** Its archive: fetched once to .cache/tools. @throws Error with the reason where Java 17, Maven or it cannot be had */
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
    throw new Error(`no verdict of StAEDI: Java, Maven or io.xlate:staedi:${VERSION} cannot be had here (${reason})`);
  }
  return jar;
}

/** Faults of each file, by its path. `python` has the grammars (bots.ts). */
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
      // The line without a fault ends each file that was read to its end.
      const faults = verdicts.get(path) ?? [];
      verdicts.set(path, fault === '' ? faults : [...faults, fault]);
    }
    return verdicts;
  } finally {
    rmSync(schemas, { recursive: true, force: true });
  }
}

/** Set and release of each transaction set in a file, such as 810004010: the first is read from ST01, the second from GS08. */
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
