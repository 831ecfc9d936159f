import { defineDocument } from '../definition.ts';
import { salesOrdersFrom875 } from './sales-order.ts';
import { sample } from './sample.ts';

export const groceryPurchaseOrder = defineDocument({
  set: '875',
  checks: [],
  inbound: {
    apply: 'takes-order',
    map: salesOrdersFrom875,
    silent: {
      // Terms that do not change the days in G2307 and G2309, counted from the invoice.
      'G23.01': ['01', '05', '08', '14'],
      'G23.02': ['3'],
      'G76.02': 'any',
      'NTE.01': 'any',
    },
    poNumber: { segment: 'G50', position: 2, element: 3 },
    sample,
  },
});
