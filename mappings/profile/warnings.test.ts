import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProfile, readProfiles } from '../../activities/partners/profile-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warnings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const HEAD = `id: acme
name: Acme
identifiers: { ours: { isaQualifier: ZZ, isaId: US, gsId: US }, theirs: { isaQualifier: ZZ, isaId: ACME, gsId: ACME } }
transport: { kind: https, url: "https://acme.example/in" }
`;

/** Line, key and reason of each warning; lines count from the first one after the head. */
function warnings(text: string): string[] {
  writeFileSync(join(directory, 'acme.yaml'), HEAD + text);
  const { profile, warnings: found } = readProfile(directory, 'acme', {});
  expect(profile.id, 'the profile is taken').toBe('acme');
  return found.map(({ line, key, reason }) => `${line - 4} ${key} ${reason}`);
}

it('the partners of this installation and the defaults cause none', () => {
  const { read } = readProfiles('mappings/partners', { PARTNERS_URL: 'https://partners.example', SANDBOX_TOKEN: 'x' });
  expect([...read.values()].flatMap((one) => one.warnings)).toEqual([]);
  expect(warnings('')).toEqual([]);
});

it('a routing rule that an earlier one covers is told with its place', () => {
  const rules = `routing:
  rules:
    - { name: All, when: { countries: [US] }, ship: { scac: UPSN } }
    - { name: West, when: { countries: [US], regions: [NV] }, ship: { scac: ODFL } }
`;
  expect(warnings(rules)).toEqual([
    '4 routing.rules.1 can never apply: rules.0 ("All") takes everything that it would',
  ]);
});

it('discount days beyond the net days are told, equal ones are not', () => {
  const terms = (days: number) =>
    `invoicing: { terms: { discountPercent: "2", discountDays: ${days}, netDays: 30 } }\n`;
  expect(warnings(terms(30))).toEqual([]);
  expect(warnings(terms(31))).toEqual([
    expect.stringMatching(/^1 invoicing\.terms\.discountDays are 31, beyond the 30 net days/),
  ]);
});

it('codes that no guide lists are told, with the known ones that are near', () => {
  const text = `items: { buyer: [SK, KS], send: { seller: VQ } }
parties: { shipTo: [TS], schemes: { "92": partner, "QQ": store } }
units: { "99": EA, CS: AC }
invoicing: { charges: [{ kind: allowance, code: D204, description: Freight, percent: "1" }] }
documents: { outbound: { "856": { deadline: PT1H, echo: [IA, QQ] } } }
`;
  expect(warnings(text)).toEqual([
    '1 items.buyer.1 names KS, an item qualifier that no guide lists; did you mean SK?',
    expect.stringMatching(/^1 items\.send\.seller names VQ, an item qualifier that no guide lists/),
    '2 parties.shipTo.0 names TS, an N101 code that no guide lists; did you mean ST?',
    '2 parties.schemes.QQ names QQ, an N103 qualifier that no guide lists',
    '3 units.99 names 99, a unit that no guide lists',
    '3 units.CS names AC, a unit that no guide lists; did you mean CA?',
    '4 invoicing.charges.0.code names D204, a SAC02 code that no guide lists; did you mean D240?',
    '5 documents.outbound.856.echo.1 names QQ, a REF qualifier that no guide lists',
  ]);
});

describe('an expression', () => {
  const ofOrder = (text: string, name = 'attributes.x') =>
    warnings(`map: { salesOrder: { "${name}": ${JSON.stringify(text)} } }\n`).map((told) => told.split(' reads ')[1]);
  const missing = (place: string, meant = '') => [`${place}, which the 850 of 004010 does not have${meant}`];

  it.each([
    ["REF[`01`='19'].`02`"],
    ["PO1.PO1[`01`='1'].`02`"],
    ['$.BEG.`03` & $order.BEG.`03`'],
    ['$map(PO1, function($v){ $v.ANY.`77` })'],
    ['$sum(PO1.(PO1.`02` * PO1.`04`))'],
    ['PO1@$p.CUR.`02`'],
    ['*.`02`'],
    ['(BEG ? REF : N1).ANY'],
    ["{'any': BEG.`03`}.any"],
  ])('that reads what the guide has, or what nobody can know, is fine: %s', (text) => {
    expect(ofOrder(text)).toEqual([]);
  });

  it.each([
    ["RFE[`01`='19'].`02`", missing('RFE', '; did you mean REF?')],
    ["REF[`01`='19'].`29`", missing('REF.`29`')],
    ["REF[`71`='19'].`02`", missing('`71`')],
    ['REF.`2`', missing('REF.`2`')],
    ['PO1.`02`', missing('PO1.`02`')],
    ['PO1.PO1.`02`.`01`', missing('PO1.PO1.`02`.`01`')],
    ['$count(PO1.PDI)', missing('PO1.PDI', '; did you mean PID?')],
    [
      '$order.BEX ? 1 : PO1^(>PO1.`99`).PO1.`02`',
      [...missing('$order.BEX', '; did you mean BEG?'), ...missing('PO1.`99`')],
    ],
    ["{'a': [BEG.`33`]}", missing('BEG.`33`')],
    ['PO1.(PO1.`02` * XXX.`01`)', missing('XXX')],
    ['(BEG).ANY', missing('(…).ANY')],
  ])('that reads what the guide does not have is told: %s', (text, expected) => {
    expect(ofOrder(text)).toEqual(expected);
  });

  it('under lines[] reads the loop of the line', () => {
    expect(ofOrder('PO1.`02` & $order.BEG.`03`', 'lines[].attributes.x')).toEqual([]);
    expect(ofOrder('BEG.`03`', 'lines[].attributes.x')).toEqual(missing('BEG'));
  });

  it('of a document that we send is checked where it reads the iteration', () => {
    const text = `map:
  documents:
    "810":
      - { at: IT1/REF, when: "loop.IT1.\`02\` != loop.ITX.\`01\`", elements: { "01": "'ZZ'", "02": "line.sku & invoice.any" } }
`;
    expect(warnings(text)).toEqual([
      '4 map.documents.810.0.when reads loop.ITX, which the 810 of 004010 does not have; did you mean IT1, IT3 or ITD?',
    ]);
  });
});
