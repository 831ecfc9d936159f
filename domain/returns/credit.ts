/**
 * What a return is worth: the prices of the invoices that were paid or are to be paid, less the share of their
 * allowances, plus that of their tax, less the restocking fee. Amounts are integer minor units.
 *
 * Shares are rounded on what is credited of an invoice in total, less what was credited before: however many credits an
 * invoice gets, all of it comes to exactly its goods, allowances and tax, and never to more.
 */
import { add, compare, type Decimal, divideRounded, isPositive, minimum, subtract, toScaled } from '../decimal.ts';
import { percentOf } from '../money.ts';

export interface InvoicedLine {
  readonly lineNumber: number;
  /** Base units. */
  readonly quantity: Decimal;
  readonly amount: number;
}

/** An invoice, and what was credited of it before. */
export interface CreditableInvoice {
  readonly invoiceId: string;
  readonly lines: readonly InvoicedLine[];
  /** Of the whole invoice. */
  readonly allowances: number;
  readonly tax: number;
  readonly credited: readonly Pick<Credit, 'lines' | 'allowances' | 'tax'>[];
}

export interface CreditedLine {
  /** Line of the return. */
  readonly returnLine: number;
  /** Line of the order. */
  readonly lineNumber: number;
  readonly quantity: Decimal;
  readonly amount: number;
}

/** A credit against one invoice. */
export interface Credit {
  readonly invoiceId: string;
  readonly lines: readonly CreditedLine[];
  readonly goods: number;
  readonly allowances: number;
  readonly tax: number;
  readonly restockingFee: number;
  readonly total: number;
}

export interface ReturnedLine {
  readonly returnLine: number;
  readonly lineNumber: number;
  readonly quantity: Decimal;
}

/**
 * Credits for returned goods, one for each invoice that has some of them left. `left` is what no invoice has: nothing
 * is credited more often than it was invoiced.
 *
 * @param invoices of the order, the first ones are credited first
 */
export function creditsFor(
  invoices: readonly CreditableInvoice[],
  returned: readonly ReturnedLine[],
  fee: Decimal,
): { credits: Credit[]; left: ReturnedLine[] } {
  let left = [...returned];
  const credits: Credit[] = [];
  for (const invoice of invoices) {
    const { lines, rest } = takeFrom(invoice, left);
    left = rest;
    if (lines.length > 0) credits.push(creditOf(invoice, lines, fee));
  }
  return { credits, left };
}

/** The part of `wanted` that the invoice has and that was not credited before. */
function takeFrom(
  { lines: invoiced, credited }: CreditableInvoice,
  wanted: readonly ReturnedLine[],
): { lines: CreditedLine[]; rest: ReturnedLine[] } {
  const lines: CreditedLine[] = [];
  const rest: ReturnedLine[] = [];
  for (const one of wanted) {
    const line = invoiced.find(({ lineNumber }) => lineNumber === one.lineNumber);
    const before = [...credited.flatMap((credit) => credit.lines), ...lines].filter(
      ({ lineNumber }) => lineNumber === one.lineNumber,
    );
    const gone = before.reduce((total, { quantity }) => add(total, quantity), '0');
    const free = line === undefined ? '0' : subtract(line.quantity, gone);
    const quantity = minimum(one.quantity, isPositive(free) ? free : '0');
    if (line !== undefined && isPositive(quantity)) {
      const amount =
        share(line.amount, toScaled(add(gone, quantity)), toScaled(line.quantity)) -
        before.reduce((total, credit) => total + credit.amount, 0);
      lines.push({ ...one, quantity, amount });
    }
    if (compare(quantity, one.quantity) < 0) rest.push({ ...one, quantity: subtract(one.quantity, quantity) });
  }
  return { lines, rest };
}

function creditOf(invoice: CreditableInvoice, lines: readonly CreditedLine[], fee: Decimal): Credit {
  const { credited } = invoice;
  const invoicedGoods = invoice.lines.reduce((total, { amount }) => total + amount, 0);
  const before = credited.flatMap((credit) => credit.lines).reduce((total, { amount }) => total + amount, 0);
  const goods = lines.reduce((total, { amount }) => total + amount, 0);
  const part = (whole: number, of: 'allowances' | 'tax') =>
    share(whole, BigInt(before + goods), BigInt(invoicedGoods)) -
    credited.reduce((total, credit) => total + credit[of], 0);
  const allowances = part(invoice.allowances, 'allowances');
  const tax = part(invoice.tax, 'tax');
  const restockingFee = percentOf(goods - allowances, fee);
  const { invoiceId } = invoice;
  return { invoiceId, lines, goods, allowances, tax, restockingFee, total: goods - allowances + tax - restockingFee };
}

/** Rounded half away from zero; nothing of nothing. */
function share(amount: number, part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(divideRounded(BigInt(amount) * part, whole));
}
