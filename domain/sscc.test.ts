import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gs1CheckDigit, isSscc, makeSscc } from './sscc.ts';

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''));

const prefix = fc.integer({ min: 7, max: 10 }).chain(digits);

describe('an SSCC', () => {
  it.each([
    ['a serial of a seven-digit prefix', 1, '0614141', 123456789, '106141411234567897'],
    ['the first serial', 0, '0614141', 0, '006141410000000005'],
  ])('of %s', (_, extension, companyPrefix, serial, expected) => {
    expect(makeSscc(extension, companyPrefix, serial)).toBe(expected);
  });

  it('has 18 digits: the prefix, the serial and a valid check digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), prefix, fc.nat(999_999), (extension, companyPrefix, serial) => {
        const sscc = makeSscc(extension, companyPrefix, serial);
        expect(isSscc(sscc)).toBe(true);
        expect(sscc.startsWith(`${extension}${companyPrefix}`)).toBe(true);
        expect(Number(sscc.slice(1 + companyPrefix.length, -1))).toBe(serial);
      }),
    );
  });

  it('is invalid when any single digit is misread', () => {
    fc.assert(
      fc.property(
        prefix,
        fc.nat(999_999),
        fc.nat(17),
        fc.integer({ min: 1, max: 9 }),
        (companyPrefix, serial, at, by) => {
          const sscc = makeSscc(3, companyPrefix, serial);
          const misread = `${sscc.slice(0, at)}${(Number(sscc[at]) + by) % 10}${sscc.slice(at + 1)}`;
          expect(isSscc(misread)).toBe(false);
        },
      ),
    );
  });

  it('is not created for a serial with too many digits or for an invalid extension or prefix', () => {
    expect(() => makeSscc(0, '0614141', 1_000_000_000)).toThrow(RangeError);
    expect(() => makeSscc(10, '0614141', 1)).toThrow(RangeError);
    expect(() => makeSscc(0, '06141', 1)).toThrow(RangeError);
    expect(() => makeSscc(0, '0614141', -1)).toThrow(RangeError);
  });

  it('shares its check digit with all GS1 numbers', () => {
    expect(gs1CheckDigit('629104150021')).toBe(3);
  });
});
