import { describe, expect, it } from 'vitest';
import { partnerProfile } from '../mappings/profile/profile.ts';
import { assortmentOf, balancesOf, exactly, item, lacking, type Row, special } from './goods.ts';
import type { OrderedItem } from './settings-schema.ts';

const party = (isaId: string) => ({ isaQualifier: 'ZZ', isaId, gsId: isaId });

function assortment(
  stated: readonly OrderedItem[],
  { keys = {}, references = [] }: { keys?: object; references?: Row[] } = {},
) {
  const problems: string[] = [];
  const profile = partnerProfile.parse({
    id: 'fern',
    name: 'Fern',
    identifiers: { ours: party('MERIDIAN'), theirs: party('FERN') },
    transport: { kind: 'https', url: 'https://fern.example' },
    ...keys,
  });
  const made = assortmentOf({
    profile: { ...profile, version: '1' },
    stated,
    references,
    priceOf: (sku) => stated.find((one) => one.sku === sku)?.price ?? '2.50',
    report: (index, key, reason) => problems.push(`items.${index}.${key} ${reason}`),
  });
  return { made, problems };
}

describe('what the scenarios order', () => {
  it('is derived if nothing is stated, with an item for each stock', () => {
    const { made, problems } = assortment([], { keys: { units: { CT: 'CA' } } });
    expect(problems).toEqual([]);
    expect(item(0)(made)).toMatchObject({ quantity: 24, goods: { sku: 'MW-1001', unit: 'EA', price: '2.5' } });
    expect(item(1)(made)).toMatchObject({ quantity: 2, goods: { unit: 'CT', ourUnit: 'CA', pieces: 12, price: '30' } });
    expect(special('none')(made).goods.sku).toBe('MW-1008');
    expect(lacking(made, 'none', 'scarce', 'MEM', 'RNO')).toBeUndefined();
  });

  it('is what certification.yaml states: numbers, unit, price, quantity and stock', () => {
    const { made, problems } = assortment(
      [
        { sku: 'MW-1006', numbers: { UP: '850012010069', IN: 'F-6' }, unit: 'PK', price: '3.995', quantity: 5 },
        { sku: 'MW-1001', stock: 'none', quantity: 4 },
      ],
      { references: [{ kind: 'pack', external: 'PK', internal: 'EA', sku: 'MW-1006', quantity: '10' }] },
    );
    expect(problems).toEqual([]);
    expect(made.plenty).toEqual([
      {
        sku: 'MW-1006',
        unit: 'PK',
        ourUnit: 'PK',
        pieces: 10,
        quantity: 5,
        price: '39.95',
        numbers: ['UP', '850012010069', 'IN', 'F-6'],
      },
    ]);
    expect(exactly(3, 7)(made)).toMatchObject({ quantity: 7, goods: { sku: 'MW-1006' } });
    expect(special('none', 2)(made)).toMatchObject({ quantity: 8, goods: { sku: 'MW-1001' } });
    expect(balancesOf(made).filter(({ sku }) => sku === 'MW-1001')).toEqual([
      { node: 'RNO', sku: 'MW-1001', onHand: 0 },
      { node: 'MEM', sku: 'MW-1001', onHand: 0 },
    ]);
  });

  it('takes another article where a stated item is the usual one of a stock', () => {
    const { made } = assortment([{ sku: 'MW-1008' }, { sku: 'MW-1010' }]);
    expect(made.plenty.map(({ sku }) => sku)).toEqual(['MW-1008', 'MW-1010']);
    const skus = Object.values(made.special).map(({ sku }) => sku);
    expect(new Set(skus).size).toBe(4);
    expect(skus).not.toContain('MW-1008');
  });

  it('reports articles, units, qualifiers and stocks that cannot be, with what was probably meant', () => {
    const { problems } = assortment(
      [
        { sku: 'MW-1O01' },
        { sku: 'MW-1002', unit: 'CS' },
        { sku: 'MW-1002' },
        { sku: 'MW-1003', numbers: { UX: 'MW-1003' } },
        { sku: 'MW-1004', stock: 'none' },
        { sku: 'MW-1005', stock: 'none' },
      ],
      { keys: { units: { CX: 'CA' } } },
    );
    expect(problems).toEqual([
      expect.stringMatching(/^items\.0\.sku MW-1O01 is not one of our articles; did you mean MW-1\d01/),
      expect.stringMatching(
        /^items\.1\.unit CS is not a unit that MW-1002 is sold by; it is sold by EA, CA\..*did you mean/,
      ),
      'items.2.sku MW-1002 is the article of items.1 too',
      expect.stringMatching(
        /^items\.3\.numbers has UX, a qualifier that `items` of the profile does not read; did you mean/,
      ),
      'items.5.stock none is the stock of another item too; one is enough',
    ]);
  });
});
