import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { partnerProfile } from '../profile/profile.ts';
import { readInterchange } from '../x12/read.ts';
import { scanInterchanges } from '../x12/scan.ts';
import type { Guide } from '../x12/types.ts';
import { admitTransaction } from './admission.ts';
import { guideOf } from './documents/registry.ts';
import { explainInterchanges } from './explain.ts';
import { withPartnerCodes } from './partner-codes.ts';
import { fileFrom, partner } from './testing/builders.ts';

const triValley = partner('tri-valley');
const { version, ...content } = triValley;
const refusing = {
  ...partnerProfile.parse({ ...content, x12: { ...content.x12, unknownCodes: 'refuse' } }),
  version,
};

const file = (...segments: string[]) =>
  fileFrom(triValley, { set: '850', functionalId: 'PO', release: '004010', segments });
const BEG = 'BEG*00*NE*TV-1**20261121';
const SHIP_TO = 'N1*ST*Tri-Valley Supply*92*BR01';
const LINE = 'PO1*1*2*EA*10.65**VP*MW-1001';

async function judged(bytes: Buffer, profile = triValley) {
  for (const scanned of scanInterchanges(bytes)) {
    for await (const part of readInterchange(scanned)) {
      if (part.kind === 'transaction') return admitTransaction(part, profile);
    }
  }
  throw new Error('no transaction set');
}

async function findings(bytes: Buffer, profile = triValley) {
  const profiles = new Map([[profile.id, profile]]);
  for await (const part of explainInterchanges(Readable.from([bytes]), { evaluate: evaluateAll, profiles })) {
    if (part.kind === 'transaction') return part.findings;
  }
  return [];
}

describe('a code that X12 does not have', () => {
  const slips = file(BEG, 'REF*QQQ*1', 'DTM*0O2*20261128', SHIP_TO, LINE, 'CTT*1');

  it('refuses nothing, and is named with its place, its element and what may be meant', async () => {
    expect(await judged(slips)).not.toHaveProperty('errors');
    expect(await findings(slips)).toMatchObject([
      {
        severity: 'warning',
        code: 'code-not-listed',
        message: expect.stringMatching(/^"QQQ" is no code that X12 has for reference qualifier \(element 128\)/),
        place: { segment: 'REF', position: 3, element: 1 },
      },
      {
        severity: 'warning',
        message: '"0O2" is no code that X12 has for date or time qualifier (element 374); did you mean 002?',
        place: { segment: 'DTM', position: 4, element: 1 },
      },
    ]);
  });

  it('is refused with AK4 code 7 where the profile says so', async () => {
    const refusal = {
      errors: [
        { code: 'element-code', place: { segment: 'REF', position: 3, element: 1 }, value: 'QQQ', ak: { code: '7' } },
        { code: 'element-code', place: { segment: 'DTM', position: 4, element: 1 }, value: '0O2', ak: { code: '7' } },
      ],
    };
    expect(await judged(slips, refusing)).toMatchObject(refusal);
    expect(await findings(slips, refusing)).toMatchObject([
      { severity: 'error', message: expect.stringMatching(/reference qualifier \(element 128\)/) },
      { severity: 'error' },
    ]);
  });

  it('is a unit of the order line as well, and of a component', async () => {
    const units = file(BEG, SHIP_TO, LINE, 'PO4*12*1*CA*******4*5*6*QQ', 'CTT*1');
    const messages = (await findings(units)).map(({ message }) => message).filter((one) => one.includes('X12 has'));
    expect(messages).toEqual([expect.stringContaining('"QQ" is no code that X12 has for unit of measure')]);
  });

  it('is a code of the partner if its profile names it', async () => {
    const named = {
      ...partnerProfile.parse({
        ...content,
        x12: { ...content.x12, unknownCodes: 'refuse' },
        units: { ...content.units, QQ: 'EA' },
        guides: { '850': [{ segment: 'REF', element: '01', moreCodes: { QQQ: 'their season' } }] },
      }),
      version,
    };
    const own = file(BEG, 'REF*QQQ*1', SHIP_TO, 'PO1*1*2*QQ*10.65**VP*MW-1001', 'CTT*1');
    expect(await judged(own, named)).not.toHaveProperty('errors');
    expect(await findings(own, named)).toEqual([]);
  });

  it('is no matter of codes that X12 has and our guides do not name', async () => {
    const rare = file(
      BEG,
      'REF*ZM*1',
      'DTM*582****RD8*20261201-20261205',
      'PO1*1*2*EA*10.65**VP*MW-1001*A1*9',
      'CTT*1',
    );
    expect(await judged(rare, refusing)).not.toHaveProperty('errors');
    expect((await findings(rare, refusing)).filter(({ code }) => code === 'code-not-listed')).toEqual([]);
  });
});

it('partners share the parts of a guide about whose codes they say nothing', () => {
  const standard = guideOf('850', '004010') as Guide;
  const of = (guide: Guide, key: string) => guide.children.find((child) => child.key === key);
  const own = withPartnerCodes(standard, { ...triValley, units: { QQ: 'EA' } });
  expect(of(own, 'BEG')).toBe(of(standard, 'BEG'));
  expect(of(own, 'PO1')).not.toBe(of(standard, 'PO1'));
  expect(of(withPartnerCodes(standard, refusing), 'BEG')).not.toBe(of(standard, 'BEG'));
});
