import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, sum } from '../decimal.ts';
import { splitSurplus, takesSurplus } from './surplus.ts';

describe('a shipment of more than the release holds', () => {
  const lines = fc.uniqueArray(
    fc.record({ lineNumber: fc.integer({ min: 1, max: 9 }), quantity: fc.nat({ max: 50 }).map(String) }),
    { selector: ({ lineNumber }) => lineNumber, maxLength: 6 },
  );

  it('is split without a loss, and never takes more of a line than is held', () => {
    fc.assert(
      fc.property(lines, lines, (held, left) => {
        const split = splitSurplus(held, left);
        expect(split.map(({ quantity, surplus }) => add(quantity, surplus))).toEqual(
          left.map(({ quantity }) => quantity),
        );
        for (const { lineNumber, quantity, surplus } of split) {
          const open = held.find((one) => one.lineNumber === lineNumber)?.quantity;
          expect(compare(surplus, '0')).toBeGreaterThanOrEqual(0);
          if (open !== undefined) expect(compare(quantity, open)).toBeLessThanOrEqual(0);
          else expect(surplus).toBe('0');
        }
      }),
    );
  });

  it.each([
    { of: 'exactly the tolerance', surplus: '5', before: '0', backordered: '0', takes: true },
    { of: 'a piece beyond it', surplus: '6', before: '0', backordered: '0', takes: false },
    {
      of: 'more than the tolerance together with an earlier shipment',
      surplus: '3',
      before: '3',
      backordered: '0',
      takes: false,
    },
    { of: 'a line of which some still waits for stock', surplus: '1', before: '0', backordered: '1', takes: false },
  ])('by $of: taken without a question: $takes', ({ surplus, before, backordered, takes }) => {
    const rule = { upToPercent: '5', charge: true };
    const line = { lineNumber: 1, ordered: '100', backordered, surplus: before };
    expect(takesSurplus(rule, [{ lineNumber: 1, quantity: '10', surplus }], [line])).toBe(takes);
  });

  it('takes no surplus where the partner takes none', () => {
    fc.assert(
      fc.property(lines, lines, (held, left) => {
        const split = splitSurplus(held, left);
        const ordered = left.map(({ lineNumber, quantity }) => ({
          lineNumber,
          ordered: quantity,
          backordered: '0',
          surplus: '0',
        }));
        const none = sum(split.map(({ surplus }) => surplus)) === '0';
        expect(takesSurplus({ upToPercent: '0', charge: true }, split, ordered)).toBe(none);
      }),
    );
  });
});
