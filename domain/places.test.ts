import { describe, expect, it } from 'vitest';
import { countryCode, hasRegions, regionCode } from './places.ts';

describe('places', () => {
  it.each([
    ['', 'US'],
    ['  ', 'US'],
    ['us', 'US'],
    ['USA', 'US'],
    [' can ', 'CA'],
    ['de', 'DE'],
    ['constructor', 'CONSTRUCTOR'],
  ])('country "%s" is %s', (text, code) => {
    expect(countryCode(text)).toBe(code);
  });

  it.each([
    ['US', ' or ', 'OR'],
    ['US', 'Oregon', 'OR'],
    ['US', 'new  york', 'NY'],
    ['US', 'Washington D.C.', 'DC'],
    ['US', 'N.Y.', 'N.Y.'],
    ['CA', 'Québec', 'QC'],
    ['CA', 'ontario', 'ON'],
    // The same name is another place in another country.
    ['UY', 'Florida', 'FLORIDA'],
    ['MX', 'jal', 'JAL'],
  ])('of %s, "%s" is region %s', (country, text, code) => {
    expect(regionCode(country, text)).toBe(code);
  });

  it('knows the countries whose addresses need a region', () => {
    expect(['US', 'CA', 'AU', 'MX', 'BR', 'DE', 'GB'].filter(hasRegions)).toEqual(['US', 'CA', 'AU', 'MX', 'BR']);
  });
});
