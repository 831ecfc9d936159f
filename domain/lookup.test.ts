import { describe, expect, it } from 'vitest';
import { lookup } from './lookup.ts';

describe('lookup', () => {
  const table: Record<string, string> = { EA: 'each' };

  it('finds what the table has, and nothing for other keys or none', () => {
    expect(lookup(table, 'EA')).toBe('each');
    expect(lookup(table, 'CA')).toBeUndefined();
    expect(lookup(table, undefined)).toBeUndefined();
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))('does not find the inherited %s', (key) => {
    expect(lookup(table, key)).toBeUndefined();
  });
});
