import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '../../prisma/client.ts';
import { ProfileEditor } from './profile-editor.ts';
import { loadProfiles } from './profile-files.ts';

/** Root may write anywhere, so the file system is made to refuse. */
const refusing = vi.hoisted(() => ({ call: '', code: '' }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const unless =
    <Args extends unknown[], T>(name: string, call: (...args: Args) => T) =>
    (...args: Args): T => {
      if (refusing.call === name) throw Object.assign(new Error(refusing.code), { code: refusing.code });
      return call(...args);
    };
  return { ...real, openSync: unless('openSync', real.openSync), renameSync: unless('renameSync', real.renameSync) };
});

const env = { PARTNERS_URL: 'https://partners.invalid', SANDBOX_TOKEN: 'token' };
const directory = mkdtempSync(join(tmpdir(), 'editor-'));
const file = join(directory, 'harbor-pine.yaml');
let editor: ProfileEditor;

beforeAll(() => {
  cpSync('mappings/partners', directory, { recursive: true });
  const records = { $executeRaw: async () => 0 };
  const prisma = { $transaction: (work: (given: typeof records) => unknown) => work(records) };
  const profiles = loadProfiles(directory, env);
  editor = new ProfileEditor({ directory, profiles, prisma: prisma as unknown as Database, env });
});
afterEach(() => Object.assign(refusing, { call: '', code: '' }));
afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['openSync', 'EROFS', 'profile-folder-read-only'],
  ['renameSync', 'EACCES', 'profile-folder-read-only'],
  ['renameSync', 'EIO', 'EIO'],
])('leaves the old file whole where %s fails with %s', async (call, code, told) => {
  const before = readFileSync(file, 'utf8');
  const revision = editor.read('harbor-pine')?.revision ?? null;
  Object.assign(refusing, { call, code });
  await expect(
    editor.save('harbor-pine', { text: `${before}backorders: backorder\n`, revision }),
  ).rejects.toMatchObject({
    code: told,
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
