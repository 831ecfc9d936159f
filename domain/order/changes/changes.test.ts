import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, isPositive, multiply, subtract, sum } from '../../decimal.ts';
import { changeKinds, decideParts, touchedReleases, withoutParts } from './kinds.ts';
import { type Ask, type ChangingLine, type ChangingOrder, isBalanced, leftOf, lineOf, openOf } from './order.ts';

const units = fc.integer({ min: 0, max: 30 }).map(String);

/** A line with quantities wherever they can be; a counted item by the case or by the piece. */
const aLine = fc
  .record({
    unitFactor: fc.constantFrom('1', '6', '12'),
    ...{ cancelled: units, rejected: units, backordered: units, shipped: units },
    open: fc.uniqueArray(fc.record({ release: fc.constantFrom('A', 'B', 'C'), quantity: units }), {
      selector: ({ release }) => release,
      maxLength: 3,
    }),
  })
  .map(({ unitFactor, open, ...quantities }): Omit<ChangingLine, 'lineNumber' | 'lineId'> => {
    const parts = [...Object.values(quantities), ...open.map(({ quantity }) => quantity)];
    // The buyer orders whole units: what is missing to the next one was cancelled.
    const total = Number(sum(parts));
    const missing = String((Number(unitFactor) - (total % Number(unitFactor))) % Number(unitFactor));
    const ordered = add(sum(parts), missing);
    return {
      ...{ sku: 'S', unit: unitFactor === '1' ? 'EA' : 'CA', baseUnit: 'EA', unitFactor, unitPrice: '1' },
      ...{ ...quantities, cancelled: add(quantities.cancelled, missing), open, ordered },
      value: String(Number(ordered) / Number(unitFactor)),
      shipments: isPositive(quantities.shipped) ? ['S1 on 2026-11-27'] : [],
      dates: {},
    };
  });

const anOrder = fc
  .record({
    reserved: fc.boolean(),
    lines: fc.array(aLine, { minLength: 1, maxLength: 3 }),
    standing: fc.record({
      A: fc.constantFrom('here', 'at-warehouse', 'fixed'),
      B: fc.constantFrom('here', 'at-warehouse', 'fixed'),
      C: fc.constantFrom('here', 'at-warehouse', 'fixed'),
    }),
  })
  .map(({ reserved, lines, standing }): ChangingOrder => {
    const named = lines.map((line, index) => ({ ...line, lineNumber: index + 1, lineId: `${index + 1}0` }));
    return {
      reserved,
      lines: reserved ? named : named.map(unreserved),
      releases: (['A', 'B', 'C'] as const).map((id) => ({ id, node: id, standing: standing[id] as 'here' })),
      dates: { cancelAfter: '2026-12-01' },
      shipTo: '"DC07"',
    };
  });

/** Before stock is reserved everything is open, and held nowhere. */
function unreserved(line: ChangingLine): ChangingLine {
  const quantity = subtract(line.ordered, add(line.cancelled, line.rejected));
  return { ...line, backordered: '0', shipped: '0', shipments: [], open: [{ release: '', quantity }] };
}

const lineId = fc.constantFrom('10', '20', '30', '40');
const value = fc.integer({ min: 1, max: 40 }).map(String);
const newLine = value.map((ordered) => ({
  ...{ sku: 'T', unit: 'CA', baseUnit: 'EA', unitFactor: '6', unitPrice: '2', dates: {}, value: ordered },
}));
const anAsk: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ part: fc.constant('quantity' as const), lineId, value, unit: fc.constantFrom('EA', 'CA') }),
  fc.record({ part: fc.constant('delete' as const), lineId }),
  fc.record({ part: fc.constant('cancel' as const), lineId, value }),
  fc.record({ part: fc.constant('cancel' as const), lineId }),
  fc.record({ part: fc.constant('add' as const), lineId: fc.constantFrom('40', '50'), line: newLine }),
  fc.record({ part: fc.constant('item' as const), lineId, line: newLine }),
  fc.record({ part: fc.constant('price' as const), lineId, unitPrice: value }),
  fc.record({ part: fc.constant('dates' as const), dates: fc.constant({ cancelAfter: '2026-12-24' }) }),
  fc.record({ part: fc.constant('dates' as const), lineId, dates: fc.constant({ shipNotAfter: '2026-12-20' }) }),
  fc.record({ part: fc.constant('ship-to' as const), shipTo: fc.constant('"BR02"') }),
  fc.record({ part: fc.constant('other' as const), why: fc.constant('we do not change that') }),
);

/** What matters of an order: places with nothing in them do not. */
function plain(order: ChangingOrder) {
  const lines = order.lines.map((line) => ({
    ...line,
    open: line.open.filter(({ quantity }) => isPositive(quantity)),
  }));
  return { ...order, lines };
}

describe('each kind of change', () => {
  it('gives the order back when it is undone', () => {
    fc.assert(
      fc.property(anOrder, anAsk, (order, ask) => {
        // biome-ignore lint/suspicious/noExplicitAny: each kind knows its own ask.
        const kind = changeKinds[ask.part] as any;
        if (kind.validate(order, ask).result === 'rejected') return;
        const { order: changed, done } = kind.apply(order, ask);
        expect(plain(kind.undo(changed, ask, done))).toEqual(plain(order));
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps every line balanced, takes nothing that has shipped, and nothing that is fixed', () => {
    fc.assert(
      fc.property(anOrder, fc.array(anAsk, { maxLength: 4 }), (order, asks) => {
        const { order: changed, parts } = decideParts(order, asks);
        expect(parts).toHaveLength(asks.length);
        for (const { outcome } of parts)
          expect(outcome.result === 'accepted' || outcome.reason !== undefined).toBe(true);
        for (const line of changed.lines) {
          expect(isBalanced(line)).toBe(true);
          expect(multiply(line.value, line.unitFactor)).toBe(line.ordered);
          const was = order.lines.find((one) => one.lineId === line.lineId);
          expect(line.shipped).toBe(was?.shipped ?? '0');
          const all = [line.cancelled, line.rejected, line.backordered, ...line.open.map(({ quantity }) => quantity)];
          for (const quantity of all) expect(compare(quantity, '0')).toBeGreaterThanOrEqual(0);
          for (const { release, quantity } of was?.open ?? []) {
            const { standing } = order.releases.find(({ id }) => id === release) ?? {};
            const now = line.open.find((at) => at.release === release)?.quantity ?? '0';
            if (standing === 'fixed') expect(now).toBe(quantity);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('of our own takes exactly what is stated or left, never more, and leaves what was ordered as it is', () => {
    const ask = fc.record({ part: fc.constant('cancel' as const), lineId }, { requiredKeys: ['part', 'lineId'] });
    const stated = fc.option(fc.integer({ min: 0, max: 12 }).map(String), { nil: undefined });
    fc.assert(
      fc.property(anOrder, ask, stated, (order, asked, quantity) => {
        const cancel = { ...asked, ...(quantity !== undefined && { value: quantity }) };
        const { order: after, parts } = decideParts(order, [cancel]);
        const [was, is] = [lineOf(order, asked.lineId), lineOf(after, asked.lineId)];
        const { outcome } = parts[0] ?? {};
        if (was === undefined || is === undefined || outcome?.result === 'rejected') {
          expect(plain(after)).toEqual(plain(order));
          return;
        }
        const wanted = quantity === undefined ? leftOf(was) : multiply(quantity, was.unitFactor);
        const taken = subtract(is.cancelled, was.cancelled);
        expect(is.ordered).toBe(was.ordered);
        expect(subtract(leftOf(was), leftOf(is))).toBe(taken);
        if (outcome?.result === 'accepted') expect(taken).toBe(wanted);
        else expect([compare(taken, wanted), isPositive(taken)]).toEqual([-1, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('taken back out of others leaves what those alone would have made', () => {
    fc.assert(
      fc.property(anOrder, newLine, value, (order, line, ordered) => {
        const asks: Ask[] = [
          { part: 'add', lineId: '80', line },
          { part: 'add', lineId: '90', line: { ...line, value: ordered } },
          { part: 'price', lineId: '10', unitPrice: '9' },
        ];
        const decided = decideParts(order, asks);
        const without = withoutParts(decided, ({ ask }) => (ask === asks[0] ? 'unknown item' : undefined));
        expect(plain(without.order)).toEqual(plain(decideParts(order, asks.slice(1)).order));
        expect(without.parts[0]?.outcome.result).toBe('rejected');
      }),
    );
  });
});

describe('a quantity', () => {
  const line: ChangingLine = {
    ...{
      lineNumber: 1,
      lineId: '10',
      sku: 'S',
      unit: 'EA',
      baseUnit: 'EA',
      unitFactor: '1',
      value: '24',
      unitPrice: '1',
    },
    ...{ ordered: '24', cancelled: '0', rejected: '0', backordered: '4', shipped: '0', shipments: [], dates: {} },
    open: [
      { release: 'A', quantity: '10' },
      { release: 'B', quantity: '10' },
    ],
  };
  const order = (standing: Record<string, 'here' | 'at-warehouse' | 'fixed'>, one = line): ChangingOrder => ({
    ...{ reserved: true, lines: [one], dates: {}, shipTo: '' },
    releases: Object.entries(standing).map(([id, as]) => ({ id, node: id, standing: as })),
  });
  const to = (wanted: string): Ask => ({ part: 'quantity', lineId: '10', value: wanted, unit: 'EA' });

  it('is taken from what waits for stock, then from what no warehouse has, then from what one has to give back', () => {
    const before = order({ A: 'here', B: 'at-warehouse' });
    const touched = (wanted: string) => touchedReleases(before, decideParts(before, [to(wanted)]).order);
    expect(touched('20')).toEqual([]);
    expect(touched('15')).toEqual(['A']);
    expect(touched('8')).toEqual(['A', 'B']);
  });

  it('is adjusted to what can still be taken, with the reason', () => {
    const { order: after, parts } = decideParts(order({ A: 'fixed', B: 'at-warehouse' }), [to('6')]);
    expect(parts[0]?.outcome).toEqual({
      ...{ part: 'quantity', lineId: '10', result: 'adjusted' },
      reason: 'line 10 is now 10 EA instead of 6: 10 EA are at A: it can no longer stop them',
    });
    expect(openOf(after.lines[0] as ChangingLine)).toBe('10');
  });

  it('stays whole in the ordered unit, so that documents can state it', () => {
    const cases = {
      ...line,
      unit: 'CA',
      unitFactor: '12',
      value: '2',
      backordered: '0',
      ordered: '24',
      open: [{ release: 'A', quantity: '19' }],
      shipped: '5',
      shipments: ['S1 on a day'],
    };
    const { order: after } = decideParts(order({ A: 'here' }, cases), [{ part: 'delete', lineId: '10' }]);
    expect(after.lines[0]).toMatchObject({ ordered: '12', value: '1', shipped: '5' });
    expect(leftOf(after.lines[0] as ChangingLine)).toBe('7');
  });

  it('of a line that is spread over stores falls on the last ones, and more of it has to say whose', () => {
    const spread: ChangingLine = {
      ...line,
      backordered: '0',
      ordered: '20',
      value: '20',
      allocations: [
        { store: 'X', quantity: '12' },
        { store: 'Y', quantity: '8' },
      ],
      open: [
        { release: 'A', quantity: '10', stores: [{ store: 'X', quantity: '10' }] },
        {
          release: 'B',
          quantity: '10',
          stores: [
            { store: 'X', quantity: '2' },
            { store: 'Y', quantity: '8' },
          ],
        },
      ],
    };
    const before = order({ A: 'here', B: 'here' }, spread);
    const { order: after } = decideParts(before, [to('11')]);
    expect(lineOf(after, '10')).toMatchObject({
      allocations: [{ store: 'X', quantity: '11' }],
      open: [{ stores: [{ store: 'X', quantity: '10' }] }, { stores: [{ store: 'X', quantity: '1' }] }],
    });
    expect(decideParts(before, [to('21')]).parts[0]?.outcome).toMatchObject({
      result: 'rejected',
      reason: 'line 10 is spread over stores, and the change does not say which of them get more',
    });
  });
});
