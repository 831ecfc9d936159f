import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromScaled } from './decimal.ts';
import { extend, fromMinor, isCurrency, minorDigits, percentOf, toMinor } from './money.ts';

const quantity = fc.bigInt({ min: 0n, max: 10n ** 14n }).map(fromScaled);
const price = fc.bigInt({ min: 0n, max: 10n ** 13n }).map(fromScaled);

describe('money', () => {
  it.each([
    ['12.345', 'USD', 1235],
    ['-12.345', 'USD', -1235],
    ['12.344999999', 'USD', 1234],
    ['0.005', 'USD', 1],
    ['1234.5', 'JPY', 1235],
    ['0', 'CAD', 0],
  ])('%s %s is %i minor units', (amount, currency, minor) => {
    expect(toMinor(amount, currency)).toBe(minor);
  });

  it.each([
    // A price with fractions of a cent is not rounded before multiplication.
    ['1000', '0.0049', 'USD', 490],
    ['3', '3.995', 'USD', 1199],
    ['-3', '3.995', 'USD', -1199],
    ['2.5', '0.01', 'USD', 3],
    ['144', '12.4975', 'USD', 179964],
  ])('%s at %s is %s %i', (units, unitPrice, currency, minor) => {
    expect(extend(units, unitPrice, currency)).toBe(minor);
  });

  it.each([
    [10_050, '8.25', 829],
    [-10_050, '8.25', -829],
    [50, '1', 1],
    [49, '1', 0],
    [12_345, '0', 0],
  ])('%i at %s percent is %i', (minor, percent, part) => {
    expect(percentOf(minor, percent)).toBe(part);
  });

  it('supports only the currencies that orders may use', () => {
    expect(isCurrency('USD')).toBe(true);
    expect(isCurrency('XXX')).toBe(false);
    expect(minorDigits('JPY')).toBe(0);
    expect(() => toMinor('1', 'XXX')).toThrow('currency "XXX"');
  });

  it('rejects an amount beyond the safe integer range', () => {
    expect(() => extend('999999999999999', '999999999', 'USD')).toThrow(RangeError);
    expect(() => toMinor('99999999999999999', 'USD')).toThrow('more than can be held exactly');
  });

  it('converts between major and minor units without loss', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('USD', 'EUR', 'JPY'), (minor, currency) => {
        expect(toMinor(fromMinor(minor, currency), currency)).toBe(minor);
      }),
    );
  });

  it('extends a line to the nearest cent, with an error of at most half a cent', () => {
    fc.assert(
      fc.property(quantity, price, (units, unitPrice) => {
        const product = scaledOf(units) * scaledOf(unitPrice);
        const cents = BigInt(extend(units, unitPrice, 'USD')) * 10n ** 16n;
        const off = cents > product ? cents - product : product - cents;
        expect(2n * off <= 10n ** 16n).toBe(true);
      }),
    );
  });

  it('totals whole-cent lines to the same amount in any order', () => {
    const line = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 500_000 }));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (lines) => {
        const extended = lines.map(([units, cents]) => extend(String(units), fromMinor(cents, 'USD'), 'USD'));
        const total = extended.reduce((all, one) => all + one, 0);
        expect(total).toBe(lines.reduce((all, [units, cents]) => all + units * cents, 0));
      }),
    );
  });

  it('is off by at most half a cent per line when prices have fractions of a cent', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(quantity, price), { minLength: 1, maxLength: 40 }), (lines) => {
        const total = BigInt(lines.reduce((all, [units, unitPrice]) => all + extend(units, unitPrice, 'USD'), 0));
        const exact = lines.reduce((all, [units, unitPrice]) => all + scaledOf(units) * scaledOf(unitPrice), 0n);
        const off = total * 10n ** 16n - exact;
        expect(2n * (off < 0n ? -off : off) <= BigInt(lines.length) * 10n ** 16n).toBe(true);
      }),
    );
  });
});

/** Billionths, parsed independently of the code under test. */
function scaledOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(9, '0')}`);
}
