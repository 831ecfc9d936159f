import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { evaluateAll } from '../../runtime/expressions.ts';
import { partnerProfile } from '../profile/profile.ts';
import { explainInterchanges } from './explain.ts';
import { fileFrom, partner } from './testing/builders.ts';

const { version, ...content } = partner('tri-valley');
const profile = {
  ...partnerProfile.parse({ ...content, documents: { ...content.documents, inbound: ['850', '875', '820', '997'] } }),
  version,
};

/** The segments of the 997 for one transaction set, between AK2 and AK9. */
async function answered(set: string, functionalId: string, segments: string[]): Promise<string[]> {
  const bytes = fileFrom(profile, { set, functionalId, segments });
  for await (const part of explainInterchanges(Readable.from([bytes]), {
    evaluate: evaluateAll,
    profiles: new Map([[profile.id, profile]]),
  })) {
    if (part.kind === 'group-end') return part.answer?.segments.slice(2, -1) ?? [];
  }
  return [];
}

const HEAD = ['BEG*00*NE*TV-1**20261121', 'N1*ST*Tri-Valley Supply*92*BR01'];
const PAID = ['BPR*C*10.00*C*ACH************20261121', 'TRN*1*T-1'];

describe('faults found by a mapping', () => {
  it('names segment, element and value wherever the fault has a place', async () => {
    expect(
      await answered('850', 'PO', [
        ...HEAD,
        'PO1*1*0*EA*-5**VP*MW-1001',
        'PO1*1*1*EA*5**VP*MW-1001',
        'PO1*2*1*EA*5**ZZ*X-1',
        'CTT*9',
      ]),
    ).toEqual([
      'AK3*PO1*4*PO1*8',
      'AK4*2*330*7*0',
      'AK4*4*212*7*-5',
      'AK3*PO1*5*PO1*8',
      'AK4*1*350*7*1',
      'AK3*PO1*6*PO1*8',
      'AK4*7*234*7*X-1',
      'AK3*CTT*7*CTT*8',
      'AK4*1*354*7*9',
      'AK5*R*5',
    ]);
  });

  it('does not report a number that is too large as an invalid character', async () => {
    expect(await answered('850', 'PO', [...HEAD, 'PO1*1*99999999999999*EA*5**VP*MW-1001', 'CTT*1'])).toEqual([
      'AK3*PO1*4*PO1*8',
      'AK4*2*330*7*99999999999999',
      'AK5*R*5',
    ]);
  });

  it('names only the segment if no element is faulty', async () => {
    const references = Array.from({ length: 51 }, (_, index) => `REF*IA*${index}`);
    const [beg = '', ...parties] = HEAD;
    expect(await answered('850', 'PO', [beg, ...references, ...parties, 'PO1*1*2*EA*5**VP*MW-1001', 'CTT*1'])).toEqual([
      'AK3*REF*3**8',
      'AK5*R*5',
    ]);
  });

  it('reports a missing segment at the next segment', async () => {
    expect(
      await answered('850', 'PO', [HEAD[0] ?? '', 'N1*BT*Tri-Valley', 'PO1*1*2*EA*5**VP*MW-1001', 'CTT*1']),
    ).toEqual(['AK3*N1*4*N1*3', 'AK5*R*5']);
    expect(await answered('820', 'RA', [...PAID])).toEqual(['AK3*RMR*4*RMR*3', 'AK5*R*5']);
  });

  it('reports an absent element as missing', async () => {
    expect(await answered('820', 'RA', ['BPR*C*10.00*C*ACH', 'TRN*1*T-1', 'ENT*1', 'RMR*IV*1**10.00'])).toEqual([
      'AK3*BPR*2**8',
      'AK4*16*373*2',
      'AK5*R*5',
    ]);
  });

  it('names the segments of an 875', async () => {
    expect(
      await answered('875', 'OG', [
        'G50*N*20261121*TV-875',
        'N1*ST*Tri-Valley Supply*92*BR01',
        'G68*0*EA*10.65**VP*MW-1001',
        'G76*0*EA',
      ]),
    ).toEqual(['AK3*G68*4*G68*8', 'AK4*1*330*7*0', 'AK5*R*5']);
  });

  it('names the first line beyond the limit', async () => {
    const lines = Array.from({ length: 10_001 }, (_, index) => `PO1*${index + 1}*1*EA*5**VP*MW-1001`);
    expect(await answered('850', 'PO', [...HEAD, ...lines, 'CTT*10001'])).toEqual(['AK3*PO1*10004*PO1*4', 'AK5*R*5']);
  });

  it('names the first invoice beyond the limit', async () => {
    const items = Array.from({ length: 10_001 }, (_, index) => `RMR*IV*${index + 1}**1`);
    const remittance = ['BPR*C*10001*C*ACH************20261121', 'TRN*1*T-1', 'ENT*1', ...items];
    expect(await answered('820', 'RA', remittance)).toEqual(['AK3*RMR*10005*RMR*4', 'AK5*R*5']);
  });
});
