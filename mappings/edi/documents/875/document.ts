import { defineDocument } from '../definition.ts';
import { salesOrderFrom875 } from './sales-order.ts';
import { sample } from './sample.ts';

export const groceryPurchaseOrder = defineDocument({
  set: '875',
  checks: [],
  inbound: {
    apply: 'takes-order',
    map: salesOrderFrom875,
    poNumber: { segment: 'G50', position: 2, element: 3 },
    sample,
  },
});
