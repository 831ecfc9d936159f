import { articleNumbers } from '../../checking/numbers.ts';
import { hashTotal, lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { salesOrdersFrom850 } from './sales-order.ts';
import { sample } from './sample.ts';

export const purchaseOrder = defineDocument({
  set: '850',
  checks: [lineCount('PO1'), hashTotal('PO1', '02'), articleNumbers('PO1', 6)],
  inbound: {
    apply: 'takes-order',
    agreedByDefault: true,
    map: salesOrdersFrom850,
    silent: {
      'CUR.01': ['BY', 'SE'],
      'FOB.02': 'any',
      'FOB.04': ['01'],
      // Terms that do not change the days in ITD05 and ITD07, counted from the invoice.
      'ITD.01': ['01', '05', '08', '14'],
      'ITD.02': ['3'],
      'LIN.01': 'any',
      'MSG.02': 'any',
      'MSG.03': 'any',
      'PID.01': ['F'],
      'SCH.02': 'any',
      'SLN.01': 'any',
      'SLN.02': 'any',
      'TD5.01': 'any',
    },
    poNumber: { segment: 'BEG', position: 2, element: 3 },
    sample,
  },
});
