import { describe, expect, it } from 'vitest';
import { withContent, withHeader } from './content.ts';

const order = [
  ['BEG', '00', 'SA', 'P-1', '', '20261128'],
  ['REF', 'IA', '40817'],
  ['DTM', '010', '20261130'],
  ['N1', 'ST', 'STORE', '92', '0001'],
  ['N3', '1 STREET'],
  ['PO1', '001', '4', 'EA', '1'],
  ['PO1', '002', '5', 'EA', '1'],
  ['CTT', '2'],
];
const form = { set: '850', version: '004010' };

describe('content that a scenario adds to an order', () => {
  it('comes where the guide has it', () => {
    const content = {
      type: 'DS',
      header: [
        [['N1', 'Z7', 'OTHER']],
        [['SAC', 'A', 'C310']],
        [
          ['N9', 'ZZ', '1'],
          ['MSG', 'NOTE'],
        ],
      ],
      lines: [
        [],
        [
          [
            ['N9', 'ZZ', '2'],
            ['MSG', 'LINE'],
          ],
          [['SDQ', 'EA', '92', '0001', '5']],
        ],
      ],
    };
    expect(withContent(order, content, form).map((segment) => segment.slice(0, 3).join('*'))).toEqual([
      'BEG*00*DS',
      'REF*IA*40817',
      'SAC*A*C310',
      'DTM*010*20261130',
      'N9*ZZ*1',
      'MSG*NOTE',
      'N1*ST*STORE',
      'N3*1 STREET',
      'N1*Z7*OTHER',
      'PO1*001*4',
      'PO1*002*5',
      'SDQ*EA*92',
      'N9*ZZ*2',
      'MSG*LINE',
      'CTT*2',
    ]);
  });

  it('replaces a date of the same kind', () => {
    const header = [[['DTM', '010', '20261205']], [['DTM', '001', '20261210']]];
    const dates = withContent(order, { header }, form).filter(([id]) => id === 'DTM');
    expect(dates).toEqual([
      ['DTM', '010', '20261205'],
      ['DTM', '001', '20261210'],
    ]);
  });

  it('may replace the parties, and leaves an order alone that has none', () => {
    expect(withContent(order, {}, form)).toEqual(order);
    const parties = [
      ['N1', 'ST', 'CONSUMER'],
      ['N3', '12 ELM STREET'],
    ];
    expect(withContent(order, { parties }, form).slice(3, 5)).toEqual(parties);
  });
});

describe('the header that certification.yaml states', () => {
  it('comes where the guide has it, and what belongs to a loop stays with it', () => {
    const header = [
      ['N9', 'L1', 'A'],
      ['MSG', 'NOTE'],
      ['TXI', 'ST', '5'],
      ['PER', 'BD', 'ANN'],
      ['ZZZ', '1'],
    ];
    const ids = withHeader(order, header, form).map(([id]) => id);
    expect(ids.join(' ')).toBe('BEG REF PER ZZZ DTM TXI N9 MSG N1 N3 PO1 PO1 CTT');
  });
});
