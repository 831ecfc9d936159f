import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  compare,
  divide,
  divideRounded,
  fromScaled,
  isDecimal,
  isMultiple,
  isPositive,
  isZero,
  minimum,
  multiply,
  subtract,
  sum,
  toScaled,
} from './decimal.ts';

/** Billionths with up to twelve digits before the point, so that a sum of a thousand still fits. */
const scaled = fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n });
const decimal = scaled.map(fromScaled);

describe('decimals', () => {
  it.each([
    ['0.1', '0.2', '0.3'],
    ['999999999999999999', '0.000000001', '999999999999999999.000000001'],
    ['-1.5', '1.5', '0'],
    ['-0.000000001', '0', '-0.000000001'],
  ])('%s plus %s is %s, exactly', (a, b, total) => {
    expect(add(a, b)).toBe(total);
    expect(subtract(total, b)).toBe(fromScaled(toScaled(a)));
  });

  it.each([
    ['0.000000001', '0.5', '0.000000001'],
    ['-0.000000001', '0.5', '-0.000000001'],
    ['0.000000001', '0.4', '0'],
    ['3', '3.995', '11.985'],
    ['-12', '12', '-144'],
  ])('%s times %s is %s: half a billionth rounds away from zero', (a, b, product) => {
    expect(multiply(a, b)).toBe(product);
  });

  it.each([
    ['1', '3', '0.333333333'],
    ['2', '3', '0.666666667'],
    ['-2', '3', '-0.666666667'],
    ['2', '-3', '-0.666666667'],
    ['144', '12', '12'],
  ])('%s divided by %s is %s', (a, b, quotient) => {
    expect(divide(a, b)).toBe(quotient);
  });

  it.each(['', '1.', '.5', '+1', '1e3', '1,5', ' 1', '1\n', 'NaN', '0.1234567890', '1234567890123456789', '--1'])(
    'refuses %j, which is not a decimal',
    (text) => {
      expect(isDecimal(text)).toBe(false);
      expect(() => toScaled(text)).toThrow(RangeError);
    },
  );

  it('refuses to divide by zero', () => {
    expect(() => divide('1', '0')).toThrow('division by zero');
    expect(() => divideRounded(1n, 0n)).toThrow(RangeError);
  });

  it('is a multiple only of a divisor that leaves no remainder', () => {
    expect(isMultiple('36', '12')).toBe(true);
    expect(isMultiple('-36', '12')).toBe(true);
    expect(isMultiple('37', '12')).toBe(false);
    expect(isMultiple('0.3', '0.1')).toBe(true);
    expect(isMultiple('1', '0')).toBe(false);
  });

  it('formats each value in one way, without trailing zeros or a negative zero', () => {
    expect(fromScaled(toScaled('-0'))).toBe('0');
    expect(fromScaled(toScaled('007.5000'))).toBe('7.5');
    fc.assert(
      fc.property(scaled, (value) => {
        const text = fromScaled(value);
        expect(isDecimal(text)).toBe(true);
        expect(toScaled(text)).toBe(value);
        expect(text).not.toMatch(/\.\d*0$|^-0$/);
      }),
    );
  });

  it('adds in any order, and subtraction reverses addition', () => {
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 50 }), decimal, (values, more) => {
        expect(sum([...values].reverse())).toBe(sum(values));
        expect(values.reduce(add, '0')).toBe(sum(values));
        expect(subtract(add(sum(values), more), more)).toBe(sum(values));
      }),
    );
  });

  it('compares by numeric value', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const order = compare(fromScaled(a), fromScaled(b));
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(minimum(fromScaled(a), fromScaled(b))).toBe(fromScaled(order < 0 ? a : b));
        expect(isPositive(fromScaled(a))).toBe(a > 0n);
        expect(isZero(fromScaled(a))).toBe(a === 0n);
      }),
    );
  });

  it('rounds to the nearest, half away from zero, symmetrically for both signs', () => {
    fc.assert(
      fc.property(scaled, fc.bigInt({ min: 1n, max: 10n ** 12n }), (dividend, divisor) => {
        const rounded = divideRounded(dividend, divisor);
        const twiceOff = 2n * (dividend - rounded * divisor);
        expect(twiceOff <= divisor && twiceOff >= -divisor).toBe(true);
        // An exact half rounds away from zero, so the remainder has the opposite sign.
        if (twiceOff === divisor || twiceOff === -divisor) expect(twiceOff > 0n).toBe(dividend < 0n);
        expect(divideRounded(-dividend, divisor)).toBe(-rounded);
        expect(divideRounded(dividend, -divisor)).toBe(-rounded);
      }),
    );
  });
});
