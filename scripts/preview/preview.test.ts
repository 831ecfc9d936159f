import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProfiles } from '../../activities/partners/profile-files.ts';
import type { Preview } from '../../activities/preview/result.ts';
import { isSscc } from '../../domain/sscc.ts';
import { explainInterchanges } from '../../mappings/edi/explain.ts';
import { evaluateAll } from '../../runtime/expressions.ts';
import { previewCommand } from './main.ts';

const sample = readFileSync('sandbox/samples/harbor-pine-850-store.edi', 'utf8');
const received = ['--received', '2026-11-20T09:15:00Z'];
const partners = mkdtempSync(join(tmpdir(), 'preview-'));

beforeAll(() => {
  cpSync('mappings/partners', partners, { recursive: true });
});
afterAll(() => rmSync(partners, { recursive: true }));

async function run(args: readonly string[], input = '') {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const env = { PARTNERS_DIR: partners };
  const status = await previewCommand(args, {
    stdin: Readable.from([Buffer.from(input, 'latin1')]),
    stdout,
    stderr,
    env,
  });
  stdout.end();
  stderr.end();
  return { status, out: await text(stdout), err: await text(stderr) };
}

async function previewed(input: string, partner = 'harbor-pine') {
  const { status, out, err } = await run([partner, '-', '--json', ...received], input);
  if (out === '') throw new Error(err);
  return { status, result: JSON.parse(out) as Preview };
}

const orderOf = ({ interchanges }: Preview) => {
  const order = interchanges[0]?.sets[0]?.orders[0];
  if (order === undefined) throw new Error('the preview has no order');
  return order;
};

const withSettings = (partner: string, settings: string) => {
  mkdirSync(join(partners, partner), { recursive: true });
  writeFileSync(join(partners, partner, 'certification.yaml'), settings);
};

describe('npm run preview', () => {
  it('shows what a sample becomes, up to invoice, label and deadlines', async () => {
    const { status, result } = await previewed(sample);
    expect(status).toBe(0);
    expect(result).toMatchObject({ valid: true, clean: true, masterData: { looked: true } });
    const { check, documents, deadlines, examples, label } = orderOf(result);
    expect([check.state, check.exceptions]).toEqual(['passed', []]);
    expect(documents.map(({ set, sent, due }) => [set, sent, due])).toEqual([
      ['855', true, '2026-11-21T09:15:00.000Z'],
      ['856', true, '2026-11-25T00:59:59.000Z'],
      ['810', true, '2026-11-25T23:59:59.000Z'],
    ]);
    expect(deadlines[0]).toMatchObject({ what: 'ship-by', at: '2026-11-24T23:59:59.000Z' });
    expect(examples).toContainEqual({ what: 'invoice number', value: 'EXAMPLE-INV-1' });
    expect(label !== undefined && 'sscc' in label && isSscc(label.sscc)).toBe(true);
    const sscc = label !== undefined && 'sscc' in label ? label.sscc : '';
    expect(documents[1]?.x12).toContain(`MAN*GM*00${sscc}~`);
    expect(documents[2]?.x12).toContain('BIG*20261124*EXAMPLE-INV-1*20261120*HP-4500171***DI~');
    const [acknowledgment] = result.interchanges[0]?.answers ?? [];
    expect(acknowledgment).toMatchObject({ set: '997', due: '2026-11-20T10:15:00.000Z' });
    expect(acknowledgment?.x12).toContain('AK5*A~');
  });

  it('shows what a change asks, without an order', async () => {
    cpSync('test/practice/partners/mall-deltas.yaml', join(partners, 'mall-deltas.yaml'));
    const segments = [
      `ISA*00*${' '.repeat(10)}*00*${' '.repeat(10)}*ZZ*${'MALLDELTAS'.padEnd(15)}*ZZ*${'MERIDIAN'.padEnd(15)}*261120*0915*U*00401*000000001*0*T*>`,
      'GS*PC*MALLDELTAS*MERIDIAN*20261120*0915*1*X*004010',
      'ST*860*0001',
      'BCH*04*SA*PO-1***20261101',
      'TAX*SP1',
      'DTM*010*20261208',
      'POC*1*QD*4*6*EA***VN*MW-1001',
      'CTT*1',
      'SE*7*0001',
      'GE*1*1',
      'IEA*1*000000001',
    ];
    const file = segments.map((segment) => `${segment}~`).join('');
    const { result } = await previewed(file, 'mall-deltas');
    const points = ['requested ship date to 2026-12-08', 'line 1 (MW-1001): quantity from 10 EA to 6 EA'];
    expect(result.interchanges[0]?.sets[0]).toMatchObject({
      verdict: 'accepted',
      orders: [],
      asks: { points, change: { poNumber: 'PO-1' } },
      notUsed: [{ content: 'TAX' }],
    });
    const { out } = await run(['mall-deltas', '-', ...received], file);
    expect(out).toContain('ASKS FOR A CHANGE of PO-1: it is kept, and a person is asked');
    for (const point of points) expect(out).toContain(`      ${point}`);
    expect(out).toContain('(is a question to the person)');
  });

  it('writes documents that the partner’s guide accepts', async () => {
    const profiles = loadProfiles(partners, { PARTNERS_URL: 'https://partners.invalid', SANDBOX_TOKEN: 'token' });
    for (const [partner, file] of [
      ['harbor-pine', 'harbor-pine-850-store.edi'],
      ['harbor-pine', 'harbor-pine-850-split.edi'],
      ['tri-valley', 'tri-valley-850-two-waves.edi'],
    ] as const) {
      const { result } = await previewed(readFileSync(`sandbox/samples/${file}`, 'latin1'), partner);
      const written = [...orderOf(result).documents, ...(result.interchanges[0]?.answers ?? [])].filter(
        ({ sent }) => sent,
      );
      expect(written.map(({ set, problem }) => [set, problem])).toEqual(
        ['855', '856', '810', '997'].map((set) => [set, undefined]),
      );
      for (const { set, x12 = '' } of written) {
        const bytes = async function* () {
          yield Buffer.from(x12, 'latin1');
        };
        for await (const part of explainInterchanges(bytes(), { profiles, evaluate: evaluateAll })) {
          if (part.kind === 'interchange')
            expect(part).toMatchObject({ direction: 'outbound', partner: { id: partner } });
          if (part.kind === 'summary') expect({ set, ...part }).toMatchObject({ set, valid: true, transactions: 1 });
        }
      }
    }
  });

  it('prints all of it, with the places of errors', async () => {
    const good = await run(['harbor-pine', 'sandbox/samples/harbor-pine-850-store.edi', '--label', ...received]);
    expect(good.status).toBe(0);
    for (const shown of [
      'ORDER HP-4500171',
      'ORDER CHECK passes',
      'ST*856*0001~',
      'DEADLINES',
      '^XA',
      'ST*997*0001~',
    ]) {
      expect(good.out).toContain(shown);
    }
    const broken = await run(['harbor-pine', '-'], sample.replace('PO1*001*24*EA', 'PO1*001*24*EACH'));
    expect(broken.status).toBe(1);
    expect(broken.out).toContain('error PO103, segment 15, line 17');
    expect(broken.out).toContain('AK5*R*5~');
    expect(broken.out).toContain('RESULT not valid');
  });

  it('names each exception that would open, with its own words, and shows the documents nevertheless', async () => {
    const dear = sample.replace('*24*EA*11.35', '*24*EA*12.99').replace('N4*MONTEREY*CA*93940', 'N4*MONTEREY*CA*99999');
    const { status, result } = await previewed(dear);
    expect(status).toBe(1);
    expect(result.valid).toBe(true);
    const { check, documents } = orderOf(result);
    expect(check.state).toBe('exceptions');
    expect(check.exceptions.map(({ type, owner }) => [type, owner])).toEqual([
      ['ship-to-differs', 'customer-service'],
      ['price-outside-tolerance', 'pricing'],
    ]);
    expect(check.exceptions[1]?.summary).toBe('line 001 says 12.99, ours is 11.35');
    expect(documents.map(({ x12 }) => x12 !== undefined)).toEqual([true, true, true]);
  });

  it('takes the words of the order where an exception cannot be accepted, and says so', async () => {
    const unknown = sample.replace('IN*7701340*VN*MW-1001*UP*850012010012', 'IN*7701340');
    const { result } = await previewed(unknown);
    const { check, documents, examples } = orderOf(result);
    expect(check.exceptions.map(({ type }) => type)).toEqual(['unknown-item']);
    expect(examples).toContainEqual({ what: 'our item of line 001', value: 'EXAMPLE-SKU-1' });
    expect(documents[0]?.x12).toContain('IN*7701340*VN*EXAMPLE-SKU-1');
  });

  it('reads the customer and items of certification.yaml, and the cross-references', async () => {
    cpSync('mappings/partners/harbor-pine.yaml', join(partners, 'lone-elm.yaml'));
    const text = readFileSync(join(partners, 'lone-elm.yaml'), 'utf8');
    writeFileSync(
      join(partners, 'lone-elm.yaml'),
      text.replaceAll('HARBORPINE', 'LONEELM').replace('id: harbor-pine', 'id: lone-elm'),
    );
    const theirs = sample.replaceAll('HARBORPINE     ', 'LONEELM        ').replaceAll('HARBORPINE', 'LONEELM');
    const bare = theirs.replace('IN*7701340*VN*MW-1001*UP*850012010012', 'IN*E-1');
    const blind = await previewed(bare, 'lone-elm');
    expect(blind.status).toBe(3);
    expect((await run(['lone-elm', '-', ...received], bare)).out).toContain('no errors, but the order was not checked');
    expect(blind.result.masterData).toMatchObject({ looked: false });
    expect(orderOf(blind.result).check).toMatchObject({ state: 'not-checked', exceptions: [] });

    withSettings('lone-elm', 'customer: { shipTos: [{ code: "0101", region: CA, postalCode: "93940" }] }\n');
    const missed = await previewed(bare, 'lone-elm');
    expect(orderOf(missed.result).check.exceptions.map(({ type }) => type)).toContain('unknown-item');
    writeFileSync(
      join(partners, 'lone-elm', 'cross-references.csv'),
      'kind,external,internal,sku,quantity\nitem,E-1,MW-1001,,\n',
    );
    const { check } = orderOf((await previewed(bare, 'lone-elm')).result);
    expect(check.exceptions.map(({ type }) => type)).toEqual(['price-outside-tolerance']);
    expect(check.decisions.find(({ rule }) => rule === 'items')?.outcome).toContain('001: MW-1001 24 EA');
  });

  it('says that a file would not reach the partner', async () => {
    const { status, result } = await previewed(sample, 'tri-valley');
    expect(status).toBe(1);
    expect(result.interchanges[0]?.reaches).toEqual({
      partnerId: 'harbor-pine',
      sender: 'ZZ/HARBORPINE',
      receiver: 'ZZ/MERIDIAN',
    });
  });

  it('lists what is not used, with what the profile says about it', async () => {
    const more = sample.replace('N1*BT*', 'N1*VN*MERIDIAN~\nN1*BT*').replace('SE*22*', 'SE*23*');
    const { status, result } = await previewed(more);
    expect(status).toBe(1);
    expect(result.interchanges[0]?.sets[0]?.notUsed).toMatchObject([{ content: 'N1[VN]', text: 'N1*VN*MERIDIAN' }]);
    const { check } = orderOf(result);
    expect(check.exceptions).toMatchObject([{ type: 'content-not-used' }]);
    expect(check.exceptions[0]?.summary).toContain('the 850 says more than this order takes from it');

    const file = join(partners, 'harbor-pine.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `${before}ignores:\n  "850":\n    N1[VN]: the vendor is us\n`);
    const ignoring = await previewed(more);
    writeFileSync(file, before);
    expect(ignoring.status).toBe(0);
    expect(ignoring.result.interchanges[0]?.sets[0]?.notUsed).toMatchObject([{ ignored: 'the vendor is us' }]);
  });

  it('shows bytes that are no interchange', async () => {
    const { status, result } = await previewed('hello');
    expect([status, result.valid, result.interchanges[0]?.findings[0]?.severity]).toEqual([1, false, 'error']);
  });

  it.each([
    [['harbor-pin', 'x'], 'There is no partner harbor-pin'],
    [['harbor-pine'], 'Name one partner and one file'],
    [['harbor-pine', 'no-such.edi'], 'no-such.edi cannot be read'],
    [['harbor-pine', '-', '--received', 'tomorrow'], '--received must be a time with zone'],
    [['harbor-pine', '-', '--partners', 'no-such'], 'no-such'],
  ])('%j is unusable', async (args, reason) => {
    const { status, out, err } = await run(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(reason);
  });
});
