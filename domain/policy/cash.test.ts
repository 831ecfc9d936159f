import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSettled, openAmount } from './cash.ts';

const owes = (total: number, settled: number) => ({ invoiceNumber: `INV-${total}`, total, settled });

describe('cash', () => {
  it.each([
    [10_000, 0, false],
    [10_000, 9_999, false],
    [10_000, 10_000, true],
    [10_000, 10_050, true],
    [0, 0, true],
    // A credit: the customer owes nothing.
    [-500, 0, true],
  ])('an invoice of %i with %i settled: paid %s', (total, settled, paid) => {
    expect(isSettled(owes(total, settled))).toBe(paid);
  });

  it('does not apply an overpayment to another invoice', () => {
    expect(openAmount([owes(10_000, 15_000), owes(4_000, 1_000)])).toBe(3_000);
  });

  it('is complete exactly when every invoice is settled', () => {
    const invoice = fc.tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 10 ** 9 }));
    fc.assert(
      fc.property(fc.array(invoice), (amounts) => {
        const invoices = amounts.map(([total, settled]) => owes(total, settled));
        expect(openAmount(invoices) === 0).toBe(invoices.every(isSettled));
        expect(openAmount(invoices)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
