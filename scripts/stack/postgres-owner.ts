import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { firstExecutable, ToolNotFound } from './tools.ts';

/**
 * Postgres refuses to run as root, so root starts it as `postgres`, or as `nobody` where there is no such user. The mode of a folder
 * on the way (/root, a clone in `mktemp -d`) may keep that user out. The programs must be reachable without privileges, because
 * initdb looks for its server with access(2), which ignores capabilities. For the data a capability is enough.
 */

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Owner {
  /** The owner of the data, if it is another user. */
  readonly user: User | undefined;
  readonly ids: { uid?: number; gid?: number };
  /** Program to start the binaries through, with its arguments, where that is needed. */
  readonly command: string | undefined;
  readonly prefix: readonly string[];
}

/** The user that Postgres runs as when we are root; otherwise undefined, and it runs as we do. */
export function serverUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = ['postgres', 'nobody'].map(lookUpUser).find((found) => found !== undefined);
  if (user) return user;
  throw new ToolNotFound(
    'A user to run Postgres as',
    ['postgres', 'nobody'],
    'Postgres does not run as root: start as another user.',
  );
}

/** How the server's user gets at its data: as itself where every folder lets it pass, otherwise with a capability for that. */
export function processOwner(user: User | undefined, dataDir: string): Owner {
  if (user === undefined) return { user, ids: {}, command: undefined, prefix: [] };
  mkdirSync(dirname(dataDir), { recursive: true });
  if (mayPass(dataDir, user)) {
    return { user, ids: { uid: user.uid, gid: user.gid }, command: undefined, prefix: [] };
  }
  const setpriv = firstExecutable('setpriv');
  if (!setpriv) {
    throw new ToolNotFound(
      'A way to run Postgres',
      [`as ${user.name}: that user may not enter ${dirname(dataDir)}`, 'setpriv (util-linux) on PATH: not there'],
      'Start as a user other than root, or set THROUGHLINE_DATA_DIR to a folder that every user may enter.',
    );
  }
  const prefix = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  return { user, ids: {}, command: setpriv, prefix };
}

/**
 * The binaries themselves where the user may reach them; otherwise those of a copy in the system's folder for temporary files.
 * Every clone shares the copy of one version. It stays there, and a copy that lost files is made anew.
 *
 * @throws Error when somebody else could have written the copy
 */
export function reachableBinaries(binaries: Binaries, user: User): Binaries {
  if (mayPass(binaries.postgres, user)) return binaries;
  const source = dirname(dirname(binaries.postgres));
  const place = [tmpdir(), '/tmp', '/var/tmp'].find((dir) => existsSync(dir) && mayPass(join(dir, 'any'), user));
  if (place === undefined) {
    throw new ToolNotFound(
      'A folder to run Postgres from',
      [`${source}, ${tmpdir()}, /tmp, /var/tmp: the user ${user.name} may not enter`],
      'Start as a user other than root, or clone into a folder that every user may enter.',
    );
  }
  const version = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 16);
  const copy = join(place, `throughline-postgres-${version}`);
  if (existsSync(copy)) requireOurs(copy);
  if (!existsSync(copy) || !isWhole(source, copy)) makeCopy(source, copy);
  const inCopy = (path: string) => join(copy, relative(source, path));
  return { postgres: inCopy(binaries.postgres), initdb: inCopy(binaries.initdb) };
}

/** In a folder that everybody may write to, another user may have put this name there first. */
function requireOurs(copy: string): void {
  const found = lstatSync(copy);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new Error(`${copy} is not ours alone, so Postgres is not run from there. Remove it and start again.`);
}

/** Cleaners of temporary folders remove single files. */
function isWhole(source: string, copy: string): boolean {
  return filesIn(source).every((file) => {
    const [original, copied] = [join(source, file), join(copy, file)];
    return existsSync(copied) && statSync(copied).size === statSync(original).size;
  });
}

function makeCopy(source: string, copy: string): void {
  const draft = mkdtempSync(join(dirname(copy), `.${basename(copy)}-`));
  try {
    cpSync(source, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) continue;
      const path = join(entry.parentPath, entry.name);
      const runs = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
      chmodSync(path, runs ? 0o755 : 0o644);
    }
    // A server that runs from a copy with gaps keeps the files that it has open.
    rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  } catch (error) {
    // Another process made the copy first.
    const made = ['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!made || !isWhole(source, copy)) throw error;
    requireOurs(copy);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function lookUpUser(name: string): User | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether the user may enter every folder on the way to the path. */
function mayPass(path: string, user: User): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
