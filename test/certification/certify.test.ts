import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { certificationOf } from '../../activities/partners/certification.ts';
import { certify } from '../../certification/run.ts';
import { skipOrFail } from '../support/requirements.ts';
import { validatorsElsewhere } from '../validators/elsewhere.ts';

const dir = mkdtempSync(join(tmpdir(), 'throughline-certify-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('certification by profile', { timeout: 400_000 }, () => {
  it('certifies the three example partners as they are', async () => {
    const resultsDir = join(dir, 'sound');
    const results = await certify('mappings/partners', ['harbor-pine', 'tri-valley', 'cobalt-ridge'], { resultsDir });
    for (const { partner, profileVersion, scenarios } of results) {
      expect(
        scenarios.filter(({ state }) => state === 'failed').map(({ name, reason }) => `${name}: ${reason}`),
      ).toEqual([]);
      expect(scenarios.filter(({ state }) => state === 'passed').map(({ name }) => name)).toContain('accept');
      for (const { state, reason } of scenarios) if (state === 'not-run') expect(reason).toBeTruthy();
      expect(
        certificationOf(resultsDir, 'mappings/partners', { id: partner, usage: 'test', version: profileVersion }).state,
      ).toBe('certified');
      expect(readFileSync(join(resultsDir, partner, 'junit.xml'), 'utf8')).toContain(`tests="${scenarios.length}"`);
    }
  });

  it('gives each partner its own PO numbers, because the warehouse identifies orders by them', () => {
    const folder = join(dir, 'sound');
    const partnersOf = new Map<string, Set<string>>();
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.edi')) continue;
      const partner = file.split('/')[0] ?? '';
      for (const [, , poNumber = ''] of readFileSync(join(folder, file), 'latin1').matchAll(
        /\bBAK(\W)00\1\w\w\1(.+?)\1/g,
      )) {
        partnersOf.set(poNumber, (partnersOf.get(poNumber) ?? new Set()).add(partner));
      }
    }
    expect(partnersOf.size).toBeGreaterThan(20);
    expect([...partnersOf].filter(([, partners]) => partners.size > 1)).toEqual([]);
  });

  it('sends only documents that independent validators accept', async (context) => {
    const elsewhere = await validatorsElsewhere().catch((error: unknown) => skipOrFail(context, error));
    const folder = join(dir, 'sound');
    const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.edi'),
    );
    expect(documents.length).toBeGreaterThan(50);
    const files = new Map(documents.map((name) => [name, readFileSync(join(folder, name))]));
    expect(await elsewhere.judge(files)).toEqual({});
  });

  it('certifies new partners without code, and reports the rule that one of them breaks', async () => {
    const partners = join(dir, 'partners');
    cpSync('mappings/partners/templates', join(partners, 'templates'), { recursive: true });
    writeFileSync(join(partners, 'cedar-point.yaml'), profileOf('cedar-point', 'CEDARPOINT', 'SOTPI'));
    writeFileSync(join(partners, 'flint-river.yaml'), profileOf('flint-river', 'FLINTRIVER', 'SOI'));
    mkdirSync(join(partners, 'flint-river'));
    writeFileSync(
      join(partners, 'flint-river', 'certification.yaml'),
      [
        'demands:',
        '  "856": [{ segment: HL, element: "03", includes: [S, O, P, I] }]',
        '  "855": [{ segment: PO1, includes: [VN] }]',
      ].join('\n'),
    );
    // Of the grocery trade: it orders by 875, in release 005010, and wants a 999.
    writeFileSync(
      join(partners, 'gull-market.yaml'),
      `${profileOf('gull-market', 'GULLMARKET', 'SOI').replace(/^x12:.*$/m, GROCERY_SYNTAX)}${GROCERY_DOCUMENTS}`,
    );
    const resultsDir = join(dir, 'broken');
    const only = ['accept', 'bad-transaction', 'repeated-file'];
    const names = ['cedar-point', 'flint-river', 'gull-market'];
    const [sound, broken, grocer] = await certify(partners, names, { resultsDir, only });
    const passed = only.map((name) => ({ name, state: 'passed' }));
    expect(sound?.scenarios).toMatchObject(passed);
    expect(grocer?.scenarios).toMatchObject(passed);
    // Documents due at the same time are sent in one interchange.
    const sets = grocer?.scenarios.flatMap(({ documents }) => documents.flatMap(({ set }) => set.split(', ')));
    expect(new Set(sets)).toEqual(new Set(['875', '999', '855', '856', '810', '820']));
    const failed = broken?.scenarios[0]?.rules.filter(({ state }) => state === 'failed');
    expect(failed?.map(({ rule }) => rule)).toEqual(['every document meets the demands in certification.yaml']);
    expect(failed?.[0]?.faults.map(({ place }) => place?.replace(/ \d+ /, ' '))).toEqual(
      expect.arrayContaining(['856 HL03', '855 PO1']),
    );
    expect(readFileSync(join(resultsDir, 'flint-river', 'partial', 'report.html'), 'utf8')).toContain(
      'the partner requires P',
    );
    // A part of the scenarios certifies nothing.
    expect(
      certificationOf(resultsDir, partners, { id: 'cedar-point', usage: 'test', version: sound?.profileVersion ?? '' })
        .state,
    ).toBe('none');
  });

  it('orders the items of certification.yaml, and follows what the profile says about content', async () => {
    const partners = join(dir, 'own');
    cpSync('mappings/partners/templates', join(partners, 'templates'), { recursive: true });
    writeFileSync(
      join(partners, 'ivy-court.yaml'),
      [
        profileOf('ivy-court', 'IVYCOURT', 'SOI'),
        'backorders: backorder',
        'dropShip: { orders: [DS] }',
        'orders: { storeDistribution: order-per-store }',
        'notes: { ZZ: [erp] }\n',
      ].join('\n'),
    );
    mkdirSync(join(partners, 'ivy-court'));
    writeFileSync(
      join(partners, 'ivy-court', 'cross-references.csv'),
      'kind,external,internal,sku,quantity\npack,PK,EA,MW-1005,10\n',
    );
    writeFileSync(
      join(partners, 'ivy-court', 'certification.yaml'),
      [
        'customer: { shipTos: [{ code: "0101" }, { code: "0102" }] }',
        'items:',
        '  - { sku: MW-1005, unit: PK, quantity: 4, price: "3.95", numbers: { VP: MW-1005, IN: IV-5 } }',
        '  - { sku: MW-1006, stock: none, quantity: 3 }',
        'order: { header: ["DTM*001*{+40}", "FOB*CC"] }\n',
      ].join('\n'),
    );
    const resultsDir = join(dir, 'own-results');
    const only = [
      'accept',
      'allowance',
      'drop-ship',
      'mark-for',
      'notes',
      'ship-window',
      'short-ship',
      'store-distribution',
      'unavailable',
    ];
    const [result] = await certify(partners, ['ivy-court'], { resultsDir, only });
    expect(result?.scenarios).toMatchObject(only.map((name) => ({ name, state: 'passed' })));
    const text = readFileSync(join(resultsDir, 'ivy-court', 'partial', 'report.txt'), 'utf8');
    expect(text).toMatch(/Preflight \d+\.\d s, start \d+\.\d s, scenarios \d+\.\d s/);
    const [accept] = result?.scenarios ?? [];
    expect(accept?.documents[0]?.text).toContain("PO1|001|4|PK|39.5||VP|MW-1005|IN|IV-5'");
    const [report] = [JSON.parse(readFileSync(join(resultsDir, 'ivy-court', 'partial', 'report.json'), 'utf8'))];
    expect(report.seconds.start).toBeGreaterThan(0);
  });

  it('fails a scenario whose order says what nothing here uses, and lists it', async () => {
    const partners = join(dir, 'asked');
    cpSync('mappings/partners/templates', join(partners, 'templates'), { recursive: true });
    // It allows only drop ship orders and does not say what becomes of them.
    const guide = 'guides: { "850": [{ segment: BEG, element: "02", codes: [DS] }] }\n';
    writeFileSync(join(partners, 'jay-mart.yaml'), `${profileOf('jay-mart', 'JAYMART', 'SOI')}${guide}`);
    await expect(certify(partners, ['jay-mart'], { resultsDir: join(dir, 'asked-results') })).rejects.toThrow(
      /every order would wait for a person: type DS is a drop ship order/,
    );
  });

  it('orders by both agreed sets within the ship window, and asks a person about other days', async () => {
    const partners = join(dir, 'both');
    cpSync('mappings/partners/templates', join(partners, 'templates'), { recursive: true });
    writeFileSync(
      join(partners, 'heron-lake.yaml'),
      [
        profileOf('heron-lake', 'HERONLAKE', 'SOI'),
        'documents: { inbound: ["850", "875", "820", "997"] }',
        'routing: { scac: ODFL, window: { weekdays: [monday, tuesday, wednesday, thursday] } }\n',
      ].join('\n'),
    );
    const resultsDir = join(dir, 'window');
    const only = ['accept', 'other-order-form', 'outside-ship-window'];
    const [result] = await certify(partners, ['heron-lake'], { resultsDir, only });
    expect(result?.scenarios).toMatchObject(only.map((name) => ({ name, state: 'passed' })));
    const [accept, other, outside] = result?.scenarios ?? [];
    const setsOf = (scenario: typeof accept) =>
      scenario?.documents.filter(({ direction }) => direction === 'inbound').map(({ set }) => set);
    expect(setsOf(accept)).toContain('850');
    expect(setsOf(other)).toContain('875');
    for (const scenario of [accept, other, outside]) {
      expect(scenario?.rules.map(({ rule }) => rule)).toContainEqual(expect.stringContaining('routing.window'));
    }
    expect(JSON.stringify(outside?.timeline)).toContain('routing.window: the order asks for');
  });
});

const GROCERY_SYNTAX =
  'x12: { version: "005010", interchangeVersion: "00501", acceptedVersions: ["005010"], delimiters: { repetition: "^" } }';
const GROCERY_DOCUMENTS = 'documents: { inbound: ["875", "820", "999"], functionalAcknowledgment: "999" }\n';

/** Delimiters and qualifiers of its own; a seller qualifier that Flint River does not take. */
function profileOf(id: string, isaId: string, hierarchy: string): string {
  return `
extends: templates/retailer
id: ${id}
name: ${id}
identifiers:
  ours: { isaQualifier: "12", isaId: MERIDIANEDI, gsId: MERIDIANGS }
  theirs: { isaQualifier: "08", isaId: ${isaId}, gsId: ${isaId}GS }
x12: { delimiters: { element: "|", component: ":", segment: "'" } }
transport: { kind: https, url: "\${PARTNERS_URL}/${id}/inbox", tokenEnv: SANDBOX_TOKEN }
items: { seller: [VP], send: { seller: VP } }
shipNotice: { hierarchy: ${hierarchy}, sscc: { companyPrefix: "0614141", extensionDigit: ${hierarchy === 'SOI' ? 1 : 2} } }
`;
}
