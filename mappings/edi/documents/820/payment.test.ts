import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromMinor } from '../../../../domain/money.ts';
import type { Payment } from '../../../canonical/v1/index.ts';
import type { Tree, TreeNode } from '../../../x12/index.ts';
import { partner, sent } from '../../testing/builders.ts';
import { paymentFrom820 } from './payment.ts';

const profile = partner('harbor-pine');

const rmr = (invoice: string, ...more: (string | undefined)[]): TreeNode => ({
  RMR: Object.fromEntries(
    ['IV', invoice, undefined, ...more].flatMap((value, index) =>
      value === undefined ? [] : [[String(index + 1).padStart(2, '0'), value]],
    ),
  ),
});

function remittance(amount: string, items: TreeNode[], over: Tree = {}): Tree {
  return {
    BPR: { '01': 'C', '02': amount, '03': 'C', '04': 'ACH', '16': '20261215' },
    TRN: { '01': '1', '02': 'ACH-900117' },
    ENT: [{ ENT: { '01': '1' }, RMR: items }],
    ...over,
  };
}

async function paymentOf(tree: Tree): Promise<Payment> {
  const result = paymentFrom820(await sent('820', tree), profile);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.payment;
}

function faults(tree: Tree): string[] {
  const result = paymentFrom820(tree, profile);
  return 'errors' in result
    ? result.errors.map(({ code, place }) => `${place.segment}${String(place.element ?? '').padStart(2, '0')} ${code}`)
    : [];
}

describe('an 820', () => {
  it('pays its invoices', async () => {
    const payment = await paymentOf(remittance('150.25', [rmr('INV-1', '100'), rmr('INV-2', '50.25')]));
    expect(payment).toMatchObject({
      partnerId: 'harbor-pine',
      reference: 'ACH-900117',
      method: 'ach',
      paidOn: '2026-12-15',
      amount: 15_025,
      invoices: [
        { invoiceNumber: 'INV-1', amount: 10_000 },
        { invoiceNumber: 'INV-2', amount: 5025 },
      ],
    });
  });

  it.each([
    ['after', '95', '95'],
    ['before', '95', '100'],
  ])('with an adjustment, its amounts being those %s it', async (_, total, stated) => {
    const payment = await paymentOf(
      remittance(total, [{ ...rmr('INV-1', stated), ADX: [{ ADX: { '01': '-5', '02': '04' } }] }]),
    );
    expect(payment.invoices).toEqual([
      { invoiceNumber: 'INV-1', amount: 9500, adjustment: 500, adjustmentReason: '04' },
    ]);
  });

  it('reports the discount taken', async () => {
    const payment = await paymentOf(remittance('98', [rmr('INV-1', '98', '100', '2')]));
    expect(payment.invoices).toEqual([{ invoiceNumber: 'INV-1', amount: 9800, adjustment: 200 }]);
  });

  it('applies an adjustment of its own to the invoice that its reference names', async () => {
    const payment = await paymentOf(
      remittance('80', [], {
        ENT: [
          {
            ENT: { '01': '1' },
            ADX: [{ ADX: { '01': '-20', '02': '01' }, REF: [{ REF: { '01': 'IV', '02': 'INV-9' } }] }],
            RMR: [rmr('INV-1', '100')],
          },
        ],
      }),
    );
    expect(payment.invoices).toContainEqual({
      invoiceNumber: 'INV-9',
      amount: -2000,
      adjustment: 2000,
      adjustmentReason: '01',
    });
  });

  const cases: [string, Tree, string[]][] = [
    ['a total that agrees with nothing', remittance('99', [rmr('INV-1', '100')]), ['BPR02 remittance-total-differs']],
    ['no invoice', remittance('99', []), ['RMR00 remittance-missing']],
    ['no trace number', remittance('1', [rmr('A', '1')], { TRN: { '01': '1' } }), ['TRN02 trace-number-missing']],
    [
      'a debit',
      remittance('1', [rmr('A', '1')], { BPR: { '01': 'C', '02': '1', '03': 'D', '16': '20261215' } }),
      ['BPR03 payment-direction-not-supported'],
    ],
    [
      'no such day',
      remittance('1', [rmr('A', '1')], { BPR: { '01': 'C', '02': '1', '03': 'C', '16': '20261315' } }),
      ['BPR16 date-invalid'],
    ],
    ['half a cent', remittance('1.005', [rmr('A', '1.005')]), ['BPR02 amount-too-fine', 'RMR04 amount-too-fine']],
    ['words for an amount', remittance('TOTAL', [rmr('A', 'NET')]), ['BPR02 number-invalid', 'RMR04 number-invalid']],
    [
      'nothing at all',
      {},
      ['BPR02 payment-amount-missing', 'TRN02 trace-number-missing', 'BPR16 payment-date-missing'],
    ],
  ];
  it.each(cases)('is refused with %s', (_, tree, expected) => {
    expect(faults(tree)).toEqual(expected);
  });

  it('reports an amount that is too large, and the number of excess digits', async () => {
    const result = paymentFrom820(await sent('820', remittance('1', [rmr('A', '1000000000000')])), profile);
    expect('errors' in result && result.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('"1000000000000" is too large, there may be 12 digits before the point (amount)'),
    ]);
  });

  it('applies the stated amount to the cent for any invoices', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 20 }),
        async (cents) => {
          const items = cents.map((amount, index) => rmr(`INV-${index}`, fromMinor(amount, 'USD')));
          const total = cents.reduce((all, amount) => all + amount, 0);
          const payment = await paymentOf(remittance(fromMinor(total, 'USD'), items));
          expect(payment.amount).toBe(total);
          expect(payment.invoices.map(({ amount }) => amount)).toEqual(cents);
        },
      ),
      { numRuns: 40 },
    );
  });
});
