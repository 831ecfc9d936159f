import { articleNumbers } from '../../checking/numbers.ts';
import { quantityTotal } from '../../checking/totals.ts';
import { defineDocument } from '../definition.ts';
import { receiptFrom944 } from './receipt.ts';

export const transferReceipt = defineDocument({
  set: '944',
  checks: [quantityTotal('W14', 'W07', '01'), articleNumbers('W07', 4)],
  inbound: {
    apply: 'takes-return-receipt',
    map: receiptFrom944,
    silent: { 'W17.01': 'any', 'W14.01': 'any', 'N1.02': 'any', 'N1.03': 'any' },
    receiptNumber: { segment: 'W17', position: 2, element: 3 },
  },
});
