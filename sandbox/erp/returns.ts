/** The returns, credit memos and refunds in the books of the sandbox’s ERP. */
import type { z } from 'zod';
import type {
  ErpCreditMemoRecord,
  ErpInvoiceRecord,
  ErpRefundRecord,
  ErpReturnRecord,
  erpCreditMemoRequest,
  erpRefundRequest,
  erpReturnRequest,
} from '../../activities/erp/connectors/rest/rest-contract.ts';
import { compare, multiply, subtract, sum } from '../../domain/decimal.ts';
import { type LedgerEntry, lineOf, type OrderState, refused } from './books.ts';

type ReturnEntry = Extract<LedgerEntry, { type: 'return' | 'credit-memo' | 'refund' }>;

/** The rest of the books. */
interface Books {
  /** @throws Problem if there is none */
  order(erpOrderNumber: string): OrderState;
  invoice(invoiceNumber: string): ErpInvoiceRecord | undefined;
  owes(customerNumber: string, amount: number): void;
}

export class Returns {
  readonly #books: Books;
  readonly #returns: ErpReturnRecord[] = [];
  readonly #memos = new Map<string, ErpCreditMemoRecord>();
  readonly #refunds: ErpRefundRecord[] = [];

  constructor(books: Books) {
    this.#books = books;
  }

  apply(entry: ReturnEntry): void {
    switch (entry.type) {
      case 'return':
        this.#returns.push({ ...entry.request, erpReturnNumber: entry.erpReturnNumber });
        break;
      case 'credit-memo': {
        const { record } = entry;
        this.#memos.set(record.creditMemoNumber, { ...record });
        const invoice = this.#books.invoice(record.invoiceNumber);
        if (invoice !== undefined) invoice.open -= record.applied;
        const { customerNumber } = this.#books.order(record.erpOrderNumber).request;
        this.#books.owes(customerNumber, -record.total);
        break;
      }
      case 'refund': {
        const { record } = entry;
        this.#refunds.push(record);
        const memo = this.#memos.get(record.creditMemoNumber);
        if (memo === undefined) break;
        memo.refunded += record.amount;
        const { customerNumber } = this.#books.order(memo.erpOrderNumber).request;
        this.#books.owes(customerNumber, record.amount);
        break;
      }
    }
  }

  post(request: z.output<typeof erpReturnRequest>): ReturnEntry & { type: 'return' } {
    const order = this.#books.order(request.erpOrderNumber);
    request.lines.forEach(({ lineNumber, quantity }, index) => {
      lineOf(order, lineNumber);
      const back = sum(this.#linesOf(request.erpOrderNumber, lineNumber));
      const left = subtract(sum([order.shipped.get(lineNumber) ?? '0', order.surplus.get(lineNumber) ?? '0']), back);
      if (compare(quantity, left) > 0) {
        const detail = `Line ${lineNumber} has ${left} that shipped and did not come back, not ${quantity}`;
        throw refused('quantity-exceeds-shipped', detail, `lines.${index}.quantity`);
      }
    });
    return { type: 'return', erpReturnNumber: `RT${800_001 + this.#returns.length}`, request };
  }

  #linesOf(erpOrderNumber: string, lineNumber: number): string[] {
    return this.#returns
      .filter((posted) => posted.erpOrderNumber === erpOrderNumber)
      .flatMap(({ lines }) => lines.filter((line) => line.lineNumber === lineNumber).map(({ quantity }) => quantity));
  }

  credit(request: z.output<typeof erpCreditMemoRequest>, today: string): ReturnEntry & { type: 'credit-memo' } {
    const { erpOrderNumber, erpReturnNumber, invoiceNumber, lines, allowances, tax, restockingFee, total } = request;
    const order = this.#books.order(erpOrderNumber);
    const posted = this.#returns.find((one) => one.erpReturnNumber === erpReturnNumber);
    if (posted?.erpOrderNumber !== erpOrderNumber) {
      throw refused(
        'unknown-return',
        `Order ${erpOrderNumber} has no return ${erpReturnNumber}`,
        'erpReturnNumber',
        404,
      );
    }
    const record = this.#books.invoice(invoiceNumber);
    if (record?.erpOrderNumber !== erpOrderNumber) {
      throw refused('unknown-invoice', `Order ${erpOrderNumber} has no invoice ${invoiceNumber}`, 'invoiceNumber', 404);
    }
    if (record.invoice.currency !== request.currency) {
      throw refused('currency-mismatch', `Invoice ${invoiceNumber} is in ${record.invoice.currency}`, 'currency');
    }
    const goods = lines.reduce((all, { amount }) => all + amount, 0);
    if (goods - allowances + tax - restockingFee !== total) {
      throw refused('amounts-differ', `The amounts come to ${goods - allowances + tax - restockingFee}`, 'total');
    }
    const before = [...this.#memos.values()].filter((memo) => memo.invoiceNumber === invoiceNumber);
    lines.forEach(({ lineNumber, quantity }, index) => {
      const invoiced = record.invoice.lines.find((line) => line.lineNumber === lineNumber);
      const credited = before.flatMap((memo) => memo.lines).filter((line) => line.lineNumber === lineNumber);
      const whole = invoiced === undefined ? '0' : multiply(invoiced.quantity, lineOf(order, lineNumber).unitFactor);
      const left = subtract(whole, sum(credited.map((line) => line.quantity)));
      // A quantity in the ordered unit may be a rounded fraction, such as a third of a case.
      if (compare(subtract(quantity, left), '0.001') > 0) {
        const detail = `Invoice ${invoiceNumber} has ${left} of line ${lineNumber} left to credit, not ${quantity}`;
        throw refused('quantity-exceeds-invoiced', detail, `lines.${index}.quantity`);
      }
    });
    const credited = before.reduce((all, memo) => all + memo.total, 0);
    if (credited + total > record.invoice.total) {
      const detail = `Invoice ${invoiceNumber} has ${record.invoice.total - credited} left to credit, not ${total}`;
      throw refused('amount-exceeds-invoiced', detail, 'total');
    }
    return {
      type: 'credit-memo',
      record: {
        ...request,
        creditMemoNumber: `CM${600_001 + this.#memos.size}`,
        creditedOn: today,
        applied: Math.min(total, Math.max(0, record.open)),
        refunded: 0,
      },
    };
  }

  refund(request: z.output<typeof erpRefundRequest>): ReturnEntry & { type: 'refund' } {
    const { creditMemoNumber, amount, currency } = request;
    const memo = this.#memos.get(creditMemoNumber);
    if (memo === undefined) {
      throw refused('unknown-credit-memo', `There is no credit memo ${creditMemoNumber}`, 'creditMemoNumber', 404);
    }
    if (memo.currency !== currency) {
      throw refused('currency-mismatch', `Credit memo ${creditMemoNumber} is in ${memo.currency}`, 'currency');
    }
    const left = memo.total - memo.applied - memo.refunded;
    if (amount > left) {
      throw refused('amount-exceeds-open', `Credit memo ${creditMemoNumber} has ${left} left, not ${amount}`, 'amount');
    }
    return { type: 'refund', record: { ...request, refundNumber: `RF${900_001 + this.#refunds.length}` } };
  }

  returns(erpOrderNumber?: string): ErpReturnRecord[] {
    return this.#returns.filter((one) => erpOrderNumber === undefined || one.erpOrderNumber === erpOrderNumber);
  }

  memos(invoiceNumber?: string): ErpCreditMemoRecord[] {
    return [...this.#memos.values()].filter(
      (memo) => invoiceNumber === undefined || memo.invoiceNumber === invoiceNumber,
    );
  }

  refunds(creditMemoNumber?: string): ErpRefundRecord[] {
    return this.#refunds.filter((one) => creditMemoNumber === undefined || one.creditMemoNumber === creditMemoNumber);
  }

  summary() {
    const memos = [...this.#memos.values()];
    return {
      returns: this.#returns.length,
      creditMemos: memos.length,
      credited: memos.reduce((all, { total }) => all + total, 0),
      refunds: this.#refunds.length,
      refunded: this.#refunds.reduce((all, { amount }) => all + amount, 0),
    };
  }
}
