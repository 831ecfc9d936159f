import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, minimum, multiply, subtract } from '../decimal.ts';
import { byStore, inBaseUnits, type StoreQuantity, shortOf, sliceOf, totalOf, without } from './allocations.ts';

const stores = fc
  .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
  .map((quantities): StoreQuantity[] =>
    quantities.map((quantity, index) => ({ store: `S${index}`, quantity: String(quantity) })),
  );

describe('releases of a line that is spread over stores', () => {
  it('serve the stores in the order of the document', () => {
    const allocations = [
      { store: '0101', quantity: '10' },
      { store: '0102', quantity: '10' },
      { store: '0103', quantity: '4' },
    ];
    const first = sliceOf(allocations, [], '15');
    expect(first).toEqual([
      { store: '0101', quantity: '10' },
      { store: '0102', quantity: '5' },
    ]);
    expect(sliceOf(allocations, first, '9')).toEqual([
      { store: '0102', quantity: '5' },
      { store: '0103', quantity: '4' },
    ]);
    expect(() => sliceOf(allocations, first, '10')).toThrow(RangeError);
  });

  it('together give every store exactly its quantity, however much of each release comes back', () => {
    fc.assert(
      fc.property(
        stores,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 })), { maxLength: 12 }),
        (allocations, releases) => {
          let given: StoreQuantity[] = [];
          const open = () => subtract(totalOf(allocations), totalOf(given));
          for (const [wanted, missing] of releases) {
            const slice = sliceOf(allocations, given, minimum(String(wanted), open()));
            const short = shortOf(slice, String(missing));
            expect(compare(totalOf(short), minimum(String(missing), totalOf(slice)))).toBe(0);
            // A store loses something only after every later one has lost all.
            const lost = short[0]?.store;
            if (lost !== undefined) {
              const after = slice.slice(slice.findIndex(({ store }) => store === lost) + 1);
              expect(short.slice(1)).toEqual(after);
            }
            given = byStore([...given, ...without(slice, short)]);
            // Never more than its quantity.
            for (const { store, quantity } of given) {
              const own = allocations.find((one) => one.store === store)?.quantity ?? '0';
              expect(compare(quantity, own)).toBeLessThanOrEqual(0);
            }
          }
          given = byStore([...given, ...sliceOf(allocations, given, open())]);
          const quantities = new Map(given.map(({ store, quantity }) => [store, quantity]));
          expect(allocations.map(({ store }) => ({ store, quantity: quantities.get(store) ?? '0' }))).toEqual(
            allocations,
          );
        },
      ),
    );
  });

  it('add up to the line in base units, whatever the factor', () => {
    fc.assert(
      fc.property(stores, fc.integer({ min: 1, max: 1_000_000_000 }), (allocations, billionths) => {
        const factor = multiply(String(billionths), '0.000000001');
        const thirds = allocations.map((one) => ({ ...one, quantity: multiply(one.quantity, '0.333333333') }));
        expect(totalOf(inBaseUnits(thirds, factor))).toBe(multiply(totalOf(thirds), factor));
      }),
    );
  });
});
