/** Decides whether an order's invoices are paid. Amounts are integer minor units. */

export interface InvoiceBalance {
  invoiceNumber: string;
  total: number;
  /** Payments plus deductions that the payer stated. */
  settled: number;
}

/** An invoice is settled when payments and stated deductions reach or exceed its total. */
export function isSettled(invoice: InvoiceBalance): boolean {
  return invoice.settled >= invoice.total;
}

export function openAmount(invoices: readonly InvoiceBalance[]): number {
  return invoices.reduce((open, invoice) => open + Math.max(0, invoice.total - invoice.settled), 0);
}
