import { articleNumbers } from '../../checking/numbers.ts';
import { hashTotal, lineCount } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { salesOrdersFrom850 } from './sales-order.ts';
import { sample } from './sample.ts';
import { SILENT } from './silent.ts';

export const purchaseOrder = defineDocument({
  set: '850',
  checks: [lineCount('PO1'), hashTotal('PO1', '02'), articleNumbers('PO1', 6)],
  inbound: {
    apply: 'takes-order',
    agreedByDefault: true,
    map: salesOrdersFrom850,
    silent: SILENT,
    poNumber: { segment: 'BEG', position: 2, element: 3 },
    sample,
  },
});
