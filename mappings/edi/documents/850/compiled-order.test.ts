import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { evaluateAll } from '../../../../runtime/expressions.ts';
import { salesOrder } from '../../../canonical/v1/index.ts';
import type { Tree } from '../../../x12/index.ts';
import { permissive } from '../../testing/builders.ts';
import { compiledOrder, salesOrdersFrom850 } from './sales-order.ts';

/**
 * Element texts: mostly valid, sometimes too long, blank or with a control character, so that all
 * verdicts occur.
 */
const text = fc.oneof(
  { arbitrary: fc.constantFrom('A', 'MW-1001', '4500117', 'Dock 4'), weight: 12 },
  { arbitrary: fc.string({ maxLength: 30 }), weight: 2 },
  { arbitrary: fc.constantFrom('X'.repeat(23), 'X'.repeat(81), 'X'.repeat(501), 'A\u0007B', 'é'), weight: 1 },
);
const number = fc.constantFrom('1', '12', '0.5', '31.20', '007', '999999999999');
const day = fc.constantFrom('20261120', '20261204', '261204', '20280229');
const segment = (elements: Record<string, fc.Arbitrary<string>>, always: string[] = []) =>
  fc.record(elements, { requiredKeys: always });

const party = (code: string) =>
  fc.record(
    {
      N1: segment({ '01': fc.constant(code), '02': text, '03': fc.constantFrom('92', '1', 'UL'), '04': text }, [
        '01',
        '02',
      ]),
      N3: fc.array(segment({ '01': text, '02': text }), { maxLength: 3 }),
      N4: segment({
        '01': text,
        '02': fc.constantFrom('OR', 'NEVADA'),
        '03': text,
        '04': fc.constantFrom('US', 'USA', 'XXX'),
      }),
    },
    { requiredKeys: ['N1'] },
  );

const dates = fc.array(segment({ '01': fc.constantFrom('010', '002', '001', '063', '999'), '02': day }, ['01', '02']), {
  maxLength: 3,
});

const line = fc.record(
  {
    PO1: segment(
      {
        '02': number,
        '03': fc.constantFrom('EA', 'CA'),
        '04': number,
        '06': fc.constant('VN'),
        '07': text,
        '08': fc.constant('IN'),
        '09': text,
      },
      ['02', '03', '06', '07'],
    ),
    PID: fc.array(fc.record({ PID: segment({ '05': text }) }), { maxLength: 2 }),
    DTM: dates,
    MSG: fc.array(segment({ '01': text }), { maxLength: 2 }),
  },
  { requiredKeys: ['PO1'] },
);

const purchaseOrder = fc.record(
  {
    BEG: segment({ '01': fc.constant('00'), '02': text, '03': text, '04': text, '05': day }, ['01', '03', '05']),
    CUR: segment({ '02': fc.constantFrom('USD', 'CAD') }),
    REF: fc.array(segment({ '01': fc.constantFrom('DP', 'IA', '19', 'LONG'), '02': text }), { maxLength: 4 }),
    ITD: fc.array(segment({ '03': number, '07': fc.constantFrom('30', '60'), '12': text }), { maxLength: 1 }),
    DTM: dates,
    TD5: fc.array(segment({ '02': fc.constant('2'), '03': fc.constantFrom('ODFL', 'odfl-1'), '05': text }), {
      maxLength: 1,
    }),
    N9: fc.array(fc.record({ MSG: fc.array(segment({ '01': text }), { maxLength: 2 }) }), { maxLength: 2 }),
    N1: fc.tuple(party('ST'), party('BT')),
    PO1: fc.array(line, { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['BEG', 'N1', 'PO1'] },
);

describe('the compiled judgement of an order', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is the one of the schema: the same order key by key, or the same faults', async () => {
    const judge = vi.spyOn(compiledOrder, 'safeParse');
    const verdicts = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(purchaseOrder, async (tree) => {
        judge.mockClear();
        const result = await salesOrdersFrom850(tree as Tree, permissive, {
          receivedAt: '2026-11-21T09:00:00Z',
          evaluate: evaluateAll,
        });
        for (const [draft] of judge.mock.calls) {
          const expected = salesOrder.safeParse(draft);
          if (expected.success) {
            verdicts.taken += 1;
            expect('orders' in result && result.orders[0]).toStrictEqual(expected.data);
            expect(JSON.stringify('orders' in result && result.orders[0])).toBe(JSON.stringify(expected.data));
          } else {
            verdicts.refused += 1;
            // Each names its place in its own way before the reason.
            const told = 'errors' in result ? result.errors.map(({ message }) => message) : [];
            const reasons = expected.error.issues.map(({ message }) => message);
            expect(told.map((text, index) => text.slice(-(reasons[index]?.length ?? 0)))).toEqual(reasons);
          }
        }
      }),
      { numRuns: 2000 },
    );
    expect(verdicts.taken).toBeGreaterThan(100);
    expect(verdicts.refused).toBeGreaterThan(100);
  });

  it('refuses values that are not orders, like the schema', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(compiledOrder.safeParse(value).error?.issues).toEqual(salesOrder.safeParse(value).error?.issues);
      }),
    );
  });
});
