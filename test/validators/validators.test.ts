import { describe, expect, it } from 'vitest';
import { skipOrFail } from '../support/requirements.ts';
import { validatorsElsewhere } from './elsewhere.ts';

const ISA =
  'ISA*00*          *00*          *ZZ*MERIDIAN       *ZZ*HARBORPINE     *261121*0915*U*00401*000000041*0*T*>~';

function interchange(
  functionalId: string,
  segments: readonly string[],
  { set = segments[0]?.slice(3, 6), count = 0 } = {},
): Uint8Array {
  const body = [
    `GS*${functionalId}*MERIDIAN*HARBORPINE*20261121*0915*41*X*004010`,
    ...segments,
    `SE*${count || segments.length + 1}*0001`,
    'GE*1*41',
    'IEA*1*000000041',
  ];
  return Buffer.from(`${ISA}${body.join('~')}~`.replace('ST*SET', `ST*${set}`), 'latin1');
}

const acknowledgment = ['ST*997*0001', 'AK1*PO*7', 'AK2*850*0001', 'AK5*A', 'AK9*A*1*1*1'];
const invoice = [
  'ST*810*0001',
  'BIG*20261121*INV-1001*20261118*HP-4500171',
  'IT1*1*24*EA*3.9**VN*MW-1001',
  'TDS*9360',
  'CTT*1*24',
];
const replaced = (segments: readonly string[], at: number, segment: string) => segments.with(at, segment);

describe('independent validators', () => {
  it('accept valid documents, and each rejects broken ones', async (context) => {
    const elsewhere = await validatorsElsewhere().catch((error: unknown) => skipOrFail(context, error));
    const verdicts = await elsewhere.judge(
      new Map([
        ['sound 997', interchange('FA', acknowledgment)],
        ['sound 810', interchange('IN', invoice)],
        ['acknowledgment without a status code', interchange('FA', replaced(acknowledgment, 3, 'AK5*'))],
        ['invoice without a number', interchange('IN', replaced(invoice, 1, 'BIG*20261121**20261118*HP-4500171'))],
        ['unit too long', interchange('IN', replaced(invoice, 2, 'IT1*1*24*EACH*3.9**VN*MW-1001'))],
        [
          'invoice without a total',
          interchange(
            'IN',
            invoice.filter((segment) => !segment.startsWith('TDS')),
          ),
        ],
        ['wrong count of segments', interchange('IN', invoice, { count: 9 })],
      ]),
    );
    expect(Object.keys(verdicts)).toEqual([
      'acknowledgment without a status code',
      'invoice without a number',
      'unit too long',
      'invoice without a total',
      'wrong count of segments',
    ]);
    for (const faults of Object.values(verdicts)) {
      expect(faults.join('\n')).toMatch(/^bots: /m);
      expect(faults.join('\n')).toMatch(/^StAEDI: /m);
    }
  }, 300_000);
});
