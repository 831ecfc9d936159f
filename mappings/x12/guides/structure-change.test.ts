import { describe, expect, it } from 'vitest';
import { extendRelease } from './compile.ts';
import { release004010 } from './index.ts';
import { changedStructure } from './structure-change.ts';

const order = `BEG M 1
LDT O 12
[N9 1000]
  N9 O 1
  MSG O 1000
[PO1 100000 M]
  PO1 M 1
  [N9 >1]
    N9 O 1
    MSG O >1
  [AMT 5 when 01=1,TT]
    AMT O 1
CTT O 1`;

describe('a change to a structure', () => {
  it('applies at every match', () => {
    const changed = changedStructure(order, { at: 'N9/MSG', add: 'MTX O >1' });
    expect(changed.split('\n').filter((line) => line.trim() === 'MTX O >1')).toEqual(['  MTX O >1', '    MTX O >1']);
  });

  it('applies only at the header if its path starts there', () => {
    expect(changedStructure(order, { at: '/N9/MSG', add: 'MTX O >1' })).toBe(
      order.replace('  MSG O 1000', '  MSG O 1000\n  MTX O >1'),
    );
  });

  it('follows a loop after all that it holds', () => {
    expect(changedStructure(order, { at: '/PO1', add: '[LM 1]\n  LM O 1' })).toBe(
      order.replace('CTT O 1', '[LM 1]\n  LM O 1\nCTT O 1'),
    );
    expect(changedStructure(order, { at: '/CTT', add: 'AMT O 1' })).toBe(`${order}\nAMT O 1`);
  });

  it('distinguishes a loop from its first segment', () => {
    expect(changedStructure(order, { at: '/PO1', maximum: '5' })).toBe(order.replace('100000', '5'));
    expect(changedStructure(order, { at: 'AMT', maximum: '>1' })).toBe(order.replace('[AMT 5', '[AMT >1'));
    expect(changedStructure(order, { at: 'PO1/N9/N9', add: 'DTM O 1' })).toBe(
      order.replace('    N9 O 1', '    N9 O 1\n    DTM O 1'),
    );
  });

  it('takes away a segment, or a loop with all that it holds', () => {
    expect(changedStructure(order, { at: '/LDT', replace: '' })).toBe(order.replace('LDT O 12\n', ''));
    expect(changedStructure(order, { at: '/N9', replace: 'NTE O 1' })).toBe(
      order.replace('[N9 1000]\n  N9 O 1\n  MSG O 1000', 'NTE O 1'),
    );
  });

  it('changes nothing without a match', () => {
    expect(changedStructure(order, { at: 'SLN/MSG', add: 'MTX O >1' })).toBe(order);
  });
});

describe('a difference between releases', () => {
  it('must change something', () => {
    const structures = (set: string, at: string) => ({ [set]: [{ at, add: 'MTX O >1' }] });
    expect(() => extendRelease(release004010, { version: '009999', structures: structures('850', 'XYZ/MSG') })).toThrow(
      'Guide data of release 009999: nothing of 850 is at XYZ/MSG',
    );
    expect(() => extendRelease(release004010, { version: '009999', structures: structures('999', 'AK1') })).toThrow(
      'Guide data of release 009999: set 999 is not defined',
    );
  });
});
