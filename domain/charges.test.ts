import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgreedCharge } from '../mappings/canonical/v1/invoice.ts';
import { agreedCharges, netOfCharges } from './charges.ts';

const allowance = (over: Partial<AgreedCharge>): AgreedCharge => ({
  kind: 'allowance',
  code: 'D240',
  description: 'Freight allowance',
  ...over,
});

describe('agreed allowances and charges', () => {
  it('are percentages of the goods, each rounded half away from zero, or amounts', () => {
    const agreed = [
      allowance({ percent: '2.5' }),
      { kind: 'charge', code: 'G830', description: 'Handling', amount: 750 } as const,
    ];
    // 2.5 % of 10.20 is 0.255.
    expect(agreedCharges(1020, agreed).map(({ amount }) => amount)).toEqual([26, 750]);
    expect(netOfCharges(agreedCharges(1020, agreed))).toBe(724);
  });

  it('never exceed the value of the goods, and omit a charge of zero', () => {
    expect(
      agreedCharges(500, [allowance({ amount: 300 }), allowance({ amount: 300 }), allowance({ amount: 1 })]),
    ).toEqual([
      { kind: 'allowance', code: 'D240', description: 'Freight allowance', amount: 300 },
      { kind: 'allowance', code: 'D240', description: 'Freight allowance', amount: 200 },
    ]);
    expect(agreedCharges(10, [allowance({ percent: '1' })])).toEqual([]);
  });

  it('never make the invoice total negative', () => {
    const agreed = fc.array(
      fc.record({
        kind: fc.constantFrom('allowance' as const, 'charge' as const),
        code: fc.constant('D240'),
        description: fc.constant('x'),
        amount: fc.integer({ min: 1, max: 100_000 }),
      }),
    );
    fc.assert(
      fc.property(fc.nat(1_000_000), agreed, (goods, charges) => {
        expect(goods + netOfCharges(agreedCharges(goods, charges))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
