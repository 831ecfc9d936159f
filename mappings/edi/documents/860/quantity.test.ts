import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, type Decimal, fromScaled, subtract, sum } from '../../../../domain/decimal.ts';
import { addedQuantity, changedQuantities, type Meanings } from './quantity.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n }).map((scaled) => fromScaled(scaled * 1_000_000n));
const pair = fc.tuple(amount, amount).filter(([before, after]) => compare(before, after) !== 0);

/** What tells the quantity of a changed line, and what is shown beside it. */
const meanings: readonly Meanings[] = [
  { ordered: 'new', left: 'ask' },
  { ordered: 'new', left: 'open' },
  { ordered: 'new', left: 'change' },
  { ordered: 'new', left: 'before' },
  { ordered: 'before', left: 'new' },
  { ordered: 'before', left: 'change' },
  { ordered: 'change', left: 'new' },
  { ordered: 'change', left: 'before' },
  { ordered: 'change', left: 'open' },
  { ordered: 'ask', left: 'new' },
];

function stated(meaning: Meanings['left'], before: Decimal, after: Decimal): Decimal {
  const change = subtract(after, before);
  if (meaning === 'change') return change.startsWith('-') ? change.slice(1) : change;
  return meaning === 'before' ? before : after;
}

function readBack(meaning: Meanings, [before, after]: readonly [Decimal, Decimal]) {
  const sent = { ordered: stated(meaning.ordered, before, after), left: stated(meaning.left, before, after) };
  return changedQuantities(sent, compare(after, before) > 0 ? 'up' : 'down', meaning);
}

describe('quantities of a changed line', () => {
  it.each(meanings)('say the same however they are stated: $ordered and $left', (meaning) => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), (lines) => {
        const read = lines.map((line) => readBack(meaning, line));
        expect(read.filter(({ doubt }) => doubt !== undefined)).toEqual([]);
        for (const [index, { quantities }] of read.entries()) {
          const [before = '', after = ''] = lines[index] ?? [];
          for (const [found, meant] of [
            [quantities.before, before],
            [quantities.after, after],
            [quantities.change, subtract(after, before)],
          ] as const) {
            if (found !== undefined) expect(compare(found, meant)).toBe(0);
          }
          expect(quantities.after ?? quantities.change).toBeDefined();
        }
        // Applied to what was ordered, the changes come to what is wanted.
        const ordered = sum(lines.map(([before]) => before));
        const changes = sum(
          read.map(
            ({ quantities }, index) => quantities.change ?? subtract(quantities.after ?? '0', lines[index]?.[0] ?? '0'),
          ),
        );
        expect(compare(add(ordered, changes), sum(lines.map(([, after]) => after)))).toBe(0);
      }),
    );
  });

  it('are a doubt where nobody said what they mean, and nothing is made up', () => {
    fc.assert(
      fc.property(pair, ([before, after]) => {
        const { quantities, doubt } = readBack({ ordered: 'ask', left: 'ask' }, [before, after]);
        expect(doubt).toMatch(/orderChanges of the profile/);
        expect(Object.keys(quantities)).toEqual(['stated']);
      }),
    );
  });

  it('of a difference without a direction are a doubt', () => {
    const unsigned = changedQuantities({ ordered: '4' }, 'any', { ordered: 'change', left: 'ask' });
    expect(unsigned).toEqual({ quantities: { stated: { first: '4' } }, doubt: expect.stringMatching(/up or down/) });
    const signed = changedQuantities({ ordered: '-4' }, 'any', { ordered: 'change', left: 'ask' });
    expect(signed).toEqual({ quantities: { change: '-4' } });
  });

  it('that contradict each other are a doubt', () => {
    const left = changedQuantities({ ordered: '6', left: '7' }, 'down', { ordered: 'new', left: 'open' });
    expect(left.doubt).toBe('is to be 6, of which 7 are left to receive');
  });
});

it.each<[string, string, Meanings, object]>([
  ['5', '0', { ordered: 'ask', left: 'ask' }, { after: '5' }],
  ['0', '5', { ordered: 'ask', left: 'ask' }, { after: '5' }],
  ['5', '5', { ordered: 'ask', left: 'ask' }, { after: '5' }],
  ['5', '3', { ordered: 'new', left: 'open' }, { after: '5', open: '3' }],
  ['3', '5', { ordered: 'before', left: 'new' }, { after: '5' }],
  ['5', '3', { ordered: 'ask', left: 'ask' }, { stated: { first: '5', second: '3' } }],
])('a new line of %s and %s', (ordered, left, meaning, expected) => {
  expect(addedQuantity({ ordered, left }, meaning).quantities).toEqual(expected);
});
