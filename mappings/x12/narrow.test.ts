import { describe, expect, it } from 'vitest';
import { guideFor } from './guides/index.ts';
import { type GuideRule, GuideRuleError, narrowGuide } from './narrow.ts';
import { parseTransaction } from './parse.ts';
import type { Guide, ReadSegment } from './types.ts';
import { writeTransaction } from './write.ts';

const DELIMITERS = { element: '*', component: '>', segment: '~' };

function guide(set: string): Guide {
  const found = guideFor(set, '004010');
  if (found === undefined) throw new Error(`no guide of ${set}`);
  return found;
}

function parse(of: Guide, lines: readonly string[]) {
  const segments = lines.map((line, index): ReadSegment => {
    const [id = '', ...elements] = line.split('*');
    return { id, elements, position: index + 2, byteOffset: -1 };
  });
  return parseTransaction({ segments, segmentCount: segments.length + 2, delimiters: DELIMITERS }, of);
}

function faultsOf(rules: readonly GuideRule[], set = '850'): string[] {
  try {
    narrowGuide(guide(set), rules);
    return [];
  } catch (error) {
    if (!(error instanceof GuideRuleError)) throw error;
    return error.faults.map(({ rule, text }) => `${rule} ${text}`);
  }
}

const ORDER = ['BEG*00*SA*PO-1**20261120', 'PO1*1*2*EA*5**VP*MW-1', 'CTT*1'];
const withLine = (...more: string[]) => [...ORDER.slice(0, 2), ...more, ...ORDER.slice(2)];

describe('widening', () => {
  const zone: GuideRule = {
    at: 'PO1/ZZZ',
    after: 'PO1/PID',
    maximum: 2,
    elements: [
      { name: 'Zone', type: 'ID', minLength: 2, maxLength: 3, mandatory: true, codes: { AA: 'near', BBB: 'far' } },
      { name: 'Text', type: 'AN', minLength: 1, maxLength: 20, mandatory: false },
    ],
  };

  it('reads a segment that the standard does not have, by its description, and writes it back', () => {
    const wide = narrowGuide(guide('850'), [zone]);
    const lines = withLine('PID*F****HAMMER', 'ZZZ*AA*DOCK', 'ZZZ*BBB');
    const { tree, errors } = parse(wide, lines);
    expect(errors).toEqual([]);
    expect(tree.PO1).toMatchObject([{ ZZZ: [{ '01': 'AA', '02': 'DOCK' }, { '01': 'BBB' }] }]);
    expect(writeTransaction(tree, wide, DELIMITERS)).toEqual(lines);
    expect(parse(guide('850'), lines).errors.map(({ code }) => code)).toEqual(['segment-unknown', 'segment-unknown']);
  });

  it('judges an added segment as any other', () => {
    const wide = narrowGuide(guide('850'), [zone]);
    const faults = (...more: string[]) => parse(wide, withLine(...more)).errors.map(({ code }) => code);
    expect(faults('ZZZ*CC')).toEqual(['element-code']);
    expect(faults('ZZZ**TEXT')).toEqual(['element-missing']);
    expect(faults('ZZZ*AA', 'ZZZ*AA', 'ZZZ*AA')).toEqual(['segment-over-maximum']);
    expect(faults('ZZZ*AA', 'PID*F****HAMMER')).toEqual(['segment-out-of-sequence']);
  });

  it('takes the description of a segment that the set has elsewhere', () => {
    const wide = narrowGuide(guide('850'), [{ at: 'N1/CUR', after: 'N1/N1' }]);
    const lines = [ORDER[0] as string, 'N1*ST*DOCK*92*10', 'CUR*BY*USD', ...ORDER.slice(1)];
    expect(parse(wide, lines).errors).toEqual([]);
    expect(parse(guide('850'), lines).errors).toMatchObject([{ code: 'segment-out-of-sequence' }]);
  });

  it('moves a segment to where the partner has it', () => {
    const lines = ['BEG*00*SA*PO-1**20261120', 'DTM*010*20261201', 'REF*DP*7', ...ORDER.slice(1)];
    expect(parse(guide('850'), lines).errors).toMatchObject([{ code: 'segment-out-of-sequence' }]);
    const moved = narrowGuide(guide('850'), [{ at: 'REF', after: 'DTM' }]);
    const { tree, errors } = parse(moved, lines);
    expect(errors).toEqual([]);
    expect(writeTransaction(tree, moved, DELIMITERS)).toEqual(lines);
  });

  it.each<[string, GuideRule, string[]]>([
    ['a higher maximum', { at: 'CUR', maximum: 2, widens: true }, ['CUR*BY*USD', 'CUR*SE*USD']],
    ['a longer text', { at: 'N1/N1', element: '02', maxLength: 80, widens: true }, [`N1*ST*${'X'.repeat(75)}*92*10`]],
    ['a further code', { at: 'BEG', element: '01', moreCodes: { Z9: 'ours' } }, []],
    ['an element that need not be there', { at: 'N1/N1', element: '01', mandatory: false, widens: true }, ['N1**DOCK']],
  ])('%s is no fault any more', (name, rule, more) => {
    const [beg = '', ...rest] = ORDER;
    const head = name === 'a further code' ? beg.replace('*00*', '*Z9*') : beg;
    const closed: GuideRule[] = name === 'a further code' ? [{ at: 'BEG', element: '01', codes: ['00', 'Z9'] }] : [];
    const lines = [head, ...more, ...rest];
    const base =
      name === 'a further code'
        ? narrowGuide(guide('850'), [{ at: 'BEG', element: '01', codes: ['00'] }])
        : guide('850');
    expect(parse(base, lines).errors).toHaveLength(1);
    expect(parse(narrowGuide(guide('850'), [rule, ...closed]), lines).errors).toEqual([]);
  });

  it('keeps both of what the standard has once, and still writes one that stands alone', () => {
    const wide = narrowGuide(guide('850'), [{ at: 'CUR', maximum: 2, widens: true }]);
    const { tree } = parse(wide, [ORDER[0] as string, 'CUR*BY*USD', 'CUR*SE*USD', ...ORDER.slice(1)]);
    expect(tree.CUR).toHaveLength(2);
    const alone = { ...tree, CUR: { '01': 'BY', '02': 'USD' } };
    expect(writeTransaction(alone, wide, DELIMITERS)[1]).toBe('CUR*BY*USD');
  });

  it('is refused where it would say nothing, or two things', () => {
    expect(faultsOf([{ at: 'PO1/ZZZ', after: 'PO1/PID' }])).toEqual([expect.stringContaining('no segment ZZZ')]);
    expect(faultsOf([{ at: 'PO1/CUR', after: 'PO1/PIDD' }])).toEqual([expect.stringContaining('did you mean PID?')]);
    expect(faultsOf([{ at: 'PO1/CUR', after: 'PID' }])).toEqual([expect.stringContaining('as PO1/PID would')]);
    expect(faultsOf([{ at: 'PO1/CTT', after: 'PO1/PID' }])).toEqual([expect.stringContaining('another CTT')]);
    expect(faultsOf([{ at: 'PO1/PO1', after: 'PO1/PID' }])).toEqual([expect.stringContaining('begins the loop PO1')]);
    expect(faultsOf([{ ...zone, level: 'I' }])).toEqual([expect.stringContaining('every level')]);
    expect(faultsOf([{ at: 'CUR', maximum: 2 }])).toEqual([expect.stringContaining('`widens: true` allows it')]);
    expect(faultsOf([{ at: 'BEG', element: 3, mandatory: false }])).toEqual([expect.stringContaining('widens')]);
    expect(
      faultsOf([
        { at: 'PO1', maximum: 3 },
        { at: 'PO1', maximum: 1 },
      ]),
    ).toEqual(['1 PO1: contradicts rule 1 for the same place']);
  });
});

describe('a rule for one level of a hierarchy', () => {
  const NOTICE = [
    'BSN*00*S1*20261121*1200',
    'HL*1**S',
    'REF*BM*1',
    'HL*2*1*O',
    'PRF*PO-1',
    'HL*3*2*I',
    'LIN**VP*MW-1',
    'SN1**2*EA',
    'CTT*3',
  ];
  const faults = (rules: readonly GuideRule[], lines = NOTICE) =>
    parse(narrowGuide(guide('856'), rules), lines).errors.map(({ code, place }) => `${code} ${place.position}`);

  it('holds there and not elsewhere', () => {
    expect(faults([])).toEqual([]);
    expect(faults([{ at: 'HL/REF', level: 'O', mandatory: true }])).toEqual(['segment-missing 7']);
    expect(faults([{ at: 'HL/REF', level: 'S', forbidden: true }])).toEqual(['segment-forbidden 4']);
    expect(faults([{ at: 'HL/REF', level: 'I', forbidden: true }])).toEqual([]);
    expect(faults([{ at: 'HL/LIN', element: '03', level: 'I', maxLength: 3 }])).toEqual(['element-too-long 8']);
  });

  it('stops a document that is written against it', () => {
    const wide = narrowGuide(guide('856'), [{ at: 'HL/REF', level: 'O', mandatory: true }]);
    const { tree } = parse(guide('856'), NOTICE);
    expect(() => writeTransaction(tree, wide, DELIMITERS)).toThrow(/REF/);
  });

  it('needs a hierarchy and a level of it', () => {
    expect(faultsOf([{ at: 'PO1/PID', level: 'O', mandatory: true }])).toEqual([expect.stringContaining('loop of HL')]);
    expect(faultsOf([{ at: 'HL/REF', level: 'Q7', mandatory: true }], '856')).toEqual([
      expect.stringContaining('no code of HL03'),
    ]);
  });
});
