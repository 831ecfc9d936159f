import { describe, expect, it } from 'vitest';
import { anInterchange, aTransaction, guide, parseOne, usual } from '../test-support/interchange.ts';
import { writeTransaction } from '../write.ts';
import { allGuides, guideFor, nearestRelease } from './index.ts';

const RELEASES = ['003040', '003050', '003060', '003070'];
const SETS = ['810', '820', '850', '855', '856', '860', '865', '875', '944', '997'] as const;

/** Documents of the time, with dates of six digits. */
const DOCUMENTS: Readonly<Record<(typeof SETS)[number], readonly string[]>> = {
  '810': ['BIG*961120*INV-1*961101*PO-1', 'DTM*011*961119', 'IT1*1*12*EA*9.25**SK*MW-1001', 'TDS*11100'],
  '820': ['BPR*I*100*C*CHK************961121', 'TRN*1*PAY-1', 'ENT*1', 'RMR*IV*INV-1**100', 'DTM*003*961101'],
  '850': ['BEG*00*SA*PO-1**961120', 'DTM*010*961201*1200*ET*19', 'PO1*1*12*EA*9.25**SK*MW-1001', 'CTT*1'],
  '855': ['BAK*00*AD*PO-1*961120', 'PO1*1*12*EA*9.25**SK*MW-1001', 'ACK*IA*12*EA*068*961124'],
  '856': ['BSN*00*SHIP-1*961120*1200', 'DTM*011*961119', 'HL*1**S', 'PRF*PO-1***961101', 'TD1*CTN*2'],
  '860': ['BCH*04*SA*PO-1***961120', 'POC*1*QI*12*2*EA*9.25**SK*MW-1001', 'DTM*010*961201', 'CTT*1'],
  '865': ['BCA*00*AC*PO-1***961120', 'POC*1*QI*12*2*EA*9.25**SK*MW-1001', 'DTM*010*961201', 'ACK*IA*12*EA'],
  '875': ['G50*N*961120*PO-1', 'G62*10*961124', 'N1*ST*Store*92*0012', 'G68*24*EA*11.35**VN*MW-1001', 'G76*24*EA'],
  '944': ['W17*F*961121*R-881*PO-9001', 'N1*WH*Reno*91*RNO', 'G62*08*961121', 'W07*240*EA**VN*MW-1001', 'W14*240'],
  '997': ['AK1*IN*17', 'AK2*810*0001', 'AK3*BIG*2**8', 'AK4*1*373*8*961131', 'AK5*R*5', 'AK9*R*1*1*0'],
};

const REMITTANCE = ['BPR*I*100*C*CHK************961121', 'TRN*1*PAY-1'];

async function faultsOf(release: string, set: (typeof SETS)[number], body: readonly string[]): Promise<string[]> {
  const { errors } = await parseOne(anInterchange([aTransaction(set, body)]), guide(set, release));
  return errors.map(({ code, place }) => `${code} ${place.segment}${place.element ?? ''}`);
}

describe('the releases before 004010', () => {
  it.each(RELEASES)('%s reads its documents and writes them as they were', async (release) => {
    const own = allGuides().filter(({ version }) => version === release);
    expect(own.map(({ set }) => set)).toEqual(expect.arrayContaining([...SETS]));
    for (const set of SETS) {
      const body = DOCUMENTS[set];
      const { tree, errors } = await parseOne(anInterchange([aTransaction(set, body)]), guide(set, release));
      expect([set, errors]).toEqual([set, []]);
      expect(writeTransaction(tree, guide(set, release), usual)).toEqual(body);
    }
  });

  it.each(RELEASES)('%s knows dates of six digits only', async (release) => {
    const [, ...rest] = DOCUMENTS['850'];
    expect(await faultsOf(release, '850', ['BEG*00*SA*PO-1**19961120', ...rest])).toEqual(['element-too-long BEG5']);
    expect(await faultsOf(release, '850', ['BEG*00*SA*PO-1**961131', ...rest])).toEqual(['element-date BEG5']);
  });

  it.each([
    ['notes of an order', '850', ['BEG*00*SA*PO-1**961120', 'NTE*GEN*As agreed', 'PO1*1'], '003060'],
    ['notes of an acknowledgment', '855', ['BAK*00*AD*PO-1*961120', 'NTE*GEN*As agreed'], '003050'],
    ['notes of a ship notice', '856', ['BSN*00*SHIP-1*961120*1200', 'NTE*GEN*Two cartons', 'HL*1**S'], '003050'],
    ['notes of a change', '860', ['BCH*04*SA*PO-1***961120', 'NTE*GEN*As agreed', 'POC*1*QI'], '003060'],
    ['notes of the answer to a change', '865', ['BCA*00*AC*PO-1***961120', 'NTE*GEN*As agreed'], '003050'],
    [
      'the allowance of a subline before its dates',
      '850',
      ['BEG*00*SA*PO-1**961120', 'PO1*1', 'SLN*1**I*2*EA', 'SAC*C*D240***500', 'DTM*010*961201'],
      '003060',
    ],
    [
      'schedules of a changed line before its carrier',
      '860',
      [
        'BCH*04*SA*PO-1***961120',
        'POC*1*QI',
        'LDT*AF*3*DA',
        'SCH*1*EA***002*961201',
        'TD1*CTN*2',
        'AMT*1*5',
        'TC2*J*1',
      ],
      '003040',
    ],
    [
      'schedules of the answer to a change before its carrier',
      '865',
      ['BCA*00*AC*PO-1***961120', 'POC*1*QI', 'LDT*AF*3*DA', 'SCH*1*EA***002*961201', 'TD1*CTN*2', 'MAN*GM*1'],
      '003040',
    ],
    [
      'a party of a remittance',
      '820',
      [...REMITTANCE, 'ENT*1', 'N1*PR*Buyer', 'N4*Reno*NV', 'RMR*IV*INV-1**100'],
      '003060',
    ],
    [
      'services of an item',
      '820',
      [...REMITTANCE, 'ENT*1', 'RMR*IV*INV-1**100', 'IT1', 'ITA*C***02', 'TXI*ST*5'],
      '003040',
    ],
    [
      'schedules of a line before its carrier',
      '850',
      [
        'BEG*00*SA*PO-1**961120',
        'PO1*1',
        'LDT*AF*3*DA',
        'SCH*1*EA***002*961201',
        'TC2*J*1',
        'MAN*GM*1',
        'AMT*1*5',
        'TXI*ST*5',
      ],
      '003040',
    ],
    [
      'schedules of an acknowledged line before its carrier',
      '855',
      ['BAK*00*AD*PO-1*961120', 'PO1*1', 'SCH*1*EA***002*961201', 'TD1*CTN*2', 'MAN*GM*1'],
      '003040',
    ],
    [
      'several codes of a segment',
      '997',
      ['AK1*PO*1', 'AK2*850*0001', 'AK3*BEG*2**8*7', 'AK5*R*5', 'AK9*R*1*1*0'],
      '003040',
    ],
  ] as const)('have %s until %s', async (_, set, body, last) => {
    const reading: string[] = [];
    for (const release of RELEASES) if ((await faultsOf(release, set, body)).length === 0) reading.push(release);
    expect(reading).toEqual(RELEASES.slice(0, RELEASES.indexOf(last) + 1));
  });

  it('leave other sets to 003070, because the dates of 004010 are longer', async () => {
    expect(RELEASES.map((release) => [guideFor('945', release)?.version, nearestRelease(release)])).toEqual([
      [undefined, '003070'],
      [undefined, '003070'],
      [undefined, '003070'],
      ['003070', '003070'],
    ]);
    const body = [
      'W06*N*SO-1*961122*S-1',
      'N1*ST*Store*92*0012',
      'G62*11*961122',
      'LX*1',
      'W12*CC*24*24*0*EA**VN*MW-1001',
    ];
    expect((await parseOne(anInterchange([aTransaction('945', body)]), guide('945', '003070'))).errors).toEqual([]);
  });
});
