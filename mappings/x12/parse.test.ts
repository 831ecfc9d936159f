import { describe, expect, it } from 'vitest';
import { allGuides, guideFor } from './guides/index.ts';
import { GuideRuleError, narrowGuide } from './narrow.ts';
import { positionOf } from './position.ts';

import {
  anInterchange,
  anOrder,
  aTransaction,
  guide,
  parseBody,
  parseOne,
  treeOfAnOrder,
} from './test-support/interchange.ts';
import { loopAt, segmentAt, valueAt } from './tree.ts';
import type { SegmentObject } from './types.ts';

function replaced(from: string, to: string | undefined): string[] {
  return anOrder.flatMap((segment) => (segment === from ? (to === undefined ? [] : to.split('~')) : [segment]));
}

const order = 'BEG*00*SA*PO-1001**20261120';
const line = 'PO1*1*12*EA*9.25**SK*MW-1001*UP*012345678905';

describe('the tree', () => {
  it('holds single segments as objects, repeating ones and loops as arrays', async () => {
    const { tree, errors } = await parseBody('850', anOrder);
    expect(errors).toEqual([]);
    expect(tree).toEqual(treeOfAnOrder);
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });

  it('knows where each segment was read, ST being 1', async () => {
    const { tree } = await parseBody('850', anOrder);
    const second = segmentAt(loopAt(tree, 'PO1')[1], 'PO1') as SegmentObject;
    expect(positionOf(second)).toMatchObject({ segment: 'PO1', position: 10, loop: 'PO1' });
    expect(positionOf({ '01': '1' })).toBeUndefined();
  });

  it('splits composites, drops padding, keeps leading blanks', async () => {
    const { tree, errors } = await parseBody(
      '850',
      replaced('REF*DP*038', 'REF*DP*038 **CT>C-7').flatMap((one) =>
        one.startsWith('DTM') ? [one, 'PID*F****  TWO SPACES  '] : [one],
      ),
    );
    expect(errors).toEqual([]);
    expect(tree.REF).toEqual([{ '01': 'DP', '02': '038', '04': { '1': 'CT', '2': 'C-7' } }]);
    expect(tree.PID).toEqual([{ '01': 'F', '05': '  TWO SPACES' }]);
  });
});

describe('faults of segments', () => {
  it.each<[string, string[], string, string, number, string]>([
    ['unknown segment', replaced('REF*DP*038', 'XYZ*1'), 'segment-unknown', 'XYZ', 3, '1'],
    ['segment of another set', replaced('REF*DP*038', 'TDS*1'), 'segment-not-in-set', 'TDS', 3, '6'],
    ['segment of another loop', replaced('REF*DP*038', 'SCH*1*EA***010*20261201'), 'segment-unexpected', 'SCH', 3, '2'],
    ['mandatory segment missing', replaced(order, undefined), 'segment-missing', 'BEG', 2, '3'],
    ['mandatory loop missing', anOrder.slice(0, 6), 'loop-missing', 'PO1', 8, '3'],
    [
      'segment over its maximum',
      replaced(order, `${order}~CUR*BY*USD~CUR*BY*CAD`),
      'segment-over-maximum',
      'CUR',
      4,
      '5',
    ],
    [
      'header segment after the parties',
      replaced(line, `CUR*BY*USD~${line}`),
      'segment-out-of-sequence',
      'CUR',
      8,
      '7',
    ],
    ['total before the lines', replaced('REF*DP*038', 'CTT*2').slice(0, -1), 'segment-out-of-sequence', 'CTT', 3, '7'],
  ])('%s', async (_, body, code, segment, position, ak) => {
    const { errors } = await parseBody('850', body);
    expect(errors).toMatchObject([{ code, place: { segment, position }, ak: { level: 'segment', code: ak } }]);
  });

  it.each([
    ['TX1*1', 'Our guide of the 850 in release 004010 does not have segment TX1.'],
    ['TDS*1', 'Our guide of the 850 in release 004010 does not have segment TDS, which other sets have.'],
  ])('%s is missing in our guide, not in the standard', async (segment, message) => {
    const { errors } = await parseBody('850', replaced('REF*DP*038', segment));
    expect(errors.map((error) => error.message)).toEqual([message]);
  });

  it('a loop over its maximum', async () => {
    const narrow = narrowGuide(guide('850'), [{ at: 'PO1', maximum: 1 }]);
    const { errors, tree } = await parseBody('850', anOrder, narrow);
    expect(errors).toMatchObject([
      { code: 'loop-over-maximum', place: { position: 10, loop: 'PO1' }, ak: { code: '4' } },
    ]);
    expect(loopAt(tree, 'PO1')).toHaveLength(2);
  });

  it('reports everything, up to the limit', async () => {
    const body = [...Array.from({ length: 300 }, () => 'XYZ*1'), ...anOrder];
    expect((await parseBody('850', body)).errors).toHaveLength(200);
  });
});

describe('faults of elements', () => {
  it('of a segment with more than 32 elements', async () => {
    const elements = Array.from({ length: 32 }, (_, index) => (index === 1 ? 'MW-1001' : ''));
    const body = ['BCT*PC*MW-2026', 'LIN*1*VN*MW-1001', `G55*${elements.join('*')}*CTN`];
    const { errors } = await parseBody('832', body);
    expect(errors).toMatchObject([{ code: 'element-missing', place: { segment: 'G55', element: 1 } }]);
  });

  it.each<[string, string, string, string, number, string, string | undefined]>([
    ['missing', order, 'BEG*00*SA***20261120', 'element-missing', 3, '1', undefined],
    ['too many', 'CTT*2', 'CTT*2*******X', 'element-too-many', 8, '3', 'X'],
    ['too short', order, 'BEG*0*SA*PO-1001**20261120', 'element-too-short', 1, '4', '0'],
    [
      'too long',
      order,
      'BEG*00*SA*12345678901234567890123**20261120',
      'element-too-long',
      3,
      '5',
      '12345678901234567890123',
    ],
    ['control character', order, 'BEG*00*SA*PO\x07**20261120', 'element-character', 3, '6', 'PO\u2407'],
    ['letter in a quantity', line, 'PO1*1*12X*EA*9.25**SK*MW-1001', 'element-character', 2, '6', '12X'],
    ['two decimal points', line, 'PO1*1*12*EA*9.2.5**SK*MW-1001', 'element-character', 4, '6', '9.2.5'],
    ['letter in a whole number', 'CTT*2', 'CTT*2.0', 'element-character', 1, '6', '2.0'],
    ['31 November', order, 'BEG*00*SA*PO-1001**20261131', 'element-date', 5, '8', '20261131'],
    ['29 February of a common year', order, 'BEG*00*SA*PO-1001**20270229', 'element-date', 5, '8', '20270229'],
    ['date of nine digits', 'DTM*010*20261201', 'DTM*010*200902164', 'element-too-long', 2, '5', '200902164'],
    ['date of six digits', 'DTM*010*20261201', 'DTM*010*261399', 'element-too-short', 2, '4', '261399'],
    ['date with dashes', 'DTM*010*20261201', 'DTM*010*2026-12-01', 'element-date', 2, '8', '2026-12-01'],
    ['hour 24', 'DTM*010*20261201', 'DTM*010*20261201*2400', 'element-time', 3, '9', '2400'],
    ['paired element missing', line, 'PO1*1*12*EA*9.25**SK', 'element-condition', 7, '2', undefined],
    ['one of several missing', 'REF*DP*038', 'REF*DP', 'element-condition', 2, '2', undefined],
    ['condition of an element', 'DTM*010*20261201', 'DTM*010*20261201**UT', 'element-condition', 3, '2', undefined],
    ['list condition', order, `${order}~CUR*BY*USD********007`, 'element-condition', 11, '2', undefined],
    ['exclusion', 'PID*F****HINGE, 3 INCH', 'QTY*38*1**FREE', 'element-exclusion', 4, '10', undefined],
    ['components in a simple element', order, 'BEG*00*SA*PO>1**20261120', 'component-too-many', 3, '3', 'PO>1'],
  ])('%s', async (_, from, to, code, element, ak, value) => {
    const { errors } = await parseBody('850', replaced(from, to));
    const found = errors.find((error) => error.code === code);
    expect(found, JSON.stringify(errors)).toMatchObject({ place: { element }, ak: { level: 'element', code: ak } });
    expect(found?.value).toBe(value);
    expect(found?.message).not.toBe('');
  });

  it('accepts what the standard counts as within the length', async () => {
    const { errors } = await parseBody('850', replaced(line, 'PO1*1*-123456789012.345*EA*1E3'));
    expect(errors).toEqual([]);
  });

  it('refuses codes only if the list is closed', async () => {
    expect((await parseBody('850', replaced(order, order.replace('*SA*', '*Q9*')))).errors).toEqual([]);
    const { errors } = await parseBody('820', ['BPR*C*10*X*ACH']);
    expect(errors).toMatchObject([
      { code: 'element-code', place: { segment: 'BPR', element: 3 }, value: 'X', ak: { code: '7', reference: '478' } },
    ]);
  });

  it('names a component at fault', async () => {
    const { errors } = await parseBody('850', replaced('REF*DP*038', 'REF*DP*038**CT'));
    expect(errors).toMatchObject([
      { code: 'element-missing', place: { element: 4, component: 2 }, ak: { reference: '127' } },
    ]);
  });
});

describe('hierarchical levels', () => {
  const notice = ['BSN*00*SHIP-1*20261120*1200*0001', 'HL*1**S', 'HL*2*1*O', 'HL*3*2*T', 'HL*4*3*P', 'HL*5*4*I'];

  it('stand in one flat list in document order', async () => {
    const { tree, errors } = await parseBody('856', notice);
    expect(errors).toEqual([]);
    expect(loopAt(tree, 'HL').map((loop) => valueAt(segmentAt(loop, 'HL'), '03'))).toEqual(['S', 'O', 'T', 'P', 'I']);
  });

  it.each(['HL*1**O', 'HL*1* *O', 'HL*1*            *O'])('need not name a parent: %s', async (first) => {
    const { errors } = await parseBody('856', ['BSN*00*SHIP-1*20261120*1200*0001', first, 'HL*2*1*I']);
    expect(errors).toEqual([]);
  });

  it.each<[string, string, string, string, number]>([
    ['a number left out', 'HL*3*2*T', 'HL*7*2*T', 'hierarchy-sequence', 1],
    ['a parent that has not come', 'HL*3*2*T', 'HL*3*9*T', 'hierarchy-parent', 2],
    ['an item above an order', 'HL*2*1*O', 'HL*2*1*I', 'hierarchy-level', 3],
    ['children denied', 'HL*2*1*O', 'HL*2*1*O*0', 'hierarchy-child', 4],
  ])('%s', async (_, from, to, code, element) => {
    const { errors } = await parseBody(
      '856',
      notice.map((segment) => (segment === from ? to : segment)),
    );
    expect(errors.find((error) => error.code === code)?.place, JSON.stringify(errors)).toMatchObject({
      segment: 'HL',
      element,
    });
  });
});

describe('narrowing', () => {
  it.each<[string, Parameters<typeof narrowGuide>[1][number], string, string]>([
    ['a mandatory element', { at: 'BEG', element: '06', mandatory: true }, 'element-missing', 'BEG'],
    ['a shorter code list', { at: 'PO1/PO1', element: '03', codes: ['EA'] }, 'element-code', 'PO1'],
    ['a shorter element', { at: 'PO1/PO1', element: 7, maxLength: 5 }, 'element-too-long', 'PO1'],
    ['a mandatory segment', { at: 'CUR', mandatory: true }, 'segment-missing', 'CUR'],
    ['a mandatory loop', { at: 'PO1/SAC', mandatory: true }, 'loop-missing', 'SAC'],
    ['a forbidden segment', { at: 'N1/N3', forbidden: true }, 'segment-forbidden', 'N3'],
    ['a forbidden loop', { at: 'PO1/PID', forbidden: true }, 'segment-forbidden', 'PID'],
  ])('%s is enforced, and the guide itself stays as it was', async (_, rule, code, segment) => {
    const { errors } = await parseBody('850', anOrder, narrowGuide(guide('850'), [rule]));
    expect(errors[0]).toMatchObject({ code, place: { segment } });
    expect((await parseBody('850', anOrder)).errors).toEqual([]);
  });

  it('keeps the shape of the tree when a repeating segment is limited to one', async () => {
    const { tree } = await parseBody('850', anOrder, narrowGuide(guide('850'), [{ at: 'REF', maximum: 1 }]));
    expect(tree.REF).toHaveLength(1);
  });

  it('refuses rules that name nothing or widen the guide, all at once', () => {
    const rules = [
      { at: 'ZZZ', mandatory: true },
      { at: 'CUR', maximum: 2 },
      { at: 'BEG', element: 3, maxLength: 40 },
      { at: 'BEG', forbidden: true },
    ];
    expect(() => narrowGuide(guide('850'), rules)).toThrow(GuideRuleError);
    try {
      narrowGuide(guide('850'), rules);
    } catch (error) {
      expect((error as GuideRuleError).faults).toHaveLength(4);
    }
  });
});

it('a repetition of an element that has none is a fault in a release with a repetition separator, and data in another', async () => {
  const body = ['BEG*00*SA*PO-1^PO-2**20261120', ...anOrder.slice(1)];
  const text = anInterchange([aTransaction('850', body)]);
  const in5010 = text.replace('*U*00401', '*^*00501').replace('*X*004010', '*X*005010');
  expect((await parseOne(text)).errors).toEqual([]);
  expect((await parseOne(in5010, guide('850', '005010'))).errors).toEqual([
    expect.objectContaining({
      code: 'element-repeated-too-often',
      place: expect.objectContaining({ segment: 'BEG', element: 3 }),
      ak: { level: 'element', code: '3', reference: '324' },
    }),
  ]);
});

it('amounts of an order stand before its lines or after its totals', async () => {
  const body = ['BEG*00*SA*PO-1**20261120', 'AMT*TT*884.06', ...anOrder.slice(1), 'AMT*TT*884.06'];
  const misplaced = ['BEG*00*SA*PO-1**20261120', 'N1*ST*DOCK', 'AMT*TT*884.06', ...anOrder.slice(6)];
  const { tree, errors } = await parseBody(
    '850',
    body.filter((line) => !/^(REF|DTM)/.test(line)),
  );
  expect(errors).toEqual([]);
  expect(tree).toMatchObject({
    AMT: [{ AMT: { '01': 'TT' } }],
    CTT: [{ CTT: { '01': '2' }, AMT: { '02': '884.06' } }],
  });
  expect((await parseBody('850', misplaced)).errors).toEqual([
    expect.objectContaining({ code: 'segment-out-of-sequence' }),
  ]);
});

describe('guides', () => {
  it('are found by the first six digits of GS08', () => {
    expect(guideFor('850', '004010VICS')).toBe(guideFor('850', '004010'));
    expect(guideFor('850', '003030')).toBeUndefined();
    expect(guideFor('999', '004010')).toBeUndefined();
  });

  it('exist for every set of this release', () => {
    const of4010 = allGuides().filter((one) => one.version === '004010');
    expect(of4010.map((one) => `${one.set}/${one.functionalId}`)).toEqual([
      '850/PO',
      '855/PR',
      '860/PC',
      '865/CA',
      '856/SH',
      '810/IN',
      '820/RA',
      '997/FA',
      '180/AN',
      '832/SC',
      '846/IB',
      '875/OG',
      '940/OW',
      '944/RE',
      '945/SW',
      '824/AG',
      '812/CD',
    ]);
  });

  it('of 005010 are those of 004010 and the 999', () => {
    const sets = (version: string) => allGuides().flatMap((one) => (one.version === version ? [one.set] : []));
    expect(sets('005010').sort()).toEqual([...sets('004010'), '999'].sort());
  });
});
