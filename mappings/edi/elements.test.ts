import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromScaled, toScaled } from '../../domain/decimal.ts';
import { dayOf, decimalFault, decimalOf } from './elements.ts';

describe('a numeric element', () => {
  it.each([
    ['12', '12'],
    ['0012.50', '12.5'],
    ['.5', '0.5'],
    ['12.', '12'],
    ['-3', '-3'],
    ['+3', '3'],
    ['-0.00', '0'],
    ['000', '0'],
    ['999999999999', '999999999999'],
  ])('%j is the number %s', (sent, number) => {
    expect(decimalOf(sent)).toBe(number);
  });

  it.each(['', '.', '-', '1e3', '1,5', ' 1', '1234567890123', '1.0000000001'])('%j is none', (sent) => {
    expect(decimalOf(sent)).toBeUndefined();
  });

  it.each([
    ['four', false, 'is not a number'],
    ['.', false, 'is not a number'],
    ['99999999999999', true, 'is too large, there may be 12 digits before the point'],
    ['-0001234567890123.5', true, 'is too large, there may be 12 digits before the point'],
    ['1.0000000001', true, 'is too fine, there may be 9 digits after the point'],
  ])('%j is told why it is none', (sent, isNumber, reason) => {
    expect(decimalFault(sent)).toEqual({ isNumber, reason });
  });

  it('has the one text that exact arithmetic gives its value', () => {
    const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom('0', '1', '9'), minLength: 1, maxLength });
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), digits(12), digits(9), (sign, whole, fraction) => {
        const value = fromScaled(toScaled(`${sign === '-' ? '-' : ''}${whole}.${fraction}`));
        expect(decimalOf(`${sign}${whole}.${fraction}`)).toBe(value);
      }),
    );
  });
});

describe('a date element', () => {
  it('is a day of the calendar or nothing, from the year 0 to 9999', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
    const month = fc.oneof(two, fc.constantFrom('02', '04', '12'));
    const day = fc.oneof(two, fc.constantFrom('28', '29', '30', '31'));
    fc.assert(
      fc.property(two, two, month, day, (century, year, mm, dd) => {
        const iso = `${century}${year}-${mm}-${dd}`;
        const date = new Date(`${iso}T00:00:00Z`);
        const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
        expect(dayOf(`${century}${year}${mm}${dd}`)).toBe(exists ? iso : undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('of six digits is of this century up to 69, and of the last one from 70 on', () => {
    expect(dayOf('261130')).toBe('2026-11-30');
    expect(dayOf('690101')).toBe('2069-01-01');
    expect(dayOf('700101')).toBe('1970-01-01');
    expect(dayOf('000229')).toBe('2000-02-29');
    expect(dayOf('2611301')).toBeUndefined();
  });
});
