import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../../../domain/decimal.ts';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import type { PartnerProfile } from '../../../profile/profile.ts';
import type { Tree, TreeNode } from '../../../x12/types.ts';
import { permissive } from '../../testing/builders.ts';
import { salesOrdersFrom850 } from './sales-order.ts';

type Orders = PartnerProfile['orders'];

const profileWith = (orders: Partial<Orders>): PartnerProfile => ({
  ...permissive,
  orders: { ...permissive.orders, ...orders },
});

const party = (code: string, value: string): TreeNode => ({ N1: { '01': code, '03': '92', '04': value } });

function line(lineId: string, quantity: number, more: TreeNode = {}): TreeNode {
  return { PO1: { '01': lineId, '02': String(quantity), '03': 'EA', '04': '9.5', '06': 'VN', '07': 'MW-1' }, ...more };
}

/** SDQ holds ten pairs. */
function sdq(pairs: readonly (readonly [store: string, quantity: number])[], unit = 'EA'): TreeNode {
  const segments = Array.from({ length: Math.ceil(pairs.length / 10) }, (_, index) => {
    const segment: Record<string, string> = { '01': unit, '02': '92' };
    for (const [at, [store, quantity]] of pairs.slice(index * 10, index * 10 + 10).entries()) {
      segment[String(3 + 2 * at).padStart(2, '0')] = store;
      segment[String(4 + 2 * at).padStart(2, '0')] = String(quantity);
    }
    return segment;
  });
  return { SDQ: segments };
}

const sch = (quantity: number, day: string) => ({ '01': String(quantity), '02': 'EA', '05': '002', '06': day });

function tree(lines: TreeNode[], n1: TreeNode[] = [party('ST', 'DC1')]): Tree {
  return { BEG: { '01': '00', '02': 'SA', '03': '4711', '05': '20261120' }, N1: n1, PO1: lines } as unknown as Tree;
}

function read(document: Tree, orders: Partial<Orders>) {
  return salesOrdersFrom850(document, profileWith(orders), { evaluate: evaluateAll });
}

function ordersOf(document: Tree, orders: Partial<Orders>) {
  const result = read(document, orders);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.orders;
}

const codeOf = (one: { identifiers: { value: string }[] } | undefined) => one?.identifiers[0]?.value;
const inBrief = (found: ReturnType<typeof ordersOf>) =>
  found.map(({ part, shipTo, markFor, lines }) => [
    part,
    codeOf(shipTo),
    codeOf(markFor),
    lines.map(({ lineId, quantity }) => `${lineId}: ${quantity.value}`).join(', '),
  ]);

describe('an 850 that becomes several orders', () => {
  const spread = [
    line(
      '1',
      6,
      sdq([
        ['0123', 4],
        ['0456', 2],
      ]),
    ),
    line('2', 5, sdq([['0456', 5]])),
  ];

  it('gives each store an order through the ship-to, or directly, or to a store where none is named', () => {
    const perStore = { storeDistribution: 'order-per-store' } as const;
    expect(inBrief(ordersOf(tree(spread), perStore))).toEqual([
      ['store 0123', 'DC1', '0123', '1: 4'],
      ['store 0456', 'DC1', '0456', '1: 2, 2: 5'],
    ]);
    const direct = [
      ['store 0123', '0123', undefined, '1: 4'],
      ['store 0456', '0456', undefined, '1: 2, 2: 5'],
    ];
    expect(inBrief(ordersOf(tree(spread), { ...perStore, storeDelivery: 'direct' }))).toEqual(direct);
    expect(inBrief(ordersOf(tree(spread, [party('BY', 'HQ')]), perStore))).toEqual(direct);
  });

  it('stays one order whose lines say what each store gets', () => {
    const [order, ...others] = ordersOf(tree(spread), { storeDistribution: 'allocate' });
    expect(others).toEqual([]);
    expect(order?.part).toBe('');
    expect(order?.lines[0]?.allocations?.map(({ store, quantity }) => [codeOf(store), quantity])).toEqual([
      ['0123', '4'],
      ['0456', '2'],
    ]);
  });

  it('names a store once in a line of which it gets parts on several days', () => {
    const QTY = [{ '01': '38', '02': '4' }];
    const SCH = [sch(3, '20261205'), sch(1, '20261212')].map((one) => ({ SCH: one }));
    const other = { ...party('BY', '0456'), QTY: [{ '01': '38', '02': '2' }] };
    const document = tree([line('1', 6, { N1: [{ ...party('BY', '0123'), QTY, SCH }, other] })]);
    const [order] = ordersOf(document, { storeDistribution: 'allocate' });
    expect(order?.lines[0]?.allocations?.map(({ store, quantity }) => [codeOf(store), quantity])).toEqual([
      ['0123', '4'],
      ['0456', '2'],
    ]);
  });

  it('gives each date and each ship-to an order; other lines follow the order', () => {
    const document = tree([
      line('1', 6, { SCH: [sch(4, '20261205'), sch(2, '20261212')].map((SCH) => ({ SCH })) }),
      line('2', 3, { N1: [party('ST', '0456')] }),
      line('3', 1),
    ]);
    const split = inBrief(ordersOf(document, { lineDates: 'order-per-date', lineShipTos: 'order-per-ship-to' }));
    expect(split).toEqual([
      ['ship-to DC1, 2026-12-05', 'DC1', undefined, '1: 4'],
      ['ship-to DC1, 2026-12-12', 'DC1', undefined, '1: 2'],
      ['ship-to 0456, no date', '0456', undefined, '2: 3'],
      ['ship-to DC1, no date', 'DC1', undefined, '3: 1'],
    ]);
  });

  it.each<[string, TreeNode, string]>([
    [
      'quantities that do not add up',
      sdq([
        ['0123', 4],
        ['0456', 1],
      ]),
      'store-quantity-differs',
    ],
    ['another unit', sdq([['0123', 6]], 'CA'), 'store-unit-differs'],
    [
      'a store twice',
      sdq([
        ['0123', 4],
        ['0123', 2],
      ]),
      'store-repeated',
    ],
    [
      'a quantity without a store',
      { SDQ: [{ '01': 'EA', '02': '92', '03': '0123', '04': '6', '06': '1' }] },
      'store-missing',
    ],
  ])('refuses %s', (_, more, code) => {
    const result = read(tree([line('1', 6, more)]), { storeDistribution: 'order-per-store' });
    expect('errors' in result ? result.errors.map((error) => error.code) : []).toContain(code);
  });

  it('loses nothing and doubles nothing, however it is spread', () => {
    const store = fc.integer({ min: 1, max: 25 }).map((number) => String(number).padStart(4, '0'));
    const stores = fc.uniqueArray(fc.tuple(store, fc.integer({ min: 1, max: 99 })), {
      minLength: 1,
      maxLength: 25,
      selector: ([code]) => code,
    });
    const modes = fc.constantFrom<Partial<Orders>>(
      { storeDistribution: 'order-per-store' },
      { storeDistribution: 'order-per-store', storeDelivery: 'direct' },
      { storeDistribution: 'allocate' },
    );
    fc.assert(
      fc.property(fc.array(fc.option(stores), { minLength: 1, maxLength: 6 }), modes, (spreads, orders) => {
        const lines = spreads.map((pairs, index) => {
          const total = pairs?.reduce((all, [, quantity]) => all + quantity, 0) ?? 7;
          return line(String(index + 1), total, pairs === null ? {} : sdq(pairs));
        });
        const found = ordersOf(tree(lines), orders);
        expect(new Set(found.map(({ part }) => part)).size).toBe(found.length);
        for (const [index, pairs] of spreads.entries()) {
          const shares = found.flatMap((order) => order.lines.filter(({ lineId }) => lineId === String(index + 1)));
          const total = pairs?.reduce((all, [, quantity]) => all + quantity, 0) ?? 7;
          expect(sum(shares.map(({ quantity }) => quantity.value))).toBe(String(total));
          const isSplit = orders.storeDistribution === 'order-per-store' && pairs !== null;
          expect(shares).toHaveLength(isSplit ? pairs.length : 1);
        }
      }),
    );
  });
});
