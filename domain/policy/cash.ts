/** When an order’s invoices are paid. Amounts are integer minor units. */

export interface InvoiceBalance {
  invoiceNumber: string;
  total: number;
  /** Paid, plus what the payer kept back and said so. */
  settled: number;
}

/** An invoice is settled when payments and stated deductions reach its total; an overpayment settles it too. */
export function isSettled(invoice: InvoiceBalance): boolean {
  return invoice.settled >= invoice.total;
}

export function openAmount(invoices: readonly InvoiceBalance[]): number {
  return invoices.reduce((open, invoice) => open + Math.max(0, invoice.total - invoice.settled), 0);
}
