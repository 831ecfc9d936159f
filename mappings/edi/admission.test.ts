import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { partnerProfile } from '../profile/profile.ts';
import { readInterchange } from '../x12/read.ts';
import { scanInterchanges } from '../x12/scan.ts';
import type { X12Error } from '../x12/types.ts';
import { admitTransaction } from './admission.ts';
import { explainInterchanges } from './explain.ts';
import type { Finding } from './explaining/parts.ts';
import { partnerGuide } from './partner-guide.ts';
import { fileFrom, partner } from './testing/builders.ts';

const triValley = partner('tri-valley');
const { version, ...content } = triValley;
const grocer = {
  ...partnerProfile.parse({
    ...content,
    x12: { ...content.x12, acceptedVersions: ['004010', '005010'] },
    documents: { ...content.documents, inbound: ['875', '997'] },
  }),
  version,
};

const file = (set: string, functionalId: string, release: string, segments: string[]) =>
  fileFrom(triValley, { set, functionalId, release, segments });

const ORDER = ['BEG*00*NE*TV-1**20261121', 'PO1*1*2*EA*10.65**VP*MW-1001', 'CTT*1'];
const GROCERY = ['G50*N*20261121*TV-875', 'N1*ST*Tri-Valley Supply*92*BR01', 'G68*2*EA*10.65**VP*MW-1001', 'G76*2*EA'];

async function refusals(bytes: Buffer, profile = triValley): Promise<X12Error[]> {
  const errors: X12Error[] = [];
  for (const scanned of scanInterchanges(bytes)) {
    for await (const part of readInterchange(scanned)) {
      if (part.kind !== 'transaction') continue;
      const admitted = admitTransaction(part, profile);
      if ('errors' in admitted) errors.push(...admitted.errors);
    }
  }
  return errors;
}

/** The verdicts of `npm run x12` on the transaction sets. */
async function explained(bytes: Buffer, profiles = [triValley]): Promise<Finding[]> {
  const errors: Finding[] = [];
  for await (const part of explainInterchanges(Readable.from([bytes]), {
    evaluate: evaluateAll,
    profiles: new Map(profiles.map((one) => [one.id, one])),
  })) {
    if (part.kind === 'transaction') errors.push(...part.findings.filter(({ severity }) => severity === 'error'));
  }
  return errors;
}

describe('a release that lacks a guide of a set', () => {
  const accepting = (...acceptedVersions: string[]) => ({
    ...partnerProfile.parse({
      ...content,
      x12: { ...content.x12, acceptedVersions },
      documents: { ...content.documents, inbound: ['875', '997'] },
    }),
    version,
  });

  it.each([
    ['004030', '004010'],
    ['004060', '004010'],
    ['004030UCS', '004010'],
    ['005030', '005010'],
    ['006020', '005010'],
  ])('is read by the nearest one if it is agreed: %s by %s', async (release, nearest) => {
    const bytes = file('875', 'OG', release, GROCERY);
    expect(partnerGuide(accepting('004010', release.slice(0, 6)), '875', release)?.version).toBe(nearest);
    expect(await refusals(bytes, accepting('004010', release.slice(0, 6)))).toEqual([]);
    expect(await explained(bytes, [accepting('004010', release.slice(0, 6))])).toEqual([]);
    expect(await refusals(bytes, accepting('004010'))).toMatchObject([{ code: 'version-not-agreed' }]);
    expect(partnerGuide(accepting('004010'), '875', release)).toBeUndefined();
  });

  it('is read by its own guide of a set that it has', async () => {
    const [beginning = '', ...lines] = ORDER;
    const bytes = file('850', 'PO', '004030', [beginning, 'N1*ST*Tri-Valley Supply*92*BR01', ...lines]);
    const profile = { ...accepting('004030'), documents: content.documents };
    expect(partnerGuide(profile, '850', '004030')?.version).toBe('004030');
    expect(await refusals(bytes, profile)).toEqual([]);
  });

  it('gives an order in 003060 its century', async () => {
    const [, ...lines] = ORDER;
    const bytes = file('850', 'PO', '003060', [
      'BEG*00*NE*TV-1**261121',
      'DTM*010*261124***26',
      'N1*ST*Tri-Valley Supply*92*BR01',
      ...lines,
    ]);
    const profile = { ...accepting('003060'), documents: content.documents };
    const orders = [];
    for await (const part of explainInterchanges(Readable.from([bytes]), {
      evaluate: evaluateAll,
      profiles: new Map([[profile.id, profile]]),
    })) {
      if (part.kind === 'transaction') orders.push(part.findings, part.outcome);
    }
    expect(orders).toMatchObject([
      [],
      { kind: 'orders', orders: [{ orderedOn: '2026-11-21', requestedShipDate: '2026-11-24' }] },
    ]);
  });

  it('holds the partner to the rules of its profile all the same', async () => {
    const strict = {
      ...partnerProfile.parse({
        ...content,
        x12: { ...content.x12, acceptedVersions: ['004030'] },
        guides: { '850': [{ segment: 'REF', required: true }] },
      }),
      version,
    };
    const errors = await refusals(file('850', 'PO', '004030', ORDER), strict);
    expect(errors).toMatchObject([{ code: 'segment-missing', place: { segment: 'REF' } }]);
  });

  it.each(['003030', '006030', '009999'])('is not accepted if no other is near: %s', (release) => {
    const x12 = { ...content.x12, acceptedVersions: [release] };
    expect(partnerProfile.safeParse({ ...content, x12 }).error?.issues).toMatchObject([
      { path: ['x12', 'acceptedVersions', 0], message: expect.stringContaining('003040 to 003070 by 003070') },
    ]);
  });
});

describe('a release without agreement', () => {
  it.each(['006040', '003040'])('is named, whether or not there is a guide of it: %s', async (release) => {
    const bytes = file('875', 'OG', release, GROCERY);
    const error = {
      code: 'version-not-agreed',
      place: { segment: 'GS', element: 8 },
      value: release,
      ak: { level: 'group', code: '2' },
    };
    expect(await refusals(bytes, grocer)).toMatchObject([error]);
    expect(await explained(bytes, [grocer])).toMatchObject([error]);
  });

  it('is not reported if the set itself is refused', async () => {
    expect(await refusals(file('875', 'OG', '006040', GROCERY))).toMatchObject([{ code: 'set-not-supported' }]);
  });
});

describe('a group with the wrong functional identifier for its transaction set', () => {
  const error = {
    code: 'set-not-of-group',
    message: '850 belongs into a group of PO, GS01 says IN',
    place: { segment: 'GS', position: 1, element: 1 },
    value: 'IN',
    ak: { level: 'transaction', code: '6' },
  };

  it('refuses the transaction set, live and in the explanation, with a profile and without', async () => {
    const bytes = file('850', 'IN', '004010', ORDER);
    expect(await refusals(bytes)).toMatchObject([error]);
    expect(await explained(bytes)).toMatchObject([error]);
    expect(await explained(bytes, [])).toMatchObject([error]);
  });

  it('is reported together with other faults', async () => {
    const bytes = file('850', 'IN', '004010', ['BEG*00*NE*TV-1', ...ORDER.slice(1)]);
    expect((await refusals(bytes)).map(({ code }) => code)).toEqual(['set-not-of-group', 'element-missing']);
  });

  it('does not refuse a set in a group of its own', async () => {
    expect(await refusals(file('850', 'PO', '004010', ORDER))).toEqual([]);
    expect(await refusals(file('875', 'OG', '004010', GROCERY), grocer)).toEqual([]);
  });
});

describe('a fault of the envelope that only admission finds', () => {
  const lines = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replaceAll('~', '~\n'), 'latin1');

  it.each([
    ['set-not-of-group', file('850', 'IN', '004010', ORDER), 'GS', 2],
    ['set-not-supported', file('865', 'CA', '004010', ['BCA*00*AT*TV-1***20261121']), 'ST', 3],
    ['version-not-agreed', file('850', 'PO', '006040', ORDER), 'GS', 2],
  ])('is told with its byte and line: %s', async (code, bytes, segment, line) => {
    const broken = lines(bytes);
    const byteOffset = broken.indexOf(`${segment}*`);
    expect(await refusals(broken)).toMatchObject([{ code, place: { segment, byteOffset } }]);
    expect(await explained(broken)).toMatchObject([{ code, place: { segment, byteOffset, line } }]);
  });
});
