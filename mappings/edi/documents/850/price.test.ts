import { expect, it } from 'vitest';
import type { Doubt } from '../../not-used.ts';
import type { Fault } from '../../tree.ts';
import { PO1 } from './line-segment.ts';
import { priceOf } from './price.ts';

function read(price: string | undefined, basis: string | undefined, unit: string) {
  const faults: Fault[] = [];
  const doubts: Doubt[] = [];
  const po1 = { ...(price !== undefined && { '04': price }), ...(basis !== undefined && { '05': basis }) };
  const result = priceOf(
    po1,
    PO1,
    '1',
    unit,
    {},
    (fault) => faults.push(fault),
    (doubt) => doubts.push(doubt),
  );
  return { result, faults: faults.map(({ code }) => code), doubts: doubts.map(({ content }) => content) };
}

it.each([
  ['9.25', undefined, 'CA', undefined],
  ['9.25', 'UM', 'CA', undefined],
  ['9.25', 'PE', 'EA', undefined],
  ['9.25', 'PE', 'CA', { value: '1', unit: 'EA' }],
  ['9.25', 'TE', 'CA', { value: '1', unit: 'EA' }],
  ['9.25', 'PD', 'EA', { value: '12', unit: 'EA' }],
  ['9.25', 'PP', 'CA', { value: '1', unit: 'LB' }],
  ['9.25', 'HP', 'EA', { value: '100', unit: 'EA' }],
  ['9.25', 'QS', 'CA', { value: '1000', unit: 'CA' }],
])('the price %s with the basis %s for %s', (price, basis, unit, priceBasis) => {
  const expected = { unitPrice: '9.25', ...(priceBasis !== undefined && { priceBasis }) };
  expect(read(price, basis, unit)).toEqual({ result: expected, faults: [], doubts: [] });
});

it('a line without charge needs no price, one without a price has ours', () => {
  expect(read(undefined, 'NC', 'EA').result).toEqual({ unitPrice: '0' });
  expect(read(undefined, 'PE', 'EA').result).toEqual({});
});

it('a price that is not what the buyer pays is asked about', () => {
  expect(read('19.99', 'SR', 'EA')).toEqual({
    result: { unitPrice: '19.99' },
    faults: [],
    doubts: ['PO1.05=SR'],
  });
});

it('a negative price is a fault', () => {
  expect(read('-1', undefined, 'EA')).toMatchObject({ result: {}, faults: ['price-negative'] });
});
