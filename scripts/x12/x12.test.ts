import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExplainedPart } from '../../mappings/edi/explaining/parts.ts';
import { explainCommand } from './main.ts';

const samples = join(import.meta.dirname, '..', '..', 'sandbox', 'samples');
const golden = (name: string) => join(import.meta.dirname, 'golden', `${name}.txt`);
const folder = mkdtempSync(join(tmpdir(), 'throughline-x12-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(samples, name), 'latin1');
const good = read('harbor-pine-850-store.edi');

async function explain(
  args: readonly string[],
  { input = Buffer.alloc(0), tty, env = {} }: { input?: Uint8Array; tty?: number; env?: Record<string, string> } = {},
): Promise<{ status: number; out: string; err: string }> {
  const stdout = Object.assign(new PassThrough(), tty === undefined ? {} : { isTTY: true, columns: tty });
  const stderr = new PassThrough();
  const written = Promise.all(
    [stdout, stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString('utf8')),
  );
  const status = await explainCommand(args, { stdin: Readable.from([input]), stdout, stderr, env });
  stdout.end();
  stderr.end();
  const [out = '', err = ''] = await written;
  // The version of a profile changes with its content, which does not matter here.
  return { status, out: out.replace(/profile [0-9a-f]{16}/g, 'profile VERSION'), err };
}

const explainText = (text: string, ...args: string[]) =>
  explain(['-', ...args], { input: Buffer.from(text, 'latin1') });

async function partsOf(text: string, ...args: string[]): Promise<ExplainedPart[]> {
  const { out } = await explainText(text, '--json', ...args);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ExplainedPart);
}

function partOf<Kind extends ExplainedPart['kind']>(parts: readonly ExplainedPart[], kind: Kind) {
  const found = parts.find((part) => part.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found as Extract<ExplainedPart, { kind: Kind }>;
}

/** The good order `count` times in one group. */
function many(count: number, change = (order: string, _index: number) => order): string {
  const start = good.indexOf('ST*');
  const end = good.indexOf('GE*');
  const orders = Array.from({ length: count }, (_, index) =>
    change(good.slice(start, end).replaceAll('*0001~', `*${String(index + 1).padStart(5, '0')}~`), index),
  );
  return good.slice(0, start) + orders.join('') + good.slice(end).replace('GE*1*', `GE*${count}*`);
}

describe('npm run x12', () => {
  it.each(readdirSync(samples).filter((name) => name.endsWith('.edi')))('explains %s, which is valid', async (name) => {
    const { status, out, err } = await explain([join(samples, name)]);
    expect([status, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot(golden(name.replace('.edi', '')));
  });

  it('names each error of a broken file with its place, and shows the 997 that rejects it', async () => {
    const broken = good
      .replace('BEG*00*SA*HP-4500171**20261120', 'BEG*00*SA*HP-4500171**20261332')
      .replace('PO1*002*2*CA', 'PO1*002*two*CASE')
      .replace('CTT*3~', 'ZZZ*1~\nCTT*4~')
      .replace('SE*22*', 'SE*23*');
    const { status, out } = await explainText(broken);
    expect(status).toBe(1);
    await expect(out).toMatchFileSnapshot(golden('broken'));
  });

  it('counts lines and bytes to an error as an editor does', async () => {
    const broken = good.replace('PO1*003*48*EA', 'PO1*003*48*EACH');
    const { findings } = partOf(await partsOf(broken), 'transaction');
    const at = broken.indexOf('PO1*003');
    expect(findings).toMatchObject([
      {
        severity: 'error',
        code: 'element-too-long',
        value: 'EACH',
        place: {
          segment: 'PO1',
          position: 19,
          element: 3,
          byteOffset: at,
          line: broken.slice(0, at).split('\n').length,
        },
        ak: { level: 'element', code: '5' },
      },
    ]);
  });

  it('reports that a CSV file is not X12', async () => {
    const { status, out } = await explainText('PO number,SKU\r\n4500171,MW-1001\r\n');
    expect(status).toBe(1);
    await expect(out).toMatchFileSnapshot(golden('not-x12'));
  });

  it('explains the content of a file whose ISA has errors, and rejects all of it', async () => {
    const oneLine = good.replaceAll('\n', '');
    for (const faulty of [good.replace('HARBORPINE     ', 'HARBORPINE'), oneLine.replace(/(.{80})/g, '$1\n')]) {
      const parts = await partsOf(faulty);
      expect(partOf(parts, 'interchange')).toMatchObject({ refused: true, partner: { id: 'harbor-pine' } });
      const { segments, status, findings, outcome } = partOf(parts, 'transaction');
      expect([segments[0]?.id, segments.length, status, findings, outcome?.kind]).toEqual([
        'BEG',
        20,
        'R',
        [],
        'orders',
      ]);
      expect(partOf(parts, 'group-end').answer).toBeUndefined();
      const { ok, findings: ofInterchange, answer } = partOf(parts, 'interchange-end');
      expect([ok, ofInterchange[0]?.code]).toEqual([false, 'isa-element-width']);
      expect(answer?.segment).toMatch(/^TA1\*000900001\*261120\*0915\*R\*0\d\d$/);
      expect(partOf(parts, 'summary')).toMatchObject({ valid: false, transactions: 1, rejected: 1, errors: 1 });
      expect((await explainText(faulty)).out).toContain('its content is explained all the same');
    }
  });

  it('reports an empty file', async () => {
    const parts = await partsOf(' \r\n');
    expect(partOf(parts, 'refused').findings).toMatchObject([{ code: 'empty-input' }]);
    expect(partOf(parts, 'summary')).toMatchObject({ valid: false, transactions: 0 });
  });

  it('exits with status 2 for a missing file, an unknown partner and an invalid option', async () => {
    const wrong = [
      [join(folder, 'absent.edi')],
      [folder],
      ['-', '--partner', 'nobody'],
      ['-', '--partners', join(folder, 'absent')],
      ['-', '--most', 'few'],
      ['--loud', '-'],
      [],
      ['--tree', join(folder, 'absent.edi')],
      ['--tree', '--write', '-'],
      ['--tree', '-', '--json'],
      ['--names', '-'],
    ];
    for (const args of wrong) {
      const { status, out, err } = await explain(args);
      expect([args, status, out]).toEqual([args, 2, '']);
      expect(err).not.toBe('');
    }
  });

  it('shows the first orders of a large file and every later one with errors, and counts all', async () => {
    const large = many(9000, (order, index) => (index === 7_000 ? order.replace('*24*EA', '*24*EACH') : order));
    expect(large.length).toBeGreaterThan(5_000_000);
    const path = join(folder, 'large.edi');
    writeFileSync(path, large, 'latin1');
    const { status, out } = await explain([path, '--most', '2']);
    expect(status).toBe(1);
    expect([...out.matchAll(/^ {4}850 (\d+)/gm)].map(([, control]) => control)).toEqual(['00001', '00002', '07001']);
    expect(out).toContain('… 6,998 transaction sets not shown');
    expect(out).toContain('8,997 transaction sets of 9,000 not shown');
    expect(out).toContain('9,000 transaction sets, 1 of them rejected');
  });

  it('shows all transaction sets with --all', async () => {
    const parts = await partsOf(many(30), '--all');
    expect(parts.filter(({ kind }) => kind === 'transaction')).toHaveLength(30);
  });

  it('shows only the first segments of a very long transaction set, but every error in it', async () => {
    const lines = 'PO1*9*1*EA*1**VN*MW-1001~\n'.repeat(5_000);
    const long = good
      .replace('PO1*001', `${lines}PO1*001`)
      .replace('PO1*003*48*EA', 'PO1*003*48*EACH')
      .replace('SE*22*', 'SE*5022*');
    const part = partOf(await partsOf(long), 'transaction');
    expect(part.segments.length + (part.segmentsOmitted ?? 0)).toBe(part.segmentCount - 2);
    expect(part.segmentsOmitted).toBeGreaterThan(2_000);
    expect(part.findings).toContainEqual(expect.objectContaining({ code: 'element-too-long', value: 'EACH' }));
    expect(partOf(await partsOf(long, '--all'), 'transaction').segmentsOmitted).toBeUndefined();
  });

  it('checks against the profile that the ISA names, or that of --partner', async () => {
    const [named, other] = [good, good.replace('ZZ*HARBORPINE     ', 'ZZ*SOMEBODY       ')];
    expect(partOf(await partsOf(named), 'interchange')).toMatchObject({
      direction: 'inbound',
      partner: { id: 'harbor-pine' },
    });
    const stranger = await partsOf(other);
    expect(partOf(stranger, 'interchange').partner).toBeUndefined();
    expect(partOf(stranger, 'transaction').outcome).toBeUndefined();
    const lent = await partsOf(other, '--partner', 'harbor-pine');
    expect(partOf(lent, 'transaction').outcome).toMatchObject({
      kind: 'orders',
      orders: [{ partnerId: 'harbor-pine' }],
    });
  });

  it('says plainly that no profile has the sender, and does not pass the file as agreed', async () => {
    const stranger = good.replace('ZZ*HARBORPINE     ', 'ZZ*SOMEBODY       ');
    const { status, out } = await explainText(stranger);
    expect(status).toBe(3);
    expect(out).not.toMatch(/^VALID:/m);
    await expect(out).toMatchFileSnapshot(golden('no-profile'));
    expect(partOf(await partsOf(stranger), 'summary')).toMatchObject({ valid: true, withoutProfile: 1 });
    expect((await explainText(good + stranger)).status).toBe(3);
    expect((await explainText(stranger, '--partner', 'harbor-pine')).status).toBe(0);

    const wrong = await explainText(stranger.replace('PO1*003*48*EA', 'PO1*003*48*EACH'));
    expect(wrong.status).toBe(1);
    expect(wrong.out).toMatch(/^NO PROFILE .*^ {2}ZZ SOMEBODY to ZZ MERIDIAN\n.*^NOT VALID:/ms);
  });

  it('names only the first of many unknown senders', async () => {
    const strangers = Array.from({ length: 7 }, (_, index) => good.replace('HARBORPINE', `STRANGER-${index}`)).join('');
    expect((await explainText(strangers)).out).toMatch(
      /NO PROFILE for 7 interchanges.*STRANGER-4 to .*\n {2}… 2 more\n/s,
    );
  });

  it('prints the warnings about the profile that judges the file once', async () => {
    const partners = join(folder, 'warned');
    cpSync(join(samples, '..', '..', 'mappings', 'partners'), partners, { recursive: true });
    for (const name of ['harbor-pine', 'cobalt-ridge']) {
      appendFileSync(join(partners, `${name}.yaml`), '\nmap: { salesOrder: { attributes.x: "RFE.`02`" } }\n');
    }
    const { status, err } = await explainText(good + good, '--partners', partners);
    expect(status).toBe(0);
    expect(err).toMatch(
      /^Warnings.*:\n {2}.*harbor-pine\.yaml:\d+:\d+: map\.salesOrder\.attributes\.x reads RFE, [^\n]*\n$/,
    );
  });

  it('recognises our own documents: it acknowledges nothing and checks the totals', async () => {
    const ours = good
      .replace('ZZ*HARBORPINE     *ZZ*MERIDIAN       ', 'ZZ*MERIDIAN       *ZZ*HARBORPINE     ')
      .replace('CTT*3', 'CTT*4');
    const parts = await partsOf(ours);
    expect(partOf(parts, 'interchange')).toMatchObject({ direction: 'outbound', partner: { id: 'harbor-pine' } });
    expect(partOf(parts, 'group-end').answer).toBeUndefined();
    expect(partOf(parts, 'interchange-end').answer).toBeUndefined();
    expect(partOf(parts, 'transaction').findings).toMatchObject([{ code: 'total-differs', severity: 'error' }]);
  });

  it('rejects a production file of a test partner as a whole, without a 997', async () => {
    const parts = await partsOf(good.replace('*0*T*', '*0*P*'));
    expect(partOf(parts, 'interchange-end')).toMatchObject({
      ok: false,
      findings: [{ code: 'wrong-usage' }],
      answer: { segment: expect.stringMatching(/\*R\*020$/) },
    });
    expect(partOf(parts, 'group-end').answer).toBeUndefined();
    expect(partOf(parts, 'summary')).toMatchObject({ valid: false, rejected: 1 });
  });

  it('prints no control character of the file', async () => {
    const hostile = good.replace('CLAW HAMMER', '\x1b]0;owned\x07\x81HAMMER');
    const { out } = await explainText(hostile);
    expect(out).toContain('·]0;owned··HAMMER');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  it('cuts lines only for a terminal, and colours them unless NO_COLOR is set', async () => {
    const input = Buffer.from(good, 'latin1');
    const [terminal, plain, pipe] = await Promise.all([
      explain(['-'], { input, tty: 60 }),
      explain(['-'], { input, tty: 60, env: { NO_COLOR: '1' } }),
      explain(['-'], { input }),
    ]);
    expect(terminal.out).toContain('\x1b[');
    expect(plain.out).not.toContain('\x1b[');
    expect(Math.max(...plain.out.split('\n').map((line) => line.length))).toBe(60);
    expect(Math.max(...pipe.out.split('\n').map((line) => line.length))).toBeGreaterThan(60);
  });

  it('shows a transaction set as held, without an acknowledgment, if an expression of our profile fails', async () => {
    const partners = join(folder, 'failing');
    cpSync(join(samples, '..', '..', 'mappings', 'partners'), partners, { recursive: true });
    appendFileSync(
      join(partners, 'harbor-pine.yaml'),
      '\nmap: { salesOrder: { attributes.wrong: "$error(\'no\')" } }\n',
    );
    const { status, out } = await explainText(good, '--partners', partners);
    expect(status).toBe(1);
    expect(out).toMatch(/held: an expression of our profile fails; no acknowledgment is sent/);
    expect(out).toMatch(/harbor-pine at map\.salesOrder, attributes\.wrong, failed: no/);
    expect(out).not.toMatch(/AK5/);
  });
});

describe('npm run x12 -- --tree and --write', () => {
  it.each(readdirSync(samples).filter((name) => name.endsWith('.edi')))(
    'print %s as JSON and write it back',
    async (name) => {
      const path = join(samples, name);
      for (const options of [[], ['--names']]) {
        const tree = await explain(['--tree', path, ...options]);
        expect([tree.status, tree.err]).toEqual([0, '']);
        const written = await explain(['--write', '-'], { input: Buffer.from(tree.out, 'utf8') });
        expect(written).toEqual({ status: 0, out: read(name), err: '' });
      }
    },
  );

  it('print each segment on a line, its elements in order, with names on request', async () => {
    const { out } = await explain(['--tree', join(samples, 'harbor-pine-850-store.edi')]);
    await expect(out).toMatchFileSnapshot(golden('harbor-pine-850-store-tree'));
    const named = await explain(['--tree', '--names', join(samples, 'harbor-pine-850-store.edi')]);
    expect(named.out).toContain('"name": "Purchase order"');
    expect(JSON.parse(named.out)).not.toEqual(JSON.parse(out));
  });

  it('say why a transaction set is a list', async () => {
    const { status, out, err } = await explainText(good.replaceAll('*004010~', '*003030~'), '--tree');
    expect(status).toBe(0);
    expect(err).toBe(
      'kept as a list of segments: interchange 1, group 1, set 1, ST[1].01: There is no guide of 850 in release 003030.\n',
    );
    expect(out).toContain('{ "id": "BEG", "01": "00", "02": "SA", "03": "HP-4500171", "05": "20261120" }');
  });

  it('print no control character of the file', async () => {
    const { out } = await explainText(good.replace('CLAW HAMMER', '\x1b]0;owned\x07\x81HAMMER'), '--tree');
    expect(out).toContain('\\u001b]0;owned\\u0007\\u0081HAMMER');
  });

  it('exit with status 1 and the place of each fault, and print nothing else', async () => {
    const tree = await explainText(good, '--tree');
    const write = (text: string) => explain(['--write', '-'], { input: Buffer.from(text, 'utf8') });
    const faulty = tree.out.replace('"HP-4500171"', '"HP*1"').replace('"B", "02": "2"', '"B", "02": 2');
    expect(await write(faulty)).toEqual({
      status: 1,
      out: '',
      err: [
        'interchange 1, group 1, set 1, BEG[2].03: The value holds a delimiter or a line break, "*" (U+002A).',
        'interchange 1, group 1, set 1, TD5[10].02: An element must be text, an object of components by position (1, 2, …), or a list of either.',
        '',
      ].join('\n'),
    });
    expect(await write(tree.out.replace('"ISA"', '"IAS"'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('interchanges[0].IAS: is not a field that is known here\n'),
    });
    expect(await write('ISA*00*')).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringContaining('not valid JSON'),
    });
    expect(await explainText(good.replace('SE*22*', 'SE*23*'), '--tree')).toMatchObject({
      status: 1,
      out: '',
      err: expect.stringMatching(/^interchange 1, group 1, set 1, SE\[22\]\.01: SE01 states 23/),
    });
  });
});
