import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDuration, millisecondsOf } from '../../domain/calendar/duration.ts';
import { findPartnerByIsa } from '../../mappings/edi/interchange-parties.ts';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { evaluateExpression } from '../../runtime/expressions.ts';
import { loadProfile, loadProfiles } from './profile-files.ts';

const PARTNERS = join(import.meta.dirname, '..', '..', 'mappings', 'partners');
const ENV = { PARTNERS_URL: 'https://partners.example', SANDBOX_TOKEN: 'secret' };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'profiles-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), text);
}

const ACME = `id: acme
name: Acme
identifiers:
  ours: { isaQualifier: ZZ, isaId: US, gsId: US }
  theirs: { isaQualifier: ZZ, isaId: ACME, gsId: ACME }
transport: { kind: https, url: "https://acme.example/in" }
`;

function problems(load: () => unknown): ProfileProblem[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ProfileError) return error.problems.map((problem) => ({ ...problem }));
    throw error;
  }
  throw new Error('the profile was taken');
}

describe('the partners of this installation', () => {
  const profiles = loadProfiles(PARTNERS, ENV);

  it('are a retailer with strict cartons, a distributor and a dealer with simple ship notices', () => {
    expect([...profiles.values()].map(({ id, shipNotice }) => [id, shipNotice.hierarchy])).toEqual([
      ['cobalt-ridge', 'SOI'],
      ['harbor-pine', 'SOTPI'],
      ['tri-valley', 'SOI'],
    ]);
    expect(profiles.get('cobalt-ridge')?.ordersBy).toEqual(['api']);
  });

  it('are found by the ids of an interchange, padded or not', () => {
    const parties = { senderQualifier: 'ZZ', receiverQualifier: 'ZZ', receiverId: 'MERIDIAN       ' };
    expect(findPartnerByIsa(profiles, { ...parties, senderId: 'TRIVALLEY      ' })?.id).toBe('tri-valley');
    expect(findPartnerByIsa(profiles, { ...parties, senderId: 'STRANGER' })).toBeUndefined();
    expect(findPartnerByIsa(profiles, { ...parties, senderId: 'TRIVALLEY', receiverId: 'OTHER' })).toBeUndefined();
  });

  it('have the same version in every environment, and never hold a token', () => {
    const elsewhere = loadProfile(PARTNERS, 'harbor-pine', { ...ENV, PARTNERS_URL: 'http://localhost:1' });
    expect(elsewhere.version).toBe(profiles.get('harbor-pine')?.version);
    expect(elsewhere.transport.url).toBe('http://localhost:1/harbor-pine/inbox');
    expect(JSON.stringify(elsewhere)).not.toContain('secret');
  });
});

describe('a profile and its template', () => {
  it('merge key by key; lists and values replace, null takes away', () => {
    write(
      'templates/base.yaml',
      'pricing: { tolerance: { percent: "1", absolute: "0.05" } }\nitems: { buyer: [IN, BP] }\nbackorders: cancel\n',
    );
    write(
      'acme.yaml',
      `extends: templates/base\n${ACME}pricing: { tolerance: { percent: "2" } }\nitems: { buyer: [SK] }\nbackorders: null\n`,
    );
    const profile = loadProfile(directory, 'acme', {});
    expect(profile.pricing.tolerance).toEqual({ percent: '2', absolute: '0.05' });
    expect(profile.items.buyer).toEqual(['SK']);
    expect(profile.backorders).toBe('backorder');
  });

  it('have a version that follows their content, and neither its order nor its comments', () => {
    write('acme.yaml', ACME);
    const { version } = loadProfile(directory, 'acme', {});
    write(
      'acme.yaml',
      `# the same\n${ACME.split('\n')
        .reverse()
        .join('\n')
        .replace(/^(.*theirs.*)\n(.*ours.*)\n(identifiers:)/m, '$3\n$1\n$2')}`,
    );
    expect(loadProfile(directory, 'acme', {}).version).toBe(version);
    write('acme.yaml', `${ACME}priority: 1\n`);
    expect(loadProfile(directory, 'acme', {}).version).not.toBe(version);
  });
});

describe('a wrong profile is reported with file, line, column and key', () => {
  const cases: [string, string, Partial<ProfileProblem>][] = [
    [
      'an unknown key',
      `${ACME}pricing:\n  tolerence: { percent: "1" }\n`,
      { code: 'profile-key-unknown', line: 8, column: 3, key: 'pricing.tolerence' },
    ],
    ['a wrong value', `${ACME}priority: 9\n`, { code: 'profile-value-invalid', line: 7, column: 1, key: 'priority' }],
    [
      'a number where text belongs',
      `${ACME}pricing: { tolerance: { percent: 1 } }\n`,
      {
        line: 7,
        column: 25,
        key: 'pricing.tolerance.percent',
        reason: expect.stringMatching(/expected string.*; YAML reads it as a number: put it in quotes$/),
      },
    ],
    [
      'a number where a code belongs',
      `${ACME}documents: { inbound: [850] }\n`,
      {
        line: 7,
        column: 24,
        key: 'documents.inbound.0',
        reason: expect.stringMatching(/"850".*; YAML reads it as a number: put it in quotes$/),
      },
    ],
    ['a missing key', ACME.replace('name: Acme\n', ''), { line: 1, column: 1, key: 'name', reason: 'is missing' }],
    ['a wrong item of a list', `${ACME}items: { buyer: [IN, LONG] }\n`, { line: 7, column: 22, key: 'items.buyer.1' }],
    ['broken YAML', `${ACME}pricing: [\n`, { code: 'profile-syntax' }],
    ['a key twice', `${ACME}name: Again\n`, { code: 'profile-syntax', line: 7, column: 1 }],
    [
      'a missing variable',
      ACME.replace('https://acme.example/in', '$' + '{NOWHERE}/in'),
      { code: 'profile-variable-missing', line: 6, key: 'transport.url' },
    ],
    [
      'release 005010 in an interchange of 00401',
      `${ACME}x12: { version: "005010" }\n`,
      {
        line: 7,
        key: 'x12.interchangeVersion',
        reason: 'must be 00501 or later, because 005010 is sent (x12.version)',
      },
    ],
    [
      'an interchange version with repetitions and no separator for them',
      `${ACME}x12: { version: "005010", interchangeVersion: "00501" }\n`,
      { line: 7, key: 'x12.delimiters.repetition' },
    ],
    [
      'a version that there are no guides of',
      `${ACME}x12: { version: "009999" }\n`,
      {
        line: 7,
        column: 8,
        key: 'x12.version',
        reason: expect.stringContaining('is a version that we have no guides of; known are 003040, 003050'),
      },
    ],
    [
      'a version that we read only',
      `${ACME}x12: { version: "003060" }\n`,
      { line: 7, key: 'x12.version', reason: expect.stringContaining('the first that we send is 004010') },
    ],
    [
      'a version accepted from the partner that there are no guides of',
      `${ACME}x12: { acceptedVersions: ["004010", "004030", "003030"] }\n`,
      { line: 7, key: 'x12.acceptedVersions.2', reason: expect.stringContaining('known are 003040, 003050') },
    ],
    ['labels without a prefix', `${ACME}shipNotice: { hierarchy: SOPI }\n`, { line: 7, key: 'shipNotice.sscc' }],
    [
      'a routing rule that can hold for nothing',
      `${ACME}routing:\n  rules:\n    - name: heavy\n      when: { weight: { over: "150", upTo: "20" } }\n      ship: { scac: ODFL }\n`,
      { line: 10, key: 'routing.rules.0.when.weight', reason: 'holds for nothing: over must be less than upTo' },
    ],
    [
      'two routing rules of one name',
      `${ACME}routing:\n  rules:\n    - { name: all, ship: { scac: ODFL } }\n    - { name: all, ship: { scac: SAIA } }\n`,
      { line: 10, key: 'routing.rules.1.name', reason: 'is the name of rules.0 too' },
    ],
    [
      'broken JSONata',
      `${ACME}map: { salesOrder: { attributes.x: "REF[" } }\n`,
      { line: 7, column: 22, key: 'map.salesOrder.attributes.x' },
    ],
    ...[
      ['lines[].nope', 'lines[].notes, lines[].item, lines[].lineId'],
      ['poNumber.foo.bar', 'poNumber, buyer.contact, markFor'],
      ['attributes.a.b', 'attributes.NAME, attributes, carrier.scac'],
      ['requestedShipDay', 'requestedShipDate, requestedDeliveryDate, receivedAt'],
      ['references.value', 'references, receivedAt, release'],
    ].map(([path, nearest]): [string, string, Partial<ProfileProblem>] => [
      `a place that no order has: ${path}`,
      `${ACME}map:\n  salesOrder:\n    "${path}": "'x'"\n`,
      {
        code: 'profile-value-invalid',
        line: 9,
        column: 5,
        key: `map.salesOrder.${path}`,
        reason: `is a wrong key: names ${path}, which the canonical order does not have; nearest are ${nearest}`,
      },
    ]),
    [
      'a place that leads to a prototype',
      `${ACME}map: { salesOrder: { __proto__.polluted: "'x'" } }\n`,
      { line: 7, column: 22, key: 'map.salesOrder.__proto__.polluted' },
    ],
    [
      'a segment that the guide of a document does not have',
      `${ACME}map:\n  documents:\n    "856":\n      - { at: IT1/REF, elements: { "01": "'IA'" } }\n`,
      {
        line: 10,
        column: 11,
        key: 'map.documents.856.0.at',
        reason: 'names IT1/REF, which the 856 of 004010 does not have',
      },
    ],
    [
      'an element that a segment of a document does not have',
      `${ACME}map: { documents: { "810": [{ at: REF, elements: { "09": "'IA'" } }] } }\n`,
      { line: 7, key: 'map.documents.810.0.elements.09', reason: 'is no element of REF that holds one text' },
    ],
    [
      'a rule for a segment that the guide does not have',
      `${ACME}guides:\n  "850":\n    - { segment: PO1/XYZ, required: true }\n`,
      { line: 9, key: 'guides.850.0', reason: expect.stringContaining('no such segment or loop') },
    ],
    [
      'a rule for an element that the segment does not have',
      `${ACME}guides: { "850": [{ segment: BEG, element: "99", required: true }] }\n`,
      { line: 7, key: 'guides.850.0' },
    ],
    ...['__proto__', 'constructor'].map((key): [string, string, Partial<ProfileProblem>] => [
      `the key ${key}`,
      `${ACME}${key}: { priority: 1 }\n`,
      { code: 'profile-key-unknown', line: 7, column: 1, key, reason: 'is not a key of a profile' },
    ]),
    [
      'a prototype further down',
      `${ACME}items: { send: { __proto__: { buyer: SK } } }\n`,
      { code: 'profile-key-unknown', line: 7, key: 'items.send.__proto__' },
    ],
    [
      'a name of a variable that is none',
      ACME.replace('acme.example/in"', 'acme.example/in", tokenEnv: a b'),
      { code: 'profile-value-invalid', key: 'transport.tokenEnv' },
    ],
    [
      'another id than its file',
      ACME.replace('id: acme', 'id: acme-west'),
      { code: 'profile-name-differs', line: 1, key: 'id' },
    ],
    [
      'a template that does not exist',
      `extends: templates/none\n${ACME}`,
      { code: 'profile-template-missing', line: 1, key: 'extends' },
    ],
    [
      'a template outside the folder',
      `extends: ../../etc/passwd\n${ACME}`,
      { code: 'profile-template-missing', line: 1 },
    ],
    ['a template that is itself', `extends: acme\n${ACME}`, { code: 'profile-template-cycle', line: 1 }],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    write('acme.yaml', text);
    const found = problems(() => loadProfile(directory, 'acme', {}));
    expect(found[0]).toMatchObject({ file: join(directory, 'acme.yaml'), ...expected });
  });

  it('with the template that may be meant', () => {
    write('templates/retailer.yaml', 'usage: test\n');
    write('acme.yaml', `extends: templates/retialer\n${ACME}`);
    const [problem] = problems(() => loadProfile(directory, 'acme', {}));
    expect(problem?.reason).toMatch(/which does not exist; did you mean templates\/retailer\?$/);
  });

  it('in the template, when that is where it stands', () => {
    write('templates/base.yaml', 'usage: test\npriority: 7\n');
    write('acme.yaml', `extends: templates/base\n${ACME}`);
    const [problem] = problems(() => loadProfile(directory, 'acme', {}));
    expect(problem).toMatchObject({ file: join(directory, 'templates', 'base.yaml'), line: 2, column: 1 });
  });

  it('all files at once, and two partners that could not be told apart', () => {
    write('acme.yaml', ACME);
    write('beta.yaml', ACME.replaceAll('acme', 'beta'));
    write('gamma.yaml', 'id: gamma\n');
    const found = problems(() => loadProfiles(directory, {}));
    const shared = found.filter(({ code }) => code === 'profile-identifiers-shared');
    const [acme, beta] = ['acme', 'beta'].map((name) => join(directory, `${name}.yaml`));
    const reason = (other: string) => expect.stringMatching(new RegExp(`^are those of .*${other}\\.yaml:5\\) too`));
    expect(shared).toMatchObject([
      { file: acme, line: 5, reason: reason('beta') },
      { file: beta, line: 5, reason: reason('acme') },
    ]);
    expect(found.some(({ file, key }) => file.endsWith('gamma.yaml') && key === 'identifiers')).toBe(true);
    expect(() => loadProfiles(join(directory, 'none'), {})).toThrow(ProfileError);
  });
});

describe('durations', () => {
  it.each([
    ['PT24H', 86_400_000],
    ['P2D', 172_800_000],
    ['P1W', 604_800_000],
    ['P1DT12H30M5S', 131_405_000],
  ])('%s', (text, milliseconds) => {
    expect(millisecondsOf(text)).toBe(milliseconds);
  });

  it.each(['P', 'PT', 'P1M', 'P1Y', '24H', 'P1DT', 'PT1.5H', ''])(
    '"%s" has no fixed length or no length at all',
    (text) => {
      expect(isDuration(text)).toBe(false);
      expect(() => millisecondsOf(text)).toThrow(RangeError);
    },
  );
});

describe('expressions', () => {
  it('stop when they run for ever', async () => {
    expect(await evaluateExpression('($f := function($x) { $f($x + 1) }; $f(0))', {})).toHaveProperty('problem');
  });
});
