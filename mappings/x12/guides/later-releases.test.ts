import { describe, expect, it } from 'vitest';
import { anInterchange, aTransaction, guide, parseOne, usual } from '../test-support/interchange.ts';
import type { X12Error } from '../types.ts';
import { writeTransaction } from '../write.ts';
import { allGuides, guideFor } from './index.ts';

const LATER = ['004020', '004030', '004040', '004050', '004060', '005020', '005030', '005040', '005050'];
const RELEASES = ['004010', ...LATER.slice(0, 5), '005010', ...LATER.slice(5), '006010', '006020'];

const BEGINNINGS = {
  '850': ['BEG*00*SA*PO-1**20261120'],
  '855': ['BAK*00*AD*PO-1*20261120'],
  '856': ['BSN*00*SHIP-1*20261120*1200*0001', 'HL*1**S'],
  '810': ['BIG*20261120*INV-1'],
  '997': [],
} as const;
type SetNumber = keyof typeof BEGINNINGS;

const ENDS: Readonly<Record<SetNumber, readonly string[]>> = {
  '850': ['PO1*1*12*EA*9.25**SK*MW-1001'],
  '855': [],
  '856': [],
  '810': ['TDS*100'],
  '997': ['AK1*IN*17', 'AK9*A*1*1*1'],
};

async function faultsOf(release: string, set: SetNumber, body: readonly string[]): Promise<X12Error[]> {
  const text = anInterchange([aTransaction(set, [...BEGINNINGS[set], ...body, ...(set === '997' ? [] : ENDS[set])])]);
  return (await parseOne(text, guide(set, release))).errors;
}

describe('every release of the usual trade', () => {
  it.each(RELEASES)('%s has its sets and writes them as they were read', async (release) => {
    expect(
      allGuides()
        .filter(({ version }) => version === release)
        .map(({ set }) => set),
    ).toEqual(expect.arrayContaining(Object.keys(BEGINNINGS)));
    for (const set of Object.keys(BEGINNINGS) as SetNumber[]) {
      const body = [...BEGINNINGS[set], ...ENDS[set]];
      const { tree, errors } = await parseOne(anInterchange([aTransaction(set, body)]), guide(set, release));
      expect([set, errors]).toEqual([set, []]);
      expect(writeTransaction(tree, guide(set, release), usual)).toEqual(body);
    }
  });

  it('leaves sets that it does not have to the nearest release', () => {
    expect(LATER.map((release) => guideFor('820', release))).toEqual(LATER.map(() => undefined));
  });
});

const text = (length: number) => 'X'.repeat(length);

/** What came with which release. */
const SINCE: readonly (readonly [what: string, since: string, set: SetNumber, segment: string])[] = [
  ['a text of any length', '004020', '850', 'N9*ZZ*1~MTX**Handle with care'],
  ['lead times of an order with their quantity', '004020', '850', 'LDT*AF*3*DA~QTY*01*12'],
  ['a part of a country', '004020', '850', 'N1*ST*Store~N4*Reno**89501*US***NV'],
  ['a communication number of 256 characters', '004020', '850', `PER*BD*Kim*EM*${text(256)}`],
  [
    '26 allowances of an invoice',
    '004020',
    '810',
    ['IT1*1*1*EA*1', ...Array.from({ length: 26 }, () => 'SAC*A*C310***100')].join('~'),
  ],
  ['references of 50 characters', '004030', '850', `REF*DP*${text(50)}`],
  ['13 carriers of an order', '004030', '850', Array.from({ length: 13 }, () => 'TD5**2*ODFL').join('~')],
  ['a code of a measurement', '004040', '850', 'MEA**WT*3*LB*******98*Net'],
  ['a version of a group in its acknowledgment', '004050', '997', 'AK1*IN*17*005010~AK9*A*1*1*1'],
  ['several references of an amount', '004060', '850', 'PO1*1*1*EA~AMT*1*5~REF*DP*1~REF*DP*2'],
  ['references of 80 characters', '005030', '850', `REF*DP*${text(80)}`],
  ['three terms of a line', '005050', '850', 'PO1*1*1*EA~ITD*01~ITD*02~ITD*03'],
  ['article numbers of 80 characters', '006010', '850', `PO1*1*1*EA***SK*${text(80)}`],
  ['a text of an invoice', '006010', '810', 'MTX**Thank you'],
];

describe('each release adds', () => {
  it.each(SINCE)('%s in %s', async (_, since, set, segments) => {
    const sound: string[] = [];
    for (const release of RELEASES)
      if ((await faultsOf(release, set, segments.split('~'))).length === 0) sound.push(release);
    expect(sound).toEqual(RELEASES.slice(RELEASES.indexOf(since)));
  });
});
