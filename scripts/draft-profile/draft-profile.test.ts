import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { loadProfiles, readProfileText } from '../../activities/partners/profile-files.ts';
import { type PreviewRequest, preview } from '../../activities/preview/preview.ts';
import type { Preview } from '../../activities/preview/result.ts';
import type { PartnerProfile } from '../../mappings/profile/profile.ts';
import { draftCommand } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'draft-'));
afterAll(() => rmSync(folder, { recursive: true }));

const partnersDir = 'mappings/partners';
const env = { PARTNERS_URL: 'https://partners.invalid', SANDBOX_TOKEN: 'token' };
const inForce = loadProfiles(partnersDir, env);

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await draftCommand(args, { stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { status, out: await text(stdout), err: await text(stderr) };
}

async function drafted(...files: string[]): Promise<{ out: string; profile: PartnerProfile }> {
  const { status, out, err } = await run('--id', 'elm-test', ...files);
  expect([status, err]).toEqual([0, '']);
  return { out, profile: readProfileText(partnersDir, 'elm-test', out, {}).profile };
}

function shown(profile: PartnerProfile, bytes: Uint8Array): Promise<Preview> {
  const systems: PreviewRequest['systems'] = { erp: [], wms: [], erpRules: [] };
  const receivedAt = new Date('2026-11-20T09:15:00Z');
  return preview({ profile, bytes, receivedAt, profiles: new Map(), systems });
}

function fileOf(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content, 'latin1');
  return file;
}

/** A sample, and what its partner gets from us by the real profile, as files. */
async function tradeOf(
  partner: string,
  sample: string,
): Promise<{ order: string; ours: string[]; by: PartnerProfile }> {
  const by = inForce.get(partner) as PartnerProfile;
  const { interchanges } = await shown(by, readFileSync(sample));
  const [one] = interchanges;
  const documents = [...(one?.sets[0]?.orders[0]?.documents ?? []), ...(one?.answers ?? [])];
  const ours = documents.flatMap(({ set, x12 }) => (x12 === undefined ? [] : [fileOf(`${partner}-${set}.edi`, x12)]));
  return { order: sample, ours, by };
}

const samples = [
  ['harbor-pine', 'sandbox/samples/harbor-pine-850-store.edi'],
  ['harbor-pine', 'sandbox/samples/harbor-pine-850-split.edi'],
  ['tri-valley', 'sandbox/samples/tri-valley-850-two-waves.edi'],
] as const;

describe('npm run draft-profile', () => {
  it.each([...samples.map(([, file]) => file), 'docs/examples/juniper-vale-850.edi'])(
    'drafts a valid profile from %s alone, and reads that by it',
    async (file) => {
      const { profile } = await drafted(file);
      const { interchanges, valid } = await shown(profile, readFileSync(file));
      expect(valid).toBe(true);
      expect(interchanges[0]?.sets.map(({ verdict, findings }) => [verdict, findings])).toEqual([['accepted', []]]);
      expect(interchanges[0]?.sets[0]?.orders[0]?.documents.filter(({ problem }) => problem)).toEqual([]);
    },
  );

  it.each(samples)('reads the orders of %s as its real profile does', async (partner, file) => {
    const { profile } = await drafted(file);
    const orderBy = async (by: PartnerProfile) =>
      (await shown(by, readFileSync(file))).interchanges[0]?.sets[0]?.orders[0]?.order;
    const [draft, real] = [await orderBy(profile), await orderBy(inForce.get(partner) as PartnerProfile)];
    expect(draft?.lines).toEqual(real?.lines);
    expect(draft?.shipTo).toEqual(real?.shipTo);
  });

  it.each(samples.slice(0, 1))(
    'tells the files of %s from ours, in any order, and learns from both',
    async (partner, file) => {
      const { order, ours, by } = await tradeOf(partner, file);
      expect(ours.length).toBe(4);
      for (const files of [
        [order, ...ours],
        [...ours, order],
      ]) {
        const { out, profile } = await drafted(...files);
        expect(profile.identifiers).toEqual(by.identifiers);
        expect(profile.documents.inbound).toEqual(['850', '997']);
        expect(profile.documents.outbound['856']?.send).toBe(true);
        expect(profile.shipNotice).toEqual(by.shipNotice);
        expect(profile.invoicing.vendorNumber).toBe('40817');
        expect(profile.invoicing.remitTo).toEqual(by.invoicing.remitTo);
        expect(profile.invoicing.terms).toMatchObject({ discountPercent: '2', discountDays: 10, netDays: 30 });
        expect(profile.items.send).toMatchObject({ buyer: 'IN', seller: 'VN' });
        expect(profile.routing.scac).toBe('ODFL');
        expect(out).toContain('# 40817, 4 times: ');
        expect(out).toContain('Has our company prefix 7 digits, 0614141?');
      }
      const alone = await drafted(...ours);
      expect(alone.profile.identifiers).toEqual(by.identifiers);
      expect(alone.out).toContain('None of the files is an order of the partner');
    },
  );

  it('puts the evidence of each guess above it, and asks what samples cannot say', async () => {
    const { out } = await drafted('docs/examples/juniper-vale-850.edi');
    expect(out).toContain('  # SK, 2 times: juniper-vale-850.edi: PO1|1|24|EA|11.1||SK|JV-88-001\n  buyer: [ SK ]\n');
    const questions = out.slice(0, out.indexOf('extends:'));
    expect(questions).toContain('Which of our units are CT?');
    expect(questions).toContain('Their orders name none of our item numbers');
  });

  it('asks about what nothing takes over, and about errors by the draft itself', async () => {
    const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1');
    const odd = sample
      .replace('N1*BT*', 'N1*VN*MERIDIAN~\nN1*BT*')
      .replace('SE*22*', 'SE*23*')
      .replaceAll('IN*77', 'ZZ*77')
      .replace('*T*>~', '*P*>~');
    const { out } = await drafted(fileOf('odd.edi', odd));
    const questions = out.slice(0, out.indexOf('extends:'));
    expect(questions).toContain('What does 850 N1[VN] mean to them?');
    expect(questions).toContain('N1*VN*MERIDIAN (odd.edi)');
    expect(questions).toContain('What is the number under ZZ, 3 times');
    expect(questions).toContain('ISA15 is P in odd.edi');
    expect(questions).toContain('By this draft odd.edi has errors: ISA');
  });

  it('does not read a file without end', async () => {
    const { status, err } = await run('--id', 'elm-test', '/dev/zero');
    expect([status, err]).toEqual([2, '/dev/zero has more than 16 MiB: a part of it is enough.\n']);
  });

  it('keeps odd bytes of samples out of the YAML', async () => {
    const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'latin1');
    const strange = sample
      .replaceAll('~\n', '\x1c')
      .replaceAll('*', '\x1d')
      .replaceAll('HARBOR & PINE STORES', '# a: [b\n\xe9');
    const { out, profile } = await drafted(fileOf('strange.edi', strange));
    expect(profile.x12.delimiters).toMatchObject({ element: '\x1d', segment: '\x1c', lineBreaks: false });
    expect([...out].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    const shownBy = await shown(profile, readFileSync(join(folder, 'strange.edi')));
    expect(shownBy.interchanges[0]?.sets[0]?.verdict).toBe('accepted');
  });

  it('refuses files of several partners, and files without an order', async () => {
    const several = await run('--id', 'elm-test', samples[0][1], samples[2][1]);
    expect(several.status).toBe(1);
    expect(several.err).toContain('The files are of several partners; draft one at a time');
    const none = await run('--id', 'elm-test', fileOf('none.edi', 'hello'));
    expect([none.status, none.out]).toEqual([1, '']);
    expect(none.err).toContain('No file holds a sound interchange.');
  });

  it.each([
    [['--id', 'elm-test'], 'Name at least one file'],
    [[samples[0][1]], '--id must be'],
    [['--id', 'Elm', samples[0][1]], '--id must be'],
    [['--id', 'elm-test', 'no-such.edi'], 'no-such.edi cannot be read'],
    [['--id', 'elm-test', '--nam', 'x', samples[0][1]], '--nam'],
  ])('%j is unusable', async (args, reason) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(reason);
  });
});
