import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, isPositive, subtract } from '../decimal.ts';
import { type Available, allocate, type Demand } from './allocation.ts';

const wants = (lineNumber: number, sku: string, quantity: string): Demand => ({ lineNumber, sku, quantity });
const has = (node: string, sku: string, quantity: string): Available => ({ node, sku, quantity });
const ship = (node: string, ...lines: Demand[]) => ({ node, lines });

describe('ship-from', () => {
  it('takes the preferred node of the ship-to when several can ship everything', () => {
    const stock = [has('MEM', 'A', '10'), has('RNO', 'A', '10')];
    const demand = [wants(1, 'A', '10')];
    expect(allocate(demand, stock, ['RNO', 'MEM'], true).allocations).toEqual([ship('RNO', wants(1, 'A', '10'))]);
    expect(allocate(demand, stock, ['MEM'], true).allocations).toEqual([ship('MEM', wants(1, 'A', '10'))]);
  });

  it('takes nodes in order of name without a preference', () => {
    const stock = [has('RNO', 'A', '10'), has('MEM', 'A', '10')];
    expect(allocate([wants(1, 'A', '1')], stock, [], true).allocations).toEqual([ship('MEM', wants(1, 'A', '1'))]);
  });

  it('takes one node that can ship everything before two preferred nodes', () => {
    const stock = [has('RNO', 'A', '5'), has('MEM', 'A', '5'), has('MEM', 'B', '5')];
    const demand = [wants(1, 'A', '5'), wants(2, 'B', '5')];
    expect(allocate(demand, stock, ['RNO', 'MEM'], true)).toEqual({
      allocations: [ship('MEM', ...demand)],
      missing: [],
    });
  });

  it('keeps a line whole, if possible at a node that already ships', () => {
    const stock = [has('RNO', 'A', '5'), has('MEM', 'B', '5'), has('RNO', 'C', '5'), has('MEM', 'C', '5')];
    const demand = [wants(1, 'B', '5'), wants(2, 'C', '5'), wants(3, 'A', '5')];
    const { allocations } = allocate(demand, stock, ['RNO', 'MEM'], true);
    expect(allocations).toEqual([ship('RNO', wants(3, 'A', '5')), ship('MEM', wants(1, 'B', '5'), wants(2, 'C', '5'))]);
  });

  it('splits a line only when no node covers it', () => {
    const stock = [has('RNO', 'A', '6'), has('MEM', 'A', '7')];
    expect(allocate([wants(1, 'A', '10')], stock, ['RNO', 'MEM'], true)).toEqual({
      allocations: [ship('RNO', wants(1, 'A', '6')), ship('MEM', wants(1, 'A', '4'))],
      missing: [],
    });
  });

  it('without splitting ships from the node that covers most, and reports the shortage', () => {
    const stock = [has('RNO', 'A', '6'), has('MEM', 'A', '7')];
    expect(allocate([wants(1, 'A', '10')], stock, ['RNO', 'MEM'], false)).toEqual({
      allocations: [ship('MEM', wants(1, 'A', '7'))],
      missing: [{ lineNumber: 1, quantity: '3' }],
    });
  });

  it('promises nothing from negative stock', () => {
    expect(allocate([wants(1, 'A', '1')], [has('RNO', 'A', '-4')], [], true)).toEqual({
      allocations: [],
      missing: [{ lineNumber: 1, quantity: '1' }],
    });
  });

  it('reports all units of an unknown article as short', () => {
    for (const split of [true, false]) {
      expect(allocate([wants(1, 'A', '2')], [], ['RNO'], split)).toEqual({
        allocations: [],
        missing: [{ lineNumber: 1, quantity: '2' }],
      });
    }
  });
});

describe('ship-from for every demand and stock', () => {
  const sku = fc.constantFrom('A', 'B', 'C');
  const amount = fc.integer({ min: 1, max: 2_000 }).map((hundredths) => (hundredths / 100).toFixed(2));
  const demands = fc
    .array(fc.record({ sku, quantity: amount }), { maxLength: 6 })
    .map((lines) => lines.map((line, index) => ({ lineNumber: index + 1, ...line })));
  const stock = fc.uniqueArray(
    fc.record({
      node: fc.constantFrom('RNO', 'MEM', 'ATL'),
      sku,
      quantity: fc.integer({ min: -500, max: 3_000 }).map((hundredths) => (hundredths / 100).toFixed(2)),
    }),
    { selector: (one) => `${one.node} ${one.sku}` },
  );
  const preferred = fc.shuffledSubarray(['RNO', 'MEM', 'ATL', 'ELSEWHERE']);
  const question = fc.tuple(demands, stock, preferred, fc.boolean());
  const always = (holds: (...asked: [Demand[], Available[], string[], boolean]) => void) =>
    fc.assert(
      fc.property(question, (asked) => holds(...asked)),
      { numRuns: 1_000 },
    );

  it('never allocates more than a node has', () => {
    always((demand, there, preferences, split) => {
      const taken = new Map<string, string>();
      for (const { node, lines } of allocate(demand, there, preferences, split).allocations) {
        for (const line of lines) {
          expect(isPositive(line.quantity)).toBe(true);
          const key = `${node} ${line.sku}`;
          taken.set(key, add(taken.get(key) ?? '0', line.quantity));
        }
      }
      for (const [key, quantity] of taken) {
        const available = there.find((one) => `${one.node} ${one.sku}` === key)?.quantity ?? '0';
        expect(compare(quantity, available)).toBeLessThanOrEqual(0);
      }
    });
  });

  it('accounts for every unit: allocated plus short equals ordered', () => {
    always((demand, there, preferences, split) => {
      const { allocations, missing } = allocate(demand, there, preferences, split);
      for (const { lineNumber, quantity } of demand) {
        const taken = allocations.flatMap(({ lines }) => lines).filter((line) => line.lineNumber === lineNumber);
        const short = missing.filter((one) => one.lineNumber === lineNumber);
        const total = [...taken, ...short].reduce((all, one) => add(all, one.quantity), '0');
        expect(subtract(total, quantity)).toBe('0');
        expect(short.every((one) => isPositive(one.quantity))).toBe(true);
      }
    });
  });

  it('uses one node where one can ship everything, and always without splitting', () => {
    always((demand, there, preferences, split) => {
      const { allocations, missing } = allocate(demand, there, preferences, split);
      const nodes = new Set(there.map(({ node }) => node));
      const couldAlone = [...nodes].some(
        (node) =>
          allocate(
            demand,
            there.filter((one) => one.node === node),
            [],
            true,
          ).missing.length === 0,
      );
      if (couldAlone) expect(missing).toEqual([]);
      if (couldAlone || !split) expect(allocations.length).toBeLessThanOrEqual(1);
    });
  });

  it('with splitting, reports a shortage only when no node has stock left', () => {
    always((demand, there, preferences) => {
      const { allocations, missing } = allocate(demand, there, preferences, true);
      for (const { lineNumber } of missing) {
        const wanted = demand.find((line) => line.lineNumber === lineNumber)?.sku;
        for (const { node, quantity } of there.filter((one) => one.sku === wanted)) {
          const taken = allocations
            .filter((one) => one.node === node)
            .flatMap(({ lines }) => lines)
            .filter((line) => line.sku === wanted)
            .reduce((all, line) => add(all, line.quantity), '0');
          expect(compare(taken, quantity)).toBeGreaterThanOrEqual(0);
        }
      }
    });
  });

  it('does not depend on the order in which the stock is listed', () => {
    always((demand, there, preferences, split) => {
      const answer = allocate(demand, there, preferences, split);
      expect(allocate(demand, [...there].reverse(), preferences, split)).toEqual(answer);
    });
  });
});
