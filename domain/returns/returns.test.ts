import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, compare, subtract, sum } from '../decimal.ts';
import { type Credit, type CreditableInvoice, creditsFor } from './credit.ts';
import { whyNotReturn } from './guards.ts';
import { feePercent, returnReasons, whyNotAllowed } from './policy.ts';
import {
  acceptOver,
  authorize,
  concede,
  credit,
  dispose,
  dispositions,
  kept,
  outstanding,
  type ReturnQuantities,
  receive,
  requested,
  sendOverBack,
  toCredit,
  undecided,
  waive,
} from './quantities.ts';

/** Quantities with up to three places. */
const quantity = fc.integer({ min: 1, max: 50_000 }).map((thousandths) => (thousandths / 1000).toString());

describe('the quantities of a line', () => {
  const step = fc.oneof(
    fc.record({ does: fc.constant('receive' as const), quantity }),
    fc.record({ does: fc.constant('dispose' as const), quantity, disposition: fc.constantFrom(...dispositions) }),
    fc.record({
      does: fc.constantFrom(
        'accept' as const,
        'send-back' as const,
        'credit' as const,
        'waive' as const,
        'concede' as const,
      ),
    }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  function taken(line: ReturnQuantities, one: Step): ReturnQuantities {
    switch (one.does) {
      case 'receive':
        return receive(line, one.quantity);
      case 'dispose':
        return dispose(line, one.disposition, one.quantity) ?? line;
      case 'accept':
        return acceptOver(line);
      case 'send-back':
        return sendOverBack(line);
      case 'credit':
        return credit(line, toCredit(line));
      case 'concede':
        return concede(line);
      case 'waive':
        return waive(line, toCredit(line));
    }
  }

  it('balance after whatever happens to it: everything that came is accounted for, and only what is kept is credited', () => {
    fc.assert(
      fc.property(quantity, fc.array(step, { maxLength: 30 }), (asked, steps) => {
        let came = '0';
        let line = authorize(requested(asked));
        for (const one of steps) {
          line = taken(line, one);
          if (one.does === 'receive') came = add(came, one.quantity);
          expect(sum([line.received, line.over, line.overSentBack])).toBe(came);
          expect(sum([undecided(line), kept(line), line.sentBack])).toBe(line.received);
          expect(compare(undecided(line), '0')).toBeGreaterThanOrEqual(0);
          expect(compare(outstanding(line), '0')).toBeGreaterThanOrEqual(0);
          expect(compare(sum([line.credited, line.waived]), add(kept(line), line.conceded))).toBeLessThanOrEqual(0);
          expect(compare(sum([line.received, line.conceded]), line.authorized)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

describe('credits of an invoice', () => {
  const invoice = fc
    .record({
      lines: fc.array(fc.record({ quantity, amount: fc.integer({ min: 0, max: 10_000_000 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      allowances: fc.integer({ min: 0, max: 100_000 }),
      tax: fc.integer({ min: 0, max: 1_000_000 }),
    })
    .map(({ lines, allowances, tax }): CreditableInvoice => {
      const goods = lines.reduce((total, { amount }) => total + amount, 0);
      return {
        invoiceId: 'I',
        lines: lines.map((line, index) => ({ lineNumber: index + 1, ...line })),
        allowances: Math.min(allowances, goods),
        tax: goods === 0 ? 0 : tax,
        credited: [],
      };
    });
  const returned = fc.array(fc.record({ line: fc.nat(3), quantity }), { minLength: 1, maxLength: 12 });
  const fee = fc.integer({ min: 0, max: 100 }).map(String);

  it('never come to more than was invoiced, however often goods come back, and never to less than nothing', () => {
    fc.assert(
      fc.property(invoice, returned, fee, (whole, parts, percent) => {
        const credited: Credit[] = [];
        for (const { line, quantity: back } of parts) {
          const lineNumber = (line % whole.lines.length) + 1;
          const { credits, left } = creditsFor(
            [{ ...whole, credited }],
            [{ returnLine: 1, lineNumber, quantity: back }],
            percent,
          );
          const got = sum(credits.flatMap((one) => one.lines.map((part) => part.quantity)));
          expect(add(got, sum(left.map((rest) => rest.quantity)))).toBe(back);
          credited.push(...credits);
        }
        for (const { lineNumber, quantity: invoiced, amount } of whole.lines) {
          const of = credited.flatMap((one) => one.lines).filter((part) => part.lineNumber === lineNumber);
          expect(compare(sum(of.map((part) => part.quantity)), invoiced)).toBeLessThanOrEqual(0);
          expect(of.reduce((total, part) => total + part.amount, 0)).toBeLessThanOrEqual(amount);
        }
        for (const one of credited) {
          expect([one.goods, one.allowances, one.tax, one.restockingFee].every((part) => part >= 0)).toBe(true);
          expect(one.goods - one.allowances + one.tax - one.restockingFee).toBe(one.total);
        }
        const total = (of: 'goods' | 'allowances' | 'tax') => credited.reduce((all, one) => all + one[of], 0);
        expect(total('allowances')).toBeLessThanOrEqual(whole.allowances);
        expect(total('tax')).toBeLessThanOrEqual(whole.tax);
      }),
    );
  });

  it('come to exactly the invoice when all of it came back, in however many parts', () => {
    fc.assert(
      fc.property(invoice, fc.array(quantity, { maxLength: 6 }), (whole, parts) => {
        const credited: Credit[] = [];
        for (const { lineNumber, quantity: invoiced } of whole.lines) {
          let rest = invoiced;
          for (const part of [...parts.filter((one) => compare(one, invoiced) < 0), invoiced]) {
            const back = compare(part, rest) < 0 ? part : rest;
            if (compare(back, '0') <= 0) continue;
            rest = subtract(rest, back);
            const one = creditsFor([{ ...whole, credited }], [{ returnLine: 1, lineNumber, quantity: back }], '0');
            credited.push(...one.credits);
          }
        }
        const goods = whole.lines.reduce((total, { amount }) => total + amount, 0);
        const total = credited.reduce((all, one) => all + one.total, 0);
        expect(total).toBe(goods === 0 ? 0 : goods - whole.allowances + whole.tax);
      }),
    );
  });

  it('credits the oldest invoice first, and leaves what no invoice has', () => {
    const of = (invoiceId: string): CreditableInvoice => ({
      invoiceId,
      lines: [{ lineNumber: 1, quantity: '6', amount: 600 }],
      allowances: 60,
      tax: 54,
      credited: [],
    });
    const { credits, left } = creditsFor([of('A'), of('B')], [{ returnLine: 1, lineNumber: 1, quantity: '15' }], '10');
    expect(credits).toMatchObject([
      { invoiceId: 'A', goods: 600, allowances: 60, tax: 54, restockingFee: 54, total: 540 },
      { invoiceId: 'B', total: 540 },
    ]);
    expect(left).toEqual([{ returnLine: 1, lineNumber: 1, quantity: '3' }]);
  });
});

describe('a return of order lines', () => {
  const lines = [
    { lineId: '1', baseUnit: 'EA', shipped: '10', returned: '4' },
    { lineId: '2', baseUnit: 'EA', shipped: '0', returned: '0' },
  ];

  it.each([
    [[{ lineId: '1', quantity: '6' }], []],
    [[{ lineId: '1', quantity: '7' }], ['more-than-shipped']],
    [[{ lineId: '1', quantity: '1.5' }], ['not-whole']],
    [[{ lineId: '2', quantity: '1' }], ['nothing-shipped']],
    [[{ lineId: '9', quantity: '1' }], ['unknown-line']],
    [
      [
        { lineId: '1', quantity: '4' },
        { lineId: '1', quantity: '3' },
      ],
      ['more-than-shipped'],
    ],
  ])('%j is refused as %j', (asked, codes) => {
    expect(whyNotReturn(lines, asked).map(({ code }) => code)).toEqual(codes);
  });

  it('is allowed within its window and for agreed reasons', () => {
    const policy = {
      reasons: ['damaged' as const],
      windowMs: 10 * 86_400_000,
      approval: 'automatic' as const,
      restockingFee: { percent: '15', notFor: ['damaged' as const] },
      dispositions,
    };
    const askedAt = new Date('2026-12-20T12:00:00Z');
    const asked = (reason: (typeof returnReasons)[number], shipped: string) =>
      whyNotAllowed({ reason, askedAt, shippedAt: [new Date(shipped)] }, policy).map(({ code }) => code);
    expect(asked('damaged', '2026-12-10T12:00:00Z')).toEqual([]);
    expect(asked('damaged', '2026-12-10T11:59:59Z')).toEqual(['window-passed']);
    expect(asked('overstock', '2026-12-01T12:00:00Z')).toEqual(['reason-not-allowed', 'window-passed']);
    expect(returnReasons.map((reason) => feePercent(reason, policy))).toEqual(['0', ...Array(6).fill('15')]);
  });
});
