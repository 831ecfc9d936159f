import { add, compare, type Decimal, isZero, subtract, sum } from '../../../../domain/decimal.ts';
import { lookup } from '../../../../domain/lookup.ts';
import { fromMinor, isCurrency, toMinor } from '../../../../domain/money.ts';
import { type Payment, payment } from '../../../canonical/v1/index.ts';
import type { SegmentObject, TreeNode, X12Error } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { dayOf, decimalFault, decimalOf } from '../../elements.ts';
import { errorOf, type Fault, iterationsOf, segmentOf, segmentsOf, textOf } from '../../tree.ts';
import type { PaymentResult } from '../definition.ts';

/**
 * Maps an 820 to a payment. Every fault is reported with segment, element and reason; odd data
 * never throws.
 *
 * Partners state adjustments (RMR08, and ADX below the RMR) in two ways: RMR04 is the payment
 * before or after them. The total in BPR02 determines which. If it matches neither, the remittance
 * is refused, because cash would be applied to the wrong invoices. An ADX outside any RMR changes
 * the total, and its REF names its invoice.
 */
export function paymentFrom820(tree: TreeNode, profile: Agreement): PaymentResult {
  const errors: X12Error[] = [];
  const fault: Report = (found) => {
    errors.push(errorOf(found));
  };
  const currency = currencyOf(tree, profile, fault);
  const bpr = segmentOf(tree, 'BPR');
  refuseOtherPurposes(bpr, fault);
  const amount = amountAt(bpr, 'BPR', 2, currency, fault);
  if (amount === undefined && textOf(bpr, '02') === undefined) {
    fault({
      code: 'payment-amount-missing',
      message: 'the payment has no amount',
      segment: 'BPR',
      at: bpr,
      element: 2,
      syntax: { fault: 'missing', reference: '782' },
    });
  }
  if (amount?.startsWith('-')) {
    fault({
      code: 'payment-amount-negative',
      message: `${amount} is less than nothing`,
      segment: 'BPR',
      at: bpr,
      element: 2,
      value: amount,
    });
  }
  const trn = segmentOf(tree, 'TRN');
  const reference = textOf(trn, '02');
  if (reference === undefined) {
    fault({
      code: 'trace-number-missing',
      message: 'the payment has no trace number, so a duplicate could not be distinguished from a new payment',
      segment: 'TRN',
      at: trn,
      element: 2,
      syntax: { fault: 'missing', reference: '127' },
    });
  }
  const paidOn = paidOnOf(tree, bpr, fault);
  const items = remittedItems(tree, currency, fault);
  if (items.length === 0 && errors.length === 0) {
    fault({
      code: 'remittance-missing',
      message: 'the payment names no invoice',
      segment: 'RMR',
      loop: 'RMR',
    });
  }
  if (errors.length > 0 || amount === undefined || paidOn === undefined || reference === undefined) return { errors };

  const applied = applied820(items, amount);
  if (applied === undefined) {
    fault(differingTotal(items, amount, bpr));
    return { errors };
  }
  const parsed = payment.safeParse({
    partnerId: profile.id,
    reference,
    method: lookup(METHODS, textOf(bpr, '04')) ?? 'other',
    currency,
    paidOn,
    amount: toMinor(amount, currency),
    invoices: applied.map(({ item, net }) => ({
      invoiceNumber: item.invoiceNumber,
      amount: toMinor(net, currency),
      ...(isZero(item.keptBack) ? {} : { adjustment: toMinor(item.keptBack, currency) }),
      ...(item.reason === undefined ? {} : { adjustmentReason: item.reason }),
    })),
  });
  if (parsed.success) return { payment: parsed.data };
  for (const issue of parsed.error.issues) fault(modelFault(issue, tree, items));
  return { errors };
}

type Report = (fault: Fault) => void;

/** BPR01 codes of actual or announced payments. */
const PAYMENTS: ReadonlySet<string> = new Set(['C', 'D', 'I', 'P', 'U']);

const METHODS: Readonly<Record<string, Payment['method']>> = { ACH: 'ach', CHK: 'check', FWT: 'wire', CCC: 'card' };

/** Content of one RMR or free ADX; amounts are decimals in major units. */
interface RemittedItem {
  invoiceNumber: string;
  /** RMR04, or the amount of a free ADX. */
  paid: Decimal;
  /** RMR08 and the ADX below the RMR, signed as sent: negative reduces the payment. */
  adjustment: Decimal;
  /** Amount of the invoice that was not paid, including the discount taken. */
  keptBack: Decimal;
  reason?: string;
  at: SegmentObject | undefined;
}

/** Returns every RMR and free ADX with an amount and an invoice; reports the others. */
function remittedItems(tree: TreeNode, currency: string, fault: Report): RemittedItem[] {
  return iterationsOf(tree, 'ENT').flatMap((entity) => [
    ...iterationsOf(entity, 'RMR').flatMap((loop) => itemOf(loop, currency, fault) ?? []),
    ...iterationsOf(entity, 'ADX').flatMap((loop) => adjustmentOf(loop, currency, fault) ?? []),
  ]);
}

function differingTotal(items: readonly RemittedItem[], amount: Decimal, bpr: SegmentObject | undefined): Fault {
  const paid = sum(items.map((item) => item.paid));
  const adjusted = add(paid, sum(items.map((item) => item.adjustment)));
  return {
    code: 'remittance-total-differs',
    message:
      compare(paid, adjusted) === 0
        ? `BPR02 is ${amount}, but the invoices come to ${paid}`
        : `BPR02 is ${amount}, but the invoices come to ${paid}, and with their adjustments to ${adjusted}`,
    segment: 'BPR',
    at: bpr,
    element: 2,
    value: textOf(bpr, '02'),
  };
}

/**
 * Checks the total of an 820. Undefined if it is correct, or unknown because no invoice is named or
 * an amount is unreadable. It needs no profile: the currency is the one stated, by default US
 * dollars.
 */
export function remittanceTotalFault(tree: TreeNode): Fault | undefined {
  let readable = true;
  const unreadable = () => {
    readable = false;
  };
  const stated = textOf(segmentOf(tree, 'CUR'), '02');
  const currency = stated !== undefined && isCurrency(stated) ? stated : 'USD';
  const bpr = segmentOf(tree, 'BPR');
  const amount = amountAt(bpr, 'BPR', 2, currency, unreadable);
  const items = remittedItems(tree, currency, unreadable);
  if (!readable || amount === undefined || items.length === 0 || applied820(items, amount) !== undefined) {
    return undefined;
  }
  return differingTotal(items, amount, bpr);
}

function applied820(
  items: readonly RemittedItem[],
  amount: Decimal,
): { item: RemittedItem; net: Decimal }[] | undefined {
  const after = items.map((item) => ({ item, net: item.paid }));
  const before = items.map((item) => ({ item, net: add(item.paid, item.adjustment) }));
  return [after, before].find((applied) => compare(sum(applied.map(({ net }) => net)), amount) === 0);
}

function currencyOf(tree: TreeNode, profile: Agreement, fault: Report): string {
  const cur = segmentOf(tree, 'CUR');
  const currency = textOf(cur, '02') ?? profile.currency;
  if (isCurrency(currency)) return currency;
  fault({
    code: 'currency-not-supported',
    message: `"${currency}" is not a currency that payments may be in`,
    segment: 'CUR',
    at: cur,
    element: 2,
    value: currency,
    syntax: { fault: 'code', reference: '100' },
  });
  return profile.currency;
}

function refuseOtherPurposes(bpr: SegmentObject | undefined, fault: Report): void {
  const handling = textOf(bpr, '01');
  if (handling !== undefined && !PAYMENTS.has(handling)) {
    fault({
      code: 'payment-type-not-supported',
      message: `BPR01 ${handling} tells of no payment`,
      segment: 'BPR',
      at: bpr,
      element: 1,
      value: handling,
      syntax: { fault: 'code', reference: '305' },
    });
  }
  if (textOf(bpr, '03') === 'D') {
    fault({
      code: 'payment-direction-not-supported',
      message: 'a debit takes money from us; only credits are applied',
      segment: 'BPR',
      at: bpr,
      element: 3,
      value: 'D',
      syntax: { fault: 'code', reference: '478' },
    });
  }
}

/**
 * BPR16, or a DTM with the payment date: 097 transaction, 007 effective, 020 check, 009 process.
 */
function paidOnOf(tree: TreeNode, bpr: SegmentObject | undefined, fault: Report): string | undefined {
  const dated = ['007', '020', '009', '097']
    .map((code) => segmentsOf(tree, 'DTM').find((dtm) => textOf(dtm, '01') === code))
    .find((dtm) => textOf(dtm, '02') !== undefined);
  const effective = textOf(bpr, '16');
  const text = effective ?? textOf(dated, '02');
  const place =
    effective === undefined && dated !== undefined
      ? { segment: 'DTM', at: dated, element: 2 }
      : { segment: 'BPR', at: bpr, element: 16 };
  if (text === undefined) {
    fault({ ...place, code: 'payment-date-missing', message: 'neither BPR16 nor a DTM says when it was paid' });
    return undefined;
  }
  const day = dayOf(text);
  if (day === undefined) {
    fault({
      ...place,
      code: 'date-invalid',
      message: `"${text}" is not a date in the form CCYYMMDD`,
      value: text,
      syntax: { fault: 'date', reference: '373' },
    });
  }
  return day;
}

function itemOf(loop: TreeNode, currency: string, fault: Report): RemittedItem | undefined {
  const rmr = segmentOf(loop, 'RMR');
  const invoiceNumber = textOf(rmr, '02');
  if (invoiceNumber === undefined) {
    fault({
      code: 'invoice-number-missing',
      message: 'a remittance item names no invoice',
      segment: 'RMR',
      at: rmr,
      loop: 'RMR',
      element: 2,
      syntax: { fault: 'conditionally-missing', reference: '127' },
    });
    return undefined;
  }
  const adjustments = iterationsOf(loop, 'ADX').map((adx) => segmentOf(adx, 'ADX'));
  const amounts = adjustments.map((adx) => amountAt(adx, 'ADX', 1, currency, fault) ?? '0');
  const own = amountAt(rmr, 'RMR', 8, currency, fault) ?? '0';
  const adjustment = add(own, sum(amounts));
  const discount = amountAt(rmr, 'RMR', 6, currency, fault) ?? '0';
  const gross = amountAt(rmr, 'RMR', 5, currency, fault);
  const stated = amountAt(rmr, 'RMR', 4, currency, fault);
  // Without RMR04 the payment is the invoice less its discount. The total then determines how
  // adjustments are stated.
  const paid = stated ?? (gross === undefined ? undefined : subtract(gross, discount));
  if (paid === undefined) {
    if (textOf(rmr, '04') === undefined) {
      fault({
        code: 'remittance-amount-missing',
        message: `nothing says how much is paid of invoice ${invoiceNumber}`,
        segment: 'RMR',
        at: rmr,
        loop: 'RMR',
        element: 4,
        syntax: { fault: 'missing', reference: '782' },
      });
    }
    return undefined;
  }
  const reasons = [textOf(rmr, '07'), ...adjustments.map((adx) => textOf(adx, '02'))].filter(
    (code) => code !== undefined,
  );
  return {
    invoiceNumber,
    paid,
    adjustment,
    keptBack: subtract(discount, adjustment),
    ...(reasons.length === 0 ? {} : { reason: [...new Set(reasons)].join(', ').slice(0, 80) }),
    at: rmr,
  };
}

function adjustmentOf(loop: TreeNode, currency: string, fault: Report): RemittedItem | undefined {
  const adx = segmentOf(loop, 'ADX');
  const paid = amountAt(adx, 'ADX', 1, currency, fault);
  if (paid === undefined) {
    if (textOf(adx, '01') === undefined) {
      fault({
        code: 'adjustment-amount-missing',
        message: 'an adjustment has no amount',
        segment: 'ADX',
        at: adx,
        loop: 'ADX',
        element: 1,
        syntax: { fault: 'missing', reference: '782' },
      });
    }
    return undefined;
  }
  const references = iterationsOf(loop, 'REF').map((ref) => segmentOf(ref, 'REF'));
  const named = references.find((ref) => textOf(ref, '01') === 'IV') ?? references[0];
  const invoiceNumber = textOf(named, '02') ?? textOf(adx, '04');
  if (invoiceNumber === undefined) {
    fault({
      code: 'adjustment-without-invoice',
      message: `an adjustment of ${paid} names no invoice, neither in ADX04 nor in a REF`,
      segment: 'ADX',
      at: adx,
      loop: 'ADX',
      element: 4,
    });
    return undefined;
  }
  const reason = textOf(adx, '02');
  return {
    invoiceNumber,
    paid,
    adjustment: '0',
    keptBack: subtract('0', paid),
    ...(reason === undefined ? {} : { reason }),
    at: adx,
  };
}

/** Reads a monetary element in major units; undefined if absent or invalid, which is reported. */
function amountAt(
  segment: SegmentObject | undefined,
  id: string,
  element: number,
  currency: string,
  fault: Report,
): Decimal | undefined {
  const text = textOf(segment, String(element).padStart(2, '0'));
  if (text === undefined) return undefined;
  const amount = decimalOf(text);
  const place = { segment: id, at: segment, element, value: text };
  if (amount === undefined) {
    const { isNumber, reason } = decimalFault(text);
    const syntax = isNumber ? {} : { syntax: { fault: 'character' as const, reference: '782' } };
    fault({ ...place, ...syntax, code: 'number-invalid', message: `"${text}" ${reason} (amount)` });
    return undefined;
  }
  if (isExact(amount, currency)) return amount;
  const message = `${amount} cannot be held exactly in ${currency}: too large, or finer than its smallest coin`;
  fault({ ...place, code: 'amount-too-fine', message });
  return undefined;
}

function isExact(amount: Decimal, currency: string): boolean {
  try {
    return compare(fromMinor(toMinor(amount, currency), currency), amount) === 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Reports a rule of the canonical payment that a valid X12 document violates. */
function modelFault(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string },
  tree: TreeNode,
  items: readonly RemittedItem[],
): Fault {
  const [field, index] = issue.path.map(String);
  const message = `${issue.path.map(String).join('.')}: ${issue.message}`;
  if (field === 'invoices' && index === undefined) {
    // A missing list was reported before, so the last item is one too many.
    return { code: 'payment-invoices-too-many', message, segment: 'RMR', at: items.at(-1)?.at, loop: 'RMR' };
  }
  if (field === 'invoices') {
    return { code: 'payment-invalid', message, segment: 'RMR', at: items[Number(index)]?.at, loop: 'RMR', element: 2 };
  }
  const segment = field === 'reference' ? 'TRN' : 'BPR';
  return { code: 'payment-invalid', message, segment, at: segmentOf(tree, segment), element: 2 };
}
