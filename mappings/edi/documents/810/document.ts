import { articleNumbers } from '../../checking/numbers.ts';
import { hashTotal, lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { invoiceTotal, termsOfInvoice } from './checks.ts';
import { renderCreditMemo810 } from './credit.ts';
import { render810 } from './render.ts';

export const invoice = defineDocument({
  set: '810',
  checks: [lineCount('IT1'), hashTotal('IT1', '02'), articleNumbers('IT1', 6), invoiceTotal, termsOfInvoice],
  outbound: {
    writes: 'invoice',
    render: render810,
    renderCredit: renderCreditMemo810,
    rule: {
      description: 'Invoice',
      events: ['invoiced', 'shipped'],
      additions: { description: 'Added to the invoice' },
    },
    echoes: { poNumber: { segment: 'BIG', element: 4 }, line: 'IT1' },
  },
});
