import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectDir } from './part.ts';

/**
 * The bundle of workflows/ as a file, for processes that start often. Making it costs two seconds of a processor, so it is kept until one of
 * the files changes that it was made of. A file that is new to it can only be reached from one of these.
 */

interface Kept {
  /** SHA-256 of each file by its path in the project. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Files that decide about the bundle without being in it: how it is made, and which packages are installed. */
const ABOUT = ['workers/create-workers.ts', 'package-lock.json'];

/** @returns the path of the current bundle */
export async function workflowBundle(
  folder: string = join(projectDir, 'node_modules', '.cache', 'throughline'),
): Promise<string> {
  const [file, list] = [join(folder, 'workflow-bundle.js'), join(folder, 'workflow-bundle.json')];
  if (isCurrent(list)) return file;
  // Only here, because it loads a bundler.
  const { bundleWorkflows } = await import('../../workers/create-workers.ts');
  const { code } = await bundleWorkflows();
  const own = sourcesOf(code).filter((path) => !path.includes('node_modules'));
  const kept: Kept = { sources: Object.fromEntries([...own, ...ABOUT].map((path) => [path, digestOf(path) ?? ''])) };
  mkdirSync(folder, { recursive: true });
  write(file, code);
  write(list, JSON.stringify(kept));
  return file;
}

function isCurrent(list: string): boolean {
  try {
    const { sources } = JSON.parse(readFileSync(list, 'utf8')) as Kept;
    return Object.entries(sources).every(([path, digest]) => digestOf(path) === digest);
  } catch {
    return false;
  }
}

/** Project files in the bundle, from its source map; the bundler adds parts of its own, which are no files. */
function sourcesOf(code: string): string[] {
  const [, map = ''] = /sourceMappingURL=data:[^,]*,(\S+)/.exec(code) ?? [];
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString('utf8')) as { sources: string[] };
  return sources
    .filter((source) => source.startsWith(projectDir) && digestOf(relative(projectDir, source)) !== undefined)
    .map((source) => relative(projectDir, source));
}

function digestOf(path: string): string | undefined {
  try {
    return createHash('sha256')
      .update(readFileSync(join(projectDir, path)))
      .digest('hex');
  } catch {
    return undefined;
  }
}

/** Another process may read it at the same time. */
function write(file: string, text: string): void {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, file);
}
