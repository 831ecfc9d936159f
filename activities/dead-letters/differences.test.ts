import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';

describe('differences of two readings', () => {
  it('names the place and both values', () => {
    expect(differencesOf({ lines: [{ sku: 'A', gone: 1 }] }, { lines: [{ sku: 'B', come: 2 }] })).toEqual({
      differences: [
        { path: 'lines[0].sku', before: 'A', now: 'B' },
        { path: 'lines[0].gone', before: 1 },
        { path: 'lines[0].come', now: 2 },
      ],
      differenceCount: 3,
    });
  });

  it('says how many there are where it shows only the first', () => {
    const { differences, differenceCount } = differencesOf(
      [],
      Array.from({ length: 10_000 }, (_, index) => index),
    );
    expect([differences.length, differenceCount]).toEqual([200, 10_000]);
  });
});
