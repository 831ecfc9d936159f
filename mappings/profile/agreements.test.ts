import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProfile } from '../../activities/partners/profile-files.ts';
import { ProfileError } from './problem.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agreements-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(text: string) {
  const head = `id: acme
name: Acme
identifiers: { ours: { isaQualifier: ZZ, isaId: US, gsId: US }, theirs: { isaQualifier: ZZ, isaId: ACME, gsId: ACME } }
transport: { kind: https, url: "https://acme.example/in" }
`;
  writeFileSync(join(directory, 'acme.yaml'), head + text);
  return loadProfile(directory, 'acme', {});
}

/** Line, key and reason of each problem; lines count from the first one after the head. */
function problems(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    return error.problems.map(({ line, key, reason }) => `${line - 4} ${key} ${reason}`);
  }
  throw new Error('the profile was taken');
}

describe('the calendar of an agreement', () => {
  it('is always open by default', () => {
    expect(load('').calendar).toMatchObject({ timeZone: 'UTC', holidays: [] });
    expect(load('').calendar.workingDays).toHaveLength(7);
  });

  it('states zone, days, hours and holidays, and deadlines in its time', () => {
    const { calendar, shipWithin } = load(`calendar:
  timeZone: America/Los_Angeles
  workingDays: [monday, tuesday, wednesday, thursday, friday]
  hours: { opens: "08:00", closes: "17:00" }
  holidays: [us-federal, 2026-12-24]
shipWithin: P2D business
`);
    expect(calendar.holidays).toEqual(['us-federal', '2026-12-24']);
    expect(shipWithin).toBe('P2D business');
  });

  it('is refused if invalid: each fault with its line and key', () => {
    expect(
      problems(`calendar:
  timeZone: America/Reno
  hours: { opens: "17:00", closes: "08:00" }
  holidays: [us-federal, us-bank, 2026-02-30]
shipWithin: P2W business
documents:
  outbound:
    "856": { deadline: 8 hours }
`),
    ).toEqual([
      '2 calendar.timeZone must be an IANA time zone such as America/Chicago',
      '3 calendar.hours must open before it closes, on the same day',
      '4 calendar.holidays.1 must be a day such as 2026-12-24 or one of us-federal',
      '4 calendar.holidays.2 must be a day such as 2026-12-24 or one of us-federal',
      expect.stringMatching(/^8 documents\.outbound\.856\.deadline must be an ISO 8601 duration such as PT24H/),
      expect.stringMatching(/^5 shipWithin must be an ISO 8601 duration such as PT24H or P2D, or one of at most 366/),
    ]);
  });
});

describe('which documents flow', () => {
  it('accepts only sets that have a process, 999s only from release 5010 on, and deadlines only from events of the set', () => {
    expect(
      problems(`documents:
  inbound: ["850", "940"]
  functionalAcknowledgment: "999"
  outbound:
    "856": { deadline: PT4H, after: invoiced }
`),
    ).toEqual([
      expect.stringMatching(/^2 documents\.inbound\.1 invalid option/),
      expect.stringMatching(/^5 documents\.outbound\.856\.after invalid (option|input): expected "shipped"/),
    ]);
    expect(problems('documents: { functionalAcknowledgment: "999" }\n')).toEqual([
      '1 documents.functionalAcknowledgment can only be 999 from release 005010 on, and 004010 is sent (x12.version)',
    ]);
    const answers = 'x12: { version: "004030" }\ndocuments: { outbound: { "865": { deadline: PT24H } } }\n';
    expect(problems(answers)).toEqual([
      '2 documents.outbound.865 cannot be sent: release 004030 (x12.version) has no guide of it here',
    ]);
  });
});

describe('document places named in a profile', () => {
  it('is refused with its line when a guide has no such place', () => {
    expect(
      problems(`guides:
  "850":
    - { segment: BEG, element: "03", maximumLength: 10 }
    - { segment: PO1/QQ, required: true }
    - { segment: BEG, required: true, element: "40" }
  "999": [{ segment: AK1, required: true }]
map:
  documents:
    "810":
      - { at: IT1/REF, elements: { "02": line.sku, "09": "'x'" } }
      - { at: N9/REF, elements: { "02": line.sku } }
      - { at: REF, elements: {} }
    "856": [{ at: REF, elements: { "02": "REF[" } }]
`),
    ).toEqual([
      '12 map.documents.810.2.elements must name an element',
      expect.stringMatching(/^13 map\.documents\.856\.0\.elements\.02 is not JSONata/),
      expect.stringMatching(/^4 guides\.850\.1 cannot be applied to the guide of 004010: .*no such segment or loop/),
      expect.stringMatching(/^5 guides\.850\.2 cannot be applied to the guide of 004010: .*has no element 40/),
      '6 guides.999 is a set without a guide in 004010; did you mean 997?',
      '10 map.documents.810.0.elements.09 is no element of REF that holds one text',
      '11 map.documents.810.1.at names N9/REF, which the 810 of 004010 does not have; did you mean N1/REF?',
      '13 map.documents.856.0.at names REF, which the 856 of 004010 does not have',
    ]);
  });
});

describe('a guide that is widened', () => {
  it('is taken as the onboarding page shows it, also for what is added to our documents', () => {
    const page = readFileSync('docs/onboarding-a-partner.md', 'utf8');
    const [, example = ''] = /a rule widens ours[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(example).toContain('after: PO1/PID');
    expect(() => problems(example)).toThrow('the profile was taken');
    expect(() =>
      problems(`guides: { "810": [{ segment: IT1/ZZZ, after: IT1/PID, elements: [{ name: Zone }] }] }
map: { documents: { "810": [{ at: IT1/ZZZ, elements: { "01": "'A'" } }] } }
`),
    ).toThrow('the profile was taken');
  });

  it('is refused with its line where a rule says nothing, too much or two things', () => {
    expect(
      problems(`guides:
  "850":
    - { segment: CUR, maximum: 2 }
    - { segment: PO1/ZZZ, after: PO1/PDI, elements: [{ name: Zone }] }
    - { segment: BEG, element: "02", required: false }
    - { segment: REF, after: DTM, level: O }
documents: { kept: ["860", "860"] }
acceptWithErrors: { "850": [{ fault: segment-missing, segment: N1 }] }
`),
    ).toEqual([
      '7 documents.kept.1 is listed twice',
      expect.stringMatching(/^8 acceptWithErrors\.850\.0\.fault invalid option/),
    ]);
    expect(
      problems(`guides:
  "850":
    - { segment: CUR, maximum: 2 }
    - { segment: PO1/ZZZ, after: PO1/PDI, elements: [{ name: Zone }] }
    - { segment: BEG, element: "02", required: false }
documents: { kept: ["850"] }
`),
    ).toEqual([
      expect.stringMatching(/^6 documents\.kept\.0 is taken already/),
      expect.stringMatching(/^3 guides\.850\.0 .*maximum 2 is not lower than 1; `widens: true` allows it/),
      expect.stringMatching(/^4 guides\.850\.1 .*did you mean PID\?/),
      expect.stringMatching(/^5 guides\.850\.2 .*cannot be made optional/),
    ]);
  });
});

describe('an unknown word', () => {
  it.each([
    ['prioritty: 1', '1 prioritty is not a key of a profile; did you mean priority?'],
    ['colour: red', '1 colour is not a key of a profile'],
    ['items: { send: { byuer: IN } }', '1 items.send.byuer is not a key of a profile; did you mean buyer?'],
    [
      'routing: { rules: [{ name: A, whn: {}, ship: { scac: UPSN } }] }',
      '1 routing.rules.0.whn is not a key of a profile; did you mean when?',
    ],
    [
      'documents: { outbound: { "851": { deadline: PT1H } } }',
      '1 documents.outbound.851 is not a key of a profile; did you mean 855 or 856?',
    ],
    [
      'documents: { inbound: ["851"] }',
      expect.stringMatching(/^1 documents\.inbound\.0 invalid option: .*; did you mean 850\?$/),
    ],
    [
      'guides: { "850": [{ segment: PO1/PDI, required: true }] }',
      expect.stringMatching(/the guide of 850 has no such segment or loop; did you mean PO1\/PID\?$/),
    ],
    [
      'map: { documents: { "810": [{ at: IT1/RFE, elements: { "02": line.sku } }] } }',
      '1 map.documents.810.0.at names IT1/RFE, which the 810 of 004010 does not have; did you mean IT1/REF?',
    ],
    [
      'ignores: { "850": { "CHS[N]": no } }',
      expect.stringMatching(/names CHS, a segment that our guides of the 850 do not have; did you mean CSH\?$/),
    ],
    [
      'ignores: { "858": { "N1": no } }',
      expect.stringMatching(/is a set that nothing is read from; did you mean 850\?$/),
    ],
    [
      'guides: { "850": [{ segment: BEG, element: "31", required: true }] }',
      expect.stringMatching(/has no element 31; the last one is \d\d$/),
    ],
    ['usage: prodution', expect.stringMatching(/; did you mean production\?$/)],
    ['calendar: { timeZone: America/Chicgo }', expect.stringMatching(/; did you mean America\/Chicago\?$/)],
    ['calendar: { holidays: [us-fedral] }', expect.stringMatching(/; did you mean us-federal\?$/)],
    ['x12: { acceptedVersions: ["004100"] }', expect.stringMatching(/read by them are .*; did you mean 004010\?$/)],
  ])('in %s is reported with the known ones that are near', (text, expected) => {
    expect(problems(`${text}\n`)).toEqual([expected]);
  });
});

describe('the status codes of the 855', () => {
  it('must be codes that its release lists', () => {
    expect(load('acknowledgment: { codes: { unavailable: R4, dateChanged: DR } }\n').acknowledgment).toMatchObject({
      codes: { accepted: 'IA', unavailable: 'R4', dateChanged: 'DR', rejected: 'IR' },
      refusedQuantity: 'ordered',
    });
    expect(problems('acknowledgment:\n  codes: { priceChanged: PI, rejected: ir }\n')).toEqual([
      expect.stringMatching(/^2 acknowledgment\.codes\.rejected must be a line item status/),
      '2 acknowledgment.codes.priceChanged is PI, which the 855 of 004010 does not list for ACK01; did you mean IP?',
    ]);
  });
});

describe('a rule of the routing guide', () => {
  it('names a carrier or says how to get one, and not both', () => {
    const rule = (text: string) => `routing:\n  rules:\n    - { name: All, ${text} }\n`;
    expect(load(rule('hold: "call 555-0100"')).routing.rules).toMatchObject([{ hold: 'call 555-0100' }]);
    for (const text of ['when: {}', 'ship: { scac: UPSN }, hold: "call 555-0100"']) {
      expect(problems(rule(text))).toEqual(['3 routing.rules.0 needs either ship or hold']);
    }
    expect(problems(rule('ship: { scac: UPSN, serviceLevel: NextDay }'))).toEqual([
      expect.stringMatching(/^3 routing\.rules\.0\.ship\.serviceLevel must be a service level of X12 element 284/),
    ]);
  });

  it('is refused if its days are none', () => {
    const window = (earliest: number) =>
      `routing: { window: { deliveryDate: { earliest: ${earliest}, latest: 3 } } }\n`;
    expect(load(window(3)).routing.window).toMatchObject({ deliveryDate: { earliest: 3, latest: 3 } });
    expect(problems(window(2))).toEqual([expect.stringMatching(/^1 routing\.window\.deliveryDate holds for no day/)]);
  });
});

describe('orders that mean more than we can do', () => {
  it('can be rejected only by a document that the profile has', () => {
    const reject = 'orders: { unsupported: reject }\n';
    expect(problems(`${reject}documents: { inbound: ["850"], outbound: {} }\n`)).toEqual([
      '1 orders.unsupported can only be reject if the partner is told so: documents.outbound has no 855',
    ]);
    const answered = `${reject}documents: { inbound: ["850"], outbound: { "855": { deadline: PT24H } } }\n`;
    expect(load(answered).orders.unsupported).toBe('reject');
  });
});
