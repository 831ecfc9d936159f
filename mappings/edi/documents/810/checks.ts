import { type Decimal, fromScaled, toScaled } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import type { TreeNode } from '../../../x12/types.ts';
import { type Check, numberAt, sumAt } from '../../checking/check.ts';
import { dayOf, daysBetween } from '../../elements.ts';
import { iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';

/** IT105: basis of the unit price. */
const PRICED_BY: Readonly<Record<string, bigint>> = { HP: 100n, TP: 1000n };
/** SAC12: settled outside the invoice, so not part of its total. */
const SETTLED_ELSEWHERE: ReadonlySet<string> = new Set(['01', '04', '05', '07', '11']);
/** Billionths per hundredth of a major unit, for elements of type N2. */
const HUNDREDTH = 10n ** 7n;

function chargesOf(node: TreeNode): bigint | undefined {
  return segmentsOf(node, 'SAC').reduce<bigint | undefined>((total, sac) => {
    const kind = textOf(sac, '01');
    const sign = kind === 'C' ? 1n : kind === 'A' ? -1n : 0n;
    if (sign === 0n || SETTLED_ELSEWHERE.has(textOf(sac, '12') ?? '')) return total;
    const amount = numberAt(sac, '05');
    return total === undefined || amount === undefined ? undefined : total + (sign * amount) / 100n;
  }, 0n);
}

/** TXI and TAX have no sign. A tax that states only its rate cannot be summed. */
function taxesOf(node: TreeNode): bigint | undefined {
  return sumAt(segmentsOf(node, 'TXI'), '02');
}

/**
 * TDS01 must equal the lines, charges, allowances and taxes. Line charges and taxes may be
 * informational because the price already includes them. The invoice is valid if it sums up with or
 * without them. Rounding may differ by half a cent per line.
 */
export const invoiceTotal: Check = (tree, { report }) => {
  const tds = segmentOf(tree, 'TDS');
  const stated = numberAt(tds, '01');
  const lines = iterationsOf(tree, 'IT1');
  if (stated === undefined || lines.length === 0) return;
  const goods = lines.reduce<bigint | undefined>((total, loop) => {
    const it1 = segmentOf(loop, 'IT1');
    const quantity = numberAt(it1, '02');
    const price = numberAt(it1, '04');
    if (total === undefined || quantity === undefined || price === undefined) return undefined;
    return total + (quantity * price) / (10n ** 9n * (lookup(PRICED_BY, textOf(it1, '05')) ?? 1n));
  }, 0n);
  const header = [chargesOf(tree), taxesOf(tree)];
  const ofLines = lines.map((loop) => [chargesOf(loop), taxesOf(loop)]);
  if (goods === undefined || [header, ...ofLines].flat().includes(undefined)) return;
  const [charges = 0n, taxes = 0n] = header;
  const lineCharges = ofLines.reduce((total, [value = 0n]) => total + value, 0n);
  const lineTaxes = ofLines.reduce((total, [, value = 0n]) => total + value, 0n);
  const totals = [charges, charges + lineCharges].flatMap((all) =>
    [taxes, lineTaxes, taxes + lineTaxes, 0n].map((tax) => goods + all + tax),
  );
  const total = stated / 100n;
  const tolerance = (HUNDREDTH * toScaled(String(lines.length + 1))) / (2n * 10n ** 9n);
  if (totals.some((one) => one - total <= tolerance && total - one <= tolerance)) return;
  report('error', {
    code: 'invoice-total-differs',
    message: `TDS01 is ${money(total)}, but lines of ${money(goods)}, charges less allowances of ${money(charges + lineCharges)} and taxes of ${money(taxes + lineTaxes)} come to ${money(goods + charges + lineCharges + taxes + lineTaxes)}`,
    segment: 'TDS',
    at: tds,
    element: 1,
    value: textOf(tds, '01'),
  });
};

/**
 * ITD01: basic, and basic with a discount. Other types count from the end of a month or by
 * instalments.
 */
const BASIC_TERMS: ReadonlySet<string> = new Set(['01', '05', '08']);
/** Dates of ITD and their days after the invoice, if ITD02 counts from the invoice date. */
const DUE = [
  { date: '04', days: '05', what: 'discount' },
  { date: '06', days: '07', what: 'net amount' },
] as const;

export const termsOfInvoice: Check = (tree, { report }) => {
  const invoicedOn = dayOf(textOf(segmentOf(tree, 'BIG'), '01') ?? '');
  if (invoicedOn === undefined) return;
  for (const itd of segmentsOf(tree, 'ITD')) {
    if (textOf(itd, '02') !== '3' || !BASIC_TERMS.has(textOf(itd, '01') ?? '')) continue;
    for (const { date, days, what } of DUE) {
      const due = dayOf(textOf(itd, date) ?? '');
      const stated = textOf(itd, days);
      if (due === undefined || stated === undefined) continue;
      const counted = daysBetween(invoicedOn, due);
      if (counted === Number(stated)) continue;
      report('error', {
        code: 'terms-differ',
        message: `ITD${date} has the ${what} due ${counted} days after the invoice of ${invoicedOn}, ITD${days} says ${stated}`,
        segment: 'ITD',
        at: itd,
        element: Number(date),
        value: textOf(itd, date),
      });
    }
  }
};

function money(scaled: bigint): Decimal {
  return fromScaled((scaled / 10n ** 5n) * 10n ** 5n);
}
