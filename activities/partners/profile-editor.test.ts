import { cpSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../prisma/client.ts';
import { type Disk, isPublicAddress, ProfileEditor } from './profile-editor.ts';
import { loadProfiles } from './profile-files.ts';

/** Root may write anywhere, so the disk is made to refuse. */
const refusing = { call: '', code: '' };
const refuse = (call: string) => {
  if (refusing.call === call) throw Object.assign(new Error(refusing.code), { code: refusing.code });
};
const disk: Disk = {
  open(...args) {
    refuse('open');
    return openSync(...args);
  },
  rename(...args) {
    refuse('rename');
    renameSync(...args);
  },
};

const env = { PARTNERS_URL: 'https://partners.invalid', SANDBOX_TOKEN: 'token' };
const directory = mkdtempSync(join(tmpdir(), 'editor-'));
const file = join(directory, 'harbor-pine.yaml');
let editor: ProfileEditor;

beforeAll(() => {
  cpSync('mappings/partners', directory, { recursive: true });
  const records = { $executeRaw: async () => 0 };
  const prisma = { $transaction: (work: (given: typeof records) => unknown) => work(records) };
  const profiles = loadProfiles(directory, env);
  editor = new ProfileEditor({ directory, profiles, prisma: prisma as unknown as Database, env, disk });
});
afterEach(() => Object.assign(refusing, { call: '', code: '' }));
afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['open', 'EROFS', 'profile-folder-read-only'],
  ['rename', 'EACCES', 'profile-folder-read-only'],
  ['rename', 'EIO', 'EIO'],
])('leaves the old file whole where its %s fails with %s', async (call, code, told) => {
  const before = readFileSync(file, 'utf8');
  const revision = editor.read('harbor-pine')?.revision ?? null;
  Object.assign(refusing, { call, code });
  await expect(
    editor.save('harbor-pine', { text: `${before}backorders: backorder\n`, revision }, { namesOthers: true }),
  ).rejects.toMatchObject({
    code: told,
  });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it.each([
  ['https://edi.acme.com/inbox', true],
  ['https://edi.acme.com:8443/inbox', true],
  ['http://edi.acme.com/inbox', false],
  ['https://localhost/inbox', false],
  ['https://postgres:5432/', false],
  ['https://10.0.0.7/inbox', false],
  ['https://0x7f000001/', false],
  ['https://[::1]/inbox', false],
  ['https://metadata.google.internal/', false],
  ['https://erp.lan/inbox', false],
  ['https://localhost.localdomain/', false],
  ['https://kubernetes.default.svc/', false],
  ['https://user:secret@edi.acme.com/', false],
  ['https://edi.acme.com./inbox', false],
  ['nonsense', false],
])('a mailbox at %s is %s for a new profile from afar', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
