import type { Tree } from '../../../x12/types.ts';
import type { Agreement } from '../../agreement.ts';
import { creditedLines } from '../../credited-lines.ts';
import type { CreditDocument } from '../../document-content.ts';
import {
  amountN2,
  amountR,
  commonReferences,
  dateElement,
  description,
  itemNumbers,
  node,
  partyLoop,
  reference,
  segment,
  shipToLoop,
} from '../../writing.ts';

/**
 * Renders a credit as an 810 of type CR (BIG07): its amounts are those of the credit, and positive. REF*RZ is our number of the
 * return, REF*IV the invoice that is credited. What is kept back stands in SAC.
 */
export function renderCreditMemo810(document: CreditDocument, profile: Agreement): Tree {
  const { order, creditMemoNumber, creditedOn, invoiceNumber, rmaNumber, total, tax } = document;
  const { currency } = order;
  const goods = creditedLines(document);
  return node({
    BIG: segment(
      dateElement(creditedOn),
      creditMemoNumber,
      dateElement(order.orderedOn),
      order.poNumber,
      order.release,
      undefined,
      'CR',
    ),
    CUR: segment('SE', currency),
    REF: [
      ...commonReferences(order, profile, '810'),
      ...reference('RZ', rmaNumber, profile),
      ...reference('IV', invoiceNumber, profile),
    ],
    N1: [shipToLoop(order, profile), ...(order.billTo === undefined ? [] : [partyLoop('BT', order.billTo, profile)])],
    IT1: goods.map(({ line, stated }) =>
      node({
        IT1: segment(
          line.lineId,
          stated.value,
          stated.unit,
          stated.unitPrice,
          undefined,
          ...itemNumbers(line, profile),
        ),
        PID: description(line.description),
      }),
    ),
    TDS: segment(amountN2(total, currency)),
    TXI: tax === 0 ? [] : [segment('TX', amountR(tax, currency))],
    SAC: [
      ...keptBack('share of the allowances', document.allowances),
      ...keptBack('restocking fee', document.restockingFee),
    ],
    CTT: segment(String(goods.length)),
  });

  function keptBack(what: string, amount: number) {
    if (amount === 0) return [];
    const none = undefined;
    const sac = segment(
      'A',
      'ZZZZ',
      none,
      none,
      amountN2(amount, currency),
      ...Array(6).fill(none),
      '02',
      none,
      none,
      what,
    );
    return [{ SAC: sac }];
  }
}
