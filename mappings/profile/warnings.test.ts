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

it('rules whose bands cover a later one together are told', () => {
  const rules = `routing:
  rules:
    - { name: Light, when: { weight: { upTo: "150" } }, ship: { scac: UPSN } }
    - { name: Heavy, when: { weight: { over: "150" } }, hold: call 555-0100 }
    - { name: Rest, ship: { scac: ODFL } }
`;
  expect(warnings(rules)).toEqual([
    '5 routing.rules.2 can never apply: rules.0 ("Light") and rules.1 ("Heavy") take everything that it would',
  ]);
});

it('keys that another one keeps from doing anything are told', () => {
  const text = (backorders: string) =>
    `backorders: ${backorders}\nwhenNothingAvailable: refuse\nrouting: { scac: ODFL, conflict: guide }\n`;
  const conflict = '3 routing.conflict is guide and decides nothing: without rules the order’s carrier is taken';
  expect(warnings(text('cancel'))).toEqual([conflict]);
  expect(warnings(text('backorder'))).toEqual([
    '2 whenNothingAvailable is refuse and refuses nothing: what is not in stock is backordered (backorders)',
    conflict,
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

it('codes that a rule of a guide allows and the guide does not list are told', () => {
  const text = (codes: string) => `guides: { "850": [{ segment: BEG, element: "01", codes: [${codes}] }] }\n`;
  expect(warnings(text('"00", "06"'))).toEqual([]);
  expect(warnings(text('"00", O6'))).toEqual([
    '1 guides.850.0.codes.1 allows O6, which no guide of the 850 lists for BEG 01; did you mean 06?',
  ]);
  // The guide lists no codes of this element.
  expect(warnings('guides: { "850": [{ segment: BEG, element: "03", codes: [ABC] }] }\n')).toEqual([]);
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

  const ofDocument = (set: string, text: string, at = 'REF') =>
    warnings(
      `map: { documents: { "${set}": [{ at: ${at}, elements: { "01": "'ZZ'", "02": ${JSON.stringify(text)} } }] } }\n`,
    ).map((told) => told.split(' reads ')[1]);
  const noData = (set: string, place: string, meant = '') => [
    `${place}, which the data of the ${set} of 004010 do not have${meant}`,
  ];

  it.each([
    ['855', 'order.attributes.any & order.shipTo.identifiers[0].value & lines[0].shipDate & acknowledgedOn'],
    ['855', "order.references[qualifier='IA'].value"],
    ['856', 'shipment.packages.lines.lot & node.address.city & routing.authorization & lines.attributes.any'],
    ['810', 'invoice.charges[0].code & terms.netDays & shipment.carrier.scac & profile.invoicing.vendorNumber'],
    ['810', '$map(lines, function($one){ $one.any }) & profile.units.CS & profile.map.documents.`810`.at'],
    ['810', '$sum(invoice.lines.(quantity * unitPrice))'],
  ])('of the %s that reads what the data have is fine: %s', (set, text) => {
    expect(ofDocument(set, text, set === '856' ? 'HL/REF' : 'REF')).toEqual([]);
  });

  it.each([
    ['810', 'order.poNumbr', noData('810', 'order.poNumbr', '; did you mean poNumber?')],
    ['810', 'ordr.poNumber', noData('810', 'ordr', '; did you mean order?')],
    ['810', 'invoice.lines.amout', noData('810', 'invoice.lines.amout', '; did you mean amount?')],
    ['810', 'acknowledgedOn', noData('810', 'acknowledgedOn')],
    ['855', 'lines[accepted > 0].shippDate', noData('855', 'lines.shippDate', '; did you mean shipDate?')],
    ['855', 'lines[acepted > 0].shipDate', noData('855', 'acepted', '; did you mean accepted?')],
    ['855', 'profile.transport.url', noData('855', 'profile.transport')],
    ['855', 'profile.invoicing.vendorNo', noData('855', 'profile.invoicing.vendorNo')],
    ['855', 'line.sku', noData('855', 'line', '; did you mean lines?')],
  ])('of the %s that reads what the data do not have is told: %s', (set, text, expected) => {
    expect(ofDocument(set, text)).toEqual(expected);
  });

  it('of a document that we send is checked where it reads the iteration', () => {
    const text = `map:
  documents:
    "810":
      - { at: IT1/REF, when: "loop.IT1.\`02\` != loop.ITX.\`01\`", elements: { "01": "'ZZ'", "02": "line.sku & invoice.total" } }
`;
    expect(warnings(text)).toEqual([
      '4 map.documents.810.0.when reads loop.ITX, which the 810 of 004010 does not have; did you mean IT1, IT3 or ITD?',
    ]);
  });
});

describe('days', () => {
  it('are told that are shorter than the time that their steps usually take', () => {
    const text = (ship: string) => `shipWithin: P2D
documents: { outbound: { "855": { deadline: PT24H } } }
deadlines: { leadTimes: { acknowledge: PT48H, ship: ${ship} } }
`;
    const acknowledge =
      '3 deadlines.leadTimes.acknowledge is PT48H, longer than the deadline of the 855 (PT24H): every order would be in jeopardy at once';
    expect(warnings(text('P2D'))).toEqual([acknowledge]);
    expect(warnings(text('P3D'))).toEqual([
      '3 deadlines.leadTimes.ship is P3D, longer than shipWithin (P2D): every order would be in jeopardy at once',
      acknowledge,
    ]);
    expect(warnings('deadlines: { warnBefore: { ship: PT2H business } }')).toEqual([
      '1 deadlines.warnBefore.ship is PT2H business, which is PT2H: the calendar of the profile is always open',
    ]);
  });

  it('in business time without a calendar are told, with the key', () => {
    const text = `shipWithin: P2D business
documents: { outbound: { "855": { deadline: PT8H business }, "856": { deadline: PT1H, acknowledgment: { within: P1D business } } } }
`;
    expect(warnings(text)).toEqual([
      '1 shipWithin is P2D business, which is P2D: the calendar of the profile is always open',
      '2 documents.outbound.855.deadline is PT8H business, which is PT8H: the calendar of the profile is always open',
      '2 documents.outbound.856.acknowledgment.within is P1D business, which is P1D: the calendar of the profile is always open',
    ]);
    expect(warnings(`${text}calendar: { holidays: [us-federal] }\n`)).toEqual([]);
  });

  it('on which goods may leave and nobody works are told', () => {
    const text = 'calendar: { workingDays: [monday, tuesday] }\nrouting: { window: { weekdays: [friday, sunday] } }\n';
    expect(warnings(text)).toEqual(['2 routing.window.weekdays are no working days; the calendar has monday, tuesday']);
    expect(warnings(text.replace('friday', 'monday'))).toEqual([]);
  });

  it('of holidays that leave no working day for weeks are told with the first and the last', () => {
    const days = Array.from({ length: 4 }, (_, week) => `2026-12-${String(7 + 7 * week).padStart(2, '0')}`);
    const text = (all: string[]) =>
      `calendar: { timeZone: America/Chicago, workingDays: [monday], hours: { opens: "08:00", closes: "17:00" }, holidays: [${all}] }\n`;
    expect(warnings(text(days))).toEqual(['1 calendar.holidays leave no working day from 2026-12-07 to 2027-01-03']);
    expect(warnings(text(days.slice(0, 1)))).toEqual([]);
  });
});
