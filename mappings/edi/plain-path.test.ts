import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateExpression } from '../../runtime/expressions.ts';
import type { TreeNode } from '../x12/types.ts';
import { BEYOND_PLAIN, plainPath, textAlong } from './plain-path.ts';

const BUYER_CODE = "REF[`01`='19'].`02`";

function along(text: string, tree: object) {
  const path = plainPath(text);
  if (path === undefined) throw new Error(`${text} is not a plain path`);
  return textAlong(path, tree as TreeNode);
}

describe('a plain path', () => {
  it('finds the element of the one segment that its filter names', () => {
    const tree = {
      REF: [
        { '01': 'DP', '02': '041' },
        { '01': '19', '02': 'B7' },
      ],
    };
    expect(along(BUYER_CODE, tree)).toBe('B7');
    expect(along(BUYER_CODE, { REF: [{ '01': 'DP', '02': '041' }] })).toBeUndefined();
    expect(along(BUYER_CODE, {})).toBeUndefined();
  });

  it('leaves several values, lists and composites to JSONata', () => {
    const twice = {
      REF: [
        { '01': '19', '02': 'B7' },
        { '01': '19', '02': 'B8' },
      ],
    };
    expect(along(BUYER_CODE, twice)).toBe(BEYOND_PLAIN);
    expect(along('BEG.`02`', { BEG: { '02': ['SA'] } })).toBe(BEYOND_PLAIN);
    expect(along('BEG.`02`', { BEG: { '02': { '1': 'SA' } } })).toBe(BEYOND_PLAIN);
    expect(along('REF', { REF: [] })).toBe(BEYOND_PLAIN);
  });

  it.each([
    '$order.BEG.`03`',
    "REF[`01`='19']",
    'REF[0].`02`',
    "REF[`01`!='19'].`02`",
    "REF[`01`='19' or `01`='20'].`02`",
    'REF[][`01`="19"].`02`',
    'REF.`02`[]',
    'REF^(`01`).`02`',
    "REF.{'a': `02`}",
    'REF.%.BEG',
    '**.`02`',
    '$uppercase(BEG.`02`)',
    '"text"',
  ])('is not %s', (text) => {
    expect(plainPath(text)).toBeUndefined();
  });

  it('returns the result of JSONata, or defers to it', async () => {
    const text = fc.constantFrom('', 'a');
    const key = fc.constantFrom('x', 'y');
    const { value } = fc.letrec((tie) => ({
      object: fc.record({ x: tie('value'), y: tie('value') }, { requiredKeys: [] }),
      // Mostly values that occur in transaction trees, so that many paths lead to a text; sometimes
      // other values.
      value: fc.oneof(
        { maxDepth: 5 },
        { arbitrary: text, weight: 8 },
        { arbitrary: tie('object'), weight: 8 },
        { arbitrary: fc.array(tie('object'), { maxLength: 3 }), weight: 8 },
        { arbitrary: fc.constantFrom(null, 1, true), weight: 1 },
        { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
      ),
    }));
    const filter = fc.tuple(key, text).map(([name, equals]) => `[\`${name}\`='${equals}']`);
    const step = fc.tuple(key, fc.option(filter, { nil: '' })).map(([name, condition]) => `\`${name}\`${condition}`);
    const expression = fc
      .tuple(fc.array(step, { maxLength: 3 }), key)
      .map(([steps, last]) => [...steps, `\`${last}\``].join('.'));
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(expression, fc.record({ x: value, y: value }), async (path, tree) => {
        const direct = along(path, tree);
        if (direct === BEYOND_PLAIN) return;
        if (direct !== undefined) answered += 1;
        expect(await evaluateExpression(path, tree)).toEqual({ value: direct });
      }),
      { numRuns: 3000 },
    );
    expect(answered).toBeGreaterThan(100);
  });
});
