import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromScaled } from '../decimal.ts';
import { isWithinTolerance } from './pricing.ts';

const tolerance = { percent: '0.5', absolute: '0.01' };

describe('the price on an order', () => {
  it.each([
    ['ours', '10', '10', true],
    ['a cent over', '10.01', '10', true],
    ['a cent under', '9.99', '10', true],
    ['exactly half a percent over', '10.05', '10', true],
    ['slightly more than half a percent over', '10.050000001', '10', false],
    ['slightly more than half a percent under', '9.949999999', '10', false],
    ['within the absolute tolerance of a cheap article', '0.11', '0.1', true],
    ['for nothing', '0', '10', false],
    ['a price where ours is zero', '0.02', '0', false],
  ])('may be %s: %s against %s → %s', (_what, ordered, ours, within) => {
    expect(isWithinTolerance(ordered, ours, tolerance)).toBe(within);
  });

  it('must equal our price without an agreed tolerance', () => {
    const none = { percent: '0', absolute: '0' };
    const price = fc.bigInt({ min: 0n, max: 10n ** 15n });
    fc.assert(
      fc.property(price, price, (a, b) => {
        expect(isWithinTolerance(fromScaled(a), fromScaled(b), none)).toBe(a === b);
        expect(isWithinTolerance(fromScaled(a), fromScaled(a), none)).toBe(true);
      }),
    );
  });

  it('is checked symmetrically above and below our price', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 10n ** 12n }), (ours, off) => {
        fc.pre(off <= ours);
        const over = isWithinTolerance(fromScaled(ours + off), fromScaled(ours), tolerance);
        expect(isWithinTolerance(fromScaled(ours - off), fromScaled(ours), tolerance)).toBe(over);
      }),
    );
  });
});
