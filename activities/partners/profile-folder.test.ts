import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { type ReadProfile, readProfiles } from './profile-files.ts';
import { ProfileFolder, type ProfileFolderOptions } from './profile-folder.ts';
import type { LastGood } from './profiles-at-start.ts';

let directory: string;
let changes: { partnerId: string; version?: string }[];
let refusals: ProfileProblem[][];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'profiles-'));
  changes = [];
  refusals = [];
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), text);
}

function partner(id: string, more = ''): string {
  return `extends: templates/base
id: ${id}
name: ${id}
identifiers:
  ours: { isaQualifier: ZZ, isaId: US, gsId: US }
  theirs: { isaQualifier: ZZ, isaId: ${id.toUpperCase()}, gsId: ${id.toUpperCase()} }
transport: { kind: https, url: "https://${id}.example/in" }
${more}`;
}

function followed(): Promise<ProfileFolder> {
  write('templates/base.yaml', 'priority: 3\n');
  write('acme.yaml', partner('acme'));
  write('beta.yaml', partner('beta'));
  return ProfileFolder.open(directory, {
    changed: (change) => changes.push(change),
    refused: (problems) => refusals.push([...problems]),
  });
}

/** A change is taken by the second look that finds it. */
function lookTwice(folder: ProfileFolder): void {
  folder.look();
  folder.look();
}

describe('a changed file', () => {
  it('is the profile of its partner from then on, and the earlier version is still known', async () => {
    const folder = await followed();
    const before = folder.get('acme')?.version ?? '';
    write('acme.yaml', partner('acme', 'backorders: cancel\n'));
    lookTwice(folder);
    const now = folder.get('acme');
    expect(now?.backorders).toBe('cancel');
    expect(folder.version('acme', before)?.profile.backorders).toBe('backorder');
    expect(changes).toEqual([{ partnerId: 'acme', version: now?.version }]);
    expect(refusals).toEqual([]);
  });

  it('is not read while it is still being written', async () => {
    const folder = await followed();
    write('acme.yaml', partner('acme', 'priority: 1\n'));
    folder.look();
    write('acme.yaml', partner('acme', 'priority: 1\nbackorders: cancel\n'));
    folder.look();
    expect(folder.get('acme')?.priority).toBe(3);
    folder.look();
    expect(folder.get('acme')).toMatchObject({ priority: 1, backorders: 'cancel' });
    expect(changes).toHaveLength(1);
  });

  it('changes every partner that extends it when it is a template', async () => {
    const folder = await followed();
    write('templates/base.yaml', 'priority: 2\n');
    lookTwice(folder);
    expect([...folder.values()].map(({ priority }) => priority)).toEqual([2, 2]);
    expect(changes.map(({ partnerId }) => partnerId)).toEqual(['acme', 'beta']);
  });

  it('that was added is a new partner, and one that was removed is no partner any more', async () => {
    const folder = await followed();
    write('gamma.yaml', partner('gamma'));
    rmSync(join(directory, 'beta.yaml'));
    lookTwice(folder);
    expect([...folder.values()].map(({ id }) => id)).toEqual(['acme', 'gamma']);
    expect(changes).toContainEqual({ partnerId: 'beta' });
  });
});

describe('a broken edit', () => {
  it('leaves the last good profile, is reported once with its place, and holds no other partner back', async () => {
    const folder = await followed();
    write('acme.yaml', partner('acme', 'priority: 9\n'));
    write('beta.yaml', partner('beta', 'priority: 1\n'));
    lookTwice(folder);
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(3);
    expect(folder.get('beta')?.priority).toBe(1);
    expect(refusals).toEqual([
      [expect.objectContaining({ file: join(directory, 'acme.yaml'), line: 8, column: 1, key: 'priority' })],
    ]);
    expect(folder.problems).toHaveLength(1);
  });

  it('is over when the file is mended', async () => {
    const folder = await followed();
    write('acme.yaml', 'id: [');
    lookTwice(folder);
    write('acme.yaml', partner('acme', 'priority: 5\n'));
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(5);
    expect(folder.problems).toEqual([]);
  });

  it('that gives two partners the same ids changes nothing', async () => {
    const folder = await followed();
    write('beta.yaml', partner('beta', 'priority: 1\n').replaceAll('BETA', 'ACME'));
    lookTwice(folder);
    expect(folder.get('beta')).toMatchObject({ priority: 3, identifiers: { theirs: { isaId: 'BETA' } } });
    // Which of the two files is wrong nobody knows: both are named, also the one that was not edited.
    const found = folder.problems.map(({ code, file }) => [code, file]);
    expect(found).toEqual(
      ['acme', 'beta'].map((name) => ['profile-identifiers-shared', join(directory, `${name}.yaml`)]),
    );
  });

  it('that YAML could unfold into millions of values is only a broken edit', async () => {
    const folder = await followed();
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, below] of ['ba', 'cb', 'dc', 'ed'] as const)
      bomb.push(`${name}: &${name} [${`*${below},`.repeat(9)}]`);
    write('acme.yaml', `${bomb.join('\n')}\n`);
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(3);
    expect(folder.problems.map(({ code, file }) => [code, file])).toEqual([
      ['profile-unreadable', join(directory, 'acme.yaml')],
    ]);
  });

  it('in another encoding is told with the place of its first letter, rather than taken with that letter lost', async () => {
    const folder = await followed();
    const text = partner('acme', 'priority: 1\n').replace('name: acme', 'name: CAFÉ É');
    writeFileSync(join(directory, 'acme.yaml'), text, 'latin1');
    lookTwice(folder);
    expect(folder.get('acme')).toMatchObject({ name: 'acme', priority: 3 });
    const reason = 'is not UTF-8 (byte C9): save the file in that encoding';
    const place = { file: join(directory, 'acme.yaml'), line: 3, column: 10, key: '', partnerId: 'acme' };
    expect(folder.problems).toEqual([{ code: 'profile-not-utf8', ...place, reason }]);
    write('acme.yaml', text);
    lookTwice(folder);
    expect(folder.get('acme')).toMatchObject({ name: 'CAFÉ É', priority: 1 });
  });

  it.each([
    ['a folder', (file: string) => mkdirSync(file), 'is a folder, not a file'],
    ['a named pipe', (file: string) => execFileSync('mkfifo', [file]), 'is not a file'],
  ])('that puts %s in the place of the file is no removal of the partner', async (_, put, reason) => {
    const folder = await followed();
    const file = join(directory, 'acme.yaml');
    rmSync(file);
    put(file);
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(3);
    expect(changes).toEqual([]);
    const place = { file, line: 1, column: 1, key: '', partnerId: 'acme' };
    expect(folder.problems).toEqual([{ code: 'profile-unreadable', ...place, reason: `cannot be read: ${reason}` }]);
  });

  it('such as a folder that is gone leaves every partner as it was', async () => {
    const folder = await followed();
    rmSync(directory, { recursive: true });
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(3);
    expect(folder.problems.map(({ code }) => code)).toEqual(['profile-unreadable']);
    mkdirSync(directory);
  });
});

describe('a process that starts with a wrong file', () => {
  /** A partner's profile as the file states it now, kept as its last good one. */
  const kept = (...ids: string[]) => {
    const { read } = readProfiles(directory);
    const stored = new Map(ids.flatMap((id) => [[id, read.get(id)] as const]).filter(([, one]) => one !== undefined));
    const asked: string[][] = [];
    const lastGood: LastGood = (partnerIds) => {
      asked.push([...partnerIds]);
      const found = [...stored].filter(([id]) => partnerIds.includes(id));
      return Promise.resolve({ read: new Map(found) as Map<string, ReadProfile>, problems: [] });
    };
    return { lastGood, asked };
  };
  const open = (options: ProfileFolderOptions = {}) =>
    ProfileFolder.open(directory, {
      ...options,
      refused: (problems, without) => refusals.push([...problems]) && lacking.push(...without),
    });
  let lacking: string[];
  beforeEach(() => {
    lacking = [];
    write('templates/base.yaml', 'priority: 3\n');
    write('acme.yaml', partner('acme'));
    write('beta.yaml', partner('beta'));
  });

  it('goes on with the last good profile of that partner, reports the file, and takes it when it is mended', async () => {
    const { lastGood, asked } = kept('acme', 'beta');
    write('acme.yaml', partner('acme', 'priority: 9\n'));
    write('beta.yaml', partner('beta', 'priority: 1\n'));
    const folder = await open({ lastGood });
    expect([...folder.values()].map(({ id, priority }) => [id, priority])).toEqual([
      ['acme', 3],
      ['beta', 1],
    ]);
    expect(asked).toEqual([['acme']]);
    expect(refusals).toEqual([
      [expect.objectContaining({ file: join(directory, 'acme.yaml'), line: 8, key: 'priority' })],
    ]);
    expect(lacking).toEqual([]);
    lookTwice(folder);
    expect(folder.problems).toHaveLength(1);
    write('acme.yaml', partner('acme', 'priority: 5\n'));
    lookTwice(folder);
    expect(folder.get('acme')?.priority).toBe(5);
    expect(folder.problems).toEqual([]);
  });

  it('goes on with that of every partner whose template is wrong', async () => {
    const { lastGood } = kept('acme', 'beta');
    write('templates/base.yaml', 'priority: [');
    expect([...(await open({ lastGood })).values()].map(({ priority }) => priority)).toEqual([3, 3]);
  });

  it('has no profile of a partner that never had a good one, and says so', async () => {
    write('acme.yaml', partner('acme', 'prioritty: 1\n'));
    const folder = await open();
    expect([...folder.values()].map(({ id }) => id)).toEqual(['beta']);
    expect(folder.problems).toMatchObject([{ file: join(directory, 'acme.yaml'), key: 'prioritty' }]);
    expect(lacking).toEqual(['acme']);
  });

  it('leaves shared identifiers to the partner that had them, also where its own file is wrong', async () => {
    const { lastGood } = kept('acme');
    write('beta.yaml', partner('beta').replaceAll('BETA', 'ACME'));
    for (const more of ['', 'priority: 9\n']) {
      write('acme.yaml', partner('acme', more));
      const folder = await open({ lastGood });
      expect([...folder.values()].map(({ id }) => id)).toEqual(['acme']);
      const shared = folder.problems.filter(({ code }) => code === 'profile-identifiers-shared');
      expect(shared.map(({ file }) => file).sort()).toEqual(
        ['acme', 'beta'].map((id) => join(directory, `${id}.yaml`)),
      );
    }
  });

  it('does not start if nobody can tell whose the shared identifiers are, or if the folder is missing', async () => {
    write('beta.yaml', partner('beta').replaceAll('BETA', 'ACME'));
    await expect(open()).rejects.toThrow(/beta\.yaml:6:3: identifiers\.theirs are those of acme/);
    await expect(ProfileFolder.open(join(directory, 'none'))).rejects.toThrow(ProfileError);
  });
});

it('a broken edit does not let another partner take the identifiers of its partner', async () => {
  const folder = await followed();
  write('acme.yaml', partner('acme', 'priority: 9\n'));
  write('gamma.yaml', partner('gamma').replaceAll('GAMMA', 'ACME'));
  lookTwice(folder);
  expect([...folder.values()].map(({ id }) => id)).toEqual(['acme', 'beta']);
  expect(folder.problems.map(({ code }) => code)).toContain('profile-identifiers-shared');
});
