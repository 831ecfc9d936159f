import { describe, expect, it } from 'vitest';
import { anInterchange, aTransaction, guide, parseBody, parseOne, usual } from '../test-support/interchange.ts';
import { writeTransaction } from '../write.ts';

const BEGINNINGS = {
  '850': ['BEG*00*SA*PO-1**20261120'],
  '855': ['BAK*00*AD*PO-1*20261120'],
  '860': ['BCH*04*SA*PO-1***20261120'],
  '865': ['BCA*00*AC*PO-1***20261120'],
  '856': ['BSN*00*SHIP-1*20261120*1200*0001', 'HL*1**S'],
  '832': ['BCT*PC*MW-2026', 'LIN*1*VN*MW-1001'],
} as const;
type SetNumber = keyof typeof BEGINNINGS;

const line = 'PO1*1*12*EA*9.25**SK*MW-1001';
const change = 'POC*1*QI*12*2*EA*9.25**SK*MW-1001';
const reply = ['N1*ST*Store 12*92*0012', 'N3*1 Main Street', 'N4*Reno*NV*89501*US'];
const times = (segment: string, count: number) => Array.from({ length: count }, () => segment);

/** Documents that the standard allows, by what is special about them. */
const ALLOWED: readonly (readonly [string, SetNumber, readonly string[]])[] = [
  [
    'quantity, schedule and lead time at a place of a line',
    '850',
    [line, ...reply, 'QTY*01*12', 'NX2*01*Dock 4', 'SCH*12*EA***002*20261201', 'TD1*CTN*2', 'LDT*AF*3*DA', 'MAN*GM*1'],
  ],
  [
    'quantity, schedule and lead time at a place of a changed line',
    '860',
    [change, ...reply, 'QTY*01*12', 'SCH*12*EA***002*20261201', 'LDT*AF*3*DA', 'QTY*01*12', 'MSG*Soon', 'REF*DP*1'],
  ],
  [
    'quantity, schedule and lead time at a place of an acknowledged change',
    '865',
    [
      change,
      'ACK*IA*12*EA',
      'LDT*AF*3*DA',
      'LM*VI',
      'LQ*0*A',
      ...reply,
      'QTY*01*12',
      'SCH*12*EA***002*20261201',
      'LDT*AF*3*DA',
    ],
  ],
  [
    'the quantity of a place after its carrier',
    '855',
    [line, ...reply, 'SCH*12*EA***002*20261201', 'TD1*CTN*2', 'TD5**2*ODFL', 'QTY*01*12', 'PKG*F*MSC***Boxed'],
  ],
  [
    'text before allowance and quantity of a subline',
    '850',
    [line, 'SLN*1**I*2*EA', 'TC2*J*1', 'ADV*ZZ*01', 'N9*ZZ*1', 'MSG*Inner pack', 'SAC*C*D240***500', 'QTY*01*2'],
  ],
  [
    'lead times between LS and LE',
    '850',
    [line, 'LS*LDT', 'LDT*AF*3*DA', 'QTY*01*12', 'MSG*Soon', 'LM*VI', 'LQ*0*A', 'LE*LDT'],
  ],
  ['lead times between LS and LE of a change', '860', [change, 'N9*ZZ*1', 'LS*LDT', 'LDT*AF*3*DA', 'LE*LDT', ...reply]],
  ['measurements before a text', '850', [line, 'N9*ZZ*1', 'DTM*002*20261201', 'MEA**WT*3*LB', 'MSG*Weighed']],
  ['five conditions of sale and commodity codes', '850', [...times('CSH*SC', 5), 'TC2*J*1', 'TC2*J*2', line]],
  ['many conditions of sale of a line', '850', [line, ...times('CSH*SC', 7)]],
  ['two kinds of packaging of an order', '850', ['TD1*CTN*2', 'TD1*PLT*1', line]],
  [
    'specifications with parties and contract data',
    '850',
    [
      'SPI*00*SP*1',
      'REF*DP*1',
      'MSG*Drawing',
      'N1*BY*Buyer',
      'G61*IC*Kim',
      'CB1*AA',
      'LDT*AF*3*DA',
      'ADV*ZZ*01*1*9',
      'MTX**Ages',
      line,
      'SPI*00',
    ],
  ],
  ['specifications of a change', '860', ['G53*001', 'SPI*00*SP*1', 'ADV*ZZ*01', change, 'SPI*00']],
  [
    'demographics of an acknowledgment',
    '855',
    ['N1*BY*Buyer', 'MSG*As agreed', 'ADV*ZZ*01', line, 'LDT*AF*3*DA', 'AMT*1*5'],
  ],
  ['a question of a ship notice', '856', ['SAC*N*D240', 'YNQ**Y', 'LM*VI', 'LQ*0*A']],
  [
    'packs of a catalogue',
    '832',
    ['N1*SE*Meridian', 'PKL*VN*MW-1001-C*CA*12*8*6*4*IN', 'CTP**CON*99', 'PKG*F*MSC***Boxed'],
  ],
];

describe('the standard allows', () => {
  it.each(ALLOWED)('%s (%s)', async (_, set, body) => {
    const whole = [...BEGINNINGS[set], ...body];
    const { tree, errors } = await parseBody(set, whole);
    expect(errors).toEqual([]);
    expect(writeTransaction(tree, guide(set), usual)).toEqual(whole);
  });

  it.each(ALLOWED)('%s (%s), in 005010 as well', async (_, set, body) => {
    const text = anInterchange([aTransaction(set, [...BEGINNINGS[set], ...body])]);
    expect((await parseOne(text, guide(set, '005010'))).errors).toEqual([]);
  });
});

describe('the standard does not allow', () => {
  it.each([
    ['850', [line, 'IT8*SC', 'IT8*BO'], 'segment-over-maximum', 'IT8'],
    ['850', [line, 'TD1*CTN*2', 'TD1*PLT*1'], 'segment-over-maximum', 'TD1'],
    ['850', [...times('TD1*CTN*2', 3), line], 'segment-over-maximum', 'TD1'],
    ['850', [...times('CSH*SC', 6), line], 'segment-over-maximum', 'CSH'],
    ['855', ['CSH*SC', 'CSH*BO', line], 'segment-over-maximum', 'CSH'],
    ['850', [line, 'N9*ZZ*1', 'MSG*Weighed', 'MEA**WT*3*LB'], 'segment-out-of-sequence', 'MEA'],
    ['850', [line, 'LS*LDT', 'LDT*AF*3*DA', ...reply], 'segment-missing', 'LE'],
  ] as const)('in a %s %j', async (set, body, code, segment) => {
    const { errors } = await parseBody(set, [...BEGINNINGS[set], ...body]);
    expect(errors.map((error) => [error.code, error.place.segment])).toEqual([[code, segment]]);
  });
});
