import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf } from '../mappings/profile/problem.ts';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { preflight } from './preflight.ts';
import { missingVariables, profilesOf } from './profiles.ts';
import { certify } from './run.ts';
import { tradeDataOf } from './settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-preflight-'));
  cpSync('mappings/partners/templates', join(folder, 'templates'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function partner(settings: string, keys = '', id = 'fern'): PartnerProfile {
  const profile = `
extends: templates/retailer
id: ${id}
name: Fern
identifiers:
  ours: { isaQualifier: ZZ, isaId: MERIDIAN, gsId: MERIDIAN }
  theirs: { isaQualifier: ZZ, isaId: ${id.toUpperCase()}, gsId: FERN }
transport: { kind: https, url: "\${FERN_URL}/inbox", tokenEnv: FERN_TOKEN }
shipNotice: { sscc: { companyPrefix: "0614141" } }
${keys}
`;
  writeFileSync(join(folder, `${id}.yaml`), profile.trimStart());
  mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, id, 'certification.yaml'), settings);
  const [one] = profilesOf(folder, [id]);
  if (one === undefined) throw new Error('no profile');
  return one;
}

async function causes(settings: string, keys = ''): Promise<string> {
  const profile = partner(settings, keys);
  return linesOf(await preflight(folder, { profile, data: await tradeDataOf(folder, profile) }));
}

const SETTINGS = 'fern/certification.yaml';

describe('the preflight of a certification', () => {
  it('finds nothing in sound settings', async () => {
    expect(await causes('')).toBe('');
    expect(await causes('order: { header: ["DTM*001*{+20}"] }\n')).toBe('');
  });

  it('names the rule of the guide that refuses the sample, and what to change', async () => {
    const found = await causes('', 'guides:\n  "850":\n    - { segment: REF, required: true }\n');
    expect(found).toContain(
      `fern.yaml:11:7: guides.850.0 is a rule by which the 850 that certification would send is refused at REF`,
    );
    expect(found).toContain('`order.header` of certification.yaml states further segments');
  });

  it('names the segment of certification.yaml that nothing reads', async () => {
    const found = await causes('order:\n  header:\n    - "REF*IA*40817"\n    - "TXI*ST*5"\n');
    expect(found).toMatch(/certification\.yaml:4:7: order\.header\.1 the 850 .* would wait for a person: TXI\*ST\*5/);
    expect(found).toContain('say under ignores.850 why');
    expect(await causes('order: { header: ["TXI*ST*5"] }\n', 'ignores: { "850": { TXI: taxes are ours } }')).toBe('');
  });

  it('names a segment that the standard refuses there', async () => {
    expect(await causes('order:\n  header: ["REF*IA"]\n')).toMatch(
      /certification\.yaml:2:12: order\.header\.0 the 850 .* is refused at REF/,
    );
  });

  it('names a fixed day that has passed', async () => {
    expect(await causes('order:\n  header: ["DTM*001*20240105"]\n')).toMatch(
      /certification\.yaml:2:12: order\.header\.0 makes cancelAfter of every order 2024-01-05, which has passed .*\{\+14\}/,
    );
  });

  it('names a window that leaves no day', async () => {
    const keys = 'routing: { window: { deliveryDate: { earliest: 2, latest: 1 }, shipDate: { daysBefore: 0 } } }';
    expect(await causes('order: { header: ["DTM*002*{+30}"] }\n', keys)).toMatch(
      /fern\.yaml:\d+:\d+: routing\.window leaves no day to ship .*is too early for/,
    );
  });

  it('names an item that only the partner’s number names, and the row that is missing', async () => {
    const keys = 'items: { seller: [], gtin: [], send: { order: [buyer] } }';
    const found = await causes('items:\n  - { sku: MW-1001, buyerItem: F-1 }\n', keys);
    expect(found).toContain(`${SETTINGS}:2:5: items.0 MW-1001 is ordered as IN F-1, which no master data has`);
    expect(found).toContain('add the row item,F-1,MW-1001');
    writeFileSync(
      join(folder, 'fern', 'cross-references.csv'),
      'kind,external,internal,sku,quantity\nitem,F-1,MW-1001,,\n',
    );
    expect(await causes('items:\n  - { sku: MW-1001, buyerItem: F-1 }\n', keys)).not.toContain('items.0');
  });

  it('names a price that the ERP does not have for its own customer', async () => {
    cpSync('mappings/partners/tri-valley.yaml', join(folder, 'tri-valley.yaml'));
    mkdirSync(join(folder, 'tri-valley'));
    writeFileSync(join(folder, 'tri-valley', 'certification.yaml'), 'items: [{ sku: MW-1001, price: "99" }]\n');
    const [profile] = profilesOf(folder, ['tri-valley']) as [PartnerProfile];
    expect(linesOf(await preflight(folder, { profile, data: await tradeDataOf(folder, profile) }))).toMatch(
      /items\.0\.price 99 is not the price of MW-1001 for customer C-10020 .*which is 10\.65/,
    );
  });

  it('names the qualifier by which the ship-to is no code of the partner', async () => {
    expect(await causes('', 'parties: { schemes: { "92": seller, "15": seller } }')).toMatch(
      /certification\.yaml:1:1: shipTo 0001 reaches the order as 0001 \(seller\), so that no ship-to of customer C-FERN is found/,
    );
  });

  it('stops a certification before anything starts', async () => {
    partner('', 'guides: { "850": [{ segment: REF, required: true }] }');
    const said: string[] = [];
    const run = certify(folder, ['fern'], { resultsDir: join(folder, 'results'), log: (line) => said.push(line) });
    await expect(run).rejects.toThrow(
      /^Nothing was started, because every scenario would fail for the same cause:\n.*guides\.850\.0/,
    );
    expect(said).toEqual([]);
  });

  it('stops partners that need two stocks of one article in the same warehouses', async () => {
    partner('items: [{ sku: MW-1001, stock: none }, { sku: MW-1003 }]\n', '', 'alder');
    partner('');
    await expect(certify(folder, ['alder', 'fern'])).rejects.toThrow(
      /items leaves MW-1001 with the stock plenty, and alder needs it with the stock none/,
    );
  });
});

it('tells what the transport needs and the environment lacks, which a certification does without', () => {
  partner('');
  expect(linesOf(missingVariables(folder, 'fern', {}))).toMatch(
    /transport\.url needs the environment variable FERN_URL.*\n.*transport\.tokenEnv needs the environment variable FERN_TOKEN/,
  );
  expect(missingVariables(folder, 'fern', { FERN_URL: 'https://fern.example', FERN_TOKEN: 'x' })).toEqual([]);
});
