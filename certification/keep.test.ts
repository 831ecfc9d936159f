import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PartnerProfile } from '../mappings/profile/profile.ts';
import { scanInterchanges } from '../mappings/x12/index.ts';
import { writeInterchange } from '../sandbox/x12.ts';
import { fixturesOf } from './fixtures.ts';
import { exactly } from './goods.ts';
import { keepFixture } from './keep.ts';
import { orderFormOf, otherOrderFormOf } from './order-forms.ts';
import { profilesOf } from './profiles.ts';
import { segmentsOfOrder, syntaxOf } from './purchase-order.ts';
import { readdressed } from './readdress.ts';
import { tradeDataOf } from './settings.ts';

let folder: string;
let production: PartnerProfile;
let test: PartnerProfile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-keep-'));
  cpSync('mappings/partners/templates', join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'fern.yaml'), profileText('fern', 'production', 'FERN', '["850", "820", "997"]'));
  writeFileSync(join(folder, 'fern-test.yaml'), profileText('fern-test', 'test', 'FERNTEST', '["875", "820", "997"]'));
  [production, test] = profilesOf(folder, ['fern', 'fern-test']) as [PartnerProfile, PartnerProfile];
});

afterEach(() => rmSync(folder, { recursive: true }));

function profileText(id: string, usage: string, theirs: string, inbound: string): string {
  return `
extends: templates/retailer
id: ${id}
name: ${id}
usage: ${usage}
identifiers:
  ours: { isaQualifier: ZZ, isaId: MERIDIAN, gsId: MERIDIAN }
  theirs: { isaQualifier: ZZ, isaId: ${theirs}, gsId: ${theirs} }
transport: { kind: https, url: "\${PARTNERS_URL}/${id}/inbox", tokenEnv: SANDBOX_TOKEN }
documents: { inbound: ${inbound} }
shipNotice: { sscc: { companyPrefix: "0614141", extensionDigit: ${usage === 'test' ? 1 : 2} } }
`;
}

/** A file of the partner that contains one order. */
async function orderFile(profile: PartnerProfile, form = orderFormOf(profile)): Promise<string> {
  const { theirs, ours } = profile.identifiers;
  const { set, functionalId } = form;
  const data = await tradeDataOf(folder, profile);
  const lines = [exactly(0, 24), exactly(1, 3)].map((line) => line(data.assortment));
  const order = { poNumber: 'F-1', lines };
  return writeInterchange({
    senderQualifier: theirs.isaQualifier,
    sender: theirs.isaId,
    receiverQualifier: ours.isaQualifier,
    receiver: ours.isaId,
    groupSender: theirs.gsId,
    groupReceiver: ours.gsId,
    syntax: syntaxOf(profile),
    control: 41,
    at: new Date('2026-11-20T12:00:00Z'),
    groupControl: 41,
    functionalId,
    transactions: [{ set, segments: segmentsOfOrder(profile, data, order, new Date(), form) }],
  });
}

async function kept(profile: PartnerProfile, text: string, title = 'kept', mostBytes = 1_000_000): Promise<unknown> {
  const file = join(folder, 'in.edi');
  writeFileSync(file, text, 'latin1');
  const [, expectation = ''] = await keepFixture(folder, profile, file, title, mostBytes);
  return parse(readFileSync(expectation, 'utf8'));
}

describe('a file that is stored as a fixture', () => {
  it.each(['850', '875'])('states the order of an %s', async (set) => {
    const profile = set === '850' ? production : test;
    expect(orderFormOf(profile).set).toBe(set);
    expect(await kept(profile, await orderFile(profile))).toMatchObject({
      transactions: [
        {
          state: 'accepted',
          orders: [
            {
              poNumber: 'F-1',
              lines: [
                { quantity: { value: '24', unit: 'EA' }, item: { customerSku: '771001' } },
                { quantity: { value: '3', unit: 'CA' } },
              ],
            },
          ],
        },
      ],
    });
  });

  it('states code and place of the errors that reject an order, a group and an interchange', async () => {
    const good = await orderFile(production);
    expect(await kept(production, good.replace('*24*', '*MANY*'), 'bad-order')).toEqual({
      transactions: [{ state: 'rejected', errors: [{ code: 'element-character', place: 'PO102' }] }],
    });
    expect(await kept(production, good.replace(/GE\*1/, 'GE*2'), 'bad-group')).toEqual({
      transactions: [{ state: 'rejected', errors: [{ code: 'transaction-count', place: 'GE01' }] }],
    });
    expect(await kept(production, good.replace(/IEA\*1/, 'IEA*2'), 'bad-interchange')).toMatchObject({
      refused: [{ place: 'IEA01' }],
    });
  });

  it('is refused if the API would reject it before parsing', async () => {
    await expect(kept(production, '')).rejects.toThrow(/in\.edi: is empty/);
    await expect(kept(production, await orderFile(production), 'kept', 100)).rejects.toThrow(
      /in\.edi: has \d+ bytes; the API accepts at most 100 \(MAX_INTERCHANGE_BYTES\)/,
    );
    expect(fixturesOf(folder, production)).toEqual([]);
  });

  it('is refused if another partner sent it, if it cannot be read, and if the title exists', async () => {
    await expect(kept(production, await orderFile(test))).rejects.toThrow(
      /ZZ\/FERNTEST to ZZ\/MERIDIAN, not from fern to us/,
    );
    await expect(keepFixture(folder, production, folder, 'folder', 1_000_000)).rejects.toThrow(/cannot be read/);
    await kept(production, await orderFile(production));
    await expect(kept(production, await orderFile(production))).rejects.toThrow(/exists already/);
  });

  it('belongs to the production side, and the test side runs it readdressed', async () => {
    const file = await orderFile(production);
    writeFileSync(join(folder, 'fern-test.yaml'), profileText('fern-test', 'test', 'FERN', '["850", "820", "997"]'));
    [test] = profilesOf(folder, ['fern-test']) as [PartnerProfile];
    await expect(kept(test, file)).rejects.toThrow(
      /production file \(ISA15 P\); store it for fern, and fern-test also runs it/,
    );
    await kept(production, file, 'once-failed');
    expect(fixturesOf(folder, production).map(({ name }) => name)).toEqual(['fixture-once-failed']);
    expect(fixturesOf(folder, test).map(({ name }) => name)).toEqual(['fixture-once-failed']);
  });
});

it('readdressing changes only the identifiers and the usage indicator in ISA and GS', async () => {
  const bytes = Buffer.from((await orderFile(production)).repeat(2), 'latin1');
  const turned = Buffer.from(readdressed(bytes, production, test));
  const expected = bytes
    .toString('latin1')
    .replaceAll('*ZZ*FERN           *', '*ZZ*FERNTEST       *')
    .replaceAll('*FERN*MERIDIAN*', '*FERNTEST*MERIDIAN*')
    .replaceAll('*0*P*', '*0*T*');
  expect(turned.toString('latin1')).toBe(expected);
  expect(scanInterchanges(turned).map(({ ok, header }) => [ok, header?.senderId, header?.usage])).toEqual([
    [true, 'FERNTEST', 'T'],
    [true, 'FERNTEST', 'T'],
  ]);
  const broken = Buffer.from('ISA*00*short', 'latin1');
  expect(Buffer.from(readdressed(broken, production, test))).toEqual(broken);
});

describe('certification.yaml', () => {
  const settings = (text: string) => {
    mkdirSync(join(folder, 'fern'), { recursive: true });
    writeFileSync(join(folder, 'fern', 'certification.yaml'), text);
  };

  it('gives each form of an order its own segments, because an 875 rejects some segments of an 850', async () => {
    const text = profileText('fern', 'production', 'FERN', '["850", "875", "820", "997"]');
    const required =
      'guides: { "850": [{ segment: REF, required: true }], "875": [{ segment: N9, required: true }] }\n';
    writeFileSync(join(folder, 'fern.yaml'), text + required);
    const [both] = profilesOf(folder, ['fern']) as [PartnerProfile];
    const accepted = { transactions: [{ state: 'accepted' }] };
    const rejected = { transactions: [{ state: 'rejected' }] };
    settings('order: { header: ["REF*IA*40817"] }');
    expect(await kept(both, await orderFile(both), 'one-850')).toMatchObject(accepted);
    expect(await kept(both, await orderFile(both, otherOrderFormOf(both)), 'one-875')).toMatchObject(rejected);
    settings('order: { headerOf: { "850": ["REF*IA*40817"], "875": ["N9*IA*40817"] } }');
    expect(await kept(both, await orderFile(both), 'own-850')).toMatchObject(accepted);
    expect(await kept(both, await orderFile(both, otherOrderFormOf(both)), 'own-875')).toMatchObject(accepted);
  });

  it.each([
    [
      'order: { headerOf: { "860": [] } }',
      '1:22: order.headerOf.860 is not a key of certification.yaml; did you mean 850?',
    ],
    [
      'buyer: HQ\norder:\n  headerOf: { "875": ["N9"] }',
      '3:23: order.headerOf.875.0 must be a segment with * between its elements',
    ],
    [
      'customer:\n  taxExemt: true',
      '2:3: customer.taxExemt is not a key of certification.yaml; did you mean taxExempt?',
    ],
    [
      'items:\n  - { sku: MW-1001 }\n  - { sku: WM-1002 }',
      '3:7: items.1.sku WM-1002 is not one of our articles; did you mean MW-1002?',
    ],
    [
      'items:\n  - sku: MW-1001\n    unit: CB',
      '3:5: items.0.unit CB is not a unit that MW-1001 is sold by; it is sold by EA, CA. Name another unit',
    ],
    [
      'items:\n  - sku: MW-1001\n    quantty: 4',
      '3:5: items.0.quantty is not a key of certification.yaml; did you mean quantity?',
    ],
    [
      'items: [{ sku: MW-1001, stock: non }]',
      '1:25: items.0.stock invalid option: expected one of "plenty"|"scarce"|"none"|"RNO"|"MEM"; did you mean none?',
    ],
    [
      'items:\n  - { sku: MW-1001, numbers: { VP: A, UX: B } }',
      '2:21: items.0.numbers has UX, a qualifier that `items` of the profile does not read; did you mean',
    ],
    ['shipTo: "9999"', '1:1: shipTo 9999 is not a ship-to of the customer'],
    ['order: [', '1:9: the file is not YAML: Flow sequence'],
    ['buyer: "\xc9"', '1:9: the file is not UTF-8 (byte C9)'],
  ])('that contains %j is refused with file, line and key', async (text, said) => {
    settings('');
    writeFileSync(join(folder, 'fern', 'certification.yaml'), text, 'latin1');
    await expect(tradeDataOf(folder, production)).rejects.toThrow(
      `${join(folder, 'fern', 'certification.yaml')}:${said}`,
    );
  });
});
