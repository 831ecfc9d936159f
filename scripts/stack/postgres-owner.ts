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
 * Postgres refuses to run as root, so root starts it as `postgres`, or as `nobody` if that user does not exist. A parent folder (/root, a
 * clone in `mktemp -d`) may deny access to that user. The programs must be accessible without privileges, because initdb looks for its
 * server with access(2), which ignores capabilities. For the data, a capability is enough.
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
  /** Owner of the data, if it is another user. */
  readonly user: User | undefined;
  readonly ids: { uid?: number; gid?: number };
  /** Wrapper command with its arguments, if the binaries need one. */
  readonly command: string | undefined;
  readonly prefix: readonly string[];
}

/** The user that runs Postgres if we are root; undefined otherwise, and Postgres runs as the current user. */
export function serverUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = ['postgres', 'nobody'].map(lookUpUser).find((found) => found !== undefined);
  if (user) return user;
  throw new ToolNotFound(
    'A user to run Postgres as',
    ['postgres', 'nobody'],
    'Postgres does not run as root; start as another user.',
  );
}

/** How the server's user accesses its data: directly if every parent folder allows it, otherwise with a capability. */
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
      [`as ${user.name}: that user cannot access ${dirname(dataDir)}`, 'setpriv (util-linux) on PATH: not found'],
      'Start as a user other than root, or set THROUGHLINE_DATA_DIR to a folder that every user can access.',
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
 * Returns the binaries if the user can access them, otherwise a copy in the system's temporary folder. All clones share one copy per
 * version. The copy stays there, and is recreated if files are missing.
 *
 * @throws Error if another user could have written the copy
 */
export function reachableBinaries(binaries: Binaries, user: User): Binaries {
  if (mayPass(binaries.postgres, user)) return binaries;
  const source = dirname(dirname(binaries.postgres));
  const place = [tmpdir(), '/tmp', '/var/tmp'].find((dir) => existsSync(dir) && mayPass(join(dir, 'any'), user));
  if (place === undefined) {
    throw new ToolNotFound(
      'A folder to run Postgres from',
      [`${source}, ${tmpdir()}, /tmp, /var/tmp: the user ${user.name} has no access`],
      'Start as a user other than root, or clone into a folder that every user can access.',
    );
  }
  const version = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 16);
  const copy = join(place, `throughline-postgres-${version}`);
  if (existsSync(copy)) requireOurs(copy);
  if (!existsSync(copy) || !isWhole(source, copy)) makeCopy(source, copy);
  const inCopy = (path: string) => join(copy, relative(source, path));
  return { postgres: inCopy(binaries.postgres), initdb: inCopy(binaries.initdb) };
}

/** In a world-writable folder, another user may have created this name first. */
function requireOurs(copy: string): void {
  const found = lstatSync(copy);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new Error(
    `${copy} is writable by other users, so Postgres does not run from there. Remove it and start again.`,
  );
}

/** Detects missing files, because cleaners of temporary folders remove single files. */
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
    // A server that is running from the incomplete copy keeps its open files.
    rmSync(copy, { recursive: true, force: true });
    renameSync(draft, copy);
  } catch (error) {
    // Another process created the copy first.
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

/** Whether the user can traverse every folder on the path. */
function mayPass(path: string, user: User): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
