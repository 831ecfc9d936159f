import type { ReturnReason } from '../../../../domain/returns/policy.ts';
import type { Tree, TreeNode } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { creditedLines } from '../../credited-lines.ts';
import type { CreditDocument } from '../../document-content.ts';
import {
  amountN2,
  commonReferences,
  dateElement,
  itemNumbers,
  node,
  partyLoop,
  reference,
  referenceNumber,
  segment,
  shipToLoop,
} from '../../writing.ts';

/** CDD01, element 426. */
const REASONS: Readonly<Record<ReturnReason, string>> = {
  damaged: '04',
  defective: '11',
  'wrong-item': '07',
  'not-ordered': '11',
  overstock: '11',
  recalled: '11',
  other: '11',
};
/** What is kept back, and the tax that is given back. */
const DEDUCTION = 'L7';
const RETURNED = '11';

/**
 * Renders the 812 of one credit. Each line of goods is a credit; the share of allowances and the restocking fee are
 * debits; the tax is a credit. They come to BCD04.
 */
export function render812(document: CreditDocument, profile: Agreement): Tree {
  const { order, invoiceNumber, invoicedOn, creditMemoNumber, creditedOn, rmaNumber, total, reason } = document;
  const { currency } = order;
  const rma = referenceNumber(rmaNumber, profile);
  return node({
    BCD: segment(
      dateElement(creditedOn),
      creditMemoNumber,
      'I',
      amountN2(total, currency),
      'C',
      dateElement(invoicedOn),
      invoiceNumber,
      undefined,
      dateElement(order.orderedOn),
      order.poNumber,
      '00',
      'CR',
      rma === undefined ? undefined : 'RZ',
      rma,
    ),
    CUR: segment('SE', currency),
    N9: [
      ...commonReferences(order, profile, '812'),
      // The partner's number of its request.
      ...reference('RT', document.requestNumber, profile),
    ],
    N1: [shipToLoop(order, profile), ...(order.billTo === undefined ? [] : [partyLoop('BT', order.billTo, profile)])],
    CDD: [
      ...creditedLines(document).map(
        ({ line, amount, stated }): TreeNode =>
          node({
            CDD: segment(
              REASONS[reason],
              'C',
              line.lineId,
              amountN2(amount, currency),
              'Y',
              undefined,
              stated.value,
              stated.unit,
              undefined,
              undefined,
              stated.unitPrice,
            ),
            LIN: segment(line.lineId, ...itemNumbers(line, profile)),
          }),
      ),
      ...other('TAX', RETURNED, 'C', document.tax),
      ...other('ALLOWANCE', DEDUCTION, 'D', document.allowances),
      ...other('RESTOCKING', DEDUCTION, 'D', document.restockingFee),
    ],
  });

  function other(what: string, code: string, flag: 'C' | 'D', amount: number): TreeNode[] {
    return amount === 0 ? [] : [node({ CDD: segment(code, flag, what, amountN2(amount, currency), 'Y') })];
  }
}
