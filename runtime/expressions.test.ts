import { describe, expect, it } from 'vitest';
import { evaluateAll, evaluateEach, evaluateExpression } from './expressions.ts';

const tree = {
  REF: [
    { '01': '19', '02': 'SOUTH' },
    { '01': 'DP', '02': '7' },
  ],
};

describe('an expression', () => {
  it.each([
    ["REF[`01`='19'].`02`", 'SOUTH'],
    ['REF.`02`', ['SOUTH', '7']],
    ["$map(REF, function($one) { $one.`01` & '/' & $one.`02` })", ['19/SOUTH', 'DP/7']],
    ['{ "first": REF[0].`02` }', { first: 'SOUTH' }],
    ['$order.REF[1].`02` & $', '7x'],
    ['$replace(REF[0].`02`, /O+/, "0")', 'S0UTH'],
    ['NTE.`02`', undefined],
    ['null', null],
    ['$number(REF[1].`02`) + 1', 8],
  ])('%s', (text, value) => {
    expect(evaluateExpression(text, text.endsWith('$') ? 'x' : tree, { order: tree })).toEqual({ value });
  });

  it('is compiled once and run over many inputs at once, of which one may fail alone', () => {
    expect(evaluateEach('$number($)', ['1', 'one', '3'])).toEqual([
      { value: 1 },
      { problem: expect.stringContaining('Unable to cast value to a number') },
      { value: 3 },
    ]);
    expect(evaluateEach('$', [])).toEqual([]);
    const work = [
      { text: '$ & $suffix', inputs: ['a', 'b'], bindings: { suffix: '!' } },
      { text: '$(', inputs: ['a'] },
      { text: '$', inputs: [] },
      { text: '$length($)', inputs: ['abc'] },
    ];
    expect(evaluateAll(work)).toEqual([
      [{ value: 'a!' }, { value: 'b!' }],
      [{ problem: expect.stringContaining('Expected') }],
      [],
      [{ value: 3 }],
    ]);
    expect(evaluateExpression('REF[', tree)).toEqual({ problem: expect.stringContaining('Expected') });
  });

  it('changes nothing of what it reads', () => {
    const input = Object.freeze({ list: Object.freeze(['b', 'a']) });
    expect(evaluateExpression('$sort(list)', input)).toEqual({ value: ['a', 'b'] });
    expect(evaluateExpression('$', ['a'])).toEqual({ value: ['a'] });
  });
});

describe('an expression that would run away', () => {
  const doubling = '$double := function($text, $times) { $times = 0 ? $text : $double($text & $text, $times - 1) }';

  // One step of JSONata each: its own limit would see them only afterwards, after minutes or never.
  it.each([
    ['backtracks', "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a+)+$/)"],
    ['fills a text', "$length($pad('', 300000000))"],
    ['counts within counting', '$sum($map([1..90000], function($a) { $sum([1..90000][$ > $a]) }))'],
    ['never ends', '($f := function() { $f() }; $f())'],
  ])('is stopped when it %s, and the next one runs', (_, text) => {
    expect(evaluateEach(text, [tree, tree])).toEqual([
      { problem: expect.stringMatching(/timed? ?out/i) },
      { problem: expect.stringMatching(/timed? ?out/i) },
    ]);
    expect(evaluateExpression('REF[0].`02`', tree)).toEqual({ value: 'SOUTH' });
  });

  it('takes none of the others with it', () => {
    const work = ['REF[0].`02`', '($f := function() { $f() }; $f())', 'REF[1].`02`'].map((text) => ({
      text,
      inputs: [tree],
    }));
    expect(evaluateAll(work)).toEqual([
      [{ value: 'SOUTH' }],
      [{ problem: expect.stringMatching(/timed? ?out/i) }],
      [{ value: '7' }],
    ]);
  });

  it.each([
    ['gives a function', 'function($x) { $x }', /no plain JSON/],
    ['makes a list too long', '[1..9999999]', /sequence length/],
    ['doubles a text for ever', `(${doubling}; $double('ab', 40))`, /Invalid string length/],
    ['splits a text that is too long', `(${doubling}; $split($double('ab', 27), 'a'))`, /too long to split/],
  ])('fails when it %s', (_, text, problem) => {
    expect(evaluateExpression(text, tree)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
