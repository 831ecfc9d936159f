import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KnownBuyer } from './load.ts';
import { taxOf } from './tax.ts';

const buyer = { erpSystem: 'main', taxExempt: false } as KnownBuyer;
const lines = fc.array(fc.record({ taxable: fc.boolean(), amount: fc.nat(10_000_000) }), { maxLength: 20 });
/** Hundredths of a percent. */
const rate = fc.nat(3_000);
const codes = fc.constantFrom('CA', 'WA', 'MT', '');
const stated = fc.uniqueArray(
  fc.record({ erpSystem: fc.constantFrom('main', 'east'), country: codes, region: codes, rate }),
  { selector: ({ erpSystem, country, region }) => `${erpSystem}/${country}/${region}`, maxLength: 12 },
);

it('tax is that of the very place in the order’s own ERP, else of its country, else unknown, and rounded once', () => {
  fc.assert(
    fc.property(lines, stated, codes, codes, (goods, known, country, region) => {
      const rates = known.map(({ rate: hundredths, ...place }) => ({ ...place, percent: String(hundredths / 100) }));
      const { percent, amount } = taxOf(buyer, { country, region }, goods, rates);
      const of = (wanted: string) =>
        known.find((one) => one.erpSystem === 'main' && one.country === country && one.region === wanted);
      const expected = of(region) ?? of('');
      expect(percent).toBe(expected === undefined ? undefined : String(expected.rate / 100));
      const taxable = goods.reduce((total, line) => total + (line.taxable ? BigInt(line.amount) : 0n), 0n);
      const exact = taxable * BigInt(expected?.rate ?? 0);
      expect(amount).toBe(Number((2n * exact + 10_000n) / 20_000n));
      expect(taxOf({ ...buyer, taxExempt: true }, { country, region }, goods, rates)).toMatchObject({
        percent: '0',
        amount: 0,
      });
    }),
  );
});
